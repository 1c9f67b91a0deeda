import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitTicks, tickUnit } from '../../src/capture/timestamp.ts';
import { joinTicks, writtenUnit } from '../../src/capture/timestamp-writer.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });

describe('ticks', () => {
  test('of decimal units down to nanoseconds come back as they were', () => {
    fc.assert(
      fc.property(
        uint32,
        uint32,
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(0, 3600, -7200),
        (high, low, exponent, offset) => {
          const unit = tickUnit(exponent, offset);
          // Beyond 2^51 seconds a double holds a time only nearly.
          fc.pre(exponent >= 4 || high < 2 ** 19);
          const time = { seconds: 0, nanos: 0 };
          splitTicks(high, low, unit, time);
          const ticks = { high: 0, low: 0 };
          expect(joinTicks(time.seconds, time.nanos, writtenUnit(unit), ticks)).toBe(true);
          expect(ticks).toEqual({ high, low });
        },
      ),
    );
  });

  test('of a time equal those counted with big integers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 18_446_744_072 }),
        fc.integer({ min: 0, max: 999_999_999 }),
        (seconds, nanos) => {
          const ticks = { high: 0, low: 0 };
          joinTicks(seconds, nanos, tickUnit(9, 0), ticks);
          const counted = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
          expect((BigInt(ticks.high) << 32n) + BigInt(ticks.low)).toBe(counted);
        },
      ),
    );
  });

  test.each([
    ['before the first', -1, 0, 0, 0],
    ['after the last', 18_446_744_074, 0, 0xffffffff, 0xffffffff],
    ['far after the last', 2 ** 53, 0, 0xffffffff, 0xffffffff],
  ])('%s are the nearest', (_, seconds, nanos, high, low) => {
    const ticks = { high: 1, low: 1 };
    expect(joinTicks(seconds, nanos, tickUnit(9, 0), ticks)).toBe(false);
    expect(ticks).toEqual({ high, low });
  });

  test.each([
    ['microseconds', 6, 6],
    ['tenths of nanoseconds', 10, 9],
    ['2^-20 s', 0x94, 9],
  ])('%s are written in a unit that keeps them', (_, resolution, exponent) => {
    expect(writtenUnit(tickUnit(resolution, 5))).toMatchObject({ binary: false, exponent, offset: 5 });
  });
});
