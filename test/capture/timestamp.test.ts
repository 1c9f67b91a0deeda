import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeTickUnit, formatTime, NO_TIME, splitTicks, tickUnit } from '../../src/capture/timestamp.ts';

const MAX_TICKS = 2n ** 64n - 1n;
const NANOS_PER_SECOND = 1_000_000_000n;

function split(ticks: bigint, resolution: number, offset = 0): { seconds: number; nanos: number } {
  const into = { seconds: 0, nanos: 0 };
  splitTicks(Number(ticks >> 32n), Number(ticks & 0xffffffffn), tickUnit(resolution, offset), into);
  return into;
}

function exactly(ticks: bigint, resolution: number): { seconds: bigint; nanos: bigint } {
  const perSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
  return { seconds: ticks / perSecond, nanos: ((ticks % perSecond) * NANOS_PER_SECOND) / perSecond };
}

const resolution = fc.integer({ min: 0, max: 255 });
const ticks = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX_TICKS }),
  fc.bigInt({ min: 0n, max: 2n ** 33n }),
  fc.bigInt({ min: MAX_TICKS - 2n ** 12n, max: MAX_TICKS }),
);

describe('splitTicks', () => {
  test('agrees with arithmetic of any precision wherever a double can hold the seconds', () => {
    fc.assert(
      fc.property(ticks, resolution, (count, unit) => {
        const exact = exactly(count, unit);
        fc.pre(exact.seconds < 2n ** 51n);
        expect(split(count, unit)).toEqual({ seconds: Number(exact.seconds), nanos: Number(exact.nanos) });
      }),
      { numRuns: 3000 },
    );
  });

  test('is exact just before, at and after whole seconds', () => {
    const wholeSecond = fc.bigInt({ min: 1n, max: 2n ** 34n });
    fc.assert(
      fc.property(wholeSecond, fc.integer({ min: 0, max: 9 }), fc.constantFrom(-1n, 0n, 1n), (seconds, power, step) => {
        const count = seconds * 10n ** BigInt(power) + step;
        fc.pre(count <= MAX_TICKS);
        const exact = exactly(count, power);
        expect(split(count, power)).toEqual({ seconds: Number(exact.seconds), nanos: Number(exact.nanos) });
      }),
    );
  });

  test('never leaves the range of nanoseconds', () => {
    fc.assert(
      fc.property(ticks, resolution, (count, unit) => {
        const { seconds, nanos } = split(count, unit);
        expect(nanos >= 0 && nanos < 1e9 && Number.isInteger(nanos)).toBe(true);
        expect(seconds >= 0).toBe(true);
      }),
    );
  });

  test.each([
    ['microseconds', 1_720_000_000_123_456n, 6, 0, { seconds: 1_720_000_000, nanos: 123_456_000 }],
    ['nanoseconds', 1_720_000_000_123_456_789n, 9, 0, { seconds: 1_720_000_000, nanos: 123_456_789 }],
    ['picoseconds, rounded down', 1_999n, 12, 0, { seconds: 0, nanos: 1 }],
    ['seconds', 7n, 0, 0, { seconds: 7, nanos: 0 }],
    ['2^-10 s', 1025n, 0x8a, 0, { seconds: 1, nanos: 976_562 }],
    ['2^-32 s', 2n ** 32n + 2n ** 31n, 0xa0, 0, { seconds: 1, nanos: 500_000_000 }],
    ['an offset', 1n, 6, 100, { seconds: 100, nanos: 1000 }],
    ['a negative offset', 1n, 6, -100, { seconds: -100, nanos: 1000 }],
  ])('%s', (_, count, unit, offset, expected) => {
    expect(split(count, unit, offset)).toEqual(expected);
  });
});

test('a unit in words', () => {
  expect(describeTickUnit(tickUnit(6, 0))).toBe('10^-6 s');
  expect(describeTickUnit(tickUnit(0x8a, 0))).toBe('2^-10 s');
});

describe('formatTime', () => {
  test.each([
    [0, 0, '1970-01-01T00:00:00.000000000Z'],
    [1_720_000_000, 123_456_789, '2024-07-03T09:46:40.123456789Z'],
    [4_294_967_295, 999_999_999, '2106-02-07T06:28:15.999999999Z'],
    [951_782_400, 1, '2000-02-29T00:00:00.000000001Z'],
    [-1, 0, '1969-12-31T23:59:59.000000000Z'],
    [253_402_300_800, 0, '+010000-01-01T00:00:00.000000000Z'],
    [-62_167_219_201, 0, '-000001-12-31T23:59:59.000000000Z'],
  ])('%d s and %d ns', (seconds, nanos, expected) => {
    expect(formatTime(seconds, nanos)).toBe(expected);
  });

  test('no time, no text', () => {
    expect(formatTime(0, NO_TIME)).toBeUndefined();
  });

  test('agrees with Date in all of its range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e12, max: 8.64e12 }), (seconds) => {
        const expected = new Date(seconds * 1000).toISOString().replace('.000Z', '.000000000Z');
        expect(formatTime(seconds, 0)).toBe(expected);
      }),
    );
  });

  test('has a text for times beyond all reason', () => {
    const shape = /^[+-]?\d+-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
    for (const seconds of [2 ** 53, 1.8e19, -9.2e18]) expect(formatTime(seconds, 5)).toMatch(shape);
  });
});
