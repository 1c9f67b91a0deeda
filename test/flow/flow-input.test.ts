/** Packets that are cut as they are summed up give the flows that batches of them give. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import type { FlowTracker } from '../../src/flow/tracker.ts';
import { capturesBelow, FIXTURES, hasShared, SHARED } from '../corpus.ts';
import { octetsOf, testTracker } from './track.ts';

/** Octets of a capture that are compared; long captures repeat themselves. */
const MOST_OCTETS = 2_000_000;

/** All flows of a capture, read in pieces of so many octets; `takesRest` as the command does it. */
function told(octets: Uint8Array, piece: number, takesRest: boolean): string {
  const tracker = testTracker({ maxFlows: 5000 });
  addPieces(tracker, octets, piece, takesRest);
  return JSON.stringify({ flows: [...tracker.flows()], unattributed: tracker.unattributed }, undefined, 1);
}

function addPieces(tracker: FlowTracker, octets: Uint8Array, piece: number, takesRest: boolean): void {
  const reader = new CaptureReader();
  const input = tracker.open({
    linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
    fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
    point: (id) => `${id}`,
  });
  const batch = new PacketBatch(3);
  for (let at = 0; at < octets.length; at += piece) {
    reader.append(octets.subarray(at, at + piece));
    try {
      while (reader.nextBatch(batch) > 0) {
        input.add(reader.view, batch, 0, batch.count);
        if (takesRest) input.addRest(reader, batch);
      }
    } catch {
      // Captures that are damaged on purpose give what comes before the damage.
      return;
    }
  }
}

describe.each([
  ['fixtures', FIXTURES],
  ['shared captures', SHARED],
])('of %s', (name, folder) => {
  test.skipIf(name !== 'fixtures' && !hasShared)('the flows are the same', { timeout: 120_000 }, () => {
    let compared = 0;
    for (const path of capturesBelow(folder)) {
      const octets = octetsOf(join(folder, path)).subarray(0, MOST_OCTETS);
      const piece = compared % 2 === 0 ? MOST_OCTETS : 7001;
      expect(told(octets, piece, true), path).toBe(told(octets, piece, false));
      compared++;
    }
    expect(compared).toBeGreaterThan(100);
  });
});
