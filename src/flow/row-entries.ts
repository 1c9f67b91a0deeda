/** Queue entries of packets that only their rows of layers can sum up. */
import { type Layers, RowFlag, Status } from '../dissect/layers.ts';
import { ipv4 } from '../protocols/ipv4.ts';
import { ipv6 } from '../protocols/ipv6.ts';
import type { FlowPass } from './flow-pass.ts';
import { hasIcmpIdentifier, icmpWord, isIcmp } from './icmp-conversation.ts';
import { TCP } from './ip-protocol.ts';
import type { PathHop } from './path-table.ts';
import {
  HAS_TUNNEL_ID,
  hashKey,
  INTERNED_PATH,
  KeyBit,
  MAX_TUNNEL_ID,
  POINT_SHIFT,
  TUNNEL_KIND_SHIFT,
} from './queue.ts';
import { ipLengthOf, type RowSummary, type TunnelRow } from './row-summary.ts';

/** Octets without options; an ICMP header counts to where most messages' bodies begin. */
const LEAST_TCP_HEADER = 20;
const ICMP_HEADER = 8;

/** Adds entries to the queue of a pass. */
export class RowEntries {
  private readonly pass: FlowPass;
  private readonly ipv4: number;
  private readonly ipv6: number;
  private readonly layers: Layers;
  private readonly summary: RowSummary;

  /** @param layers and `summary` of the packet in hand, whenever `add` is called */
  constructor(pass: FlowPass, layers: Layers, summary: RowSummary) {
    this.pass = pass;
    this.layers = layers;
    this.summary = summary;
    this.ipv4 = pass.dissector.named(ipv4.name);
    this.ipv6 = pass.dissector.named(ipv6.name);
  }

  /** Adds an entry for the packet in hand; false where its path cannot be told. */
  add(packet: number, point: number, time: number, wireLength: number): boolean {
    const { pass, layers, summary } = this;
    const { queue, seed } = pass;
    const { network, transport, protocol } = summary;
    const view = layers.viewOf(network);
    const start = layers.start[network]!;
    const isIpv6 = layers.protocol[network] === this.ipv6;
    const ipLength = ipLengthOf(layers, network);
    const source = this.address(network, 'src');
    const destination = this.address(network, 'dst');
    const icmp = transport >= 0 && isIcmp(protocol) && layers.source[transport] === layers.source[network];
    let key3 = protocol | (point << POINT_SHIFT) | (isIpv6 ? KeyBit.ipv6 : 0);
    let sourcePort = 0;
    let destinationPort = 0;
    let key2 = 0;
    if (icmp) {
      const at = layers.start[transport]!;
      const end = layers.end[transport]!;
      key2 = icmpWord(protocol, view, at, end);
      if (hasIcmpIdentifier(protocol, view, at, end)) key3 |= KeyBit.icmpIdentifier;
    } else if (transport >= 0 && layers.start[transport]! + 4 <= layers.end[transport]!) {
      sourcePort = view.getUint16(layers.start[transport]!);
      destinationPort = view.getUint16(layers.start[transport]! + 2);
    }
    const direction = source < destination || (source === destination && sourcePort <= destinationPort) ? 0 : 1;
    if (!icmp) {
      key2 = direction === 0 ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    }
    const key0 = direction === 0 ? source : destination;
    const key1 = direction === 0 ? destination : source;
    let key4 = 0;
    let key5 = 0;
    let key6 = 0;
    let port = 0;
    if (summary.tunnelCount > 0) {
      const path = summary.tunnels.slice(0, summary.tunnelCount).map((tunnel) => this.hop(tunnel, direction));
      const last = path[path.length - 1]!;
      port = last.port;
      if (path.length === 1 && (last.id === undefined || last.id <= MAX_TUNNEL_ID)) {
        key4 = last.first;
        key5 = last.second;
        key6 = (last.kind << TUNNEL_KIND_SHIFT) | (last.id === undefined ? 0 : HAS_TUNNEL_ID | last.id);
        if (last.ipv6) key3 |= KeyBit.outerIpv6;
      } else {
        key4 = pass.paths.numberOf(path);
        key6 = INTERNED_PATH << TUNNEL_KIND_SHIFT;
        if (key4 === 0) return false;
      }
    }
    const entry = queue.count++;
    queue.key0[entry] = key0;
    queue.key1[entry] = key1;
    queue.key2[entry] = key2;
    queue.key3[entry] = key3;
    queue.key4[entry] = key4;
    queue.key5[entry] = key5;
    queue.key6[entry] = key6;
    queue.hash[entry] = hashKey(seed, key0, key1, key2, key3, key4, key5, key6);
    queue.direction[entry] = direction;
    queue.networkAt[entry] = start;
    queue.ipLength[entry] = ipLength;
    queue.end[entry] = layers.end[network]!;
    queue.ttl[entry] = this.ttl(network);
    queue.tunnelPort[entry] = port;
    queue.wireLength[entry] = wireLength;
    queue.time[entry] = time;
    queue.packet[entry] = packet;
    queue.copy[entry] = 0;
    this.payload(entry, ipLength);
    return true;
  }

