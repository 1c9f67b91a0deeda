/** Times of flows, nanoseconds since the second a pass counts from, as whole seconds and what is left. */

const NANOS = 1e9;

/** Whole seconds in so many nanoseconds, rounded down. */
export function secondsOf(nanos: number): number {
  const seconds = Math.floor(nanos / NANOS);
  // Beyond 2^52 the quotient may have been rounded up.
  return seconds * NANOS > nanos ? seconds - 1 : seconds;
}

/** What so many nanoseconds are more than `seconds`, their whole seconds: 0 to 999,999,999. */
export function nanosBeyond(seconds: number, nanos: number): number {
  return Math.min(nanos - seconds * NANOS, NANOS - 1);
}
