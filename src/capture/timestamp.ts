/** Times of packets: two numbers, whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them. */

const NANOS_PER_SECOND = 1_000_000_000;
const SECONDS_PER_DAY = 86_400;
const TWO_TO_32 = 4_294_967_296;

/** In `nanos`: the packet has no time (a pcapng Simple Packet Block). Its `seconds` are 0. */
export const NO_TIME = -1;

/** How the ticks of one pcapng interface count. */
export interface TickUnit {
  /** A power of 2 rather than of 10. */
  readonly binary: boolean;
  /** Ticks a second are 10 (or 2) to this power, 0 to 127. */
  readonly exponent: number;
  /** That power; inexact beyond 2^53. */
  readonly perSecond: number;
  /** Seconds to add, if_tsoffset. */
  readonly offset: number;
}

/** Ticks as seconds and nanoseconds; reused, so that a conversion allocates nothing. */
export interface SplitTime {
  seconds: number;
  nanos: number;
}

/** if_tsresol of microseconds, which a capture without one counts in. */
export const MICROSECOND_RESOLUTION = 6;
export const NANOSECOND_RESOLUTION = 9;

/**
 * The unit of an if_tsresol octet (pcapng §4.2): the highest bit tells 2 from 10, the others are the negated exponent.
 *
 * @param offset seconds to add
 */
export function tickUnit(resolution: number, offset: number): TickUnit {
  const binary = (resolution & 0x80) !== 0;
  const exponent = resolution & 0x7f;
  return { binary, exponent, perSecond: (binary ? 2 : 10) ** exponent, offset };
}

/** The unit in words, for example `10^-6 s`. */
export function describeTickUnit(unit: TickUnit): string {
  return `${unit.binary ? 2 : 10}^-${unit.exponent} s`;
}

/**
 * Splits 64-bit ticks since 1970 exactly, nanoseconds rounded down. Exact while the seconds are below 2^51; beyond that a
 * double holds them only nearly.
 *
 * @param high upper 32 bits, unsigned
 * @param low lower 32 bits, unsigned
 */
export function splitTicks(high: number, low: number, unit: TickUnit, into: SplitTime): void {
  const { binary, exponent, perSecond } = unit;
  if (!binary && exponent <= 9) splitDecimal(high, low, perSecond, into);
  else if (binary && exponent <= 32) splitBinary(high, low, perSecond, into);
  else splitFine(high, low, unit, into);
  into.seconds += unit.offset;
}

/**
 * The quotient in doubles is off by one at most; the remainder modulo 2^32 tells which way, for it lies between -10^9 and
 * 2·10^9. 2.3 ns against 30 to 35 with BigInt.
 */
function splitDecimal(high: number, low: number, perSecond: number, into: SplitTime): void {
  let seconds = Math.floor((high * TWO_TO_32 + low) / perSecond);
  let rest = (low - Math.imul(seconds | 0, perSecond)) | 0;
  if (rest < 0) {
    seconds--;
    rest += perSecond;
  } else if (rest >= perSecond) {
    seconds++;
    rest -= perSecond;
  }
  if (rest < 0 || rest >= perSecond) rest = 0;
  into.seconds = seconds;
  into.nanos = rest * (NANOS_PER_SECOND / perSecond);
}

/** Products stay exact: 10^9 is 5^9 · 2^9, and a fraction of at most 32 bits times 5^9 is below 2^53. */
function splitBinary(high: number, low: number, perSecond: number, into: SplitTime): void {
  const fraction = low % perSecond;
  into.seconds = high * (TWO_TO_32 / perSecond) + (low - fraction) / perSecond;
  into.nanos = Math.floor((fraction * 5 ** 9 * 2 ** 9) / perSecond);
}

/** Resolutions finer than a nanosecond or 2^-32 s, which no common writer uses, may cost a BigInt. */
function splitFine(high: number, low: number, { binary, exponent }: TickUnit, into: SplitTime): void {
  const ticks = (BigInt(high) << 32n) + BigInt(low);
  const perSecond = (binary ? 2n : 10n) ** BigInt(exponent);
  into.seconds = Number(ticks / perSecond);
  into.nanos = Number(((ticks % perSecond) * BigInt(NANOS_PER_SECOND)) / perSecond);
}

/**
 * A time as RFC 3339 in UTC with nine decimals, `2024-07-03T09:46:40.123456789Z`; undefined for a packet without a time. Years
 * beyond 9999 take as many digits as they need, with a sign, as ISO 8601 expands them.
 */
export function formatTime(seconds: number, nanos: number): string | undefined {
  if (nanos === NO_TIME) return undefined;
  const exact = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(seconds, Number.MAX_SAFE_INTEGER));
  const day = Math.floor(exact / SECONDS_PER_DAY);
  const ofDay = exact - day * SECONDS_PER_DAY;
  return `${formatDate(day)}T${clock(ofDay)}.${pad(nanos, 9)}Z`;
}

function clock(secondOfDay: number): string {
  const hour = Math.floor(secondOfDay / 3600);
  const minute = Math.floor((secondOfDay % 3600) / 60);
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(secondOfDay % 60, 2)}`;
}

let formattedDay = Number.NaN;
let formattedDate = '';

/** Packets of one capture mostly share their day, so the last date is kept. */
function formatDate(day: number): string {
  if (day !== formattedDay) {
    formattedDate = civilDate(day);
    formattedDay = day;
  }
  return formattedDate;
}

const DAYS_PER_ERA = 146_097;

/**
 * Days since 1970-01-01 to year, month and day of the proleptic Gregorian calendar. Years are counted from March, so that the
 * leap day is a year's last, in eras of 400 years. Not Date: its range ends before that of 64-bit microseconds.
 */
function civilDate(day: number): string {
  const fromMarchOfYear0 = day + 719_468;
  const era = Math.floor(fromMarchOfYear0 / DAYS_PER_ERA);
  const dayOfEra = fromMarchOfYear0 - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${formatYear(year)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4);
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 6)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
