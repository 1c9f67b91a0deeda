/** Frames of the workloads: Ethernet, a tunnel or none, IPv4 or IPv6, and TCP with a right checksum. */

/** How a conversation's packets are carried. */
export const Carriage = { plain: 0, plainIpv6: 1, vxlan: 2, ipip: 3, flannelUdp: 4 } as const;
export type Carriage = (typeof Carriage)[keyof typeof Carriage];

export const Tcp = { fin: 1, syn: 2, push: 8, ack: 16 } as const;

/** Payloads are made of this octet. */
const FILLING = 0x78;
const ETHERNET = 14;
const IPV4 = 20;
const IPV6 = 40;
const UDP = 8;
const VXLAN = 8;
const TCP = 20;
/** Options as Linux sends them: timestamps with every segment, behind two octets of padding; with a SYN also MSS, SACK and window scale. */
const TIMESTAMPS = 12;
const SYN_OPTIONS = 20;
const MSS = 1410;
const WINDOW_SCALE = 7;
const VNI = 1;

/** One segment and who sends it. */
export interface Segment {
  carriage: Carriage;
  /** Numbers of node and pod on either side, and ports. */
  sourceNode: number;
  destinationNode: number;
  sourcePod: number;
  destinationPod: number;
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgment: number;
  flags: number;
  window: number;
  /** Values of the timestamps option, in milliseconds. */
  timestamp: number;
  echo: number;
  payload: number;
}

/** Octets of a segment's TCP header. */
export function tcpHeaderLength(flags: number): number {
  return TCP + ((flags & Tcp.syn) === 0 ? TIMESTAMPS : SYN_OPTIONS);
}

/** Octets around the innermost IP packet. */
export const OVERHEAD: Readonly<Record<Carriage, number>> = {
  [Carriage.plain]: ETHERNET,
  [Carriage.plainIpv6]: ETHERNET,
  [Carriage.vxlan]: ETHERNET + IPV4 + UDP + VXLAN + ETHERNET,
  [Carriage.ipip]: ETHERNET + IPV4,
  [Carriage.flannelUdp]: ETHERNET + IPV4 + UDP,
};

/** Octets of the innermost IP header. */
export function ipHeaderLength(carriage: Carriage): number {
  return carriage === Carriage.plainIpv6 ? IPV6 : IPV4;
}

/** Writes frames one after the other into octets. */
export class FrameWriter {
  private readonly octets: Uint8Array;
  private readonly view: DataView;
  private identification = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  /** Writes the frame of a segment at `at`; answers its octets. */
  write(at: number, segment: Segment): number {
    const { carriage } = segment;
    const header = tcpHeaderLength(segment.flags);
    const isIpv6 = carriage === Carriage.plainIpv6;
    const inner = ipHeaderLength(carriage) + header + segment.payload;
    const length = OVERHEAD[carriage] + inner;
    let next = this.ethernet(at, isIpv6 ? 0x86dd : 0x0800, segment.sourceNode, segment.destinationNode, 0x52);
    if (carriage === Carriage.vxlan) {
      next = this.nodes(next, segment, 17, UDP + VXLAN + ETHERNET + inner);
      next = this.udp(next, 49152 + (segment.sourcePort & 0x3fff), 8472, VXLAN + ETHERNET + inner);
      this.view.setUint32(next, 0x08000000);
      this.view.setUint32(next + 4, VNI << 8);
      next = this.ethernet(next + VXLAN, 0x0800, segment.sourceNode, segment.destinationNode, 0xae);
    } else if (carriage === Carriage.ipip) next = this.nodes(next, segment, 4, inner);
    else if (carriage === Carriage.flannelUdp) {
      next = this.nodes(next, segment, 17, UDP + inner);
      next = this.udp(next, 8285, 8285, inner);
    }
    const pods = next;
    next = isIpv6 ? this.ipv6(next, segment, inner) : this.pods(next, segment, inner);
    this.tcp(next, pods, segment, header, isIpv6);
    return length;
  }

