/** The hex breakdown's octets are those of a plain account of the segments, and show every octet once, for captured packets and mutated ones. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, instead, named, packed, uint } from '../../src/dissect/field.ts';
import { defineProtocol } from '../../src/dissect/protocol.ts';
import { hexOctet } from '../../src/dissect/value.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { hexBreakdown, PacketHex } from '../../src/render/hex.ts';
import { createStyle } from '../../src/render/style.ts';
import { TextBuffer } from '../../src/render/text-buffer.ts';
import { LayerTree, layerTree } from '../../src/render/tree.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf } from '../corpus.ts';
import { mutated } from '../mutations.ts';
import { dissectOwned } from '../packet-invariants.ts';
import { accountOf, type Look } from './hex-account.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

const plain = createStyle();
const looks: readonly Look[] = [
  { style: plain, width: 80 },
  { style: createStyle({ color: true, unicode: false }), width: 92, only: new Set(['ip', 'tcp', 'dns', 'eth']) },
  { style: createStyle({ color: true }), width: 150 },
  { style: plain, width: 52 },
];
const out = new TextBuffer();
/** Writers that remember what they wrote of the packets before. */
const writers = looks.map(({ style, width, only }) => new PacketHex(out, style, width, only));

/** Checks that the breakdown of the packet that was dissected is the same however often it was written before. */
function expectBreakdown(): void {
  for (const [i, look] of looks.entries()) {
    const expected = accountOf(layers, look);
    for (let times = 0; times < 3; times++) {
      out.at = 0;
      writers[i]!.write(layers);
      expect(out.textFrom(0)).toBe(expected);
    }
  }
}

function expectPacket(packet: OwnedPacket): void {
  dissectOwned(dissector, layers, packet);
  expectBreakdown();
  const shown = hexBreakdown(layers, plain).flatMap((line) => {
    const [, octets = ''] = /^[│ ]* [0-9a-f]{4} {2}((?:[0-9a-f]{2}(?: |$)){1,8})/.exec(line) ?? [];
    return octets.trim().split(' ').filter(Boolean);
  });
  expect(shown).toEqual(Array.from(packet.octets, hexOctet));
}

const captures = capturesBelow(FIXTURES);

test.each(captures)('%s', (path) => {
  for (const packet of packetsOf(join(FIXTURES, path)).slice(0, 12)) expectPacket(packet);
});

test('reassembled packets', () => {
  const session = new Session();
  let reassembled = 0;
  for (const [i, packet] of packetsOf(`${FIXTURES}outer-fragmentation/node1-eth1.pcap`).slice(0, 60).entries()) {
    const { octets, wireLength, linkType, fcsOctets } = packet;
    session.at(i + 1, 0, '');
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    dissector.dissect(layers, view, 0, octets.length, wireLength, linkType, fcsOctets, session);
    reassembled += layers.sources.length;
    expectBreakdown();
  }
  expect(reassembled).toBeGreaterThan(0);
});

const carriedBy = { linkType: [147] };
const sharedBehind = defineProtocol('crooked', {
  title: 'Shared with what stands behind',
  source: 'made up',
  carriedBy,
  fields: { first: uint(32, 'First'), flag: flag('Flag') },
  variable: packed({ rest: uint(7, 'Rest') }, 1),
  headerLength: () => 5,
  details: (emit, _, start) => emit.field(sharedBehind.variable.rest, start + 4),
});

/** Fields that share octets with others however they are cut, or with what stands behind them, and one that follows from more than its octets. */
const crooked = [
  defineProtocol('crooked', {
    title: 'Shared between fields',
    source: 'made up',
    carriedBy,
    fields: { long: uint(28, 'Long'), across: uint(8, 'Across'), short: uint(4, 'Short'), last: uint(8, 'Last') },
  }),
  sharedBehind,
  defineProtocol('crooked', {
    title: 'Followed by what tells its kind',
    source: 'made up',
    carriedBy,
    fields: {
      code: uint(16, 'Code', named({ 4660: 'one' })),
      other: instead('code', uint(16, 'Other', named({ 4660: 'two' })), (_, view, at) => view.getUint8(at + 2) > 9),
      kind: uint(32, 'Kind'),
    },
  }),
];

test.each(crooked)('$title', (protocol) => {
  const of = createDissector([...standardProtocols, protocol]);
  const rows = of.createLayers();
  const writer = new PacketHex(out, plain);
  const tree = new LayerTree(out, plain);
  for (const third of [0x56, 0x56, 0x56, 0x05, 0x56]) {
    const octets = Uint8Array.of(0x12, 0x34, third, 0x78, 0x9a, 0xbc, 0xde);
    of.dissect(rows, new DataView(octets.buffer), 0, octets.length, octets.length, 147);
    out.at = 0;
    writer.write(rows);
    expect(out.textFrom(0)).toBe(accountOf(rows, { style: plain, width: 80 }));
    out.at = 0;
    tree.write(rows);
    const kept = out.textFrom(0);
    expect(kept).toBe(
      layerTree(rows, plain)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(kept).toContain('crooked.');
  }
});

test('layers inside of each other and side by side, at the same places and as deep', () => {
  const octets = Uint8Array.from({ length: 20 }, (_, i) => i);
  const style = createStyle({ color: true });
  const writer = new PacketHex(out, style);
  const rows = dissector.createLayers();
  const nested = [
    ['vlan', -1, 0, 4, 20],
    ['vlan', 0, 4, 8, 20],
    ['vlan', 1, 8, 12, 20],
  ] as const;
  const beside = [nested[0], ['vlan', 0, 4, 8, 8], ['vlan', 0, 8, 12, 20], ['vlan', 2, 12, 16, 20]] as const;
  for (const shown of [nested, nested, nested, beside, beside, beside, nested]) {
    rows.reset(new DataView(octets.buffer), 0, octets.length, 1, 0);
    rows.count = shown.length;
    for (const [row, [name, parent, start, payload, end]] of shown.entries()) {
      rows.protocol[row] = dissector.named(name);
      rows.markUnusual(row, 0, 0, parent);
      rows.start[row] = start;
      rows.payload[row] = payload;
      rows.end[row] = end;
      rows.wireEnd[row] = end;
    }
    out.at = 0;
    writer.write(rows);
    expect(out.textFrom(0)).toBe(accountOf(rows, { style, width: 80 }));
  }
});

describe('mutated packets', () => {
  const packets = captures.flatMap((path) => packetsOf(join(FIXTURES, path)).slice(0, 10));

  test('anywhere in their first octets, and cut', () => {
    const property = fc.property(mutated(packets), expectPacket);
    fc.assert(property, { seed: 7, numRuns: 300 });
  });
});
