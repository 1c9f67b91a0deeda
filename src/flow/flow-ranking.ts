/** Flows by how much they have of something, found from the columns alone. */
import {
  Carry,
  Cold,
  ColdTime,
  FlowFlag,
  Hot,
  HotTime,
  RECORD_TIMES,
  RECORD_WORDS,
  TROUBLE_WORDS,
  Trouble,
} from './flow-columns.ts';
import { type FlowRecords, recordAt } from './flow-records.ts';

const TWO_TO_32 = 2 ** 32;
/** Of other flows no round trip is told. */
const TIMED_HANDSHAKE = FlowFlag.handshake | FlowFlag.handshakeTimed;

type Measure = (table: FlowRecords, record: number) => number;

function sumOf(column: number, carry: number): Measure {
  return (table, record) => {
    const { words, trouble } = table;
    const at = record * RECORD_WORDS + column;
    const own = words[record * RECORD_WORDS + Cold.trouble]! * TROUBLE_WORDS;
    const carried = own === 0 ? 0 : trouble[own + carry]!;
    return (words[at]! >>> 0) + (words[at + 1]! >>> 0) + TWO_TO_32 * ((carried & 0xffff) + (carried >>> 16));
  };
}

const troubleOf = (...counters: readonly number[]): Measure => {
  return ({ words, trouble }, record) => {
    const at = words[record * RECORD_WORDS + Cold.trouble]! * TROUBLE_WORDS;
    if (at === 0) return 0;
    return counters.reduce((sum, counter) => sum + trouble[at + counter]! + trouble[at + counter + 1]!, 0);
  };
};

/** What flows can be ranked by; all of them with the most first, `start` and `id` with the earliest. */
const MEASURES = {
  bytes: sumOf(Hot.ipBytes, Carry.ipBytes),
  payload: sumOf(Hot.payloadBytes, Carry.payloadBytes),
  wire: sumOf(Hot.wireBytes, Carry.wireBytes),
  packets: ({ words }, record) =>
    (words[record * RECORD_WORDS + Hot.packets]! >>> 0) + (words[record * RECORD_WORDS + Hot.packets + 1]! >>> 0),
  duration: (table, record) => table.times[record * RECORD_TIMES + HotTime.last]! - table.startTime(record),
  rtt: ({ words, times }, record) =>
    (words[record * RECORD_WORDS + Hot.flags]! & TIMED_HANDSHAKE) === TIMED_HANDSHAKE
      ? times[record * RECORD_TIMES + ColdTime.opening]!
      : 0,
  retransmissions: troubleOf(Trouble.retransmissions),
  trouble: troubleOf(
    Trouble.retransmissions,
    Trouble.outOfOrder,
    Trouble.lostSegments,
    Trouble.zeroWindows,
    Trouble.duplicateAcks,
  ),
  start: (table, record) => -table.startTime(record),
  id: ({ words }, record) => -(words[record * RECORD_WORDS + Cold.id]! >>> 0),
} as const satisfies Readonly<Record<string, Measure>>;

/** What flows can be ranked by. */
export type Ranking = keyof typeof MEASURES;
export const RANKINGS = Object.keys(MEASURES) as Ranking[];

/** Records of one table. */
export interface RecordList {
  readonly table: FlowRecords;
  /** As the table lists them. */
  readonly records: Int32Array | undefined;
  /** Loops over the table's records, where they are compiled. */
  readonly scans?: { readonly nextAbove: NextAbove } | undefined;
}

/** The first record from `record` on and before `end` with more than `least`; `end` where there is none. */
export type NextAbove = (record: number, end: number, least: number) => number;

/** Makes that loop for the ranking `bytes`, by which `--top` finds flows. A closure for the reason that `packetUpdate` is one. */
export function scanBytes(table: FlowRecords): NextAbove {
  const measure = MEASURES.bytes;
  return (record, end, least) => {
    let at = record;
    while (at < end && !(measure(table, at) > least)) at++;
    return at;
  };
}

/**
 * Records that are looked at by one call, one loop after the other: V8 takes a function that is called often for a hot one sooner than a long loop, and
 * one of few instructions soonest. Of 100,000 flows that is 2 ms of 8.
 */
const PART = 512;

/**
 * The `top` records with the most, in order; of equal ones the earlier first. Flows without a number come last. Records are named by their place
 * in the lists, one list behind the other.
 */
