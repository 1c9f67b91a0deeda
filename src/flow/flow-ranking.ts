/** Flows by how much they have of something, found from the columns alone. */
import { COLD_WORDS, Cold, ColdTime, HOT_WORDS, Hot, HotTime, TROUBLE_WORDS, Trouble } from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';

const TWO_TO_32 = 2 ** 32;

type Measure = (table: FlowTable, record: number) => number;

const sumOf =
  (column: number, carry: number): Measure =>
  ({ hot, cold }, record) => {
    const at = record * HOT_WORDS + column;
    const carried = cold[record * COLD_WORDS + carry]!;
    return (hot[at]! >>> 0) + (hot[at + 1]! >>> 0) + TWO_TO_32 * ((carried & 0xffff) + (carried >>> 16));
  };

const troubleOf = (...counters: readonly number[]): Measure => {
  return ({ cold, trouble }, record) => {
    const at = cold[record * COLD_WORDS + Cold.trouble]! * TROUBLE_WORDS;
    if (at === 0) return 0;
    return counters.reduce((sum, counter) => sum + trouble[at + counter]! + trouble[at + counter + 1]!, 0);
  };
};

/** What flows can be ranked by; all of them with the most first, `start` and `id` with the earliest. */
const MEASURES = {
  bytes: sumOf(Hot.ipBytes, Cold.ipCarry),
  payload: sumOf(Hot.payloadBytes, Cold.payloadCarry),
  wire: sumOf(Hot.wireBytes, Cold.wireCarry),
  packets: ({ hot }, record) =>
    (hot[record * HOT_WORDS + Hot.packets]! >>> 0) + (hot[record * HOT_WORDS + Hot.packets + 1]! >>> 0),
  duration: (table, record) => table.hotTime[(record * HOT_WORDS) / 2 + HotTime.last]! - table.startTime(record),
  rtt: ({ coldTime }, record) => coldTime[(record * COLD_WORDS) / 2 + ColdTime.handshake]!,
  retransmissions: troubleOf(Trouble.retransmissions),
  trouble: troubleOf(
    Trouble.retransmissions,
    Trouble.outOfOrder,
    Trouble.lostSegments,
    Trouble.zeroWindows,
    Trouble.duplicateAcks,
  ),
  start: (table, record) => -table.startTime(record),
  id: ({ cold }, record) => -(cold[record * COLD_WORDS + Cold.id]! >>> 0),
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
