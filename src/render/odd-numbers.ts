/** Numbers and times that JavaScript's own texts are taken for: few, or such as a whole capture has once. */
import { formatTime } from '../capture/timestamp.ts';
import { nanosBeyond } from '../flow/flow-time.ts';
import type { OctetChunk } from './octet-chunk.ts';

export const SECONDS_PER_DAY = 86_400;
const NANOS = 1e9;
/** Seconds that a double tells from each other. */
const MOST_SECONDS = 2 ** 52;
/** Characters behind the date. */
const CLOCK_LENGTH = 'T00:00:00.000000000Z'.length;

/** Places of a day: its first second, the characters of its date with a quote before and a `T` behind, and their octets. */
export const FIRST_SECOND = 0;
export const DATE_LENGTH = 1;
export const DATE = 2;
/** 64-bit words that a day takes. */
export const DAY_WORDS = DATE + 3;

/** What is written seldom; all answer where they ended. */
export interface OddNumbers {
  /** Writes any number as JavaScript does. */
  putOddNumber(at: number, number: number): number;
  /** Writes so many nanoseconds as seconds, as JavaScript writes the quotient. */
  putOddSeconds(at: number, nanos: number): number;
  /**
   * Writes a time as a JSON string, and keeps its day; null where `nanos` is NaN.
   *
   * @param seconds whole ones since the epoch
   * @param after the whole seconds in `nanos`
   */
  putOddTime(at: number, seconds: number, after: number, nanos: number): number;
}

/** @param day where the last time's day is kept */
export function oddNumbers({ putAscii }: OctetChunk, day: Float64Array): OddNumbers {
  const dateOctets = new Uint8Array(day.buffer, day.byteOffset, day.byteLength).subarray(8 * DATE);

  return {
    putOddNumber: (at, number) => putAscii(at, String(number)),
    putOddSeconds: (at, nanos) => putAscii(at, JSON.stringify(nanos / NANOS)),
    putOddTime(at, seconds, after, nanos) {
      const time = Number.isNaN(nanos) ? undefined : formatTime(seconds, nanosBeyond(after, nanos));
      if (time !== undefined && Math.abs(seconds) < MOST_SECONDS) {
        const date = `"${time.slice(0, -CLOCK_LENGTH)}T`;
        day[FIRST_SECOND] = Math.floor(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY;
        day[DATE_LENGTH] = date.length;
        for (let i = 0; i < date.length; i++) dateOctets[i] = date.charCodeAt(i);
      }
      return putAscii(at, JSON.stringify(time ?? null));
    },
  };
}
