/** Which protocols can be found within which, as far as declarations tell. */
import type { Protocol, TableName } from './protocol.ts';

/** What is asked of those who know the protocols' ids. */
export interface Registry {
  /** Protocols by id; id 0 is none. */
  readonly protocols: readonly Protocol[];
  /** Id of a protocol by name, 0 for none. */
  named(name: string): number;
  /** Ids of the protocols that have a code in the table. */
  idsIn(table: TableName): readonly number[];
}

/** Ids of the protocols within whose payload none of `wanted` can be, however deep. */
export function idsWithout(wanted: ReadonlySet<number>, registry: Registry): Set<number> {
  const without = new Map<number, readonly number[]>();
  for (const [id, protocol] of registry.protocols.entries()) {
    // Where a function of the protocol decides what follows its header, that may be anything.
    if (protocol.next === undefined && protocol.nextBelow === undefined) without.set(id, carriedBy(protocol, registry));
  }
  for (let before = -1; before !== without.size; ) {
    before = without.size;
    for (const [id, carried] of without) {
      if (carried.some((inner) => inner !== 0 && (wanted.has(inner) || !without.has(inner)))) without.delete(id);
    }
  }
  return new Set(without.keys());
}

/** Ids of what may follow a header, 0 for nothing among them. */
function carriedBy({ nextTable, nextPorts, nextName, trailer }: Protocol, registry: Registry): readonly number[] {
  const { protocols } = registry;
  const ids = [nextName, trailer?.protocol].map((name) => (name === undefined ? 0 : registry.named(name)));
  if (nextTable !== undefined) ids.push(...registry.idsIn(nextTable));
  if (nextPorts === undefined) return ids;
  const guessed = [...protocols.keys()].filter((id) => protocols[id]?.guess?.in.includes(nextPorts));
  return [...ids, ...registry.idsIn(nextPorts), ...guessed];
}
