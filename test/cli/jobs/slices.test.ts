import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slicesFor } from '../../../src/cli/jobs/slices.ts';

const MB = 1024 * 1024;

test.each([
  { jobs: 2, sizes: [10, 10], slices: ['0-1', '1-2'] },
  { jobs: 2, sizes: [10, 10, 10], slices: ['0-2', '2-3'] },
  { jobs: 2, sizes: [30, 10, 10], slices: ['0-1', '1-3'] },
  { jobs: 3, sizes: [10, 10], slices: ['0-1', '1-2'] },
  { jobs: 2, sizes: [0, 0, 0, 0], slices: ['0-2', '2-4'] },
  { jobs: 1, sizes: [10, 10], slices: ['0-2'] },
])('$jobs threads for $sizes', ({ jobs, sizes, slices }) => {
  expect(slicesFor(jobs, sizes).map(({ from, to }) => `${from}-${to}`)).toEqual(slices);
});

test('threads of their own are for long captures only, unless they are asked for', () => {
  expect(slicesFor('auto', [1000 * MB, 10 * MB])).toEqual([{ from: 0, to: 2 }]);
});

test('slices follow on each other, are no more than threads, and none could be shorter than the longest', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      (sizes, jobs) => {
        const slices = slicesFor(jobs, sizes);
        expect(slices.length).toBeLessThanOrEqual(jobs);
        expect(slices[0]?.from).toBe(0);
        expect(slices.at(-1)?.to).toBe(sizes.length);
        for (const [index, { from, to }] of slices.entries()) {
          expect(to).toBeGreaterThan(from);
          if (index > 0) expect(from).toBe(slices[index - 1]?.to);
        }
        const weight = (from: number, to: number): number =>
          sizes.slice(from, to).reduce((sum, size) => sum + size + 1, 0);
        const longest = Math.max(...slices.map(({ from, to }) => weight(from, to)));
        expect(longest).toBe(shortestOfLongest(weight, sizes.length, jobs));
      },
    ),
  );
});

/** By trying all ways to cut. */
function shortestOfLongest(weight: (from: number, to: number) => number, count: number, jobs: number): number {
  const best = (from: number, left: number): number => {
    if (left === 1) return weight(from, count);
    let least = weight(from, count);
    for (let to = from + 1; to < count; to++) least = Math.min(least, Math.max(weight(from, to), best(to, left - 1)));
    return least;
  };
  return best(0, jobs);
}
