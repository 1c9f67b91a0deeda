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
import type { FlowRecords } from './flow-records.ts';

const TWO_TO_32 = 2 ** 32;
/** Of other flows no round trip is told. */
const TIMED_HANDSHAKE = FlowFlag.handshake | FlowFlag.handshakeTimed;

type Measure = (table: FlowRecords, record: number) => number;

const sumOf =
  (column: number, carry: number): Measure =>
  ({ words, trouble }, record) => {
    const at = record * RECORD_WORDS + column;
    const own = words[record * RECORD_WORDS + Cold.trouble]! * TROUBLE_WORDS;
    const carried = own === 0 ? 0 : trouble[own + carry]!;
    return (words[at]! >>> 0) + (words[at + 1]! >>> 0) + TWO_TO_32 * ((carried & 0xffff) + (carried >>> 16));
  };

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
  readonly records: Int32Array;
}

/**
 * The `top` records with the most, in order; of equal ones the earlier first. Flows without a number come last. Records are named by their place
 * in the lists, one list behind the other.
 */
export function ranked(lists: readonly RecordList[], by: Ranking, top: number): Int32Array {
  const measure = MEASURES[by];
  const amounts = new Float64Array(lists.reduce((sum, { records }) => sum + records.length, 0));
  let place = 0;
  for (const { table, records } of lists) {
    for (const record of records) {
      const amount = measure(table, record);
      amounts[place++] = Number.isNaN(amount) ? Number.NEGATIVE_INFINITY : amount;
    }
  }
  const places = top < amounts.length ? foremost(amounts, top) : Int32Array.from(amounts, (_, at) => at);
  return places.sort((a, b) => amounts[b]! - amounts[a]! || a - b);
}

/** Places of the `top` greatest amounts, in no order; of equal ones the earlier. A heap: no copy of a million amounts is sorted. */
function foremost(amounts: Float64Array, top: number): Int32Array {
  const heap = new Int32Array(top);
  const isBehind = (a: number, b: number): boolean => amounts[a]! < amounts[b]! || (amounts[a] === amounts[b] && a > b);
  const sink = (from: number, size: number): void => {
    for (let at = from; ; ) {
      let last = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < size && isBehind(heap[child]!, heap[last]!)) last = child;
      }
      if (last === at) return;
      const moved = heap[at]!;
      heap[at] = heap[last]!;
      heap[last] = moved;
      at = last;
    }
  };
  for (let place = 0; place < top; place++) heap[place] = place;
  for (let at = top >> 1; at >= 0; at--) sink(at, top);
  for (let place = top; place < amounts.length; place++) {
    if (!isBehind(heap[0]!, place)) continue;
    heap[0] = place;
    sink(0, top);
  }
  return heap;
}
