/** Captures made by hand: IPv4 packets in a pcap file of link type RAW. */

/** Link type of packets that begin with their IPv4 header. */
const LINKTYPE_IPV4 = 228;
const TCP_FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

/** What a packet is to be. Ends are written `10.0.0.1:80`. */
export interface PacketSpec {
  readonly from: string;
  readonly to: string;
  /** Seconds. */
  readonly time?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  /** Characters of Latin-1 are octets; others are written in UTF-8. */
  readonly payload?: string | Uint8Array;
}

export interface SegmentSpec extends PacketSpec {
  readonly seq?: number;
  readonly ack?: number;
  /** Letters: S, A, F, R, P. */
  readonly flags?: string;
  /** Value of the timestamps option; left out where there is none. */
  readonly timestamp?: number;
}

export interface TimedPacket {
  readonly time: number;
  readonly octets: Uint8Array;
}

function end(text: string): { address: number[]; port: number } {
  const [address = '', port = '0'] = text.split(':');
  return { address: address.split('.').map(Number), port: Number(port) };
}

const octetsOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;

function ipv4(protocol: number, spec: PacketSpec, body: Uint8Array): TimedPacket {
  const octets = new Uint8Array(20 + body.length);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, octets.length);
  view.setUint16(4, spec.ipId ?? 0);
  view.setUint16(6, 0x4000);
  view.setUint8(8, spec.ttl ?? 64);
  view.setUint8(9, protocol);
  octets.set(end(spec.from).address, 12);
  octets.set(end(spec.to).address, 16);
  octets.set(body, 20);
  return { time: spec.time ?? 0, octets };
}

/** A TCP segment. */
export function tcpPacket(spec: SegmentSpec): TimedPacket {
  const payload = octetsOf(spec.payload ?? '');
  const header = spec.timestamp === undefined ? 20 : 32;
  const body = new Uint8Array(header + payload.length);
  const view = new DataView(body.buffer);
  view.setUint16(0, end(spec.from).port);
  view.setUint16(2, end(spec.to).port);
  view.setUint32(4, spec.seq ?? 0);
  view.setUint32(8, spec.ack ?? 0);
  view.setUint8(12, header << 2);
  view.setUint8(
    13,
    [...(spec.flags ?? 'A')].reduce((sum, letter) => sum | (TCP_FLAGS[letter] ?? 0), 0),
  );
  view.setUint16(14, 64_240);
  if (spec.timestamp !== undefined) {
    body.set([1, 1, 8, 10], 20);
    view.setUint32(24, spec.timestamp);
  }
  body.set(payload, header);
  return ipv4(6, spec, body);
}

/** A UDP datagram. */
export function udpPacket(spec: PacketSpec): TimedPacket {
  const payload = octetsOf(spec.payload ?? '');
  const body = new Uint8Array(8 + payload.length);
  const view = new DataView(body.buffer);
  view.setUint16(0, end(spec.from).port);
  view.setUint16(2, end(spec.to).port);
  view.setUint16(4, body.length);
  body.set(payload, 8);
  return ipv4(17, spec, body);
}

/** The packets as a pcap file with nanoseconds. */
export function capture(packets: readonly TimedPacket[]): Uint8Array {
  const file = new Uint8Array(24 + packets.reduce((sum, { octets }) => sum + 16 + octets.length, 0));
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b23c4d);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 262_144);
  view.setUint32(20, LINKTYPE_IPV4);
  let at = 24;
  for (const { time, octets } of packets) {
    const seconds = Math.floor(time);
    view.setUint32(at, seconds);
    view.setUint32(at + 4, Math.round((time - seconds) * 1e9));
    view.setUint32(at + 8, octets.length);
    view.setUint32(at + 12, octets.length);
    file.set(octets, at + 16);
    at += 16 + octets.length;
  }
  return file;
}
