/** The flows of a pass: records found by key, through open addressing. */
import { SEPARATE } from '../capture/columns.ts';
import { Cold, FlowFlag, Hot, HotTime, RECORD_TIMES, RECORD_WORDS, TROUBLE_WORDS } from './flow-columns.ts';
import { type FlowMemory, FlowRecords, reserveRecords } from './flow-records.ts';
import { type FlowQueue, hashKey, QUEUE_CAPACITY } from './queue.ts';

/** Fewest places of the index, as many as the processor's second cache takes. */
const LEAST_PLACES = 1 << 18;
/** How many times as many there are when more than half are taken: at first as many as a million flows take, for an index in between costs 2 % of a pass. */
const FIRST_GROWTH = 16;
const GROWTH = 4;
/** Bits of an index place that hold the record's number; the others hold bits of the hash, to tell most other keys without a look. */
const RECORD_BITS = 24;
export const RECORD_MASK = (1 << RECORD_BITS) - 1;
/** Most flows a table can hold. */
export const MOST_FLOWS = RECORD_MASK - QUEUE_CAPACITY;
/** Part of the flows that gives way at once when the table is full: so many that finding the longest idle costs little a flow. */
const EVICTED_PART = 16;
/** Records that are entered at a time into a new index. */
const ENTERED = 64;

/** Records of flows and the index over their keys. */
export class FlowTable extends FlowRecords {
  /** Most records held at once: those asked for, and a queue of new ones. */
  readonly capacity: number;
  /** Places of the index: 0, or a record's number with bits of the hash above it. */
  places: Int32Array = new Int32Array(0);
  /** Room for the longest index there may be, of which `places` is the beginning; undefined where each index is an array of its own. */
  private readonly reserved: Int32Array | undefined;
  private readonly seed: number;
  private readonly free: number[] = [];
  /** Hashes of the records that are being entered, and a place for what is touched. */
  private readonly hashes: Int32Array;
  private troubles = 0;
  /** Room to put the records' times in order. */
  private idleTimes: Float64Array | undefined;
  private readonly freeTroubles: number[] = [];
  private readonly onReleased: (record: number) => void;

  /**
   * @param capacity most flows held, 1 to `MOST_FLOWS`
   * @param seed of the hash
   * @param onReleased called with a record that is about to be let go
   * @param memory where records and index are kept
   */
  constructor(capacity: number, seed: number, onReleased: (record: number) => void, memory: FlowMemory = {}) {
    if (!(capacity >= 1 && capacity <= MOST_FLOWS)) throw new RangeError(`a flow table holds 1 to ${MOST_FLOWS} flows`);
    super(reserveRecords(capacity + QUEUE_CAPACITY, memory));
    this.capacity = capacity + QUEUE_CAPACITY;
    this.reserved = memory.columns?.int32(mostPlaces(this.capacity));
    this.hashes = (memory.columns ?? SEPARATE).int32(ENTERED + 1);
    this.places = this.emptyPlaces(LEAST_PLACES);
    this.seed = seed;
    this.onReleased = onReleased;
  }

  /** Lets the index go: 16 MB with a million flows. No packets may come after that. */
  close(): void {
    this.places = new Int32Array(0);
  }

  /** What a place holds of a record whose key has this hash. */
  placeOf(record: number, hash: number): number {
    return record | (hash & ~RECORD_MASK);
  }

  /** Lets idle flows go where there is not room for a queue of new ones; answers whether any went. */
  makeRoom(): boolean {
    if (this.capacity - this.count >= QUEUE_CAPACITY) return false;
    this.evictIdle();
    return true;
  }

  /** Takes a record for a new flow, cleared but for its id. `makeRoom` has seen to it that there is one. */
  take(): number {
    const record = this.count < this.used ? this.reuse() : this.used + 1;
    if (record > this.used) this.used = record;
    this.count++;
    this.made++;
    this.words[record * RECORD_WORDS + Cold.id] = this.made;
    return record;
  }

  /** A record that was let go, cleared; there is one where fewer are in use than ever were. */
  reuse(): number {
    const record = this.free.pop()!;
    this.words.fill(0, record * RECORD_WORDS, (record + 1) * RECORD_WORDS);
    return record;
  }

  /** Record of the flow with the key of a queue's entry, 0 where there is none. */
  find(queue: FlowQueue, entry: number): number {
    const { places, words } = this;
    const { key0, key1, key2, key3, key4, key5, key6, hash } = queue;
    const mask = places.length - 1;
    const wanted = hash[entry]!;
    let place = wanted & mask;
    for (let held = places[place]!; held !== 0; held = places[place]!) {
      const at = (held & RECORD_MASK) * RECORD_WORDS;
      if (
        ((held ^ wanted) & ~RECORD_MASK) === 0 &&
        words[at] === key0[entry] &&
        words[at + 1] === key1[entry] &&
        words[at + 2] === key2[entry] &&
        words[at + 3] === key3[entry] &&
        words[at + 4] === key4[entry] &&
        words[at + 5] === key5[entry] &&
        words[at + 6] === key6[entry]
      ) {
        return held & RECORD_MASK;
      }
      place = (place + 1) & mask;
    }
    return 0;
  }

