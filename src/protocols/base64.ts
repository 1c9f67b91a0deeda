/** Base64, RFC 4648 §4. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The octets [start, end) in base64, with padding. */
export function base64Text(view: DataView, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 3) {
    const left = Math.min(end - at, 3);
    let group = 0;
    for (let i = 0; i < 3; i++) group = group * 256 + (i < left ? view.getUint8(at + i) : 0);
    // One octet fills two characters, two fill three.
    for (let i = 0; i < 4; i++) text += i <= left ? ALPHABET[(group >> (18 - 6 * i)) & 63] : '=';
  }
  return text;
}
