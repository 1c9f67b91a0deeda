/** What holds for every packet: leaf fields, payload and padding share out its bits, and nothing beyond it is looked at. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDissector } from '../../src/dissect/dissector.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { packetJson } from '../../src/render/json.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';
import { segmentsOf } from '../../src/render/segments.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

/** Dissects the first `captured` octets with `behind` repeated after them. */
function dissect(packet: OwnedPacket, captured = packet.octets.length, behind = 0): Layers {
  const margin = 64;
  const octets = new Uint8Array(margin + captured + 2048).fill(behind);
  octets.set(packet.octets.subarray(0, captured), margin);
  const { wireLength, linkType, fcsOctets } = packet;
  dissector.dissect(layers, new DataView(octets.buffer), margin, margin + captured, wireLength, linkType, fcsOctets);
  return layers;
}

function json(of: Layers): string {
  const head = { number: 1, time: undefined, point: '', interface: undefined, captured: 0, length: 0, comments: [] };
  return packetJson(of, head);
}

/** The first fault in how segments share out the bits of the frame; '' where there is none. */
function partitionFault(of: Layers): string {
  let bit = of.frameStart * 8;
  for (const { bitStart, bitEnd, kind, field, row } of segmentsOf(of)) {
    const name = field?.name ?? kind;
    const layer = row < 0 ? 'frame' : of.protocolOf(row).name;
    const relative = bitStart - of.frameStart * 8;
    if (bitStart !== bit) return `${layer}: ${name} begins at bit ${relative}, expected ${bit - of.frameStart * 8}`;
    if (bitEnd <= bitStart) return `${layer}: ${name} at bit ${relative} is empty`;
    if (kind === 'incomplete' && !of.issues.has(row) && of.status[row] === 0)
      return `${layer}: octets at ${relative / 8} belong to no field`;
    bit = bitEnd;
  }
  return bit === of.frameEnd * 8
    ? ''
    : `ends at bit ${bit - of.frameStart * 8} of ${(of.frameEnd - of.frameStart) * 8}`;
}

/** One packet for each stack with its header lengths. */
function distinct(packets: readonly OwnedPacket[], seen: Set<string>): OwnedPacket[] {
  return packets.filter((packet) => {
    const of = dissect(packet);
    let key = protocolsText(of);
    for (let row = 0; row < of.count; row++) key += `,${of.payload[row]! - of.start[row]!}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

describe.each(capturesBelow(FIXTURES))('%s', (path) => {
  const packets = packetsOf(join(FIXTURES, path));

  test('the bits of every packet are shared out', () => {
    const faults = packets.map((packet, index) => `${index + 1}: ${partitionFault(dissect(packet))}`);
    expect(faults.filter((fault) => !fault.endsWith(': '))).toEqual([]);
  });

  test('octets behind a packet change nothing', () => {
    for (const packet of packets)
      expect(json(dissect(packet, undefined, 0xff))).toBe(json(dissect(packet, undefined, 0)));
  });
});

test('a packet cut anywhere keeps the layers before the cut, and its bits are shared out', () => {
  const seen = new Set<string>();
  for (const path of capturesBelow(FIXTURES)) {
    for (const packet of distinct(packetsOf(join(FIXTURES, path)), seen)) checkCuts(packet);
  }
});

/** Cuts a packet at every octet. */
function checkCuts(packet: OwnedPacket): void {
  const whole = dissect(packet);
  const ends = Array.from({ length: whole.count }, (_, row) => whole.payload[row]! - whole.frameStart);
  const names = ends.map((_, row) => whole.protocolOf(row).name);
  for (let captured = 0; captured < packet.octets.length; captured++) {
    const cut = dissect(packet, captured);
    const fault = partitionFault(cut);
    if (fault !== '') throw new Error(`cut at ${captured} of ${names.join(':')}: ${fault}`);
    for (const [row, end] of ends.entries()) {
      if (end > captured) break;
      if (row >= cut.count || cut.protocolOf(row).name !== names[row]) {
        throw new Error(`cut at ${captured} of ${names.join(':')} loses layer ${row}`);
      }
    }
  }
}

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
