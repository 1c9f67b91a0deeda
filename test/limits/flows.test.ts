/** Floods of flows and of points: what is kept is bounded, and what gave way is told. */
import { describe, expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import { MAX_POINTS, QUEUE_CAPACITY } from '../../src/flow/queue.ts';
import { FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

const IPV4 = 228;
const SLL2 = 276;
const MAX_FLOWS = 5000;
const dissector = createDissector(standardProtocols);

/** Feeds frames that differ by their number, in batches; all have the template's length. */
function flood(
  linkType: number,
  template: Uint8Array,
  count: number,
  differ: (view: DataView, at: number, number: number) => void,
): FlowTracker {
  const tracker = new FlowTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS });
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
const SYN = Uint8Array.from(
  '4500002800000000400600000000000 00a000001000100500000000000000000500200000000 0000'
    .replaceAll(' ', '')
    .match(/../g) ?? [],
  (pair) => Number.parseInt(pair, 16),
);

describe('a flood of SYNs', () => {
  test('is counted, and flows beyond the bound give way', () => {
    const tracker = flood(IPV4, SYN, 200_000, (view, at, number) => view.setUint32(at + 12, number));
    expect(tracker.made).toBe(200_000);
    // Flows give way between batches, so that one batch's may be more.
    expect([...tracker.flows()].length).toBeLessThanOrEqual(MAX_FLOWS + QUEUE_CAPACITY);
    expect(tracker.evicted + [...tracker.flows()].length).toBe(200_000);
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
