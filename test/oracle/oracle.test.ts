import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { totalAgreement } from './compare.ts';
import { FIXTURES, SHARED } from './corpus.ts';
import { knownDifferences, sortDifferences } from './known-differences.ts';
import { type CorpusRun, compareCorpus, fieldCoverage } from './run.ts';
import { agreementTable, differenceList } from './table.ts';

const list = knownDifferences();

/** Parts of all that is compared of captures made by others, many of them malformed on purpose, that must agree at least. */
const LEAST_FIELDS = 0.9993;
const LEAST_STACKS = 0.9995;

test('every declared field is known to be tshark’s or not', () => {
  const { compared, lacking, unasked } = fieldCoverage();
  expect(unasked, 'run `npm run oracle -- --fields` where tshark 4.0 is installed').toEqual([]);
  process.stdout.write(`oracle: ${compared.size} fields compared, ${lacking.length} not: tshark 4.0 lacks them\n`);
});

function tell(name: string, run: CorpusRun): void {
  const { comparison, captures, unrecorded, unreadable, cutMessages } = run;
  const { unknown } = sortDifferences(name, comparison.differences, list);
  process.stdout.write(
    `oracle, ${name}: ${captures.length} captures with ${comparison.packets} packets compared; ` +
      `not compared: ${unrecorded.length} without a recording, ${unreadable.length} that tshark can't read, ` +
      `${cutMessages} messages that their segment does not hold to the end\n` +
      `${agreementTable(comparison, unknown)}\n`,
  );
}

describe('fixtures agree with tshark', () => {
  const run = compareCorpus(FIXTURES);
  const sorted = sortDifferences(FIXTURES.name, run.comparison.differences, list);

  test('every capture has a recording', () => {
    expect(run.unrecorded, 'run `npm run oracle` where tshark 4.0 is installed').toEqual([]);
    expect(run.unreadable).toEqual([]);
  });

  test('in every packet, time, length, protocol and field', () => {
    tell(FIXTURES.name, run);
    expect(differenceList(run.comparison.differences, 3)).toBe('');
  });

  test('known differences occur as often as is listed', () => {
    expect(sorted.miscounted).toEqual([]);
  });
});

describe('captures made by others agree with tshark', () => {
  const run = existsSync(SHARED.directory) ? compareCorpus(SHARED) : undefined;
  const isRecorded = run !== undefined && run.captures.length > 0;
  const sorted = sortDifferences(SHARED.name, run?.comparison.differences ?? [], list);
  if (!isRecorded) {
    const why =
      run === undefined ? 'they are not there' : `${run.unrecorded.length} have no recording (npm run oracle)`;
    process.stdout.write(`oracle, ${SHARED.name}: captures not compared, for ${why}\n`);
  }

  test.skipIf(!isRecorded)('in every packet, time, length, protocol and field but for known differences', () => {
    expect(differenceList(sorted.unknown, 3)).toBe('');
  });

  test.skipIf(!isRecorded)('in nearly all protocol stacks and fields, known differences counted as differing', () => {
    if (run === undefined) return;
    tell(SHARED.name, run);
    const { packets, stacks, fields, equal } = totalAgreement(run.comparison);
    expect(stacks / packets).toBeGreaterThanOrEqual(LEAST_STACKS);
    expect(equal / fields).toBeGreaterThanOrEqual(LEAST_FIELDS);
  });

  test.skipIf(!isRecorded || run?.unrecorded.length !== 0)('known differences occur as often as is listed', () => {
    expect(sorted.miscounted).toEqual([]);
  });
});