  /** Puts a record into the index, in place of `superseded` that has the same key; 0 where there is none. */
  enter(record: number, hash: number, superseded: number): void {
    if (isCrowded(this.count, this.places.length)) this.reindex(grown(this.places.length));
    const { places } = this;
    const mask = places.length - 1;
    let place = hash & mask;
    for (let held = places[place]!; held !== 0; held = places[place]!) {
      if (superseded !== 0 && (held & RECORD_MASK) === superseded) break;
      place = (place + 1) & mask;
    }
    places[place] = this.placeOf(record, hash);
  }

  /** First word of a record's trouble, which it is given where it has none. */
  troubleOf(record: number): number {
    const at = record * RECORD_WORDS + Cold.trouble;
    let trouble = this.words[at]!;
    if (trouble === 0) {
      const reused = this.freeTroubles.pop();
      trouble = reused ?? ++this.troubles;
      if (reused !== undefined) this.trouble.fill(0, trouble * TROUBLE_WORDS, (trouble + 1) * TROUBLE_WORDS);
      this.words[at] = trouble;
    }
    return trouble * TROUBLE_WORDS;
  }

  /** Lets the records go whose flows are over: those for which `isOver` holds. Answers how many. */
  end(isOver: (record: number) => boolean): number {
    const count = this.release(isOver);
    this.ended += count;
    return count;
  }

  private release(isChosen: (record: number) => boolean): number {
    let count = 0;
    for (let record = 1; record <= this.used; record++) {
      if (this.words[record * RECORD_WORDS + Cold.id] === 0 || !isChosen(record)) continue;
      this.onReleased(record);
      this.giveUp(record);
      count++;
    }
    if (count > 0) this.reindex(this.places.length);
    return count;
  }

  private giveUp(record: number): void {
    const trouble = this.words[record * RECORD_WORDS + Cold.trouble]!;
    if (trouble !== 0) this.freeTroubles.push(trouble);
    this.words[record * RECORD_WORDS + Cold.id] = 0;
    this.free.push(record);
    this.count--;
  }

  /** Lets those flows go that have been without a packet for longest. */
  private evictIdle(): void {
    this.idleTimes ??= new Float64Array(this.capacity);
    const times = this.idleTimes.subarray(0, this.used);
    for (let record = 1; record <= this.used; record++) times[record - 1] = this.lastTime(record);
    times.sort();
    const least = Math.min(this.used, Math.max(QUEUE_CAPACITY, Math.floor(this.used / EVICTED_PART)));
    const limit = times[least - 1]!;
    let left = least;
    this.evicted += this.release((record) => left > 0 && this.lastTime(record) <= limit && left-- > 0);
  }

  /** Time of a record's last packet; a packet without a time counts as long ago. */
  private lastTime(record: number): number {
    const time = this.times[record * RECORD_TIMES + HotTime.last]!;
    return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  }

  /** Enters all records that no newer flow has superseded into an index of so many places. */
  reindex(size: number): void {
    const places = this.emptyPlaces(size);
    for (let first = 1; first <= this.used; first += ENTERED) {
      this.enterAll(places, first, Math.min(ENTERED, this.used - first + 1));
    }
    this.places = places;
  }

  /**
   * Enters so many records from `first` on into an index. Their keys and their places are touched before they are needed, by loops so short that the
   * cache misses of many overlap: a record takes 43 ns, and 98 by itself.
   */
  private enterAll(places: Int32Array, first: number, count: number): void {
    const { words, hashes, seed } = this;
    const mask = places.length - 1;
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= words[(first + i) * RECORD_WORDS]!;
    for (let i = 0; i < count; i++) {
      const at = (first + i) * RECORD_WORDS;
      hashes[i] = hashKey(
        seed,
        words[at]!,
        words[at + 1]!,
        words[at + 2]!,
        words[at + 3]!,
        words[at + 4]!,
        words[at + 5]!,
        words[at + 6]!,
      );
    }
    for (let i = 0; i < count; i++) sum ^= places[hashes[i]! & mask]!;
    // What was touched is kept, so that it is not optimised away.
    hashes[ENTERED] = sum;
    for (let i = 0; i < count; i++) {
      const at = (first + i) * RECORD_WORDS;
      if (words[at + Cold.id] === 0 || (words[at + Hot.flags]! & FlowFlag.superseded) !== 0) continue;
      const hash = hashes[i]!;
      let place = hash & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = this.placeOf(first + i, hash);
    }
  }

  /**
   * An index without records. A flood lets flows go thousands of times: what is as long as before is used again. It is written as a whole, for a page
   * that is read first is Linux's page of zeros, and to copy that when it is written interrupts all processors: 2 ms of a pass, with a million flows 20.
   */
  private emptyPlaces(size: number): Int32Array {
    const { places, reserved } = this;
    const empty = size === places.length ? places : (reserved?.subarray(0, size) ?? new Int32Array(size));
    return empty.fill(0);
  }
}

/** More than half of the index is taken by so many records. */
function isCrowded(count: number, places: number): boolean {
  return 2 * count > places;
}

/** Places of the index that comes after one of so many. */
function grown(places: number): number {
  return (places === LEAST_PLACES ? FIRST_GROWTH : GROWTH) * places;
}

/** Places of the index with so many records. */
function mostPlaces(count: number): number {
  let places = LEAST_PLACES;
  while (isCrowded(count, places)) places = grown(places);
  return places;
}
