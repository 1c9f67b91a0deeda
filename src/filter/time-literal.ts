/** Dates, times and durations as people write them in filters; all as nanoseconds. */

const NANOS_PER_SECOND = 1_000_000_000n;
const MILLIS_PER_SECOND = 1000;
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/;
const LEGACY = /^([A-Z][a-z]{2}) +(\d{1,2}), (\d{4})(?: (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(UTC)?$/;
const MONTHS: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SECONDS = /^(-?)(\d+)(?:\.(\d{0,9}))?$/;

/** Seconds with up to nine decimals. */
export function durationLiteral(text: string): bigint | undefined {
  const found = SECONDS.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', decimals = ''] = found;
  const nanos = BigInt(whole) * NANOS_PER_SECOND + BigInt(decimals.padEnd(9, '0'));
  return sign === '-' ? -nanos : nanos;
}

/**
 * A point in time since 1970-01-01T00:00:00Z: `2024-07-03T09:46:40.5Z` (ISO 8601; the T may be a space, the time may be left out),
 * `Jul 3, 2024 09:46:40 UTC`, or seconds. Without a zone it is local time, as in Wireshark.
 */
export function timeLiteral(text: string): bigint | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hours, minutes, seconds, decimals, zone] = iso;
    return pointInTime(Number(year), Number(month) - 1, Number(day), [hours, minutes, seconds], decimals, zone);
  }
  const legacy = LEGACY.exec(text);
  if (legacy !== null) {
    const [, name = '', day, year, hours, minutes, seconds, decimals, zone] = legacy;
    const month = MONTHS.indexOf(name);
    return pointInTime(Number(year), month, Number(day), [hours, minutes, seconds], decimals, zone);
  }
  return durationLiteral(text);
}

function pointInTime(
  year: number,
  month: number,
  day: number,
  clock: readonly (string | undefined)[],
  decimals = '',
  zone: string | undefined,
): bigint | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = clock.map((part) => Number(part ?? 0));
  const utc = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
  const isDate = month >= 0 && utc.getUTCMonth() === month && utc.getUTCDate() === day && hours < 24;
  // 60 is a leap second's.
  if (!isDate || minutes > 59 || seconds > 60) return undefined;
  const millis =
    zone === undefined
      ? new Date(year, month, day, hours, minutes, seconds).getTime()
      : utc.getTime() - offsetOf(zone) * 60 * MILLIS_PER_SECOND;
  return BigInt(millis / MILLIS_PER_SECOND) * NANOS_PER_SECOND + BigInt(decimals.padEnd(9, '0'));
}

/** Minutes east of Greenwich. */
function offsetOf(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}
