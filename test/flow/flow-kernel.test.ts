/** Flows by the kernel are those by JavaScript, whatever comes: records as they lie in memory, what is told of them, and the counts. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ReservedColumns } from '../../src/capture/columns.ts';
import { defineProtocol } from '../../src/dissect/protocol.ts';
import { RECORD_WORDS, TROUBLE_WORDS } from '../../src/flow/flow-columns.ts';
import { flowColumnOctets } from '../../src/flow/flow-reserve.ts';
import { type FlowOptions, FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';
import { Random } from '../fuzz/random.ts';
import { addPieces, bufferOctets, countKernelPackets, kernelCode, kernelFor } from './kernel-pass.ts';
import {
  ipv6Packet,
  LINKTYPE_IPV4,
  LINKTYPE_IPV6,
  type PcapForm,
  type PcapRecord,
  pcapFile,
  portsPacket,
  strangeSegments,
} from './pcap-file.ts';
import { octetsOf, testTracker } from './track.ts';

/** Octets of a capture that are compared; long captures repeat themselves. */
const MOST_OCTETS = 2_000_000;
/** Room in front of a piece, for the rest of the one before. */
const FRONT = 2048;
const SEED = 7;
const TCP = 6;
const UDP = 17;
/** Flows that are told as text; the others are compared as they lie in memory. */
const MOST_TOLD = 2000;
/** Flows that are ranked: fewer than most captures have. */
const MOST_RANKED = 7;
/** Packets after which an address comes again: longer than a queue. */
const AGAIN = 71;
/** Octets in which the headers are. */
const MOST_HEADERS = 120;

interface Layout {
  /** Ends of the pieces that octets come in; all at once by default. */
  readonly ends?: readonly number[];
  readonly front?: number;
}

/** All that a pass comes to. */
interface Outcome {
  readonly packets: number;
  readonly unattributed: number;
  readonly made: number;
  readonly evicted: number;
  readonly flows: readonly string[];
  readonly released: readonly string[];
  readonly irregularities: readonly number[];
  /** Ids of the flows with the most octets, of those that may be linked across address translation, and of those that may be linked to the former. */
  readonly foremost: readonly number[];
  readonly candidates: readonly number[];
  readonly chosen: readonly number[];
  readonly words: Int32Array;
  readonly trouble: Int32Array;
}

function passOver(
  octets: Uint8Array,
  withKernel: boolean,
  options: FlowOptions,
  { ends = [octets.length], front = FRONT }: Layout,
): { outcome: Outcome; byKernel: number } {
  const released: string[] = [];
  const irregularities: number[] = [];
  const { maxFlows = 3000 } = options;
  const kernel = withKernel ? kernelFor(maxFlows, bufferOctets({ ends, front })) : undefined;
  const tracker = testTracker({
    ...options,
    maxFlows,
    kernel,
    onReleased: (flow) => {
      if (released.length < MOST_TOLD) released.push(JSON.stringify(flow));
    },
    onIrregularity: (packet, counter) => irregularities.push(packet, counter),
  });
  expect(tracker.kernel !== undefined).toBe(withKernel);
  const byKernel = countKernelPackets(tracker);
  const buffer = (length: number): Uint8Array => kernel?.columns.octets(length) ?? new Uint8Array(length);
  const { packets } = addPieces(tracker, octets, { ends, front, buffer });
  const { unattributed, made, evicted, table } = tracker;
  const told = tracker.flows(undefined, MOST_TOLD);
  const flows = Array.from(told, (flow) => JSON.stringify(flow));
  const held = Array.from(tracker.held('bytes', MOST_RANKED), (flow) => ({ ...flow }));
  const foremost = held.map(({ id }) => id);
  const candidates = Array.from(tracker.natCandidates(), ({ id }) => id);
  const chosen = Array.from(tracker.natCandidates(held), ({ id }) => id);
  const words = table.words.slice(0, (table.used + 1) * RECORD_WORDS);
  const trouble = table.trouble.slice(0, (table.used + 1) * TROUBLE_WORDS);
  const looks = { foremost, candidates, chosen };
  const outcome = { packets, unattributed, made, evicted, flows, released, irregularities, ...looks, words, trouble };
  return { outcome, byKernel: byKernel() };
}

/** Fails where the two passes differ; answers what they come to, and how many packets the kernel has summed up. */
function compare(octets: Uint8Array, options: FlowOptions = {}, layout: Layout = {}): Outcome & { byKernel: number } {
  const { outcome } = passOver(octets, false, options, layout);
  const { outcome: compiled, byKernel } = passOver(octets, true, options, layout);
  const { words, trouble, ...told } = compiled;
  const { words: wantedWords, trouble: wantedTrouble, ...wanted } = outcome;
  expect(told).toEqual(wanted);
  // Typed arrays of thousands of numbers take `toEqual` long.
  expect(Buffer.compare(octetsBehind(words), octetsBehind(wantedWords)), 'the records as they lie in memory').toBe(0);
  expect(Buffer.compare(octetsBehind(trouble), octetsBehind(wantedTrouble)), 'their trouble').toBe(0);
  return { ...outcome, byKernel };
}

