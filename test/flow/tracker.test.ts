/** When flows begin and end, what gives way, and what is counted where. */
import { describe, expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import type { FlowOptions, FlowTracker } from '../../src/flow/tracker.ts';
import { testTracker } from './track.ts';

const Flag = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

interface Packet {
  readonly time: number;
  /** Last octets of the addresses. */
  readonly from?: number;
  readonly to?: number;
  readonly ports?: readonly [source: number, destination: number];
  readonly protocol?: 6 | 17;
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  readonly payload?: number;
  readonly ttl?: number;
  readonly id?: number;
  /** Offset in octets, and whether more follow. */
  readonly fragment?: readonly [offset: number, more: boolean];
}

/** A raw IPv4 packet. */
function octetsOf(packet: Packet): Uint8Array {
  const { from = 1, to = 2, ports = [40_000, 80], protocol = 6, payload = 0, fragment = [0, false] } = packet;
  const isLater = fragment[0] > 0;
  const header = isLater ? 0 : protocol === 6 ? 20 : 8;
  const view = new DataView(new ArrayBuffer(20 + header + payload));
  view.setUint8(0, 0x45);
  view.setUint16(2, view.byteLength);
  view.setUint16(4, packet.id ?? 0);
  view.setUint16(6, (fragment[1] ? 0x2000 : 0) | (fragment[0] / 8));
  view.setUint8(8, packet.ttl ?? 64);
  view.setUint8(9, protocol);
  view.setUint32(12, 0x0a000000 + from);
  view.setUint32(16, 0x0a000000 + to);
  if (isLater) return new Uint8Array(view.buffer);
  view.setUint16(20, ports[0]);
  view.setUint16(22, ports[1]);
  if (protocol === 17) view.setUint16(24, 8 + payload + (fragment[1] ? 1000 : 0));
  else {
    view.setUint32(24, packet.sequence ?? 0);
    view.setUint32(28, packet.acknowledgment ?? 0);
    view.setUint16(32, 0x5000 | (packet.flags ?? Flag.ack));
    view.setUint16(34, 1000);
  }
  return new Uint8Array(view.buffer);
}

const RAW = 101;
const COOKED = 113;

function cooked(octets: Uint8Array): Uint8Array {
  const frame = new Uint8Array(16 + octets.length);
  frame.set([0, 4, 0, 1, 0, 6], 0);
  frame.set([8, 0], 14);
  frame.set(octets, 16);
  return frame;
}

function feed(tracker: FlowTracker, packets: readonly Packet[], linkType = RAW): void {
  const input = tracker.open({ linkType: () => linkType, fcsOctets: () => 0, point: () => 'point' });
  const batch = new PacketBatch(1);
  for (const packet of packets) {
    const octets = linkType === COOKED ? cooked(octetsOf(packet)) : octetsOf(packet);
    batch.count = 1;
    batch.length[0] = octets.length;
    batch.wireLength[0] = octets.length;
    batch.seconds[0] = Math.floor(packet.time);
    batch.nanos[0] = Math.round((packet.time % 1) * 1e9);
    input.add(new DataView(octets.buffer), batch, 0, 1);
  }
}

function track(packets: readonly Packet[], options: FlowOptions = {}, linkType = RAW): FlowRecord[] {
  const evicted: FlowRecord[] = [];
  const tracker = testTracker({ ...options, onReleased: (flow) => evicted.push(flow) });
  feed(tracker, packets, linkType);
  return [...evicted, ...tracker.flows()].sort((a, b) => a.id - b.id);
}

const back = { from: 2, to: 1, ports: [80, 40_000] } as const;
const counts = (flows: readonly FlowRecord[]): number[][] => flows.map(({ c2s, s2c }) => [c2s.packets, s2c.packets]);

describe('where a flow begins', () => {
  test('a gap longer than the idle time begins another one', () => {
    const udp = { protocol: 17 } as const;
    const packets: Packet[] = [0, 60, 120.5, 121].map((time) => ({ ...udp, time }));
    expect(counts(track(packets))).toEqual([
      [2, 0],
      [2, 0],
    ]);
    expect(counts(track(packets, { idle: 61 }))).toEqual([[4, 0]]);
    const tcp: Packet[] = [0, 300, 601].map((time) => ({ time }));
    expect(counts(track(tcp))).toEqual([
      [2, 0],
      [1, 0],
    ]);
  });

  test('a SYN of another sequence number begins another one, the same SYN again does not', () => {
    const syn = (time: number, sequence: number): Packet => ({ time, flags: Flag.syn, sequence });
    expect(counts(track([syn(0, 7), syn(1, 7), syn(2, 8)]))).toEqual([
      [2, 0],
      [1, 0],
    ]);
  });

  test('neither FIN nor RST ends one', () => {
    const packets: Packet[] = [
      { time: 0, flags: Flag.fin | Flag.ack },
      { time: 1, flags: Flag.rst, ...back },
      { time: 2, sequence: 1 },
    ];
    expect(counts(track(packets))).toEqual([[2, 1]]);
  });

  test('a batch of many packets is split like single ones', () => {
    const tracker = testTracker();
    const input = tracker.open({ linkType: () => RAW, fcsOctets: () => 0, point: () => 'point' });
    const octets = [1, 1, 2, 3].map((sequence) => octetsOf({ time: 0, flags: Flag.syn, sequence }));
    const joined = new Uint8Array(octets.reduce((sum, { length }) => sum + length, 0));
    const batch = new PacketBatch(4);
    octets.forEach((one, row) => {
      joined.set(one, row * one.length);
      batch.start[row] = row * one.length;
      batch.length[row] = one.length;
      batch.wireLength[row] = one.length;
    });
    input.add(new DataView(joined.buffer), batch, 0, 4);
    expect([...tracker.flows()].map(({ c2s }) => c2s.packets)).toEqual([2, 1, 1]);
  });
});

test('the client is who sent the SYN, also when the answer was captured first', () => {
  const [flow] = track([
    { time: 0, flags: Flag.syn | Flag.ack, sequence: 100, acknowledgment: 8, ...back },
    { time: 1, flags: Flag.syn, sequence: 7 },
  ]);
  expect(flow?.client).toEqual({ ip: '10.0.0.1', port: 40_000 });
  expect(flow?.tcp?.flags).toEqual({ syn: 2, fin: 0, rst: 0 });
});

test.each([
  ['syn-sent', [{ flags: Flag.syn, sequence: 7 }]],
  [
    'refused',
    [
      { flags: Flag.syn, sequence: 7 },
      { flags: Flag.rst | Flag.ack, acknowledgment: 8, ...back },
    ],
  ],
  [
    'established',
    [
      { flags: Flag.syn, sequence: 7 },
      { flags: Flag.syn | Flag.ack, sequence: 90, acknowledgment: 8, ...back },
      { sequence: 8, acknowledgment: 91 },
    ],
  ],
  [
    'closed',
    [
      { flags: Flag.fin | Flag.ack, sequence: 8, acknowledgment: 91 },
      { flags: Flag.fin | Flag.ack, sequence: 91, acknowledgment: 9, ...back },
      { sequence: 9, acknowledgment: 92 },
    ],
  ],
  ['closing', [{ flags: Flag.fin | Flag.ack, sequence: 8 }]],
  ['reset', [{ sequence: 8 }, { flags: Flag.rst, sequence: 8 }]],
])('state %s', (state, packets) => {
  const [flow] = track(packets.map((packet, i) => ({ time: i / 10, ...packet })));
  expect(flow?.tcp?.state).toBe(state);
});

test('the longest idle give way when there are too many, and nothing is lost', () => {
  const packets = Array.from({ length: 500 }, (_, i): Packet => ({ time: i / 1000, from: i + 10, protocol: 17 }));
  const tracker = testTracker({ maxFlows: 1 });
  expect(tracker.evicted).toBe(0);
  const flows = track(packets, { maxFlows: 1 });
  expect(flows.map(({ id }) => id)).toEqual(packets.map((_, i) => i + 1));
  expect(flows.every(({ c2s }) => c2s.packets === 1)).toBe(true);
});

describe('flows that are over are let go', () => {
  const ends: Packet[] = [
    { time: 0, flags: Flag.syn, sequence: 7 },
    { time: 0.1, flags: Flag.fin | Flag.ack, sequence: 8, acknowledgment: 91 },
    { time: 0.2, flags: Flag.fin | Flag.ack, sequence: 91, acknowledgment: 9, ...back },
    { time: 0.3, sequence: 9, acknowledgment: 92 },
    { time: 0.4, ports: [40_001, 80], flags: Flag.syn, sequence: 7 },
    { time: 0.5, ports: [40_002, 53], protocol: 17 },
    { time: 0.6, ports: [40_003, 80], sequence: 1 },
    { time: 0.7, ports: [40_003, 80], flags: Flag.rst, sequence: 1 },
  ];

  test.each([
    [5.2, [], [1, 2, 3, 4]],
    [5.4, [1], [2, 3, 4]],
    [10, [1, 4], [2, 3]],
    [70, [1, 3, 4], [2]],
    [400, [1, 2, 3, 4], []],
  ])('at %d s', (time, ended, held) => {
    const released: number[] = [];
    const tracker = testTracker({ onReleased: ({ id }) => released.push(id) });
    feed(tracker, ends);
    expect(tracker.expire(time * 1e9)).toBe(ended.length);
    expect(released).toEqual(ended);
    expect([...tracker.flows()].map(({ id }) => id)).toEqual(held);
    expect([tracker.count, tracker.evicted]).toEqual([held.length, 0]);
  });

  test('what comes later is another flow', () => {
    const tracker = testTracker();
    feed(tracker, ends);
    tracker.expire(10e9);
    feed(tracker, [{ time: 11, flags: Flag.fin | Flag.ack, sequence: 91, acknowledgment: 9, ...back }]);
    expect([...tracker.flows()].map(({ id }) => id)).toEqual([2, 3, 5]);
  });
});

test('octets beyond 32 bits are carried', () => {
  const packets = Array.from({ length: 200 }, (_, i): Packet => ({ time: i / 1000 }));
  const tracker = testTracker();
  const input = tracker.open({ linkType: () => RAW, fcsOctets: () => 0, point: () => 'point' });
  const batch = new PacketBatch(1);
  batch.count = 1;
  for (const packet of packets) {
    const octets = octetsOf(packet);
    batch.length[0] = octets.length;
    batch.wireLength[0] = 100_000_000;
    input.add(new DataView(octets.buffer), batch, 0, 1);
  }
  expect([...tracker.flows()].map(({ c2s }) => c2s.wire_bytes)).toEqual([20_000_000_000]);
});

test('fragments count for the flow of the first one', () => {
  const [flow, ...others] = track([
    { time: 0, protocol: 17, id: 5, payload: 80, fragment: [0, true] },
    { time: 0.001, protocol: 17, id: 5, payload: 64, fragment: [88, false] },
  ]);
  expect(others).toEqual([]);
  expect(flow?.c2s).toMatchObject({ packets: 2, ip_bytes: 20 + 88 + 20 + 64, payload_bytes: 80 + 64 });
  expect(flow?.client.port).toBe(40_000);
});

test('copies in a cooked capture are no packets of the flow', () => {
  const packet: Packet = { time: 0, id: 9, sequence: 50, payload: 10 };
  const later = { ...packet, time: 0.5 };
  const [flow] = track([packet, { ...packet, time: 0.0002, ttl: 63 }, later], {}, COOKED);
  expect(flow?.c2s).toMatchObject({ packets: 2, duplicates: 1, retransmissions: 1 });
});

test('a time before the first packet’s is kept', () => {
  const [flow] = track([
    { time: 100.5, protocol: 17 },
    { time: 99.25, protocol: 17 },
  ]);
  expect(flow).toMatchObject({
    start: '1970-01-01T00:01:40.500000000Z',
    end: '1970-01-01T00:01:40.500000000Z',
    duration: 0,
  });
});
