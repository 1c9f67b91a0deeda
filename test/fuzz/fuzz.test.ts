/** A short run of the fuzz targets with a fixed seed: every seed as it is, then so many mutations. `npm run fuzz` is the long one. */
import { describe, expect, test } from 'vitest';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { signatureOf } from './report.ts';
import { TARGETS } from './targets/index.ts';

const SEED = 20_260_101;
const MUTATIONS = 400;
/** Of the seeds, one in so many is run as it is: other tests run them all. */
const ONE_IN = 8;

describe.each(Object.entries(TARGETS))('%s', (_, load) => {
  test('keeps its promises', { timeout: 300_000 }, async () => {
    const target = await load();
    const random = new Random(SEED);
    const seeds = target.seeds().map((seed) => seed.subarray(0, target.longest));
    expect(seeds.length).toBeGreaterThan(5);
    const others = { corpus: seeds, words: target.words };
    const inputs = seeds.filter((_, index) => index % ONE_IN === 0);
    for (let i = 0; i < MUTATIONS; i++) inputs.push(mutate(random.pick(seeds), random, others, target.longest));
    const broken = new Map<string, string>();
    for (const input of inputs) {
      try {
        await target.run(input);
      } catch (error) {
        broken.set(signatureOf(error), Buffer.from(input).toString('hex').slice(0, 4000));
      }
    }
    expect(Object.fromEntries(broken)).toEqual({});
  });
});

test('mutations are those of their seed, and within the length', () => {
  const make = (seed: number): string[] => {
    const random = new Random(seed);
    const others = { corpus: [Uint8Array.of(1, 2, 3), new Uint8Array(50)], words: [Uint8Array.of(9)] };
    return Array.from({ length: 500 }, () =>
      Buffer.from(mutate(others.corpus[0]!, random, others, 40)).toString('hex'),
    );
  };
  expect(make(1)).toEqual(make(1));
  expect(make(1)).not.toEqual(make(2));
  expect(Math.max(...make(3).map(({ length }) => length))).toBeLessThanOrEqual(80);
});
