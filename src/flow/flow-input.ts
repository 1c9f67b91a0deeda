/** One capture on its way into a tracker: its interfaces, its packets by batch, and those that only rows of layers can sum up. */
import type { PacketBatch } from '../capture/packet.ts';
import { type Layers, RowFlag, Status } from '../dissect/layers.ts';
import { ipv4 } from '../protocols/ipv4.ts';
import { ipv6 } from '../protocols/ipv6.ts';
import { sll } from '../protocols/sll.ts';
import { sll2 } from '../protocols/sll2.ts';
import type { InputDescription } from './capture-point.ts';
import type { FlowPass } from './flow-pass.ts';
import type { FragmentedPacket } from './fragment-flows.ts';
import { hasIcmpIdentifier, icmpWord, isIcmp } from './icmp-conversation.ts';
import { TCP } from './ip-protocol.ts';
import { PacketCopies } from './packet-copies.ts';
import type { PathHop } from './path-table.ts';
import {
  HAS_TUNNEL_ID,
  hashKey,
  INTERNED_PATH,
  KeyBit,
  MAX_TUNNEL_ID,
  POINT_SHIFT,
  QUEUE_CAPACITY,
  TUNNEL_KIND_SHIFT,
} from './queue.ts';
import { ipLengthOf, RowSummary } from './row-summary.ts';

/** Octet of the interface index in a cooked header of version 2. */
const INTERFACE_INDEX = 4;
/** Longest frame the counters take at once; a length beyond can only be made up. */
const MOST_LENGTH = 0x7fffffff;
/** Octets without options; an ICMP header counts to where most messages' bodies begin. */
const LEAST_TCP_HEADER = 20;
const ICMP_HEADER = 8;

/** An interface of the input, as packets see it. */
interface KnownInterface {
  readonly linkType: number;
  readonly fcsOctets: number;
  /** Id of the protocol that its frames begin with. */
  readonly firstProtocol: number;
  /** The generated function can be asked first. */
  readonly isCommon: boolean;
  /** Points by interface index; the only one has index 0. */
  readonly points: Map<number, number>;
}

/** One capture, or its consecutive pieces. */
export class FlowInput {
  /** Packets taken so far. */
  packets = 0;
  private readonly tracker: FlowPass;
  private readonly description: InputDescription;
  private readonly interfaces: KnownInterface[] = [];
  private readonly layers: Layers;
  private readonly summary = new RowSummary();
  private readonly copies = new PacketCopies();
  private readonly cooked: number;
  private readonly cooked2: number;
  private readonly ipv4: number;
  private readonly ipv6: number;

  constructor(tracker: FlowPass, description: InputDescription) {
    this.tracker = tracker;
    this.description = description;
    const { dissector } = tracker;
    this.layers = dissector.createLayers();
    this.cooked = dissector.named(sll.name);
    this.cooked2 = dissector.named(sll2.name);
    this.ipv4 = dissector.named(ipv4.name);
    this.ipv6 = dissector.named(ipv6.name);
  }

  /** Takes rows [from, to) of a batch, whose offsets are in `view`. */
  add(view: DataView, batch: PacketBatch, from: number, to: number): void {
    const { tracker } = this;
    const { queue } = tracker;
    const { interfaceId } = batch;
    for (let row = from; row < to; ) {
      let end = row + 1;
      while (end < to && interfaceId[end] === interfaceId[row]) end++;
      const known = this.interfaceOf(interfaceId[row]!);
      while (row < end) {
        const next = known.isCommon ? this.addCommon(view, batch, row, end, known) : row;
        this.packets += next - row;
        row = next;
        if (queue.count === QUEUE_CAPACITY) tracker.flush(view);
        else if (row < end) {
          this.packets++;
          this.addRow(view, batch, row++, known);
        }
      }
    }
    tracker.flush(view);
  }

  /** Sums up packets as far as the generated function goes; answers the row it came to. */
  private addCommon(view: DataView, batch: PacketBatch, row: number, end: number, known: KnownInterface): number {
    const { tracker } = this;
    const { keyBatch } = tracker;
    if (keyBatch === undefined) return row;
    const { context } = keyBatch;
    tracker.timeOf(batch, row);
    context.baseSeconds = tracker.base;
    context.firstProtocol = known.firstProtocol;
    context.key3 = this.pointOf(batch.interfaceId[row]!, known, 0) << POINT_SHIFT;
    context.packetsBefore = this.packets - row + 1;
    return keyBatch.sumUp(view, batch, row, end);
  }

  /** Sums a packet up by its rows of layers. */
  private addRow(view: DataView, batch: PacketBatch, row: number, known: KnownInterface): void {
    const { tracker, layers, summary } = this;
    const start = batch.start[row]!;
    const end = start + batch.length[row]!;
    // Octets that were captured were on the wire, whatever the record says.
    const wireLength = Math.min(Math.max(batch.wireLength[row]!, end - start), MOST_LENGTH);
    // A packet of no flow may be the one that times count from.
    const time = tracker.timeOf(batch, row);
    tracker.dissector.dissect(layers, view, start, end, wireLength, known.linkType, known.fcsOctets);
    if (!summary.read(layers)) {
      tracker.unattributed++;
      return;
    }
    const hasIndex = layers.protocol[0] === this.cooked2;
    const index = hasIndex ? layers.view.getUint32(start + INTERFACE_INDEX) : 0;
    const point = this.pointOf(batch.interfaceId[row]!, known, index);
    if (summary.fragmentCount > 0) this.addFragment(view, point, time, wireLength);
    else if (!this.enqueue(point, time, wireLength)) tracker.unattributed++;
    else if (layers.protocol[0] === this.cooked) this.markCopy(view);
  }

