/** Flows of one table, and the order of those of several: what one pass has found, or parts of it that threads have worked on. */

import { AddressTable, type SharedAddresses } from './address-table.ts';
import type { CapturePoint } from './capture-point.ts';
import { type Ranking, ranked } from './flow-ranking.ts';
import { FlowReader } from './flow-reader.ts';
import type { FlowRecord } from './flow-record.ts';
import { adoptRecords, type FlowRecords, type SharedRecords } from './flow-records.ts';
import { type PathHop, PathTable } from './path-table.ts';

/** A table and who reads it. */
export interface FlowPart {
  readonly table: FlowRecords;
  readonly reader: FlowReader;
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

/** The flows of parts, in order of their ids; ranked, those with the most of `by` first, at most `top` of them. */
export function* flowsOf(parts: readonly FlowPart[], by: Ranking | undefined, top: number): Generator<FlowRecord> {
  const lists = parts.map(({ table, reader }) => ({ table, reader, records: table.records() }));
  if (by === undefined) {
    let left = top;
    for (const { reader, records } of lists) {
      for (let place = 0; place < records.length && left > 0; place++, left--) yield reader.record(records[place]!);
    }
    return;
  }
  for (const place of ranked(lists, by, top)) {
    let at = place;
    for (const { reader, records } of lists) {
      if (at < records.length) {
        yield reader.record(records[at]!);
        break;
      }
      at -= records.length;
    }
  }
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
