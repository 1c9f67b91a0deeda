/** The packets that each filter selects are those that `tshark -Y` selects. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadFilter } from '../../src/filter/filter.ts';
import {
  digestOf,
  numbersOf,
  ORACLE_CAPTURES,
  ORACLE_FILE,
  ORACLE_FILTERS,
  type RecordedOracle,
  rangesOf,
} from './oracle.ts';
import { dissector, selectPackets } from './select-packets.ts';

const oracle = JSON.parse(readFileSync(ORACLE_FILE, 'utf8')) as RecordedOracle;
const filters = await Promise.all(oracle.filters.map((filter) => loadFilter(filter, dissector)));
const paths = new Map(ORACLE_CAPTURES.map(({ name, path }) => [name, path]));
const present = oracle.captures.filter(({ name, digest }) => digestOf(paths.get(name) ?? '') === digest);
const absent = oracle.captures.length - present.length;
if (absent > 0) console.log(`filters: ${absent} of ${oracle.captures.length} recorded captures are missing or changed`);

test('the recording is of the filters listed, at least 150', () => {
  expect(oracle.filters).toEqual(ORACLE_FILTERS);
  expect(oracle.filters.length).toBeGreaterThanOrEqual(150);
});

test('the recording has captures that are here, and most filters select packets of some', () => {
  expect(present.length).toBeGreaterThan(0);
  const selecting = new Set(
    present
      .flatMap(({ selected }) => Object.entries(selected))
      .flatMap(([packets, list]) => (packets === '' ? [] : numbersOf(list))),
  );
  expect(selecting.size).toBeGreaterThan(oracle.filters.length / 2);
});

describe('filters select the packets tshark selects', () => {
  test.each(present)('$name', ({ name, selected }) => {
    const theirs: string[] = [];
    for (const [packets, list] of Object.entries(selected)) {
      for (const index of numbersOf(list)) theirs[index] = `${oracle.filters[index]}: ${packets}`;
    }
    const ours = selectPackets(paths.get(name) ?? '', filters).map(
      (numbers, index) => `${oracle.filters[index]}: ${rangesOf(numbers)}`,
    );
    expect(ours).toEqual(theirs);
  });
});
