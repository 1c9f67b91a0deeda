/** Fragments find the flow of their packet's first one: for half a minute, and as many packets as are remembered. */
import { describe, expect, test } from 'vitest';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { capture, type TimedPacket, udpPacket } from './packets.ts';
import { addCapture, testTracker } from './track.ts';

const FIRST = 0x2000;
/** In units of 8 octets: behind a header of UDP and 24 octets of payload. */
const SECOND = 0x0004;

/** A fragment of a datagram: the first one, which tells its ports, or the last one, which does not. */
function fragment(time: number, ipId: number, which: number): TimedPacket {
  const { octets } = udpPacket({ from: '10.0.0.1:50000', to: '10.0.0.2:9', time, ipId, payload: 'x'.repeat(24) });
  new DataView(octets.buffer).setUint16(6, which);
  return { time, octets };
}

function flowsOf(packets: readonly TimedPacket[]): FlowRecord[] {
  const tracker = testTracker();
  addCapture(tracker, capture(packets), 'point');
  return [...tracker.flows()];
}

const summary = ({ protocol, client, c2s }: FlowRecord): unknown => [
  protocol,
  client.port,
  c2s.packets,
  c2s.wire_bytes,
];

describe('a fragment behind the first one of its packet', () => {
  test.each([
    ['at once', 0],
    ['half a minute later', 30],
  ])('%s belongs to its flow', (_, later) => {
    expect(flowsOf([fragment(1, 7, FIRST), fragment(1 + later, 7, SECOND)]).map(summary)).toEqual([
      ['udp', 50_000, 2, 104],
    ]);
  });

  test('after half a minute belongs to the flow of its addresses', () => {
    expect(flowsOf([fragment(1, 7, FIRST), fragment(31.5, 7, SECOND)]).map(summary)).toEqual([
      ['udp', 50_000, 1, 52],
      ['udp', undefined, 1, 52],
    ]);
  });

  test('of another packet belongs to the flow of its addresses', () => {
    expect(flowsOf([fragment(1, 7, FIRST), fragment(1, 8, SECOND)]).map(summary)).toEqual([
      ['udp', 50_000, 1, 52],
      ['udp', undefined, 1, 52],
    ]);
  });

  test('is forgotten behind 4,096 other packets', () => {
    const others = (count: number): TimedPacket[] =>
      Array.from({ length: count }, (_, i) => fragment(1, 100 + i, FIRST));
    const count = (packets: readonly TimedPacket[]): number => flowsOf(packets).length;
    expect(count([fragment(1, 7, FIRST), ...others(4095), fragment(1, 7, SECOND)])).toBe(1);
    expect(count([fragment(1, 7, FIRST), ...others(4096), fragment(1, 7, SECOND)])).toBe(2);
  });
});
