import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ReservedColumns } from '../../src/capture/columns.ts';
import { RECORD_WORDS } from '../../src/flow/flow-columns.ts';
import { flowColumnOctets } from '../../src/flow/flow-reserve.ts';
import { FlowTable } from '../../src/flow/flow-table.ts';
import { FlowQueue, hashKey } from '../../src/flow/queue.ts';
import type { FlowTracker } from '../../src/flow/tracker.ts';
import { FIXTURES } from '../corpus.ts';
import { addCapture, octetsOf, testTracker } from './track.ts';

const SCENARIOS = ['flannel-vxlan', 'calico-ipip', 'loss', 'zero-window', 'outer-fragmentation', 'dns-no-answer'];
const MAX_FLOWS = 3000;
const SEED = 1;

function reserveFor(maxFlows: number): ReservedColumns {
  return new ReservedColumns(flowColumnOctets(maxFlows));
}

/** Columns among the properties of an object. */
function columnsOf(owner: object): ArrayBufferView[] {
  return Object.values(owner).filter((column) => ArrayBuffer.isView(column));
}

function placeOf({ byteOffset, byteLength }: ArrayBufferView): { byteOffset: number; byteLength: number } {
  return { byteOffset, byteLength };
}

function addScenario(tracker: FlowTracker, scenario: string): void {
  for (const file of readdirSync(`${FIXTURES}${scenario}`).filter((name) => name.endsWith('.pcap'))) {
    addCapture(tracker, octetsOf(`${FIXTURES}${scenario}/${file}`), file);
  }
}

describe.each(SCENARIOS)('%s', (scenario) => {
  test('gives the same flows where all columns are of one memory', () => {
    const columns = reserveFor(MAX_FLOWS);
    const trackers = [testTracker({ maxFlows: MAX_FLOWS }), testTracker({ maxFlows: MAX_FLOWS, columns })];
    const [separate, reserved] = trackers.map((tracker) => {
      addScenario(tracker, scenario);
      return [...tracker.flows()];
    });
    expect(separate?.length).toBeGreaterThan(0);
    expect(reserved).toEqual(separate);
    const { queue, table } = trackers[1]!;
    for (const column of [...columnsOf(queue), ...columnsOf(table)]) expect(column.buffer).toBe(columns.memory.buffer);
    for (const view of [table.times, table.floats]) expect(placeOf(view)).toEqual(placeOf(table.words));
    expect(placeOf(table.troubleTime)).toEqual(placeOf(table.trouble));
  });

  test.each([false, true])('gives the same flows to another thread, all columns of one memory: %s', (isReserved) => {
    const own = testTracker();
    addScenario(own, 'docker-bridge');
    const { base } = own;
    const other = testTracker({
      maxFlows: MAX_FLOWS,
      base,
      isShared: true,
      ...(isReserved ? { columns: reserveFor(MAX_FLOWS) } : {}),
    });
    addScenario(other, scenario);
    const shared = other.share();
    const sent = structuredClone(shared);
    expect(sent.records.memory.records.buffer).toBeInstanceOf(SharedArrayBuffer);
    own.adopt(sent);
    const alone = testTracker({ base });
    addScenario(alone, 'docker-bridge');
    addScenario(alone, scenario);
    expect([...own.flows()]).toEqual([...alone.flows()]);
    // What was sent is no copy: its flows have got their new numbers where they are.
    expect(shared.records.memory.records[RECORD_WORDS]).toBe(sent.records.memory.records[RECORD_WORDS]);
  });
});

test.each([1, 64, 5000, 131_008, 131_009, 1_000_000])('a reserve for %i flows holds them', (maxFlows) => {
  const octets = flowColumnOctets(maxFlows);
  const { table } = testTracker({ maxFlows, columns: new ReservedColumns(octets) });
  expect(table.words.length / RECORD_WORDS).toBe(table.capacity + 1);
  // Alignment takes less than a page a column.
  expect(() => testTracker({ maxFlows, columns: new ReservedColumns(octets - 40 * 4096) })).toThrow(RangeError);
});

/** Enters flows with the keys 0 to `count` - 1. */
function enter(table: FlowTable, queue: FlowQueue, count: number): void {
  for (let key = 0; key < count; key++) {
    const hash = setKey(queue, key);
    table.makeRoom();
    const record = table.take();
    table.words[record * RECORD_WORDS] = key;
    table.enter(record, hash, 0);
  }
}

function setKey(queue: FlowQueue, key: number): number {
  const hash = hashKey(SEED, key, 0, 0, 0, 0, 0, 0);
  queue.key0[0] = key;
  queue.hash[0] = hash;
  return hash;
}

function placesTaken({ places }: FlowTable): number {
  return places.reduce((sum, place) => sum + (place === 0 ? 0 : 1), 0);
}

test('the index grows where it is, and finds all flows', () => {
  const maxFlows = 200_000;
  const columns = reserveFor(maxFlows);
  const queue = new FlowQueue(columns);
  const table = new FlowTable(maxFlows, SEED, () => undefined, { columns });
  const { byteOffset, length } = table.places;
  enter(table, queue, maxFlows);
  expect(table.places.length).toBeGreaterThan(length);
  expect(table.places.byteOffset).toBe(byteOffset);
  expect(table.places.buffer).toBe(columns.memory.buffer);
  let lost = 0;
  for (let key = 0; key < maxFlows; key++) {
    setKey(queue, key);
    if (table.find(queue, 0) !== key + 1) lost++;
  }
  expect(lost).toBe(0);
  // Nothing is left of the shorter index; the flow that made it grow may stand twice.
  expect(placesTaken(table)).toBeLessThanOrEqual(maxFlows + 1);
});

test('flows that give way leave the index', () => {
  const columns = reserveFor(1000);
  const queue = new FlowQueue(columns);
  const table = new FlowTable(1000, SEED, () => undefined, { columns });
  enter(table, queue, 5000);
  expect(table.evicted).toBeGreaterThan(3000);
  expect(placesTaken(table)).toBe(table.count);
});
