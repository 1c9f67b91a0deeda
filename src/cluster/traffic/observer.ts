/** Reads packets one by one and remembers what tells something of the cluster they come from. */
import type { Layers } from '../../dissect/layers.ts';
import { Status } from '../../dissect/layers.ts';
import { arp } from '../../protocols/arp.ts';
import { bgp } from '../../protocols/bgp.ts';
import { dns } from '../../protocols/dns.ts';
import { ethernet } from '../../protocols/ethernet.ts';
import { icmp } from '../../protocols/icmp.ts';
import { icmpv6 } from '../../protocols/icmpv6.ts';
import { ipv4 } from '../../protocols/ipv4.ts';
import { ipv6 } from '../../protocols/ipv6.ts';
import { tcp } from '../../protocols/tcp.ts';
import { findTcpOption, TcpOption } from '../../protocols/tcp-options.ts';
import { udp } from '../../protocols/udp.ts';
import { type AddressOctets, ipv4Octets } from '../address.ts';
import { Sighting } from '../evidence.ts';
import { observeBgp } from './bgp-observer.ts';
import { observeDns } from './dns-observer.ts';
import { NatObserver } from './nat-observer.ts';
import { type AnnouncedSize, Observations, Sightings, type TunnelEnd, type TunnelPath } from './observations.ts';
import { addressAt, isGroup, macNumber, PacketRows } from './packet-rows.ts';

const ARP_ETHERNET_IPV4 = 20;
const ARP_FIXED = 8;
const REPLY = 2;
/** 169.254.1.1, the gateway of Calico's pods. */
const CALICO_GATEWAY = 0xa9fe0101;
/** ee:ee:ee:ee:ee:ee, the hardware address of Calico's host-side veths. */
const CALICO_MAC = 0xeeeeeeeeeeee;
const LEAST_TCP_HEADER = 20;
const DNS_PORT = 53;
const DNS_TCP_PREFIX = 2;
/** ICMP type 3 code 4 (RFC 1191) and ICMPv6 type 2 (RFC 4443 §3.2): the packet was too big. */
const UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const PACKET_TOO_BIG = 2;
/** Messages of that kind that are remembered. */
const MOST_REMEMBERED = 16_384;
const MOST_PEERS = 8;

/** Takes packets in the order of their numbers; `observations` may be looked at at any time. */
export class ClusterObserver {
  readonly observations = new Observations();
  private readonly rows = new PacketRows();
  private readonly nat = new NatObserver(this.observations);
  private readonly pathsByEnds = new Map<string, TunnelPath[]>();
  private readonly clearByMacs = new Map<string, Observations['clear'][number]>();
  private readonly sizesByAddress = new Map<AddressOctets, AnnouncedSize[]>();

  /** Takes a dissected packet: its number over all captures, from 1, and the point where it was captured. */
  observe(layers: Layers, number: number, point: string): void {
    const { rows, observations } = this;
    observations.packets++;
    rows.find(layers);
    const { network, tunnel, outer } = rows;
    for (let row = 0; row < layers.count && !layers.isQuoted(row); row++) {
      const protocol = layers.protocolOf(row);
      if (protocol === arp) this.observeArp(layers, row, number, point);
      else if (protocol === icmp || protocol === icmpv6) this.observeTooBig(layers, row, number, point);
      else if (protocol === bgp && network >= 0 && layers.status[row] === Status.complete) {
        const from = addressAt(layers, network, 'src');
        observeBgp(observations, layers, row, from, addressAt(layers, network, 'dst'), number, point);
      } else if (protocol === dns && network >= 0) this.observeDns(layers, row, number, point);
    }
    if (network < 0) return;
    const from = addressAt(layers, network, 'src');
    const to = addressAt(layers, network, 'dst');
    if (tunnel >= 0 && outer >= 0) this.observeTunnel(layers, from, to, number, point);
    else this.observeClear(layers, from, to, number, point);
    const { transport } = rows;
    if (transport >= 0 && layers.protocolOf(transport) === tcp) this.observeSyn(layers, from, to, number, point);
  }