  private markCopy(view: DataView): void {
    const { queue } = this.tracker;
    const entry = queue.count - 1;
    queue.copy[entry] = this.copies.isCopy(queue, entry, view) ? 1 : 0;
  }

  private interfaceOf(interfaceId: number): KnownInterface {
    let known = this.interfaces[interfaceId];
    if (known === undefined) {
      const { description } = this;
      const linkType = description.linkType(interfaceId);
      const fcsOctets = description.fcsOctets(interfaceId);
      const firstProtocol = this.tracker.dissector.lookup('linkType', linkType);
      const isCooked = firstProtocol === this.cooked || firstProtocol === this.cooked2;
      const isCommon = this.tracker.keyBatch !== undefined && !isCooked && fcsOctets === 0;
      known = { linkType, fcsOctets, firstProtocol, isCommon, points: new Map() };
      this.interfaces[interfaceId] = known;
    }
    return known;
  }

  private pointOf(interfaceId: number, known: KnownInterface, interfaceIndex: number): number {
    let point = known.points.get(interfaceIndex);
    if (point === undefined) {
      point = this.tracker.addPoint({ input: this.description, interfaceId, interfaceIndex });
      known.points.set(interfaceIndex, point);
    }
    return point;
  }

  /** Adds an entry for the packet in hand; false where its path cannot be told. */
  private enqueue(point: number, time: number, wireLength: number): boolean {
    const { tracker, layers, summary } = this;
    const { queue, seed } = tracker;
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
        key4 = tracker.paths.numberOf(path);
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
    queue.packet[entry] = this.packets;
    queue.copy[entry] = 0;
    this.payload(entry, ipLength);
    return true;
  }

  /** Fills in where the transport header and the payload are. */
  private payload(entry: number, ipLength: number): void {
    const { layers, summary } = this;
    const { queue } = this.tracker;
    const { network, transport, protocol } = summary;
    const told = layers.start[network]! + ipLength;
    // A length beyond the frame's is not believed, but for a packet of which this is the first piece.
    const isPiece = (layers.flags[network]! & RowFlag.fragment) !== 0;
    const ipEnd = isPiece ? told : Math.min(told, layers.wireEnd[network]!);
    const isLater = summary.isInnerFragment && summary.isLaterFragment;
    if (transport < 0 || isLater) {
      const last = this.lastHeader();
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

  /** Row of the last header of the innermost network layer: its own, or that of an extension. */
  private lastHeader(): number {
    const { layers, summary } = this;
    let last = summary.network;
    for (let row = last + 1; row < layers.count && layers.protocolOf(row).role === 'extension'; row++) {
      if (layers.status[row] !== Status.complete) break;
      last = row;
    }
    return last;
  }

  private hop(
    tunnel: { kind: number; id: number | undefined; port: number; outer: number },
    direction: number,
  ): PathHop {
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
    return this.tracker.addresses.numberOf(view, start + ipv6.fields[key].octetOffset);
  }

  private ttl(row: number): number {
    const { layers } = this;
    const field = layers.protocol[row] === this.ipv4 ? ipv4.fields.ttl : ipv6.fields.hlim;
    return field.get(layers.viewOf(row), layers.start[row]!);
  }

  /** A fragment makes or finds its flow by itself when it is the first, and through the first when it is a later one. */
  private addFragment(view: DataView, point: number, time: number, wireLength: number): void {
    const { tracker, layers, summary } = this;
    const { fragments } = tracker;
    tracker.flush(view);
    const row = summary.fragments[summary.fragmentCount - 1]!;
    const key = fragments.keyOf(layers, row, point);
    if (summary.isLaterFragment) {
      this.addLaterFragment(view, key, point, time, wireLength);
      return;
    }
    if (!this.enqueue(point, time, wireLength)) {
      tracker.unattributed++;
      return;
    }
    const { queue } = tracker;
    const direction = queue.direction[0]!;
    const isTcp = (queue.key3[0]! & 0xff) === TCP && queue.transportAt[0]! >= 0;
    tracker.flush(view);
    const record = queue.record[0]!;
    for (let i = 0; i < summary.fragmentCount; i++) {
      const own = fragments.keyOf(layers, summary.fragments[i]!, point);
      const isInner = summary.isInnerFragment && i === summary.fragmentCount - 1;
      const packet: FragmentedPacket = {
        since: time,
        flow: tracker.flowIn(record),
        record,
        direction,
        isInner,
        isTcp: isTcp && isInner,
      };
      fragments.add(own, packet);
    }
  }

  private addLaterFragment(view: DataView, key: string, point: number, time: number, wireLength: number): void {
    const { tracker, layers, summary } = this;
    const { fragments } = tracker;
    const ipLength = ipLengthOf(layers, summary.network);
    const payloadLength = Math.max(0, layers.start[summary.network]! + ipLength - layers.payload[this.lastHeader()]!);
    const packet = fragments.find(key, time);
    if (packet !== undefined && tracker.holds(packet.record, packet.flow)) {
      const { record, direction, isInner, isTcp } = packet;
      tracker.addFragment(record, direction, isInner, isTcp, ipLength, payloadLength, wireLength, time);
      return;
    }
    // Nothing says what it belongs to: it counts for its addresses.
    if (this.enqueue(point, time, wireLength)) tracker.flush(view);
    else tracker.unattributed++;
  }
}

/** Octets taken for a header that does not tell its length, or was not captured whole. */
function leastHeader(protocol: number, minimum: number): number {
  if (protocol === TCP) return LEAST_TCP_HEADER;
  return isIcmp(protocol) ? ICMP_HEADER : minimum;
}
