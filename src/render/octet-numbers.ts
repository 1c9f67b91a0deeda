/** Numbers and what is made of them, written as octets to a view in which there is room: three digits at a time. All answer where they ended. */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { nanosBeyond, secondsOf } from '../flow/flow-time.ts';
import type { OctetChunk } from './octet-chunk.ts';
import {
  DATE,
  DATE_LENGTH,
  DAY_WORDS,
  FIRST_SECOND,
  type OddNumbers,
  oddNumbers,
  SECONDS_PER_DAY,
} from './odd-numbers.ts';

const ZERO = 48;
const DOT = 46;
const COLON = 58;
const EQUALS = 61;
const END_OF_TIME = 0x225a;
const THOUSAND = 1000;
const MILLION = 1_000_000;
const NANOS = 1e9;
/** Below, numbers of seconds have exponents; from the second on, more digits than a double tells apart. */
const LEAST_PLAIN = 1e3;
const MOST_PLAIN = 1e15;
/** What stands in the highest octet of the words below. */
const COUNT_SHIFT = 24;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What numbers are written with. */
export interface OctetNumbers {
  /** Writes the unsigned number that 32 bits are. */
  putWhole(at: number, bits: number): number;
  /** Writes a number as JavaScript does. */
  putNumber(at: number, number: number): number;
  /** Writes nanoseconds as seconds, as JavaScript writes the quotient: the shortest digits that tell it from others are those of the decimal fraction. */
  putSeconds(at: number, nanos: number): number;
  /** Writes a time as a JSON string, RFC 3339 with nine decimals; null where `nanos`, which count from the second `base`, is NaN. */
  putTime(at: number, base: number, nanos: number): number;
  /** Writes 32 bits as an IPv4 address. */
  putAddress(at: number, bits: number): number;
  /** Writes the 160 bits of a digest in base64 (RFC 4648 §4): 27 characters and one of padding. */
  putBase64(at: number, digest: Int32Array): number;
  /** What it leaves to JavaScript's own texts. */
  readonly odd: OddNumbers;
}

/**
 * Numbers written to a chunk.
 *
 * @param columns where tables come from
 */
