/** Finds the flows that may be linked across address translation from their columns alone: those that share a mark with another one. */
import { Cold, FlowFlag, Hot, RECORD_WORDS } from './flow-columns.ts';
import { TCP } from './ip-protocol.ts';
import { natMark } from './nat-mark.ts';

/** Records of a table, and the columns they are in. */
export interface MarkedRecords {
  readonly words: Readonly<Int32Array>;
  readonly records: Readonly<Int32Array>;
}

const SEEN = FlowFlag.syn | FlowFlag.synAck;

/** Marks seen, with who had each first: open addressing, at most half of the places taken. */
class Marks {
  private readonly marks: Int32Array;
  /** Number of the one who had it first, plus 1. */
  private readonly owners: Int32Array;

  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * most + 2));
    this.marks = new Int32Array(size);
    this.owners = new Int32Array(size);
  }

  /** Who had the mark first; -1 where it is `owner`, from now on. */
  enter(mark: number, owner: number): number {
    const { marks, owners } = this;
    const mask = owners.length - 1;
    let place = (Math.imul(mark, 0x85ebca77) >>> 7) & mask;
    for (let held = owners[place]!; held !== 0; held = owners[place]!) {
      if (marks[place] === mark) return held - 1;
      place = (place + 1) & mask;
    }
    marks[place] = mark;
    owners[place] = owner + 1;
    return -1;
  }
}

/** For each list the records whose marks others share, in their order. Marks are compared by 32 bits, so that a few may share none. */
export function natCandidates(lists: readonly MarkedRecords[]): Int32Array[] {
  const count = lists.reduce((sum, { records }) => sum + records.length, 0);
  const marks = new Marks(2 * count);
  const isShared = new Uint8Array(count);
  let place = 0;
  for (const { words, records } of lists) {
    for (let i = 0; i < records.length; i++, place++) {
      for (let side = 0; side < 2; side++) {
        const mark = markOf(words, records[i]! * RECORD_WORDS, side);
        if (Number.isNaN(mark)) continue;
        const first = marks.enter(mark | 0, place);
        if (first < 0) continue;
        isShared[first] = 1;
        isShared[place] = 1;
      }
    }
  }
  let before = 0;
  return lists.map(({ records }) => {
    const start = before;
    before += records.length;
    return records.filter((_, i) => isShared[start + i] === 1);
  });
}

function markOf(words: Readonly<Int32Array>, at: number, side: number): number {
  return natMark(
    (words[at + Hot.flags]! & (SEEN << side)) !== 0,
    words[at + Cold.initialSequence + side]!,
    (words[at + 3]! & 0xff) === TCP,
    words[at + Cold.timestamp + side]!,
    words[at + Cold.payloadHash + side]!,
    (words[at + Cold.ipId]! >>> (16 * side)) & 0xffff,
  );
}
