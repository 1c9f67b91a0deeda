/** Times of packets as the ticks that a pcapng block counts: the way back from `splitTicks`. */
import { NANOSECOND_RESOLUTION, type TickUnit, tickUnit } from './timestamp.ts';

const TWO_TO_16 = 65_536;
const TWO_TO_32 = 4_294_967_296;

/** 64-bit ticks as two unsigned halves; reused, so that a conversion allocates nothing. */
export interface Ticks {
  high: number;
  low: number;
}

/**
 * The unit in which times read in `unit` are written: the same where it counts decimal fractions down to nanoseconds, so that
 * every time it can tell is told again; nanoseconds for binary and for finer units.
 */
export function writtenUnit(unit: TickUnit): TickUnit {
  return !unit.binary && unit.exponent <= NANOSECOND_RESOLUTION ? unit : tickUnit(NANOSECOND_RESOLUTION, unit.offset);
}

/**
 * Counts a time in ticks, fractions rounded down. What lies before or after all ticks becomes the first or the last.
 *
 * @param nanos nanoseconds after `seconds`, 0 to 999,999,999
 * @param unit one that `writtenUnit` returned
 * @returns false where the time lies outside
 */
export function joinTicks(seconds: number, nanos: number, unit: TickUnit, into: Ticks): boolean {
  const { perSecond } = unit;
  const whole = seconds - unit.offset;
  const fraction = Math.floor(nanos / (10 ** NANOSECOND_RESOLUTION / perSecond));
  // Halves of 16 bits keep each product below 2^53, for perSecond is at most 10^9.
  const upper = Math.floor(whole / TWO_TO_16) * perSecond;
  const lower = (whole % TWO_TO_16) * perSecond + fraction;
  const rest = (upper % TWO_TO_16) * TWO_TO_16 + lower;
  const high = Math.floor(upper / TWO_TO_16) + Math.floor(rest / TWO_TO_32);
  const fits = whole >= 0 && high < TWO_TO_32;
  into.high = fits ? high : whole < 0 ? 0 : TWO_TO_32 - 1;
  into.low = fits ? rest % TWO_TO_32 : into.high;
  return fits;
}
