/** The octets of packets' records are those of `JSON.stringify` over the object API, for packets as they were captured and for mutated ones. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '../../src/capture/timestamp.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { PacketJson, packetJson, type RecordHead } from '../../src/render/json.ts';
import { layerObject } from '../../src/render/object.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';
import { remaindersOf } from '../../src/render/remainder.ts';
import { jsonText } from '../../src/render/safe-text.ts';
import { TextBuffer } from '../../src/render/text-buffer.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf } from '../corpus.ts';
import { dissectOwned } from '../packet-invariants.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const out = new TextBuffer();
const json = new PacketJson(out);

const head: RecordHead = {
  number: 4_294_967_296,
  seconds: 1_720_000_000,
  nanos: 1_002_003,
  point: 'node1-"eth1"',
  interface: 'eth1',
  captured: 60,
  length: 1514,
  comments: ['see\u202e here'],
};

function remainders(of: Layers, row: number): Record<string, readonly number[]> {
  const origin = row < 0 ? of.frameStart : of.originOf(row);
  return Object.fromEntries(
    remaindersOf(of, row).map(({ kind, start, end }) => [kind, [start - origin, end - origin]]),
  );
}

/** The record as an object of the API, with keys in the order of the output. */
function recordOf(of: Layers): object {
  const objects = Array.from({ length: of.count }, (_, row) => ({ ...layerObject(of, row), ...remainders(of, row) }));
  const { issues } = of;
  return {
    type: 'packet',
    number: head.number,
    time: formatTime(head.seconds, head.nanos),
    point: head.point,
    interface: head.interface,
    captured: head.captured,
    length: head.length,
    protocols: protocolsText(of),
    layers: objects,
    ...remainders(of, -1),
    comments: head.comments,
    ...(issues.count === 0
      ? {}
      : {
          issues: Array.from({ length: issues.count }, (_, i) => {
            const { row, code, needed, available, limit } = issues.at(i);
            return { layer: row, code, needed, available, limit };
          }),
        }),
    ...(issues.dropped === 0 ? {} : { issuesDropped: issues.dropped }),
  };
}

/** Both texts of a packet; `json` keeps what it wrote of the packets before. */
function texts(packet: OwnedPacket): { readonly written: string; readonly expected: string } {
  dissectOwned(dissector, layers, packet);
  const expected = jsonText(recordOf(layers));
  out.at = 0;
  json.write(layers, head);
  return { written: out.textFrom(0), expected };
}

const captures = capturesBelow(FIXTURES);

test.each(captures)('%s', (path) => {
  for (const packet of packetsOf(join(FIXTURES, path))) {
    const { written, expected } = texts(packet);
    expect(written).toBe(expected);
  }
});

test('mutated packets', () => {
  const packets = captures.flatMap((path) => packetsOf(join(FIXTURES, path)).slice(0, 20));
  const octet = fc.integer({ min: 0, max: 255 });
  const mutations = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), octet), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...packets),
      mutations,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (packet, changes, part) => {
        const octets = packet.octets.slice(0, Math.ceil(packet.octets.length * part));
        for (const [place, value] of changes) octets[Math.floor(place * Math.min(octets.length, 120))] = value;
        const { written, expected } = texts({ ...packet, octets });
        expect(written).toBe(expected);
      },
    ),
    { seed: 7, numRuns: 3000 },
  );
});

test('layers of chosen protocols only', () => {
  const [, , packet] = packetsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`);
  dissectOwned(dissector, layers, packet!);
  const all = (JSON.parse(packetJson(layers, head)) as { layers: { layer: string }[] }).layers;
  const only = (JSON.parse(packetJson(layers, head, { only: new Set(['ip']) })) as { layers: object[] }).layers;
  expect(only.length).toBeGreaterThan(0);
  expect(only).toEqual(all.filter(({ layer }) => layer === 'ip'));
});
