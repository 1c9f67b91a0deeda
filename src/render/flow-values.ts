/** Values of flows as JSON text. */
import { formatTime } from '../capture/timestamp.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

const NANOS = 1e9;
const SECONDS_PER_DAY = 86_400;
/** Characters behind the date. */
const CLOCK_LENGTH = 'T00:00:00.000000000Z'.length;
const ZERO = 48;
const DOT = 46;
const COLON = 58;
const EQUALS = 61;
const END_OF_TIME = fixedText('Z"');
/** Below, numbers have exponents; from the second on, more digits than a double tells apart. */
const LEAST_PLAIN = 1e3;
const MOST_PLAIN = 1e15;

/** Nanoseconds as seconds, as JavaScript writes the quotient: the shortest digits that tell it from others are those of the decimal fraction. */
export function writeSeconds(out: TextBuffer, nanos: number): void {
  if (nanos === 0) {
    out.character(ZERO);
    return;
  }
  if (!(nanos >= LEAST_PLAIN && nanos < MOST_PLAIN && Math.floor(nanos) === nanos)) {
    out.text(JSON.stringify(nanos / NANOS));
    return;
  }
  const seconds = nanos < NANOS ? 0 : Math.floor(nanos / NANOS);
  // As an integer of 32 bits, whose remainders are no calls of a library.
  let fraction = (nanos - seconds * NANOS) | 0;
  out.whole(seconds);
  if (fraction === 0) return;
  out.character(DOT);
  let digits = 9;
  if (fraction % 1000 === 0) {
    fraction = (fraction / 1000) | 0;
    digits = 6;
  }
  while (fraction % 10 === 0) {
    fraction = (fraction / 10) | 0;
    digits--;
  }
  out.digits(fraction, digits);
}

let day = Number.NaN;
/** `"2024-07-03T` */
let dayText: FixedText = fixedText('');

/** A time as a JSON string, RFC 3339 with nine decimals; null where `nanos`, which count from the second `base`, is NaN. */
export function writeTime(out: TextBuffer, base: number, nanos: number): void {
  const after = Math.floor(nanos / NANOS);
  const seconds = base + after;
  const fraction = nanos - after * NANOS;
  if (!Number.isSafeInteger(seconds)) {
    out.text(Number.isNaN(nanos) ? 'null' : JSON.stringify(formatTime(seconds, fraction)));
    return;
  }
  const today = Math.floor(seconds / SECONDS_PER_DAY);
  if (today !== day) {
    dayText = fixedText(`"${formatTime(seconds, 0)?.slice(0, -CLOCK_LENGTH)}T`);
    day = today;
  }
  const second = (seconds - today * SECONDS_PER_DAY) | 0;
  const minute = (second / 60) | 0;
  out.fixed(dayText);
  out.digits((minute / 60) | 0, 2);
  out.character(COLON);
  out.digits(minute % 60, 2);
  out.character(COLON);
  out.digits(second % 60, 2);
  out.character(DOT);
  out.digits(fraction, 9);
  out.fixed(END_OF_TIME);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Characters of 12 bits, as little-endian 16-bit words. */
const PAIRS = Uint16Array.from(
  { length: 4096 },
  (_, bits) => ALPHABET.charCodeAt(bits >> 6) | (ALPHABET.charCodeAt(bits & 63) << 8),
);

/** The 160 bits of a digest in base64 (RFC 4648 §4): 27 characters and one of padding. */
export function writeBase64(out: TextBuffer, digest: Int32Array): void {
  out.reserve(28);
  const { view } = out;
  let { at } = out;
  let left = 0;
  let bits = 0;
  for (let i = 0; i < 5; i++) {
    const word = digest[i]!;
    // Two pairs from every word, with what the one before left over; what remains grows by 8 bits each time.
    view.setUint16(at, PAIRS[((left << (12 - bits)) | (word >>> (20 + bits))) & 0xfff]!, true);
    view.setUint16(at + 2, PAIRS[(word >>> (8 + bits)) & 0xfff]!, true);
    at += 4;
    bits += 8;
    left = word;
    if (bits >= 12) {
      bits -= 12;
      view.setUint16(at, PAIRS[(word >>> bits) & 0xfff]!, true);
      at += 2;
    }
  }
  view.setUint16(at, (PAIRS[(left << (12 - bits)) & 0xfff]! & 0xff) | (EQUALS << 8), true);
  out.at = at + 2;
}
