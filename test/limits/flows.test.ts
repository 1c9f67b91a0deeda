/** Floods of flows and of points: what is kept is bounded, and what gave way is told. */
import { describe, expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { MOST_PATHS } from '../../src/flow/path-table.ts';
import { MAX_POINTS, QUEUE_CAPACITY } from '../../src/flow/queue.ts';
import { FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { concat } from '../capture/build-capture.ts';
import { octetsOf } from '../dissect-hex.ts';

const IPV4 = 228;
const IPV6 = 229;
const SLL2 = 276;
const MAX_FLOWS = 5000;
const dissector = createDissector(standardProtocols);

/** Feeds frames that differ by their number, in batches; all have the template's length. */
function flood(
  linkType: number,
  template: Uint8Array,
  count: number,
  differ: (view: DataView, at: number, number: number) => void,
  onEvicted?: (flow: FlowRecord) => void,
): FlowTracker {
  const tracker = new FlowTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS, ...(onEvicted && { onEvicted }) });
  const input = tracker.open({ linkType: () => linkType, fcsOctets: () => 0, point: () => 'point' });
  const batch = new PacketBatch();
  const octets = new Uint8Array(batch.capacity * template.length);
  const view = new DataView(octets.buffer);
  for (let row = 0; row < batch.capacity; row++) {
    batch.start[row] = row * template.length;
    batch.length[row] = template.length;
    batch.wireLength[row] = template.length;
    octets.set(template, row * template.length);
  }
  for (let done = 0; done < count; done += batch.count) {
    batch.count = Math.min(batch.capacity, count - done);
    for (let row = 0; row < batch.count; row++) differ(view, batch.start[row]!, done + row);
    input.add(view, batch, 0, batch.count);
  }
  return tracker;
}

/** A SYN from 0.0.0.0 to 10.0.0.1. */
const SYN = octetsOf('45000028 00000000 40060000 00000000 0a000001  0010 0050 00000000 00000000 5002 0000 0000 0000');
/** A SYN from fd00:: to fd00::1. */
const SYN6 = octetsOf(
  `60000000 00140640 fd00${'00'.repeat(14)} fd00${'00'.repeat(13)}01  0010 0050 00000000 00000000 5002 0000 0000 0000`,
);
/** A SYN in IPIP from 0.0.0.0 to 9.0.0.2 in IPIP from 9.0.0.1 to 9.0.0.2. */
const TUNNELLED = concat(
  octetsOf('45000050 00000000 40040000 09000001 09000002  4500003c 00000000 40040000 00000000 09000002'),
  SYN,
);

/** An IPv6 header from fd00:: to fd00::1 around IPv6. */
const around6 = (packet: Uint8Array): Uint8Array => {
  const length = packet.length.toString(16).padStart(4, '0');
  return concat(octetsOf(`60000000 ${length} 2940 fd00${'00'.repeat(14)} fd00${'00'.repeat(13)}01`), packet);
};
const TUNNELLED6 = around6(SYN6);
const TWICE_TUNNELLED6 = around6(TUNNELLED6);

/** An address of fd00::/16 that ends with the number. */
const address = (number: number): string =>
  `fd00::${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`.replace('::0:', '::');

