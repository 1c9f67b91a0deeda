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
import type { FlowTable } from './flow-table.ts';

const TWO_TO_32 = 2 ** 32;

type Measure = (table: FlowTable, record: number) => number;

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
    (words[record * RECORD_WORDS + Hot.flags]! & FlowFlag.handshakeTimed) === 0
      ? 0
      : times[record * RECORD_TIMES + ColdTime.opening]!,
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

/** The records with the most, in order; of equal ones the earlier first. Flows without a number come last. */
export function ranked(table: FlowTable, records: readonly number[], by: Ranking, top: number): number[] {
  const measure = MEASURES[by];
  const amounts = Float64Array.from(records, (record) => {
    const amount = measure(table, record);
    return Number.isNaN(amount) ? Number.NEGATIVE_INFINITY : amount;
  });
  const kept = top < records.length ? atLeast(amounts, top) : Number.NEGATIVE_INFINITY;
  const places: number[] = [];
  for (let place = 0; place < amounts.length; place++) {
    if (amounts[place]! >= kept) places.push(place);
  }
  places.sort((a, b) => amounts[b]! - amounts[a]! || a - b);
  return places.slice(0, Math.min(top, places.length)).map((place) => records[place]!);
}

/** The amount that `top` of all reach. */
function atLeast(amounts: Float64Array, top: number): number {
  const sorted = amounts.slice().sort();
  return sorted[Math.max(0, sorted.length - top)]!;
}
