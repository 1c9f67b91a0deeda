/** Pcap files of generated packets: for tests only. */
import type { Random } from '../fuzz/random.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const SNAP_LENGTH = 262_144;
const MAGIC = { micro: 0xa1b2c3d4, nano: 0xa1b23c4d } as const;
/** Link types of packets that begin with their IP header. */
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;

/** A record of a file. */
export interface PcapRecord {
  readonly octets: Uint8Array;
  /** Octets on the wire; as many as captured where not given. */
  readonly wireLength?: number;
  readonly seconds: number;
  /** Ticks of the second's fraction. */
  readonly fraction: number;
}

/** How a file is written. */
export interface PcapForm {
  readonly linkType: number;
  /** Default true. */
  readonly isLittle?: boolean;
  readonly precision?: keyof typeof MAGIC;
}

/** The file. */
export function pcapFile(records: readonly PcapRecord[], form: PcapForm): Uint8Array {
  const { linkType, isLittle = true, precision = 'micro' } = form;
  const file = new Uint8Array(records.reduce((sum, { octets }) => sum + RECORD_HEADER + octets.length, FILE_HEADER));
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC[precision], isLittle);
  view.setUint16(4, 2, isLittle);
  view.setUint16(6, 4, isLittle);
  view.setUint32(16, SNAP_LENGTH, isLittle);
  view.setUint32(20, linkType, isLittle);
  let at = FILE_HEADER;
  for (const { octets, wireLength = octets.length, seconds, fraction } of records) {
    view.setUint32(at, seconds, isLittle);
    view.setUint32(at + 4, fraction, isLittle);
    view.setUint32(at + 8, octets.length, isLittle);
    view.setUint32(at + 12, wireLength, isLittle);
    file.set(octets, at + RECORD_HEADER);
    at += RECORD_HEADER + octets.length;
  }
  return file;
}

const TCP = 6;
const UDP = 17;

/** An IPv4 packet from 10.0.`from` to 10.1.0.1 of so many octets, all 0 behind the ports. */
export function portsPacket(protocol: typeof TCP | typeof UDP, from: number, port: number): Uint8Array {
  const octets = new Uint8Array(40);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, octets.length);
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  view.setUint32(12, 0x0a000000 + from);
  view.setUint32(16, 0x0a010001);
  view.setUint16(20, port);
  view.setUint16(22, 9999);
  if (protocol === UDP) view.setUint16(24, 20);
  else {
    view.setUint8(32, 0x50);
    view.setUint8(33, 0x10);
  }
  return octets;
}

/** An IPv6 packet of UDP between two addresses of fd00::/64 that no other number gives. */
export function ipv6Packet(number: number): Uint8Array {
  const octets = new Uint8Array(48);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, 8);
  view.setUint8(6, UDP);
  view.setUint8(7, 64);
  for (const at of [8, 24]) {
    view.setUint8(at, 0xfd);
    view.setUint32(at + 12, 2 * number + (at === 8 ? 0 : 1));
  }
  view.setUint16(40, 5000);
  view.setUint16(42, 5001);
  view.setUint16(44, 8);
  return octets;
}

const FLAGS = [0x10, 0x10, 0x10, 0x10, 0x18, 0x18, 0x02, 0x12, 0x11, 0x01, 0x14, 0x04, 0x00, 0x19, 0x03, 0xff] as const;
const WINDOWS = [0, 1, 4, 100, 100, 100, 65_535] as const;
/** Initial sequence numbers: sums pass 2^31 and 2^32 soon. */
const SEQUENCES = [0, 0x7ffffff8, 0xfffffff8, 1000] as const;
/** No options, and such as a SYN has: MSS, window scale and timestamps, cut off, of length 0, and out of range. */
const OPTIONS = [
  [],
  [],
  [2, 4, 5, 0xb4],
  [3, 3, 2, 1],
  [3, 3, 200, 0],
  [1, 1, 8, 10, 0xff, 1, 2, 3, 4, 5, 6, 7],
  [2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 8, 10, 9, 9, 9, 9, 0, 0, 0, 0],
  [8, 0, 0, 0],
  [8, 40, 0, 0],
  [0, 1, 2, 3],
] as const;
/** Wire lengths, with such that counters of octets pass 2^32 within a few packets, and such that are not believed. */
const WIRE_LENGTHS = [0, 0, 0, 1500, 0x3fffffff, 0x3ffffff0, 0x40000000, 0xffffffff] as const;
/** Steps of time in microseconds: none, short, back, and beyond what is idle. */
const STEPS = [0, 1, 50, 900, 2500, 20_000, -3000, 1_000_000, 70_000_000, 310_000_000] as const;

/** Segments of a few connections, in no order that a TCP would send them in. */
export function strangeSegments(random: Random, count: number): PcapRecord[] {
  let time = 1_700_000_000_000_000;
  return Array.from({ length: count }, () => {
    const options = random.pick(OPTIONS);
    const payload = random.pick([0, 0, 0, 1, 1, 2, 3, 4, 40]);
    const octets = new Uint8Array(40 + options.length + payload);
    const view = new DataView(octets.buffer);
    const [source, destination] = random.oneIn(2) ? [0x0a000001, 0x0a000002] : [0x0a000002, 0x0a000001];
    const connection = random.below(3);
    const [sourcePort, destinationPort] = source === 0x0a000001 ? [40_000 + connection, 80] : [80, 40_000 + connection];
    view.setUint8(0, 0x45);
    view.setUint16(2, octets.length);
    view.setUint16(4, random.below(4));
    view.setUint8(8, 60 + random.below(6));
    view.setUint8(9, TCP);
    view.setUint32(12, source);
    view.setUint32(16, destination);
    view.setUint16(20, sourcePort);
    view.setUint16(22, destinationPort);
    view.setUint32(24, random.pick(SEQUENCES.slice(0, 1 + random.below(SEQUENCES.length))) + random.below(16));
    view.setUint32(28, random.pick(SEQUENCES.slice(0, 1 + random.below(SEQUENCES.length))) + random.below(16));
    view.setUint8(32, (20 + options.length) << 2);
    view.setUint8(33, random.pick(FLAGS));
    view.setUint16(34, random.pick(WINDOWS));
    octets.set(options, 40);
    octets.fill(random.below(256), 40 + options.length);
    time += random.pick(STEPS.slice(0, 2 + random.below(STEPS.length - 1)));
    const wireLength = Math.max(octets.length, random.pick(WIRE_LENGTHS));
    return { octets, wireLength, seconds: Math.floor(time / 1e6), fraction: time % 1e6 };
  });
}