export function createOctetNumbers(chunk: OctetChunk, columns: Columns = SEPARATE): OctetNumbers {
  const { view } = chunk;
  /** Numbers below 1000 as little-endian words: their digits, and how many these are. */
  const short = columns.int32(THOUSAND);
  /** The same with zeros before them, up to three digits; and how many there are without zeros at the end. */
  const triples = columns.int32(THOUSAND);
  for (let number = 0; number < THOUSAND; number++) {
    const hundreds = (number / 100) | 0;
    const tens = ((number / 10) | 0) % 10;
    const ones = number % 10;
    const digits = (ZERO + hundreds) | ((ZERO + tens) << 8) | ((ZERO + ones) << 16);
    const count = number < 10 ? 1 : number < 100 ? 2 : 3;
    const telling = ones !== 0 ? 3 : tens !== 0 ? 2 : hundreds !== 0 ? 1 : 0;
    triples[number] = digits | (telling << COUNT_SHIFT);
    short[number] = (digits >>> (8 * (3 - count))) | (count << COUNT_SHIFT);
  }
  /** Octets with a dot behind them. */
  const dotted = columns.int32(256);
  for (let octet = 0; octet < 256; octet++) {
    const word = short[octet]!;
    dotted[octet] = (word & 0xffffff) | (DOT << (8 * (word >>> COUNT_SHIFT)));
  }
  /** Two digits and a colon. */
  const clock = columns.int32(60);
  for (let number = 0; number < 60; number++) clock[number] = ((triples[number]! >>> 8) & 0xffff) | (COLON << 16);
  /** Characters of 12 bits in base64. */
  const pairs = columns.uint16(4096);
  for (let pair = 0; pair < 4096; pair++) {
    pairs[pair] = BASE64.charCodeAt(pair >>> 6) | (BASE64.charCodeAt(pair & 63) << 8);
  }
  /** The day whose date is at hand, and `"2024-07-03T` as a text of words. */
  const day = columns.float64(DAY_WORDS);
  day.fill(Number.NaN);
  const odd = oddNumbers(chunk, day);
  const { putOddNumber, putOddSeconds, putOddTime } = odd;

  function putWhole(at: number, bits: number): number {
    const whole = bits >>> 0;
    if (whole >= THOUSAND) return putLong(at, whole);
    const word = short[whole]!;
    view.setInt32(at, word, true);
    return at + (word >>> COUNT_SHIFT);
  }

  /** Writes a number from 1000 on. */
  function putLong(at: number, bits: number): number {
    const whole = bits >>> 0;
    const thousands = (whole / THOUSAND) >>> 0;
    let to = at;
    if (thousands < THOUSAND) {
      const word = short[thousands]!;
      view.setInt32(to, word, true);
      to += word >>> COUNT_SHIFT;
    } else {
      const millions = (thousands / THOUSAND) >>> 0;
      if (millions < THOUSAND) {
        const word = short[millions]!;
        view.setInt32(to, word, true);
        to += word >>> COUNT_SHIFT;
      } else {
        // One digit: 2^32 is below 5 · 10^9.
        const billions = (millions / THOUSAND) >>> 0;
        view.setUint8(to, ZERO + billions);
        view.setInt32(to + 1, triples[millions - billions * THOUSAND]!, true);
        to += 4;
      }
      view.setInt32(to, triples[thousands - millions * THOUSAND]!, true);
      to += 3;
    }
    view.setInt32(to, triples[whole - thousands * THOUSAND]!, true);
    return to + 3;
  }

  /** Writes nine digits without zeros at their end. */
  function putFraction(at: number, number: number): number {
    const millions = (number / MILLION) | 0;
    const rest = number - millions * MILLION;
    const thousands = (rest / THOUSAND) | 0;
    const first = triples[millions]!;
    const second = triples[thousands]!;
    const third = triples[rest - thousands * THOUSAND]!;
    view.setInt32(at, first, true);
    view.setInt32(at + 3, second, true);
    view.setInt32(at + 6, third, true);
    if (third >>> COUNT_SHIFT !== 0) return at + 6 + (third >>> COUNT_SHIFT);
    if (second >>> COUNT_SHIFT !== 0) return at + 3 + (second >>> COUNT_SHIFT);
    return at + (first >>> COUNT_SHIFT);
  }

  function putSeconds(at: number, nanos: number): number {
    if (nanos >= LEAST_PLAIN && nanos < NANOS) {
      const fraction = nanos | 0;
      if (fraction === nanos) {
        view.setUint16(at, ZERO | (DOT << 8), true);
        return putFraction(at + 2, fraction);
      }
    } else if (nanos >= NANOS && nanos < MOST_PLAIN) {
      const seconds = Math.floor(nanos / NANOS);
      // As an integer of 32 bits, whose remainders are no calls of a library.
      const rest = nanos - seconds * NANOS;
      const fraction = rest | 0;
      if (fraction === rest) {
        const to = putWhole(at, seconds);
        if (fraction === 0) return to;
        view.setUint8(to, DOT);
        return putFraction(to + 1, fraction);
      }
    } else if (nanos === 0) {
      view.setUint8(at, ZERO);
      return at + 1;
    }
    return putOddSeconds(at, nanos);
  }

  function putTime(at: number, base: number, nanos: number): number {
    const after = secondsOf(nanos);
    const seconds = base + after;
    const sinceMidnight = seconds - day[FIRST_SECOND]!;
    if (!(sinceMidnight >= 0 && sinceMidnight < SECONDS_PER_DAY)) return putOddTime(at, seconds, after, nanos);
    const second = sinceMidnight | 0;
    const minute = (second / 60) | 0;
    const hour = (minute / 60) | 0;
    view.setFloat64(at, day[DATE]!, true);
    view.setFloat64(at + 8, day[DATE + 1]!, true);
    view.setFloat64(at + 16, day[DATE + 2]!, true);
    const to = at + (day[DATE_LENGTH]! | 0);
    view.setInt32(to, clock[hour]!, true);
    view.setInt32(to + 3, clock[minute - 60 * hour]!, true);
    view.setInt32(to + 6, clock[second - 60 * minute]!, true);
    view.setUint8(to + 8, DOT);
    const fraction = nanosBeyond(after, nanos) | 0;
    const millions = (fraction / MILLION) | 0;
    const rest = fraction - millions * MILLION;
    const thousands = (rest / THOUSAND) | 0;
    view.setInt32(to + 9, triples[millions]!, true);
    view.setInt32(to + 12, triples[thousands]!, true);
    view.setInt32(to + 15, triples[rest - thousands * THOUSAND]!, true);
    view.setUint16(to + 18, END_OF_TIME, true);
    return to + 20;
  }

  function putAddress(at: number, bits: number): number {
    const first = bits >>> 24;
    const second = (bits >>> 16) & 0xff;
    const third = (bits >>> 8) & 0xff;
    view.setInt32(at, dotted[first]!, true);
    const afterFirst = at + 1 + (short[first]! >>> COUNT_SHIFT);
    view.setInt32(afterFirst, dotted[second]!, true);
    const afterSecond = afterFirst + 1 + (short[second]! >>> COUNT_SHIFT);
    view.setInt32(afterSecond, dotted[third]!, true);
    const afterThird = afterSecond + 1 + (short[third]! >>> COUNT_SHIFT);
    const word = short[bits & 0xff]!;
    view.setInt32(afterThird, word, true);
    return afterThird + (word >>> COUNT_SHIFT);
  }

  function putBase64(at: number, digest: Int32Array): number {
    const a = digest[0]!;
    const b = digest[1]!;
    const c = digest[2]!;
    const d = digest[3]!;
    const e = digest[4]!;
    // Three words are eight pairs.
    view.setUint16(at, pairs[a >>> 20]!, true);
    view.setUint16(at + 2, pairs[(a >>> 8) & 0xfff]!, true);
    view.setUint16(at + 4, pairs[((a & 0xff) << 4) | (b >>> 28)]!, true);
    view.setUint16(at + 6, pairs[(b >>> 16) & 0xfff]!, true);
    view.setUint16(at + 8, pairs[(b >>> 4) & 0xfff]!, true);
    view.setUint16(at + 10, pairs[((b & 0xf) << 8) | (c >>> 24)]!, true);
    view.setUint16(at + 12, pairs[(c >>> 12) & 0xfff]!, true);
    view.setUint16(at + 14, pairs[c & 0xfff]!, true);
    view.setUint16(at + 16, pairs[d >>> 20]!, true);
    view.setUint16(at + 18, pairs[(d >>> 8) & 0xfff]!, true);
    view.setUint16(at + 20, pairs[((d & 0xff) << 4) | (e >>> 28)]!, true);
    view.setUint16(at + 22, pairs[(e >>> 16) & 0xfff]!, true);
    view.setUint16(at + 24, pairs[(e >>> 4) & 0xfff]!, true);
    view.setUint16(at + 26, (pairs[(e & 0xf) << 8]! & 0xff) | (EQUALS << 8), true);
    return at + 28;
  }

  function putNumber(at: number, number: number): number {
    return number >>> 0 === number ? putWhole(at, number) : putOddNumber(at, number);
  }

  return { putWhole, putNumber, putSeconds, putTime, putAddress, putBase64, odd };
}