describe('a flood of SYNs', () => {
  test('is counted, and flows beyond the bound give way', () => {
    const tracker = flood(IPV4, SYN, 200_000, (view, at, number) => view.setUint32(at + 12, number));
    expect(tracker.made).toBe(200_000);
    // Flows give way between batches, so that one batch's may be more.
    expect([...tracker.flows()].length).toBeLessThanOrEqual(MAX_FLOWS + QUEUE_CAPACITY);
    expect(tracker.evicted + [...tracker.flows()].length).toBe(200_000);
  });

  test('from ever new IPv6 addresses makes no more numbers of addresses than are in use', () => {
    const wrong: FlowRecord[] = [];
    const check = (flow: FlowRecord): void => {
      const expected = `fd00::${(flow.id >>> 16).toString(16)}:${(flow.id & 0xffff).toString(16)}`.replace(
        '::0:',
        '::',
      );
      if (flow.client.ip !== expected || flow.server.ip !== 'fd00::1') wrong.push(flow);
    };
    const differ = (view: DataView, at: number, number: number): void => view.setUint32(at + 20, number + 1);
    const tracker = flood(IPV6, SYN6, 120_000, differ, check);
    for (const flow of tracker.flows()) check(flow);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(tracker.made).toBe(120_000);
    expect(tracker.addresses.highest).toBeLessThan(90_000);
  });

  test('in tunnels between ever new IPv6 addresses keeps those of the tunnels too', () => {
    const wrong: FlowRecord[] = [];
    // The outer address counts up, the inner one with it every other time: each flow is told by its own.
    const differ = (view: DataView, at: number, number: number): void => {
      view.setUint32(at + 20, number + 1);
      view.setUint32(at + 60, (number >> 1) + 1);
    };
    const check = (flow: FlowRecord): void => {
      const [tunnel] = flow.tunnel;
      const isRight = tunnel?.client === address(flow.id) && flow.client.ip === address(((flow.id - 1) >> 1) + 1);
      if (!isRight || tunnel.server !== 'fd00::1') wrong.push(flow);
    };
    const tracker = flood(IPV6, TUNNELLED6, 100_000, differ, check);
    for (const flow of tracker.flows()) check(flow);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(tracker.made).toBe(100_000);
    expect(tracker.addresses.highest).toBeLessThan(90_000);
  });

  test('in tunnels in tunnels keeps the addresses of paths', () => {
    const tracker = flood(IPV6, TWICE_TUNNELLED6, 70_000, (view, at, number) => {
      view.setUint32(at + 20, (number % 100) + 1);
      view.setUint32(at + 100, number + 1);
    });
    // A path and its mirror, by which of the inner addresses has the lower number.
    expect(tracker.paths.count).toBeLessThanOrEqual(200);
    expect(tracker.addresses.highest).toBeLessThan(90_000);
    for (const { id, tunnel } of tracker.flows()) {
      expect(tunnel.map(({ client }) => client)).toEqual([address(((id - 1) % 100) + 1), 'fd00::']);
    }
  });

  test('by ever new paths of tunnels makes no more paths than are told apart, and the others are of no flow', () => {
    const differ = (view: DataView, at: number, number: number): void => view.setUint32(at + 32, number + 1);
    const tracker = flood(IPV4, TUNNELLED, MOST_PATHS + 1000, differ);
    expect(tracker.paths.count).toBe(MOST_PATHS);
    expect(tracker.unattributed).toBe(1000);
    expect(tracker.paths.left).toBe(1000);
  });

  test('with addresses a power of two apart is no slower than others: a chain through the table would not end in time', () => {
    expect(flood(IPV4, SYN, 200_000, (view, at, number) => view.setUint32(at + 12, number << 14)).made).toBe(200_000);
  });
});

test('interfaces beyond those that are told apart are counted with the last one', () => {
  const tracker = new FlowTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS });
  const input = { linkType: () => SLL2, fcsOctets: () => 0, point: () => 'point' };
  for (let index = 0; index < MAX_POINTS + 500; index++) {
    const number = tracker.addPoint({ input, interfaceId: 0, interfaceIndex: index });
    if (number !== Math.min(index, MAX_POINTS - 1)) throw new Error(`interface ${index} is point ${number}`);
  }
  expect(tracker.points.length).toBe(MAX_POINTS);
  expect(tracker.pointsShared).toBe(500);
});

test('a cooked capture of ever new interfaces makes no more points than are told apart', () => {
  const header = octetsOf('0800 0000 00000000 0001 00 06 0000000000000000');
  const cooked = concat(header, SYN);
  const tracker = flood(SLL2, cooked, MAX_POINTS + 5000, (view, at, number) => view.setUint32(at + 4, number));
  expect(tracker.points.length).toBe(MAX_POINTS);
  expect(tracker.made).toBe(MAX_POINTS);
  expect(tracker.pointsShared).toBeGreaterThanOrEqual(5000);
});
