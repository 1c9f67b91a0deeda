/** Times of packets in the formats tshark's `-t` knows. */
import { formatTime, NO_TIME } from '../capture/timestamp.ts';
import type { TextBuffer } from './text-buffer.ts';

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

/** A packet's time and the format to show it in. */
export interface ShownTime {
  readonly format: TimeFormat;
  readonly times: PacketTimes;
}

const DOT = 46;
const MINUS = 45;

/** Writes a packet's time. */
export function writeTime(out: TextBuffer, { format, times }: ShownTime): void {
  const { seconds, nanos } = times;
  if (nanos === NO_TIME) return out.text(NONE);
  switch (format) {
    case 'r':
      return writeDifference(out, seconds - times.firstSeconds, nanos - times.firstNanos);
    case 'd':
      if (times.previousNanos === NO_TIME) return writeDifference(out, 0, 0);
      return writeDifference(out, seconds - times.previousSeconds, nanos - times.previousNanos);
    case 'e':
      return writeFraction(out, seconds, nanos, 9);
    case 'a':
      return out.text(local(seconds, nanos).slice(11));
    case 'ad':
      return out.text(local(seconds, nanos));
    case 'u':
      return out.text(utc(seconds, nanos).slice(11));
    default:
      return out.text(utc(seconds, nanos));
  }
}

function writeDifference(out: TextBuffer, seconds: number, nanos: number): void {
  const isNegative = seconds < 0 || (seconds === 0 && nanos < 0);
  let s = isNegative ? -seconds : seconds;
  let n = isNegative ? -nanos : nanos;
  if (n < 0) {
    s -= 1;
    n += 1_000_000_000;
  }
  if (isNegative) out.character(MINUS);
  writeFraction(out, s, n, 6);
}

/** Microseconds where that loses nothing or is asked for, else nanoseconds. */
function writeFraction(out: TextBuffer, seconds: number, nanos: number, least: 6 | 9): void {
  out.number(seconds);
  out.character(DOT);
  if (least === 6 && nanos % 1000 === 0) out.digits(nanos / 1000, 6);
  else out.digits(nanos, 9);
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
