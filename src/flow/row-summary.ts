/** What the rows of a dissected packet say for flow tracking: the innermost conversation, and the tunnels around it. */
import { type Layers, RowFlag, Status } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { ipv4 } from '../protocols/ipv4.ts';
import { ipv6 } from '../protocols/ipv6.ts';
import { tunnelIdOf } from './tunnel-id.ts';

/** A tunnel, in the packet's own direction. */
export interface TunnelRow {
  kind: number;
  id: number | undefined;
  /** UDP destination port, 0 for none. */
  port: number;
  /** Row of the network layer around it. */
  outer: number;
}

/** Number of a protocol whose rows carry no conversation of their own. */
const NO_PROTOCOL = -1;

/** Reads the rows of one packet after another. What it holds is that of the packet read last. */
export class RowSummary {
  /** Row of the innermost network layer, -1 where the packet belongs to no flow. */
  network = -1;
  /** Row of the transport layer in it, of whatever status, or of ICMP; -1 where there is none. */
  transport = -1;
  /** IP protocol of the conversation. */
  protocol = NO_PROTOCOL;
  /** Rows of network layers and extension headers that say that their packet is a fragment, outermost first; `fragmentCount` of them. */
  readonly fragments: number[] = [];
  fragmentCount = 0;
  /** The innermost of them is a later fragment: what follows its header has no header of its own. */
  isLaterFragment = false;
  /** The innermost network layer's own packet is in fragments, not only one around it. */
  isInnerFragment = false;
  /** Tunnels around the innermost network layer, outermost first; `tunnelCount` of them. */
  readonly tunnels: TunnelRow[] = [];
  tunnelCount = 0;

  /** Reads the rows of a packet; false where it belongs to no flow. */
  read(layers: Layers): boolean {
    this.network = -1;
    this.transport = -1;
    this.protocol = NO_PROTOCOL;
    this.fragmentCount = 0;
    this.isLaterFragment = false;
    this.isInnerFragment = false;
    this.tunnelCount = 0;
    for (let row = 0; row < layers.count; row++) {
      if ((layers.flags[row]! & RowFlag.quoted) !== 0) break;
      const protocol = layers.protocolOf(row);
      if (layers.tunnel[row] !== 0 && !this.enterTunnel(layers, row)) return false;
      if (protocol.role === 'network') {
        // What stands in a tunnel and can't be read is no conversation of the nodes.
        if (!isWhole(layers, row)) return this.tunnelCount === 0 && this.network >= 0;
        this.network = row;
        this.transport = -1;
        this.readHeader(layers, row, protocol);
      } else if (protocol.role === 'extension' && this.network >= 0 && this.transport < 0 && isWhole(layers, row)) {
        this.readHeader(layers, row, protocol);
      } else if (this.network >= 0 && this.transport < 0 && isTransport(protocol)) {
        this.transport = row;
        if (protocol.stream !== undefined) break;
      }
    }
    return this.network >= 0 && this.endsInNetwork(layers);
  }

  /** A tunnel without a network layer inside is neither a conversation of pods nor one of nodes. */
  private endsInNetwork(layers: Layers): boolean {
    for (let row = this.network + 1; row < layers.count; row++) {
      if ((layers.flags[row]! & RowFlag.quoted) !== 0) return true;
      if (layers.tunnel[row] !== 0) return false;
    }
    return true;
  }

  private enterTunnel(layers: Layers, row: number): boolean {
    if (this.network < 0) return false;
    const tunnel = this.tunnels[this.tunnelCount] ?? { kind: 0, id: undefined, port: 0, outer: -1 };
    this.tunnels[this.tunnelCount++] = tunnel;
    tunnel.kind = layers.tunnel[row]!;
    tunnel.id = tunnelIdOf(layers, row);
    tunnel.outer = this.network;
    const udp = this.transport;
    const hasPort =
      udp >= 0 && layers.status[udp] === Status.complete && layers.protocolOf(udp).nextPorts !== undefined;
    tunnel.port = hasPort ? layers.viewOf(udp).getUint16(layers.start[udp]! + 2) : 0;
    return true;
  }

  private readHeader(layers: Layers, row: number, protocol: Protocol): void {
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    if (protocol.nextTable === 'ipProtocol' && protocol.nextField !== undefined) {
      this.protocol = protocol.nextField.get(view, start);
    }
    if (protocol.role === 'network') this.isInnerFragment = false;
    const { fragmentation } = protocol;
    if (fragmentation === undefined) return;
    this.isLaterFragment = fragmentation.offset(view, start) !== 0;
    if (!this.isLaterFragment && !fragmentation.more(view, start)) return;
    this.fragments[this.fragmentCount++] = row;
    this.isInnerFragment = true;
  }
}

function isWhole(layers: Layers, row: number): boolean {
  return layers.status[row] === Status.complete;
}

function isTransport(protocol: Protocol): boolean {
  return protocol.role === 'transport' || protocol.name === 'icmp' || protocol.name === 'icmpv6';
}

/** Octets of the packet whose network header is `row`, as the header tells; those on the wire where it tells none. */
export function ipLengthOf(layers: Layers, row: number): number {
  const view = layers.viewOf(row);
  const start = layers.start[row]!;
  const isIpv6 = layers.protocolOf(row).name === ipv6.name;
  const told = isIpv6 ? ipv6.fields.plen.get(view, start) : ipv4.fields.len.get(view, start);
  if (told === 0) return layers.wireEnd[row]! - start;
  return isIpv6 ? ipv6.minimum + told : told;
}
