/** Times of packets in the formats tshark's `-t` knows. */
import { formatTime, NO_TIME } from '../capture/timestamp.ts';

/** The formats by letter, with what they show. */
export const TIME_FORMATS = {
  r: 'seconds since the first packet',
  d: 'seconds since the packet before',
  e: 'seconds since 1970-01-01 UTC',
  a: 'local time of day',
  ad: 'local date and time',
  u: 'UTC time of day',
  ud: 'UTC date and time',
} as const;

export type TimeFormat = keyof typeof TIME_FORMATS;

/** Words for a packet without a time. */
const NONE = '-';

/** The times a packet's own is told from: the first packet's and the one's before it. Their nanoseconds are NO_TIME where there is none. */
export interface PacketTimes {
  readonly seconds: number;
  readonly nanos: number;
  readonly firstSeconds: number;
  readonly firstNanos: number;
  readonly previousSeconds: number;
  readonly previousNanos: number;
}

/** Text of a packet's time. */
export function timeText(format: TimeFormat, times: PacketTimes): string {
  const { seconds, nanos } = times;
  if (nanos === NO_TIME) return NONE;
  switch (format) {
    case 'r':
      return difference(seconds - times.firstSeconds, nanos - times.firstNanos);
    case 'd':
      if (times.previousNanos === NO_TIME) return difference(0, 0);
      return difference(seconds - times.previousSeconds, nanos - times.previousNanos);
    case 'e':
      return fraction(seconds, nanos, 9);
    case 'a':
      return local(seconds, nanos).slice(11);
    case 'ad':
      return local(seconds, nanos);
    case 'u':
      return utc(seconds, nanos).slice(11);
    default:
      return utc(seconds, nanos);
  }
}

function difference(seconds: number, nanos: number): string {
  const isNegative = seconds < 0 || (seconds === 0 && nanos < 0);
  let s = isNegative ? -seconds : seconds;
  let n = isNegative ? -nanos : nanos;
  if (n < 0) {
    s -= 1;
    n += 1_000_000_000;
  }
  return `${isNegative ? '-' : ''}${fraction(s, n, 6)}`;
}

/** Microseconds where that loses nothing or is asked for, else nanoseconds. */
function fraction(seconds: number, nanos: number, least: 6 | 9): string {
  const digits = String(nanos).padStart(9, '0');
  return `${seconds}.${least === 6 && digits.endsWith('000') ? digits.slice(0, 6) : digits}`;
}

function utc(seconds: number, nanos: number): string {
  const text = formatTime(seconds, nanos) ?? NONE;
  return text.replace('T', ' ').replace('Z', '');
}

/** The wall clock of the reader's time zone. */
function local(seconds: number, nanos: number): string {
  const offset = new Date(seconds * 1000).getTimezoneOffset();
  return Number.isNaN(offset) ? utc(seconds, nanos) : utc(seconds - offset * 60, nanos);
}
