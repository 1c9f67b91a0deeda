/** What a table of recent values forgets, and what it doesn't. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentTable } from '../../src/render/recent-table.ts';

const word = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }));
const key = fc.tuple(word, word, word);
type Key = [number, number, number];
const textOf = (numbers: Key): string => numbers.map((number) => number | 0).join(' ');

test('the last two keys have their values, any other its value or none', () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 60 }), (keys) => {
      const table = new RecentTable<number>(3);
      const values = new Map<string, number>();
      let [last, before]: [Key | undefined, Key | undefined] = [undefined, undefined];
      for (const [value, added] of keys.entries()) {
        table.set(...added, value);
        values.set(textOf(added), value);
        if (last === undefined || textOf(last) !== textOf(added)) before = last;
        last = added;
        for (const recent of [last, before]) {
          if (recent !== undefined) expect(table.get(...recent)).toBe(values.get(textOf(recent)));
        }
        for (const any of keys) expect([undefined, values.get(textOf(any))]).toContain(table.get(...any));
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});