function octetsBehind({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Ends of pieces of random lengths up to so many octets. */
function randomEnds(length: number, most: number, random: Random): number[] {
  const ends: number[] = [];
  for (let at = 0; at < length; ) {
    at = Math.min(length, at + 1 + random.below(most));
    ends.push(at);
  }
  return ends;
}

/** Records of packets, a millisecond apart. */
function recordsOf(packets: readonly Pick<OwnedPacket, 'octets' | 'wireLength'>[]): PcapRecord[] {
  return packets.map(({ octets, wireLength }, i) => ({
    octets,
    wireLength,
    seconds: 1_700_000_000 + Math.floor(i / 1000),
    fraction: (i % 1000) * 1000,
  }));
}

/** Captures of every kind of point, and such of troubled connections. */
const CAPTURES = [
  'flannel-vxlan/node1-eth1.pcap',
  'flannel-udp/node1-eth1.pcap',
  'calico-ipip/node1-eth0.pcap',
  'outer-fragmentation/node1-eth1.pcap',
  'flannel-vxlan-variants/node1-any.pcap',
  'flannel-udp/node1-flannel0.pcap',
  'loss/node1-cni0.pcap',
  'zero-window/node1-cni0.pcap',
  'reordering/node1-cni0.pcap',
].filter((path) => capturesBelow(FIXTURES).includes(path));

beforeAll(() => {
  kernelCode();
});

describe.each([
  ['fixtures', FIXTURES],
  ['shared captures', SHARED],
])('of %s', (name, folder) => {
  test.skipIf(name !== 'fixtures' && !hasShared)('the flows are the same', { timeout: 120_000 }, () => {
    let [packets, byKernel, irregularities] = [0, 0, 0];
    for (const path of capturesBelow(folder)) {
      const pass = compare(octetsOf(join(folder, path)).subarray(0, MOST_OCTETS));
      packets += pass.packets;
      byKernel += pass.byKernel;
      irregularities += pass.irregularities.length;
    }
    expect(byKernel).toBeGreaterThan(packets / 2);
    expect(irregularities).toBeGreaterThan(100);
  });
});

describe.each(CAPTURES)('%s', (path) => {
  const octets = octetsOf(`${FIXTURES}${path}`);

  test.each([60, 500, 3000])('in pieces of up to %i octets', (most) => {
    const ends = randomEnds(octets.length, most, new Random(SEED));
    for (const front of [0, 100, FRONT]) compare(octets, {}, { ends, front });
  });

  test.each([
    ['of one flow', { maxFlows: 1 }],
    ['that takes every pause for an end', { tcpIdle: 0, idle: 0 }],
    ['that takes a millisecond for an end', { tcpIdle: 0.001, idle: 0.001 }],
    ['that sums up by rows of layers', { keyBatch: false }],
  ])('by a tracker %s', (_, options) => {
    if ('keyBatch' in options) {
      expect(testTracker({ ...options, maxFlows: 3000, kernel: kernelFor(3000, 0) }).kernel).toBeUndefined();
    } else compare(octets, options);
  });

  test('written in other ways', () => {
    const packets = packetsOf(`${FIXTURES}${path}`);
    const records = recordsOf(packets);
    const linkType = packets[0]?.linkType ?? 0;
    const flowsOf = (form: Omit<PcapForm, 'linkType'>): Outcome & { byKernel: number } =>
      compare(pcapFile(records, { linkType, ...form }));
    const little = flowsOf({});
    const big = flowsOf({ isLittle: false });
    expect(big.byKernel).toBe(0);
    expect(big.flows).toEqual(little.flows);
    const fine = flowsOf({ precision: 'nano' });
    expect(fine.byKernel).toBe(little.byKernel);
    expect(flowsOf({ isLittle: false, precision: 'nano' }).flows).toEqual(fine.flows);
  });
});

/** Packets with other octets in their headers, cut or whole. */
function mutated(packets: readonly OwnedPacket[], random: Random, count: number): PcapRecord[] {
  const changed = Array.from({ length: count }, () => {
    const { octets, wireLength } = random.pick(packets);
    const kept = octets.slice(0, random.oneIn(3) ? random.below(octets.length) : octets.length);
    for (let changes = random.below(4); changes > 0; changes--) {
      kept[random.below(Math.min(kept.length, MOST_HEADERS))] = random.pick([random.below(256), 0, 1, 0xff]);
    }
    return { octets: kept, wireLength: random.oneIn(8) ? kept.length : wireLength };
  });
  return recordsOf(changed);
}

test.each(CAPTURES)('mutated and truncated packets of %s', { timeout: 120_000 }, (path) => {
  const packets = packetsOf(`${FIXTURES}${path}`).slice(0, 100);
  const linkType = packets[0]?.linkType ?? 0;
  let byKernel = 0;
  for (let seed = 0; seed < 10; seed++) {
    byKernel += compare(pcapFile(mutated(packets, new Random(seed), 500), { linkType })).byKernel;
  }
  // Frames of a cooked header are summed up by rows of layers.
  expect(byKernel > 1000).toBe(!path.endsWith('-any.pcap'));
});

describe('segments that no TCP would send', () => {
  test.each(Array.from({ length: 30 }, (_, i) => i))('of seed %i', (seed) => {
    const records = strangeSegments(new Random(seed), 2000);
    const { byKernel, irregularities } = compare(pcapFile(records, { linkType: LINKTYPE_IPV4 }));
    expect(byKernel).toBeGreaterThan(1000);
    expect(irregularities.length).toBeGreaterThan(100);
  });
});

describe('of many flows', () => {
  const records = recordsOf(
    Array.from({ length: 150_000 }, (_, i) => {
      const octets = portsPacket(i % 2 === 0 ? TCP : UDP, i % 60_000, 1024 + Math.floor(i / 60_000));
      return { octets, wireLength: octets.length };
    }),
  );
  const fileOf = (packets: readonly PcapRecord[]): Uint8Array => pcapFile(packets, { linkType: LINKTYPE_IPV4 });
  const endsOf = ({ length }: Uint8Array): number[] => randomEnds(length, 1_000_000, new Random(SEED));

  test('the index grows', { timeout: 120_000 }, () => {
    const octets = fileOf(records);
    const ends = endsOf(octets);
    const { made, byKernel } = compare(octets, { maxFlows: 200_000 }, { ends });
    expect(made).toBe(records.length);
    expect(byKernel).toBeGreaterThan(0.99 * records.length);
  });

  test.each([30, 500, 5000])('%i are held at once', { timeout: 120_000 }, (maxFlows) => {
    const octets = fileOf(records.slice(0, 20_000));
    const { evicted, released, byKernel } = compare(octets, { maxFlows }, { ends: endsOf(octets) });
    expect(evicted).toBeGreaterThan(10_000);
    expect(released.length).toBe(MOST_TOLD);
    expect(byKernel).toBeGreaterThan(19_000);
  });
});

test.each([200, 5000])('ever new IPv6 addresses, and %i flows held at once', { timeout: 120_000 }, (maxFlows) => {
  // Each comes again when other packets were worked on meanwhile, and addresses that nobody names were forgotten.
  const packets = Array.from({ length: 80_000 }, (_, i) => ipv6Packet(i % 2 === 0 ? i : Math.max(1, i - AGAIN)));
  const records = recordsOf(packets.map((octets) => ({ octets, wireLength: octets.length })));
  const octets = pcapFile(records, { linkType: LINKTYPE_IPV6 });
  const ends = randomEnds(octets.length, 300_000, new Random(SEED));
  const { made, byKernel } = compare(octets, { maxFlows }, { ends });
  expect(made).toBeGreaterThan(30_000);
  expect(byKernel).toBeGreaterThan(0.99 * packets.length);
});

describe('the kernel is not used', () => {
  const path = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
  const maxFlows = 5000;

  test('where the columns before the records begin elsewhere', () => {
    const columns = new ReservedColumns(flowColumnOctets(maxFlows) + 64);
    columns.octets(64);
    expect(testTracker({ maxFlows, kernel: { code: kernelCode(), columns } }).kernel === undefined).toBe(true);
  });

  test.each([4096, 65_536])('where %i octets of its columns were taken before', (octets) => {
    const columns = new ReservedColumns(flowColumnOctets(maxFlows) + octets);
    columns.octets(octets);
    expect(testTracker({ maxFlows, kernel: { code: kernelCode(), columns } }).kernel === undefined).toBe(true);
  });

  test('with protocols that others declare', () => {
    const other = defineProtocol('other', {
      title: 'Other',
      source: 'this test',
      carriedBy: { udpPort: [4] },
      fields: {},
      bare: true,
    });
    const kernelOf = (protocols: Parameters<typeof createDissector>[0]): FlowTracker['kernel'] => {
      const columns = new ReservedColumns(flowColumnOctets(maxFlows));
      return new FlowTracker(createDissector(protocols), { maxFlows, kernel: { code: kernelCode(), columns } }).kernel;
    };
    expect(kernelOf(standardProtocols)).toBeDefined();
    expect(kernelOf([...standardProtocols, other])).toBeUndefined();
  });

  test('for octets that are not in its memory', () => {
    const octets = octetsOf(path);
    const pass = { ends: [octets.length], front: FRONT, buffer: (length: number) => new Uint8Array(length) };
    const tracker = testTracker({ maxFlows: 3000, kernel: kernelFor(3000, 0) });
    const byKernel = countKernelPackets(tracker);
    addPieces(tracker, octets, pass);
    const separate = testTracker({ maxFlows: 3000 });
    addPieces(separate, octets, pass);
    expect(byKernel()).toBe(0);
    expect([...tracker.flows()]).toEqual([...separate.flows()]);
  });
});
