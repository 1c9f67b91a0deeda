/** Who sent and received most: end points and conversations of the innermost packets, counted. */
import type { Layers } from '../dissect/layers.ts';
import { addressOf, innermost } from './conversation.ts';

/** Packets and octets on the wire. */
export interface TalkerCount {
  packets: number;
  octets: number;
}

/** A pair of addresses, the lesser text first, with its counts. */
export interface ConversationCount extends TalkerCount {
  readonly between: readonly [string, string];
}

/** Addresses and pairs that are counted; further ones of a scan of the whole address space are left out, and that is told. */
const MAX_ENTRIES = 100_000;

/** Counts the innermost packets by their addresses. */
export class Talkers {
  readonly endpoints = new Map<string, TalkerCount>();
  readonly conversations = new Map<string, ConversationCount>();
  /** Packets whose address or pair found no place. */
  uncounted = 0;

  /** Counts a packet of `octets` on the wire. */
  add(layers: Layers, octets: number): void {
    const rows = innermost(layers);
    const row = rows.network >= 0 ? rows.network : rows.link;
    if (row < 0) return;
    const from = addressOf(layers, row, 'src');
    const to = addressOf(layers, row, 'dst');
    if (from === '' || to === '') return;
    this.count(this.endpoints, from, octets, () => ({ packets: 0, octets: 0 }));
    if (to !== from) this.count(this.endpoints, to, octets, () => ({ packets: 0, octets: 0 }));
    const between: readonly [string, string] = from < to ? [from, to] : [to, from];
    this.count(this.conversations, between.join(' '), octets, () => ({ packets: 0, octets: 0, between }));
  }

  private count<T extends TalkerCount>(map: Map<string, T>, key: string, octets: number, create: () => T): void {
    let entry = map.get(key);
    if (entry === undefined) {
      if (map.size === MAX_ENTRIES) {
        this.uncounted++;
        return;
      }
      entry = create();
      map.set(key, entry);
    }
    entry.packets++;
    entry.octets += octets;
  }
}

/** The `most` entries with most octets, the busiest first. */
export function busiest<T extends TalkerCount>(map: ReadonlyMap<string, T>, most: number): [string, T][] {
  return [...map].sort(([a, x], [b, y]) => y.octets - x.octets || (a < b ? -1 : 1)).slice(0, most);
}
