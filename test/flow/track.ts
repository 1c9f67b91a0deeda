/** Flows of captures, for tests. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PacketBatch } from '../../src/capture/packet.ts';
import { interfacePoint, pointNames } from '../../src/capture/point.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { type FlowOptions, FlowTracker } from '../../src/flow/tracker.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

const dissector = createDissector(standardProtocols);
/** Slabs are reserved for as many; the captures of tests have fewer flows. */
const MAX_FLOWS = 20_000;

/** Feeds a capture's octets to a tracker, as far as they can be read. */
export function addCapture(tracker: FlowTracker, octets: Uint8Array, name: string): void {
  const reader = new CaptureReader();
  const input = tracker.open({
    linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
    fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
    point: (id) => interfacePoint(name, reader.interfaces, id),
  });
  reader.append(octets);
  const batch = new PacketBatch();
  try {
    while (reader.nextBatch(batch) > 0) input.add(reader.view, batch, 0, batch.count);
  } catch {
    // Captures that are damaged on purpose give what comes before the damage.
  }
}

/** A tracker with a fixed seed. */
export function testTracker(options: FlowOptions = {}): FlowTracker {
  return new FlowTracker(dissector, { seed: 1, maxFlows: MAX_FLOWS, ...options });
}

/** Octets of a capture file, compressed with gzip or not. */
export function octetsOf(path: string): Uint8Array {
  const octets = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(octets) : octets;
}

/** Flows of one capture file. */
export function flowsOf(path: string, options: FlowOptions = {}): FlowRecord[] {
  const tracker = testTracker(options);
  addCapture(tracker, octetsOf(path), pointNames([basename(path)])[0] ?? '');
  return [...tracker.flows()];
}