  private observeTunnel(
    layers: Layers,
    source: AddressOctets,
    target: AddressOctets,
    number: number,
    point: string,
  ): void {
    const { outer, link } = this.rows;
    const { budget } = this.observations;
    const from = addressAt(layers, outer, 'src');
    const to = addressAt(layers, outer, 'dst');
    const path = this.pathOf(layers, from, to);
    if (path === undefined) return;
    path.seen.add(number, point);
    const count = path.byPoint.get(point) ?? { packets: 0, octets: 0 };
    path.byPoint.set(point, count);
    count.packets++;
    count.octets += outerOctets(layers, outer, this.rows.tunnel);
    path.targets.add(target, number, point);
    const sender = this.endOf(from);
    sender?.sources.add(source, number, point);
    this.endOf(to)?.targets.add(target, number, point);
    if (link < 0 || budget.refused > 0) return;
    const view = layers.viewOf(link);
    const start = layers.start[link]!;
    const targetMac = macNumber(view, start + ethernet.fields.dst.octetOffset);
    if (!isGroup(targetMac)) path.targetMacs.add(targetMac, number, point);
    sender?.sourceMacs.add(macNumber(view, start + ethernet.fields.src.octetOffset), number, point);
  }

  private pathOf(layers: Layers, from: AddressOctets, to: AddressOctets): TunnelPath | undefined {
    const { tunnel } = this.rows;
    const kind = layers.tunnelOf(tunnel);
    const view = layers.viewOf(tunnel);
    const start = layers.start[tunnel]!;
    const id = layers.protocolOf(tunnel).fixed.find((field) => field.key === 'vni' || field.key === 'key');
    const vni = id?.get(view, start);
    const carrier = layers.parent[tunnel]!;
    const isUdp = carrier >= 0 && layers.protocolOf(carrier) === udp;
    const port = isUdp ? udp.fields.dstport.get(layers.viewOf(carrier), layers.start[carrier]!) : undefined;
    const key = from + to;
    const known = this.pathsByEnds.get(key) ?? [];
    const found = known.find((path) => path.kind === kind && path.vni === vni && path.port === port);
    const { paths, budget } = this.observations;
    if (found !== undefined || !budget.take()) return found;
    const path: TunnelPath = {
      kind,
      vni,
      port,
      from,
      to,
      seen: new Sighting(),
      byPoint: new Map(),
      targetMacs: new Sightings(budget),
      targets: new Sightings(budget),
    };
    known.push(path);
    this.pathsByEnds.set(key, known);
    paths.push(path);
    return path;
  }

  private endOf(address: AddressOctets): TunnelEnd | undefined {
    const { ends, budget } = this.observations;
    let end = ends.get(address);
    if (end === undefined && budget.take()) {
      end = { sources: new Sightings(budget), targets: new Sightings(budget), sourceMacs: new Sightings(budget) };
      ends.set(address, end);
    }
    return end;
  }

  private observeClear(layers: Layers, from: AddressOctets, to: AddressOctets, number: number, point: string): void {
    const { link } = this.rows;
    if (link < 0) return;
    const view = layers.viewOf(link);
    const start = layers.start[link]!;
    const toMac = macNumber(view, start + ethernet.fields.dst.octetOffset);
    const fromMac = macNumber(view, start + ethernet.fields.src.octetOffset);
    if (isGroup(toMac)) return;
    const key = `${fromMac}/${toMac}`;
    let path = this.clearByMacs.get(key);
    if (path === undefined) {
      const { clear, budget } = this.observations;
      if (!budget.take()) return;
      path = { fromMac, toMac, pairs: new Sightings(budget) };
      this.clearByMacs.set(key, path);
      clear.push(path);
    }
    path.pairs.add(from + to, number, point);
  }

  private observeArp(layers: Layers, row: number, number: number, point: string): void {
    const start = layers.start[row]!;
    const { hw_size, proto_size, opcode } = arp.fields;
    const view = layers.viewOf(row);
    const isWhole =
      layers.status[row] === Status.complete && layers.payload[row]! - start >= ARP_FIXED + ARP_ETHERNET_IPV4;
    if (!isWhole || hw_size.get(view, start) !== 6 || proto_size.get(view, start) !== 4) return;
    const mac = macNumber(view, start + ARP_FIXED);
    const address = view.getUint32(start + ARP_FIXED + 6);
    const isReply = opcode.get(view, start) === REPLY;
    if (isReply && (address === CALICO_GATEWAY || mac === CALICO_MAC)) {
      this.observations.calicoGateway.add(number, point);
    }
    if (this.rows.tunnel >= 0) this.observations.tunnelArp.add(number, point);
    // Within a tunnel ARP is about another network; a probe has no sender yet; a proxy answers for others.
    if (this.rows.tunnel >= 0 || address === 0 || mac === CALICO_MAC) return;
    const { owners, budget } = this.observations;
    let addresses = owners.get(mac);
    if (addresses === undefined) {
      if (!budget.take()) return;
      addresses = new Sightings(budget);
      owners.set(mac, addresses);
    }
    addresses.add(ipv4Octets(address), number, point);
  }