  /** Fills in where the transport header and the payload are. */
  private payload(entry: number, ipLength: number): void {
    const { layers, summary } = this;
    const { queue } = this.pass;
    const { network, transport, protocol } = summary;
    const told = layers.start[network]! + ipLength;
    // A length beyond the frame's is not believed, but for a packet of which this is the first piece.
    const isPiece = (layers.flags[network]! & RowFlag.fragment) !== 0;
    const ipEnd = isPiece ? told : Math.min(told, layers.wireEnd[network]!);
    const isLater = summary.isInnerFragment && summary.isLaterFragment;
    if (transport < 0 || isLater) {
      const last = lastHeaderOf(layers, summary);
      queue.transportAt[entry] = -1;
      queue.payloadAt[entry] = layers.payload[last]!;
      queue.payloadLength[entry] = Math.max(0, ipEnd - layers.payload[last]!);
      return;
    }
    const at = layers.start[transport]!;
    const isSound = layers.status[transport] === Status.complete;
    const declared = layers.protocolOf(transport);
    const isTold = isSound && declared.headerLength === undefined && !declared.takesAll;
    const header = isTold ? layers.payload[transport]! - at : leastHeader(protocol, declared.minimum);
    queue.transportAt[entry] = isSound ? at : -1;
    if (isSound) queue.end[entry] = layers.end[transport]!;
    queue.payloadAt[entry] = Math.min(at + header, layers.end[network]!);
    let length = Math.max(0, ipEnd - at - header);
    if (declared.extentField !== undefined && isSound) {
      // A datagram may end before the packet does; its length counts the whole of it where it is in fragments.
      const told = declared.extentField.get(layers.viewOf(transport), at);
      if (told >= header) length = Math.min(length, told - header);
    }
    queue.payloadLength[entry] = length;
  }

  private hop(tunnel: TunnelRow, direction: number): PathHop {
    const { layers } = this;
    const source = this.address(tunnel.outer, 'src');
    const destination = this.address(tunnel.outer, 'dst');
    return {
      kind: tunnel.kind,
      id: tunnel.id,
      port: tunnel.port,
      ipv6: layers.protocol[tunnel.outer] !== this.ipv4,
      first: direction === 0 ? source : destination,
      second: direction === 0 ? destination : source,
    };
  }

  private address(row: number, key: 'src' | 'dst'): number {
    const { layers } = this;
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    if (layers.protocol[row] === this.ipv4) return view.getInt32(start + ipv4.fields[key].octetOffset);
    return this.pass.addresses.numberOf(view, start + ipv6.fields[key].octetOffset);
  }

  private ttl(row: number): number {
    const { layers } = this;
    const field = layers.protocol[row] === this.ipv4 ? ipv4.fields.ttl : ipv6.fields.hlim;
    return field.get(layers.viewOf(row), layers.start[row]!);
  }
}

/** Row of the last header of the innermost network layer: its own, or that of an extension. */
export function lastHeaderOf(layers: Layers, summary: RowSummary): number {
  let last = summary.network;
  for (let row = last + 1; row < layers.count && layers.protocolOf(row).role === 'extension'; row++) {
    if (layers.status[row] !== Status.complete) break;
    last = row;
  }
  return last;
}

/** Octets taken for a header that does not tell its length, or was not captured whole. */
function leastHeader(protocol: number, minimum: number): number {
  if (protocol === TCP) return LEAST_TCP_HEADER;
  return isIcmp(protocol) ? ICMP_HEADER : minimum;
}
