/**
 * Shows where netdissect and tshark differ:
 * `tsx test/oracle/report.ts [--protocol gre] [--field gre.key] [--limit 10] [--known] [--fixtures | --shared] [part of a path…]`.
 * The differences listed as known are left out without `--known`.
 * Record first: `npm run oracle`.
 */
import { parseArgs } from 'node:util';
import { STACK } from './compare.ts';
import { FIXTURES, SHARED } from './corpus.ts';
import { knownDifferences, sortDifferences } from './known-differences.ts';
import { compareCorpus, fieldCoverage } from './run.ts';
import { agreementTable, differenceList } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    protocol: { type: 'string' },
    field: { type: 'string' },
    limit: { type: 'string', default: '10' },
    known: { type: 'boolean' },
    fixtures: { type: 'boolean' },
    shared: { type: 'boolean' },
  },
});

const { protocol, field, limit } = values;
const corpora = [FIXTURES, SHARED].filter((corpus) => values[corpus.name] || (!values.fixtures && !values.shared));
for (const corpus of corpora) {
  const run = compareCorpus(corpus, {
    file: (path) => positionals.length === 0 || positionals.some((part) => path.includes(part)),
    field: (name, owner) => (protocol === undefined || owner === protocol) && (field === undefined || name === field),
  });
  const { comparison, captures, unrecorded, unreadable, cutMessages } = run;
  const { unknown } = sortDifferences(corpus.name, comparison.differences, knownDifferences());
  const shown = (values.known ? comparison.differences : unknown).filter((difference) =>
    field !== undefined
      ? difference.field === field
      : protocol === undefined ||
        difference.protocol === protocol ||
        (difference.field === STACK && `:${difference.ours}:${difference.theirs}:`.includes(`:${protocol}:`)),
  );
  process.stdout.write(
    `${corpus.name}: ${captures.length} captures, ${comparison.packets} packets; ` +
      `${unrecorded.length} not recorded, ${unreadable.length} unreadable for tshark, ` +
      `${cutMessages} messages not compared, for their segment ends before them\n\n` +
      `${differenceList(shown, Number(limit))}\n${agreementTable(comparison, unknown, protocol)}\n`,
  );
}
const lacking = fieldCoverage().lacking.filter((name) => protocol === undefined || name.startsWith(`${protocol}.`));
process.stdout.write(`not compared, for tshark 4.0 has no field of that name: ${lacking.join(', ') || 'none'}\n`);
