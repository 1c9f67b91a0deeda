/** Differences that are right: read from `known-differences.tsv`, each with its reason and the specification that decides. */
import { readFileSync } from 'node:fs';
import type { Difference } from './compare.ts';
import { KNOWN_DIFFERENCES } from './corpus.ts';

/** One line of the list; in its first four columns `*` stands for any characters, `-` for none at all. */
export interface KnownDifference {
  readonly line: number;
  /** The corpus and, relative to it, the capture, with `#` and the packet's number where only that one is meant. */
  readonly place: string;
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
  /** Differences it stands for: if there are fewer or more, something has changed behind its patterns. */
  readonly times: number;
  readonly reason: string;
  readonly specification: string;
}

const COLUMNS = 7;

/** Reads the list. Throws when a line has not all columns. */
export function knownDifferences(path = KNOWN_DIFFERENCES): KnownDifference[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((text, at) => {
      if (at === 0 || text.startsWith('#')) return [];
      const columns = text.split('\t');
      if (columns.length !== COLUMNS || columns.some((column) => column === '')) {
        throw new Error(`known-differences.tsv:${at + 1}: ${COLUMNS} columns expected, none empty`);
      }
      const [place = '', field = '', ours = '', theirs = '', times, reason = '', specification = ''] = columns;
      return [{ line: at + 1, place, field, ours, theirs, times: Number(times), reason, specification }];
    });
}

function pattern(text: string): RegExp {
  if (text === '-') return /^$/;
  const escaped = text.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's');
}

/** Differences by whether they are known, and in words the lines of the list that stand for fewer or more than they say. */
export interface Sorted {
  readonly unknown: Difference[];
  readonly known: ReadonlyMap<KnownDifference, number>;
  readonly miscounted: string[];
}

/** Matches the differences of a corpus against its part of the list. A difference counts for the first line that fits. */
export function sortDifferences(
  corpus: string,
  differences: readonly Difference[],
  list: readonly KnownDifference[],
): Sorted {
  const own = list.filter((entry) => entry.place.startsWith(`${corpus}/`));
  const rules = own.map((entry) => ({
    entry,
    place: pattern(entry.place.includes('#') ? entry.place : `${entry.place}#*`),
    field: pattern(entry.field),
    ours: pattern(entry.ours),
    theirs: pattern(entry.theirs),
  }));
  const known = new Map<KnownDifference, number>();
  const unknown = differences.filter((difference) => {
    const place = `${corpus}/${difference.file}#${difference.packet}`;
    const rule = rules.find(
      ({ place: at, field, ours, theirs }) =>
        at.test(place) && field.test(difference.field) && ours.test(difference.ours) && theirs.test(difference.theirs),
    );
    if (rule !== undefined) known.set(rule.entry, (known.get(rule.entry) ?? 0) + 1);
    return rule === undefined;
  });
  const miscounted = own
    .filter((entry) => (known.get(entry) ?? 0) !== entry.times)
    .map((entry) => `line ${entry.line}: ${entry.place} ${entry.field}: ${known.get(entry) ?? 0}, not ${entry.times}`);
  return { unknown, known, miscounted };
}
