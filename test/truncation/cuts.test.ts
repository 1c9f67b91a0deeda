/**
 * Every truncation and every neighbour: a packet cut at any octet. `npm test` takes one packet of each shape among the fixtures, `npm run test:all`
 * (TEST_ALL=1) every packet of every capture.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';
import { distinct, faultOfCuts } from './cuts.ts';

const isAll = process.env['TEST_ALL'] === '1';
const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

function faultsIn(folder: string, choose: (packets: readonly OwnedPacket[]) => readonly OwnedPacket[]): string[] {
  // Others made captures to break dissectors.
  const hostile = folder === SHARED;
  const faults: string[] = [];
  for (const path of capturesBelow(folder)) {
    for (const packet of choose(packetsOf(join(folder, path)))) {
      const fault = faultOfCuts(dissector, layers, packet, hostile);
      if (fault !== '') faults.push(`${path}: ${fault}`);
    }
  }
  return faults;
}

const seen = new Set<string>();
const oneOfEachShape = (packets: readonly OwnedPacket[]): OwnedPacket[] => distinct(dissector, layers, packets, seen);
const all = (packets: readonly OwnedPacket[]): readonly OwnedPacket[] => packets;

test('one packet of each shape of the fixtures, cut at every octet', () => {
  expect(faultsIn(FIXTURES, oneOfEachShape)).toEqual([]);
  expect(seen.size).toBeGreaterThan(100);
});

describe.runIf(isAll)('all packets', { timeout: 3_600_000 }, () => {
  test('every packet of the fixtures, cut at every octet', () => {
    expect(faultsIn(FIXTURES, all)).toEqual([]);
  });

  test.skipIf(!hasShared)('one packet of each shape of others (skipped: ../shared/captures is missing)', () => {
    expect(faultsIn(SHARED, oneOfEachShape)).toEqual([]);
  });

  test.skipIf(!hasShared)('every packet of others (skipped: ../shared/captures is missing), cut at every octet', () => {
    expect(faultsIn(SHARED, all)).toEqual([]);
  });
});
