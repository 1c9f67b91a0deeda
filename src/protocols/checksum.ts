/** The Internet checksum, RFC 1071. */

/**
 * One's complement sum of the 16-bit words of [start, end), folded to 16 bits, on top of `initial` (0–0xffff).
 * An odd last octet counts as the high half of a word.
 */
export function onesComplementSum(view: DataView, start: number, end: number, initial: number): number {
  let sum = initial;
  let at = start;
  for (; at + 1 < end; at += 2) sum += view.getUint16(at);
  if (at < end) sum += view.getUint8(at) << 8;
  // Up to 65,535 octets add less than 2^32, so folding twice is enough.
  sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return (sum & 0xffff) + (sum >>> 16);
}