export function ranked(lists: readonly RecordList[], by: Ranking, top: number): Int32Array {
  const all = lists.reduce((sum, { table }) => sum + table.count, 0);
  const foremost = new Foremost(Math.min(top, all), MEASURES[by]);
  let before = 0;
  for (const { table, records, scans } of lists) {
    const { count } = table;
    const nextAbove = by === 'bytes' && records === undefined ? scans?.nextAbove : undefined;
    for (let from = 0; from < count; from += PART) {
      if (nextAbove !== undefined && foremost.isFull) {
        foremost.lookAbove(table, nextAbove, from + 1, count + 1, before - 1);
        break;
      }
      foremost.look(table, records, from, Math.min(count, from + PART), before + from);
    }
    before += count;
  }
  return foremost.inOrder();
}

/** The places of the greatest amounts so far, of equal ones the earlier: a heap with the least at its top once it is full. */
class Foremost {
  private readonly measure: Measure;
  /** Amounts of the records looked at. */
  private readonly measured = new Float64Array(PART);
  private readonly amounts: Float64Array;
  private readonly places: Int32Array;
  private count = 0;

  constructor(most: number, measure: Measure) {
    this.measure = measure;
    this.amounts = new Float64Array(most);
    this.places = new Int32Array(most);
  }

  /** The least of the foremost is known: only what is above it counts. */
  get isFull(): boolean {
    return this.count === this.amounts.length;
  }

  /** Looks at the records that are listed at [from, to), which have places from `place` on: later ones than before. */
  look(table: FlowRecords, records: RecordList['records'], from: number, to: number, place: number): void {
    const { measured, amounts } = this;
    const end = to - from;
    this.measureAll(table, records, from, end);
    let i = 0;
    for (; i < end && this.count < amounts.length; i++) this.add(measured[i]!, place + i);
    for (i = this.nextAbove(i, end); i < end; i = this.nextAbove(i + 1, end)) this.sink(0, measured[i]!, place + i);
  }

  /** Looks at records [from, to), whose places are their numbers and `offset`. */
  lookAbove(table: FlowRecords, nextAbove: NextAbove, from: number, to: number, offset: number): void {
    const { measure, amounts } = this;
    for (let at = nextAbove(from, to, amounts[0]!); at < to; at = nextAbove(at + 1, to, amounts[0]!)) {
      this.sink(0, measure(table, at), offset + at);
    }
  }

  private measureAll(table: FlowRecords, records: RecordList['records'], from: number, count: number): void {
    const { measure, measured } = this;
    for (let i = 0; i < count; i++) measured[i] = measure(table, recordAt(records, from + i));
  }

  /** The next record measured that has more than the least of the foremost. */
  private nextAbove(from: number, end: number): number {
    const { measured } = this;
    const least = this.amounts[0]!;
    let i = from;
    while (i < end && !(measured[i]! > least)) i++;
    return i;
  }

  private add(amount: number, place: number): void {
    const { amounts, places } = this;
    amounts[this.count] = Number.isNaN(amount) ? Number.NEGATIVE_INFINITY : amount;
    places[this.count++] = place;
    if (this.count < amounts.length) return;
    for (let at = (this.count >> 1) - 1; at >= 0; at--) this.sink(at, amounts[at]!, places[at]!);
  }

  /** Puts an amount where the one at `at` was, and down to where those below are greater. */
  private sink(at: number, amount: number, place: number): void {
    const { amounts, places, count } = this;
    const isBehind = (a: number, b: number): boolean =>
      amounts[a]! < amounts[b]! || (amounts[a] === amounts[b] && places[a]! > places[b]!);
    let hole = at;
    for (let child = 2 * at + 1; child < count; child = 2 * hole + 1) {
      if (child + 1 < count && isBehind(child + 1, child)) child++;
      if (amount < amounts[child]! || (amount === amounts[child] && place > places[child]!)) break;
      amounts[hole] = amounts[child]!;
      places[hole] = places[child]!;
      hole = child;
    }
    amounts[hole] = amount;
    places[hole] = place;
  }

  inOrder(): Int32Array {
    const { amounts, places } = this;
    const order = places.map((_, at) => at).sort((a, b) => amounts[b]! - amounts[a]! || places[a]! - places[b]!);
    return order.map((at) => places[at]!);
  }
}
