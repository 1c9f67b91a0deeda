/** Text as UTF-8 octets in one buffer that is filled, handed over and filled again: what renderers write into. */
import { decodeUtf8, encodeUtf8 } from '../capture/utf8.ts';
import { hexDigits, putHexOctets, putIpv4, putWhole } from './put.ts';
import { WORD } from './text-words.ts';

export { putIpv4, putWhole } from './put.ts';

const INITIAL_SIZE = 64 * 1024;
const ZERO = 48;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** Text that is written often, encoded once and kept in words; a copy may write a word beyond its end. */
export interface FixedText {
  readonly words: Float64Array;
  /** Octets. */
  readonly length: number;
}

/** Encodes a text that will be written often. */
export function fixedText(text: string): FixedText {
  const octets = encodeUtf8(text);
  const words = new Float64Array(Math.ceil(octets.length / WORD));
  const padded = new Uint8Array(words.length * WORD);
  padded.set(octets);
  const view = new DataView(padded.buffer);
  for (let i = 0; i < words.length; i++) words[i] = view.getFloat64(i * WORD, true);
  return { words, length: octets.length };
}

/** Octets in hexadecimal, as little-endian 16-bit words. */
export const HEX_PAIRS = Uint16Array.from({ length: 256 }, (_, n) => hexDigits(n));

/** The buffer. It grows where a text needs more room; what was written stands in `octets` up to `at`. */
export class TextBuffer {
  octets = new Uint8Array(INITIAL_SIZE);
  view = new DataView(this.octets.buffer);
  /** Octets written. */
  at = 0;

  /** Makes room for `count` octets behind what was written. */
  reserve(count: number): void {
    if (this.at + count + WORD > this.octets.length) this.grow(count);
  }

  private grow(count: number): void {
    const larger = new Uint8Array(2 * (this.octets.length + count));
    larger.set(this.octets.subarray(0, this.at));
    this.octets = larger;
    this.view = new DataView(larger.buffer);
  }

  /** What was written from an octet on, as text. */
  textFrom(start: number): string {
    return decodeUtf8(this.octets.subarray(start, this.at));
  }

  /** One ASCII character by its code. */
  character(code: number): void {
    this.reserve(1);
    this.octets[this.at++] = code;
  }

  fixed(text: FixedText): void {
    this.reserve(text.length);
    this.at = putFixed(this.view, this.at, text);
  }

  /** Copies text that is encoded: for long ones the fastest way. */
  encoded(text: Uint8Array): void {
    this.reserve(text.length);
    this.octets.set(text, this.at);
    this.at += text.length;
  }

  /** Copies `length` octets that stand in `words` from index `from` on. */
  copy(words: Float64Array, from: number, length: number): void {
    this.reserve(length);
    this.at = putWords(this.view, this.at, words, from, length);
  }

  /** Any text; an unpaired surrogate becomes U+FFFD. */
  text(text: string): void {
    const { length } = text;
    this.reserve(3 * length);
    const { octets } = this;
    let { at } = this;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) octets[at++] = code;
      else if (code < 0x800) {
        octets[at++] = 0xc0 | (code >> 6);
        octets[at++] = 0x80 | (code & 0x3f);
      } else if (code < FIRST_SURROGATE || code > LAST_SURROGATE) {
        octets[at++] = 0xe0 | (code >> 12);
        octets[at++] = 0x80 | ((code >> 6) & 0x3f);
        octets[at++] = 0x80 | (code & 0x3f);
      } else {
        const rest = encodeUtf8(text.slice(i));
        octets.set(rest, at);
        at += rest.length;
        break;
      }
    }
    this.at = at;
  }

  spaces(count: number): void {
    this.reserve(count);
    const { octets, at } = this;
    for (let i = 0; i < count; i++) octets[at + i] = 0x20;
    this.at = at + count;
  }

  /** Octets [start, end) of a view that are ASCII. */
  ascii(view: DataView, start: number, end: number): void {
    this.reserve(end - start);
    const { octets, at } = this;
    for (let i = start; i < end; i++) octets[at + i - start] = view.getUint8(i);
    this.at = at + end - start;
  }

  /** A number as JavaScript writes it. */
  number(value: number): void {
    if (value >>> 0 === value) this.whole(value);
    else this.text(String(value));
  }

  /** A whole number from 0 to 2^32 - 1 in decimal. */
  whole(value: number): void {
    this.reserve(MOST_DIGITS);
    this.at = putWhole(this.view, this.at, value);
  }

  /** The last `count` digits of a whole number from 0 to 2^32 - 1, with zeros before a shorter one. */
  digits(value: number, count: number): void {
    this.reserve(count);
    const { octets, at } = this;
    let rest = value;
    for (let i = at + count - 1; i >= at; i--) {
      const quotient = (rest / 10) >>> 0;
      octets[i] = ZERO + rest - quotient * 10;
      rest = quotient;
    }
    this.at = at + count;
  }

  /** The last `count` digits of a whole number from 0 to 2^32 - 1 in hexadecimal, with zeros before a shorter one. */
  hexDigits(value: number, count: number): void {
    this.reserve(count);
    const { octets, at } = this;
    let rest = value;
    for (let i = count - 1; i >= 0; i--) {
      const digit = rest & 15;
      octets[at + i] = digit < 10 ? ZERO + digit : 87 + digit;
      rest >>>= 4;
    }
    this.at = at + count;
  }

  /** Octets [start, end) in hexadecimal with colons between them. */
  hexOctets(view: DataView, start: number, end: number): void {
    if (end <= start) return;
    this.reserve(3 * (end - start));
    this.at = putHexOctets(this.view, this.at, view, start, end);
  }

  /** Dotted decimal of the four octets at `from`. */
  ipv4(view: DataView, from: number): void {
    this.reserve(MOST_ADDRESS);
    this.at = putIpv4(this.view, this.at, view, from);
  }
}

const MOST_DIGITS = 10;
const MOST_ADDRESS = 16;

// What follows writes to a view in which there is room, and answers where it ended: a loop that writes many texts keeps the place in a register.

/** Writes a text. */
function putFixed(target: DataView, at: number, { words, length }: FixedText): number {
  for (let i = 0; i < words.length; i++) target.setFloat64(at + i * WORD, words[i]!, true);
  return at + length;
}

/** Writes `length` octets that stand in `words` from index `from` on. */
export function putWords(target: DataView, at: number, words: Float64Array, from: number, length: number): number {
  for (let i = 0, word = from; i < length; i += WORD, word++) target.setFloat64(at + i, words[word]!, true);
  return at + length;
}

/** Writes `count` octets from `from` on in hexadecimal, each `stride` characters behind the one before; what stands between them stays. */
export function putHexPairs(
  target: DataView,
  at: number,
  view: DataView,
  from: number,
  count: number,
  stride: number,
): void {
  for (let i = 0; i < count; i++) target.setUint16(at + i * stride, HEX_PAIRS[view.getUint8(from + i)]!, true);
}
