/** Finds the flows that may be linked across address translation from their columns alone: those that share a mark with another one. */
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import type { RecordScans } from './flow-kernel.ts';
import type { FlowRecords } from './flow-records.ts';
import {
  addMarks,
  hasMark,
  isTwice,
  markBits,
  recordSieve,
  type SieveBits,
  sieveBits,
  sieveShift,
  sieveSize,
} from './mark-sieve.ts';

/** Flows among which links are looked for: so many have room in the sieve of compiled loops. */
export const MOST_LINKED = 100_000;

/** Records of one table. */
export interface MarkedRecords {
  readonly table: Pick<FlowRecords, 'words' | 'used'>;
  /** Loops over the table's records, where they are compiled. */
  readonly scans?: Pick<RecordScans, 'bits' | 'sieve'> | undefined;
}

/**
 * For each list the records whose marks others share, in order of their ids.
 *
 * @param chosen of each list the records whose links are asked for: then only those of them are answered whose marks others share, and those others
 */
export function natCandidates(
  lists: readonly MarkedRecords[],
  chosen?: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const wanted = chosen && marksOf(lists, chosen);
  const most = wanted?.length ?? 2 * lists.reduce((sum, { table }) => sum + table.used, 0);
  const size = sieveSize(most);
  const shift = sieveShift(size);
  const bits = bitsFor(lists, size);
  const sieves = lists.map(({ table, scans }) => (scans?.bits === bits ? scans.sieve : recordSieve(table, bits)));
  if (wanted === undefined) for (const [i, { add }] of sieves.entries()) add(1, lists[i]!.table.used + 1, shift);
  // Twice, for each of them to get through.
  else for (const mark of [...wanted, ...wanted]) addMarks(bits.once, bits.again, mark, 1, shift);
  const shared = new SharedMarks(lists, wanted);
  for (const [list, { next }] of sieves.entries()) {
    const { words, used } = lists[list]!.table;
    for (let record = next(1, used + 1, shift); record <= used; record = next(record + 1, used + 1, shift)) {
      const at = record * RECORD_WORDS;
      for (let side = 0; side < 2; side++) {
        if (hasMark(words, at, side) === 0) continue;
        const mark = markBits(words, at, side);
        if (isTwice(bits.again, mark, shift) !== 0) shared.add(mark, list, record);
      }
    }
  }
  return lists.map(({ table: { words } }, list) =>
    shared.recordsOf(list).sort((a, b) => idOf(words, a) - idOf(words, b)),
  );
}

/** Bits of a sieve of such a size, all 0: those that compiled loops are about, if they are enough. */
function bitsFor(lists: readonly MarkedRecords[], size: number): SieveBits {
  const words = size / 32;
  const bits = lists.find(({ scans }) => scans !== undefined)?.scans?.bits;
  if (bits === undefined || bits.once.length < words) return sieveBits(size);
  bits.once.fill(0, 0, words);
  bits.again.fill(0, 0, words);
  return bits;
}

function marksOf(lists: readonly MarkedRecords[], chosen: readonly (readonly number[])[]): number[] {
  const sides = [0, 1] as const;
  return lists.flatMap(({ table: { words } }, i) =>
    (chosen[i] ?? []).flatMap((record) => {
      const at = record * RECORD_WORDS;
      return sides.filter((side) => hasMark(words, at, side) !== 0).map((side) => markBits(words, at, side));
    }),
  );
}

function idOf(words: Readonly<Int32Array>, record: number): number {
  return words[record * RECORD_WORDS + Cold.id]! >>> 0;
}

/** Records with marks, those wanted or any, that are met more than once. */
class SharedMarks {
  private readonly wanted: ReadonlySet<number> | undefined;
  /** Where the records of each list begin among all places. */
  private readonly before: readonly number[];
  /** Place of the record that a mark was met in first. */
  private readonly firsts = new Map<number, number>();
  private readonly isShared: Uint8Array;

  constructor(lists: readonly MarkedRecords[], wanted: readonly number[] | undefined) {
    let count = 0;
    this.before = lists.map(({ table: { used } }) => {
      count += used + 1;
      return count - used - 1;
    });
    this.isShared = new Uint8Array(count);
    this.wanted = wanted && new Set(wanted);
  }

  add(mark: number, list: number, record: number): void {
    if (this.wanted?.has(mark) === false) return;
    const { isShared, firsts } = this;
    const place = this.before[list]! + record;
    const first = firsts.get(mark);
    if (first === undefined) firsts.set(mark, place);
    else isShared[first] = isShared[place] = 1;
  }

  /** Records of a list that share a mark. */
  recordsOf(list: number): number[] {
    const { isShared, before } = this;
    const start = before[list]!;
    const end = before[list + 1] ?? isShared.length;
    const found: number[] = [];
    for (let at = isShared.indexOf(1, start); at >= 0 && at < end; at = isShared.indexOf(1, at + 1)) {
      found.push(at - start);
    }
    return found;
  }
}