  private observeSyn(layers: Layers, from: AddressOctets, to: AddressOctets, number: number, point: string): void {
    const { transport } = this.rows;
    const view = layers.viewOf(transport);
    const start = layers.start[transport]!;
    const { syn, ack } = tcp.fields.flags.of;
    if (syn.get(view, start) === 0) return;
    const options = start + LEAST_TCP_HEADER;
    const end = Math.min(layers.payload[transport]!, layers.end[transport]!);
    const size = findTcpOption(view, options, end, TcpOption.maximumSegmentSize, 4);
    if (size >= 0) this.observeSize(from, to, view.getUint16(size), number, point);
    if (ack.get(view, start) !== 0) return;
    const timestamps = findTcpOption(view, options, end, TcpOption.timestamps, 10);
    this.nat.observe(
      {
        from,
        to,
        sourcePort: tcp.fields.srcport.get(view, start),
        port: tcp.fields.dstport.get(view, start),
        sequence: tcp.fields.seq_raw.get(view, start),
        timestamp: timestamps < 0 ? undefined : view.getUint32(timestamps),
      },
      number,
      point,
    );
  }

  private observeSize(address: AddressOctets, peer: AddressOctets, mss: number, number: number, point: string): void {
    const known = this.sizesByAddress.get(address) ?? [];
    let size = known.find((one) => one.mss === mss);
    if (size === undefined) {
      const { sizes, budget } = this.observations;
      if (!budget.take()) return;
      size = { address, mss, seen: new Sighting(), peers: new Set() };
      known.push(size);
      this.sizesByAddress.set(address, known);
      sizes.push(size);
    }
    size.seen.add(number, point);
    if (size.peers.size < MOST_PEERS) size.peers.add(peer);
  }

  private observeTooBig(layers: Layers, row: number, number: number, point: string): void {
    const { network, quoted } = this.rows;
    const start = layers.start[row]!;
    if (network < 0 || quoted < 0 || layers.payload[row]! - start < 8) return;
    const view = layers.viewOf(row);
    const type = view.getUint8(start);
    let mtu = 0;
    if (layers.protocolOf(row) === icmpv6) mtu = type === PACKET_TOO_BIG ? view.getUint32(start + 4) : 0;
    else if (type === UNREACHABLE && view.getUint8(start + 1) === FRAGMENTATION_NEEDED) mtu = view.getUint16(start + 6);
    const protocol = layers.protocolOf(quoted);
    if (mtu === 0 || layers.status[quoted] !== Status.complete || (protocol !== ipv4 && protocol !== ipv6)) return;
    const told = addressAt(layers, network, 'dst');
    const target = addressAt(layers, quoted, 'dst');
    const { tooBig } = this.observations;
    const key = `${told}/${mtu}/${target}`;
    let found = tooBig.get(key);
    if (found === undefined) {
      if (tooBig.size === MOST_REMEMBERED) return;
      found = { told, mtu, target, seen: new Sighting() };
      tooBig.set(key, found);
    }
    found.seen.add(number, point);
  }

  private observeDns(layers: Layers, row: number, number: number, point: string): void {
    const { network, transport } = this.rows;
    if (transport < 0) return;
    const isTcp = layers.protocolOf(transport) === tcp;
    if (!isTcp && layers.protocolOf(transport) !== udp) return;
    const port = (isTcp ? tcp : udp).fields.srcport.get(layers.viewOf(transport), layers.start[transport]!);
    const server = addressAt(layers, network, port === DNS_PORT ? 'src' : 'dst');
    const view = layers.viewOf(row);
    const start = layers.start[row]! + (isTcp ? DNS_TCP_PREFIX : 0);
    observeDns(this.observations, { view, start, end: layers.end[row]!, server }, number, point);
  }
}

/** Octets of the outer IP packet; of one that came in fragments, those of the whole. */
function outerOctets(layers: Layers, outer: number, tunnel: number): number {
  const source = layers.source[tunnel]!;
  if (source === layers.source[outer] || source === 0) return layers.wireEnd[outer]! - layers.start[outer]!;
  return layers.payload[outer]! - layers.start[outer]! + (layers.sources[source - 1]?.view.byteLength ?? 0);
}
