/** What holds for every packet: leaf fields, payload and padding share out its bits, and nothing beyond it is looked at. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';
import { bareJson, dissectOwned, partitionFault } from '../packet-invariants.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

/** Dissects the first `captured` octets with `behind` repeated after them. */
function dissect(packet: OwnedPacket, captured?: number, behind?: number): Layers {
  return dissectOwned(dissector, layers, packet, captured, behind);
}

describe.each(capturesBelow(FIXTURES))('%s', (path) => {
  const packets = packetsOf(join(FIXTURES, path));

  test('the bits of every packet are shared out', () => {
    const faults = packets.map((packet, index) => `${index + 1}: ${partitionFault(dissect(packet))}`);
    expect(faults.filter((fault) => !fault.endsWith(': '))).toEqual([]);
  });

  test('octets behind a packet change nothing', () => {
    for (const packet of packets)
      expect(bareJson(dissect(packet, undefined, 0xff))).toBe(bareJson(dissect(packet, undefined, 0)));
  });
});

describe.skipIf(!hasShared)('captures made by others (skipped: ../shared/captures is missing)', () => {
  const paths = capturesBelow(SHARED);

  test(`the bits of every packet of ${paths.length} captures are shared out`, () => {
    const faults: string[] = [];
    for (const path of paths) {
      for (const [index, packet] of packetsOf(join(SHARED, path)).entries()) {
        const fault = partitionFault(dissect(packet));
        if (fault !== '') faults.push(`${path}#${index + 1} ${fault}`);
      }
    }
    expect(faults.slice(0, 20)).toEqual([]);
  });
});
