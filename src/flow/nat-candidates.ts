/** Finds the flows that may be linked across address translation from their columns alone: those that share a mark with another one. */
import { Cold, FlowFlag, Hot, RECORD_WORDS } from './flow-columns.ts';
import { TCP } from './ip-protocol.ts';
import { natMark } from './nat-mark.ts';

/** Records of a table, and the columns they are in. */
export interface MarkedRecords {
  readonly words: Readonly<Int32Array>;
  readonly records: ArrayLike<number>;
}

const SEEN = FlowFlag.syn | FlowFlag.synAck;
/**
 * Records whose marks are read by one call: V8 takes a function that is called often for a hot one sooner than a long loop, and so few stay in the
 * processor's first cache until both directions were read.
 */
const PART = 128;
/** Bits of a sieve for each mark, so that of those that nobody shares one in nine gets through; and of a sieve for few. */
const SIEVE_BITS = 8;
const LEAST_BITS = 2 ** 14;
/** Sieves, each by another hash, that a list goes through: what is left then is compared. */
const HASHES = [0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/** Marks of records, by 32 bits, so that a few that are the same are none; and the places of those who have them. */
class MarkList {
  readonly marks: Int32Array;
  readonly owners: Int32Array;
  count = 0;

  /** @param sieve what is not twice in it is mostly left out */
  constructor(lists: readonly MarkedRecords[], sieve?: Sieve) {
    const most = 2 * countOf(lists);
    this.marks = new Int32Array(most);
    this.owners = new Int32Array(most);
    let place = 0;
    for (const { words, records } of lists) {
      for (let from = 0; from < records.length; from += PART) {
        const before = this.count;
        const to = Math.min(records.length, from + PART);
        for (let side = 0; side < 2; side++) this.read(words, records, from, to, side, place);
        // At once, while they are in the processor's cache: few marks are ever written to memory.
        if (sieve !== undefined) this.keep(sieve, before);
      }
      place += records.length;
    }
  }

  private read(
    words: Readonly<Int32Array>,
    records: ArrayLike<number>,
    from: number,
    to: number,
    side: number,
    place: number,
  ): void {
    const { marks, owners } = this;
    let { count } = this;
    for (let i = from; i < to; i++) {
      const mark = markOf(words, records[i]! * RECORD_WORDS, side);
      marks[count] = mark;
      owners[count] = place + i;
      if (!Number.isNaN(mark)) count++;
    }
    this.count = count;
  }

  /** Lets most of those marks from `start` on go that are not twice in the sieve. */
  keep(sieve: Sieve, start = 0): void {
    const { count } = this;
    this.count = start;
    for (let from = start; from < count; from += PART) this.keepOf(sieve, from, Math.min(count, from + PART));
  }

  private keepOf(sieve: Sieve, from: number, to: number): void {
    const { marks, owners } = this;
    let { count } = this;
    for (let i = from; i < to; i++) {
      const mark = marks[i]!;
      marks[count] = mark;
      owners[count] = owners[i]!;
      count += sieve.has(mark);
    }
    this.count = count;
  }
}

/** Tells most marks that nobody shares from others at little cost: by bits that fit the processor's second cache. */
class Sieve {
  private readonly once: Int32Array;
  private readonly again: Int32Array;
  private readonly shift: number;
  private readonly hash: number;

  /** @param count marks that will be added at once */
  constructor(count: number, hash: number) {
    const bits = Math.max(LEAST_BITS, 2 ** Math.ceil(Math.log2(SIEVE_BITS * count + 1)));
    this.once = new Int32Array(bits / 32);
    this.again = new Int32Array(bits / 32);
    this.shift = 32 - Math.log2(bits);
    this.hash = hash;
  }

  add({ marks, count }: MarkList): void {
    for (let from = 0; from < count; from += PART) this.addOf(marks, from, Math.min(count, from + PART));
  }

  private addOf(marks: Int32Array, from: number, to: number): void {
    const { once, again, shift, hash } = this;
    for (let i = from; i < to; i++) {
      const place = Math.imul(marks[i]!, hash) >>> shift;
      const bit = 1 << (place & 31);
      again[place >>> 5] = again[place >>> 5]! | (once[place >>> 5]! & bit);
      once[place >>> 5] = once[place >>> 5]! | bit;
    }
  }

  /** 1 for a mark that was added twice, and for some others; 0 for the others. */
  has(mark: number): number {
    const place = Math.imul(mark, this.hash) >>> this.shift;
    return (this.again[place >>> 5]! >>> (place & 31)) & 1;
  }
}

/**
 * For each list the records whose marks others share, in their order.
 *
 * @param chosen of each list the records whose links are asked for: then only those of them are answered whose marks others share, and those others
 */
export function natCandidates(
  lists: readonly MarkedRecords[],
  chosen?: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const wanted =
    chosen && new MarkList(lists.map(({ words }, i) => ({ words, records: Int32Array.from(chosen[i] ?? []) })));
  const list = new MarkList(lists, wanted && sieveOf(wanted));
  if (wanted === undefined) sift(list);
  const isShared = sharing(list, countOf(lists), wanted && new Set(wanted.marks.subarray(0, wanted.count)));
  let before = 0;
  return lists.map(({ records }) => {
    const end = before + records.length;
    const found: number[] = [];
    for (let at = isShared.indexOf(1, before); at >= 0 && at < end; at = isShared.indexOf(1, at + 1)) {
      found.push(records[at - before]!);
    }
    before = end;
    return found;
  });
}

/** Lets most marks go that nobody shares. */
function sift(list: MarkList): void {
  for (const hash of HASHES) {
    const sieve = new Sieve(list.count, hash);
    sieve.add(list);
    list.keep(sieve);
  }
}

/** Lets the marks of the chosen through. */
function sieveOf(chosen: MarkList): Sieve {
  const sieve = new Sieve(chosen.count, HASHES[0]);
  for (let times = 0; times < 2; times++) sieve.add(chosen);
  return sieve;
}

/** For each of `count` places 1 where its owner shares a mark of the list, one of those wanted, with another one. */
function sharing(list: MarkList, count: number, wanted: ReadonlySet<number> | undefined): Uint8Array {
  const { marks, owners } = list;
  const isShared = new Uint8Array(count);
  const firsts = new Map<number, number>();
  for (let i = 0; i < list.count; i++) {
    if (wanted?.has(marks[i]!) === false) continue;
    const first = firsts.get(marks[i]!);
    if (first === undefined) firsts.set(marks[i]!, owners[i]!);
    else {
      isShared[first] = 1;
      isShared[owners[i]!] = 1;
    }
  }
  return isShared;
}

function countOf(lists: readonly MarkedRecords[]): number {
  return lists.reduce((sum, { records }) => sum + records.length, 0);
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