  private ethernet(at: number, type: number, source: number, destination: number, first: number): number {
    const { view } = this;
    view.setUint16(at, first << 8);
    view.setUint32(at + 2, destination);
    view.setUint16(at + 6, first << 8);
    view.setUint32(at + 8, source);
    view.setUint16(at + 12, type);
    return at + ETHERNET;
  }

  private nodes(at: number, { sourceNode, destinationNode }: Segment, protocol: number, payload: number): number {
    return this.ipv4(at, 0x09870000 + sourceNode, 0x09870000 + destinationNode, protocol, IPV4 + payload, 64);
  }

  private pods(at: number, { sourcePod, destinationPod }: Segment, length: number): number {
    return this.ipv4(at, 0x0af00000 + sourcePod, 0x0af00000 + destinationPod, 6, length, 63);
  }

  private ipv4(at: number, source: number, destination: number, protocol: number, length: number, ttl: number): number {
    const { view } = this;
    view.setUint16(at, 0x4500);
    view.setUint16(at + 2, length);
    view.setUint16(at + 4, ++this.identification & 0xffff);
    view.setUint16(at + 6, 0x4000);
    view.setUint16(at + 8, (ttl << 8) | protocol);
    view.setUint16(at + 10, 0);
    view.setUint32(at + 12, source);
    view.setUint32(at + 16, destination);
    view.setUint16(at + 10, fold(this.sum(at, IPV4)) ^ 0xffff);
    return at + IPV4;
  }

  private ipv6(at: number, { sourcePod, destinationPod }: Segment, length: number): number {
    const { view } = this;
    view.setUint32(at, 0x60000000);
    view.setUint16(at + 4, length - IPV6);
    view.setUint16(at + 6, (6 << 8) | 63);
    for (const [place, pod] of [
      [at + 8, sourcePod],
      [at + 24, destinationPod],
    ] as const) {
      view.setUint32(place, 0xfd000244);
      view.setUint32(place + 4, 0);
      view.setUint32(place + 8, 0);
      view.setUint32(place + 12, pod);
    }
    return at + IPV6;
  }

  private udp(at: number, source: number, destination: number, payload: number): number {
    this.view.setUint16(at, source);
    this.view.setUint16(at + 2, destination);
    this.view.setUint16(at + 4, UDP + payload);
    this.view.setUint16(at + 6, 0);
    return at + UDP;
  }

  private tcp(at: number, network: number, segment: Segment, header: number, isIpv6: boolean): void {
    const { view, octets } = this;
    view.setUint16(at, segment.sourcePort);
    view.setUint16(at + 2, segment.destinationPort);
    view.setUint32(at + 4, segment.sequence);
    view.setUint32(at + 8, segment.acknowledgment);
    view.setUint16(at + 12, ((header / 4) << 12) | segment.flags);
    view.setUint16(at + 14, segment.window);
    view.setUint32(at + 16, 0);
    const isSyn = (segment.flags & Tcp.syn) !== 0;
    const options = at + TCP;
    if (isSyn) {
      view.setUint32(options, (2 << 24) | (4 << 16) | MSS);
      view.setUint32(options + 16, (1 << 24) | (3 << 16) | (3 << 8) | WINDOW_SCALE);
    }
    view.setUint32(options + (isSyn ? 4 : 0), ((isSyn ? 0x0402 : 0x0101) << 16) | (8 << 8) | 10);
    view.setUint32(options + (isSyn ? 8 : 4), segment.timestamp);
    view.setUint32(options + (isSyn ? 12 : 8), segment.echo);
    const { payload } = segment;
    octets.fill(FILLING, at + header, at + header + payload);
    const addresses = isIpv6 ? this.sum(network + 8, 32) : this.sum(network + 12, 8);
    const filling = (payload >> 1) * ((FILLING << 8) | FILLING) + (payload & 1) * (FILLING << 8);
    view.setUint16(at + 16, fold(addresses + 6 + header + payload + this.sum(at, header) + filling) ^ 0xffff);
  }

  private sum(at: number, length: number): number {
    let sum = 0;
    for (let i = 0; i < length; i += 2) sum += this.view.getUint16(at + i);
    return sum;
  }
}

/** A sum of 16-bit words as one, carries added in (RFC 1071). */
function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}
