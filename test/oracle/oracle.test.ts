import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FIXTURES, SHARED } from './corpus.ts';
import { knownDifferences, sortDifferences } from './known-differences.ts';
import { compareCorpus, fieldCoverage } from './run.ts';
import { agreementTable, differenceList } from './table.ts';

const list = knownDifferences();

test('every declared field is known to be tshark’s or not', () => {
  const { compared, lacking, unasked } = fieldCoverage();
  expect(unasked, 'run `npm run oracle -- --fields` where tshark 4.0 is installed').toEqual([]);
  process.stdout.write(`${compared.size} fields compared, ${lacking.length} not: tshark 4.0 lacks them\n`);
});

describe.each([FIXTURES, SHARED])('$name agrees with tshark', (corpus) => {
  const isThere = existsSync(corpus.directory);
  const run = isThere ? compareCorpus(corpus) : undefined;

  test.skipIf(corpus.name === 'shared')('every capture has a recording', () => {
    expect(run?.unrecorded, 'run `npm run oracle` where tshark 4.0 is installed').toEqual([]);
  });

  test('in every packet, time, length, protocol and field, but for known differences', ({ skip }) => {
    if (run === undefined || run.captures.length === 0) {
      const why = isThere ? 'no recordings: `npm run oracle` makes them' : `${corpus.directory} is not there`;
      process.stdout.write(`${corpus.name} captures not compared: ${why}\n`);
      return skip();
    }
    const { comparison, captures, unrecorded, unreadable } = run;
    const { unknown, known } = sortDifferences(comparison.differences, list);
    const excused = [...known.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `${corpus.name}: ${captures.length} captures, ${comparison.packets} packets compared; ${excused} known differences; ` +
        `not compared: ${unrecorded.length} without a recording, ${unreadable.length} that tshark can't read\n` +
        agreementTable(comparison),
    );
    expect(differenceList(unknown, 3)).toBe('');
  });

  test('known differences still occur', ({ skip }) => {
    const isWhole = run !== undefined && run.captures.length > 0 && run.unrecorded.length === 0;
    const listed = list.filter(({ corpus: name }) => name === corpus.name);
    if (!isWhole && listed.length > 0) return skip();
    const { absent } = sortDifferences(run?.comparison.differences ?? [], listed);
    expect(absent.map(({ line, place, field }) => `known-differences.tsv:${line}: ${place} ${field}`)).toEqual([]);
  });
});
