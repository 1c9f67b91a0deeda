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
/** Records whose marks are read by one call: V8 takes a function that is called often for a hot one sooner than a long loop. */
const PART = 512;
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

  constructor(lists: readonly MarkedRecords[]) {
    const most = 2 * countOf(lists);
    this.marks = new Int32Array(most);
    this.owners = new Int32Array(most);
    let place = 0;
    for (const { words, records } of lists) {
      for (let from = 0; from < records.length; from += PART) {
        this.read(words, records, from, Math.min(records.length, from + PART), place + from);
      }
      place += records.length;
    }
  }

  private read(words: Readonly<Int32Array>, records: ArrayLike<number>, from: number, to: number, place: number): void {
    for (let i = from; i < to; i++) {
      const at = records[i]! * RECORD_WORDS;
      for (let side = 0; side < 2; side++) {
        const mark = markOf(words, at, side);
        if (!Number.isNaN(mark)) this.add(mark | 0, place + i - from);
      }
    }
  }

  private add(mark: number, owner: number): void {
    this.marks[this.count] = mark;
    this.owners[this.count++] = owner;
  }

  /** Lets most of those marks go that are not twice in the sieve. */
  keep(sieve: Sieve): void {
    const { count } = this;
    this.count = 0;
    for (let from = 0; from < count; from += PART) this.keepOf(sieve, from, Math.min(count, from + PART));
  }

  private keepOf(sieve: Sieve, from: number, to: number): void {
    const { marks, owners } = this;
    for (let i = from; i < to; i++) if (sieve.has(marks[i]!)) this.add(marks[i]!, owners[i]!);
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

  has(mark: number): boolean {
    const place = Math.imul(mark, this.hash) >>> this.shift;
    return ((this.again[place >>> 5]! >>> (place & 31)) & 1) !== 0;
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
  const list = new MarkList(lists);
  const wanted = chosen && new MarkList(lists.map(({ words }, i) => ({ words, records: chosen[i] ?? [] })));
  if (wanted === undefined) sift(list);
  else keepThose(list, wanted);
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

/** Lets most marks go that none of the chosen has. */
function keepThose(list: MarkList, chosen: MarkList): void {
  const sieve = new Sieve(chosen.count, HASHES[0]);
  for (let times = 0; times < 2; times++) sieve.add(chosen);
  list.keep(sieve);
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
