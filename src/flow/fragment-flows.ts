/**
 * Fragments to their flow: the first one shows ports and what is inside, later ones show neither and follow it by its identification. A fragment
 * that comes before the first counts for its addresses alone. Nothing of the octets is kept.
 */
import type { Layers } from '../dissect/layers.ts';
import { pathKey } from '../reassemble/packet-path.ts';

/** Packets in pieces that are remembered; the oldest gives way. */
const MOST_PACKETS = 4096;
/** For how long fragments are taken for those of one packet: Linux' net.ipv4.ipfrag_time. In nanoseconds. */
const TIMEOUT = 30e9;

/** A packet whose first fragment was seen. */
export interface FragmentedPacket {
  readonly since: number;
  /** Id and record of the flow the first fragment belongs to. */
  readonly flow: number;
  readonly record: number;
  readonly direction: number;
  /** The flow's own packets are in fragments; else those of a tunnel around them, whose fragments carry no packet of their own. */
  readonly isInner: boolean;
  /** Octets of the TCP segment that follow in later fragments extend the sequence number that comes next. */
  readonly isTcp: boolean;
}

/** Remembers packets in pieces. */
export class FragmentFlows {
  private readonly packets = new Map<string, FragmentedPacket>();

  /** What names the packet that the header `row` says to be in fragments, at one point. */
  keyOf(layers: Layers, row: number, point: number): string {
    const { fragmentation } = layers.protocolOf(row);
    const identity = fragmentation?.identity(layers.viewOf(row), layers.start[row]!) ?? 0;
    return `${point}/${identity}/${pathKey(layers, row, false)}`;
  }

  /** The packet of that name, if it was seen not long ago. */
  find(key: string, time: number): FragmentedPacket | undefined {
    const found = this.packets.get(key);
    if (found === undefined || !(time - found.since > TIMEOUT)) return found;
    this.packets.delete(key);
    return undefined;
  }

  /** Remembers a packet under its name. */
  add(key: string, packet: FragmentedPacket): void {
    this.packets.delete(key);
    this.packets.set(key, packet);
    if (this.packets.size <= MOST_PACKETS) return;
    for (const oldest of this.packets.keys()) {
      this.packets.delete(oldest);
      return;
    }
  }
}
