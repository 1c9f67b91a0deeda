/** Flows of one table, and the order of those of several: what one pass has found, or parts of it that threads have worked on. */

import { AddressTable, type SharedAddresses } from './address-table.ts';
import type { CapturePoint } from './capture-point.ts';
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import type { RecordScans } from './flow-kernel.ts';
import { type Ranking, ranked } from './flow-ranking.ts';
import { FlowReader } from './flow-reader.ts';
import { adoptRecords, type FlowRecords, recordAt, type SharedRecords } from './flow-records.ts';
import { type PathHop, PathTable } from './path-table.ts';

/** A table and who reads it. */
export interface FlowPart {
  readonly table: FlowRecords;
  readonly reader: FlowReader;
  /** Loops over its records, where they are compiled. */
  readonly scans?: RecordScans | undefined;
}

/** The flows of a pass on their way to another thread. */
export interface SharedFlows {
  readonly records: SharedRecords;
  readonly addresses: SharedAddresses;
  readonly paths: readonly (readonly PathHop[])[];
  /** Names of the points. */
  readonly points: readonly string[];
  readonly unattributed: number;
  /** Flows gave way to newer ones. */
  readonly evicted: number;
}

/** A flow of a part. */
export interface HeldFlow {
  readonly reader: FlowReader;
  readonly record: number;
  readonly id: number;
}

/** The flows of parts, in order of their ids; ranked, those with the most of `by` first, at most `top` of them. One object is used for all. */
export function* heldFlows(parts: readonly FlowPart[], by: Ranking | undefined, top: number): Generator<HeldFlow> {
  const lists = parts.map((part) => ({ ...part, records: part.table.listed() }));
  const places = by === undefined ? undefined : ranked(lists, by, top);
  const count = places?.length ?? Math.min(top, sumOf(lists.map(({ table }) => table.count)));
  const held = { reader: parts[0]!.reader, record: 0, id: 0 };
  for (let i = 0; i < count; i++) {
    let at = places?.[i] ?? i;
    let list = 0;
    while (at >= lists[list]!.table.count) at -= lists[list++]!.table.count;
    const { table, reader, records } = lists[list]!;
    held.reader = reader;
    held.record = recordAt(records, at);
    held.id = table.words[held.record * RECORD_WORDS + Cold.id]!;
    yield held;
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** What a part must share with the pass it becomes a part of. */
interface AdoptingPass {
  readonly base: number;
  readonly dissector: { readonly tunnelKinds: readonly string[] };
}

/** A part that another thread has worked on, and its points. Its flows come after `before` others. */
export function adoptFlows(
  { records, addresses, paths, points: names }: SharedFlows,
  { base, dissector }: AdoptingPass,
  before: number,
): { readonly part: FlowPart; readonly points: readonly CapturePoint[] } {
  const table = adoptRecords(records, before);
  const points = names.map(
    (name): CapturePoint => ({
      input: { linkType: () => -1, fcsOctets: () => 0, point: () => name },
      interfaceId: 0,
      interfaceIndex: 0,
    }),
  );
  const reader = new FlowReader(table, {
    addresses: AddressTable.of(addresses),
    paths: PathTable.of(paths),
    points,
    base,
    dissector,
  });
  return { part: { table, reader }, points };
}
