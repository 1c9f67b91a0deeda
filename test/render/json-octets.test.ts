/** The octets of packets' records are those of `JSON.stringify` over the object API, for packets as they were captured and for mutated ones. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '../../src/capture/timestamp.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { packetJson, packetJsonLines, type RecordHead } from '../../src/render/json.ts';
import { layerObject } from '../../src/render/object.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';
import { remaindersOf } from '../../src/render/remainder.ts';
import { jsonText } from '../../src/render/safe-text.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf } from '../corpus.ts';
import { dissectOwned } from '../packet-invariants.ts';
import { chunkToText } from './flow-line.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const { chunk, numbers, taken } = chunkToText();
const put = packetJsonLines(chunk, numbers);

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

/** Both texts of a packet; `put` keeps what it wrote of the packets before. */
function texts(packet: OwnedPacket): { readonly written: string; readonly expected: string } {
  dissectOwned(dissector, layers, packet);
  const expected = jsonText(recordOf(layers));
  return { written: taken(put(0, layers, head)), expected };
}

const captures = capturesBelow(FIXTURES);

test.each(captures)('%s', (path) => {
  for (const packet of packetsOf(join(FIXTURES, path))) {
    const { written, expected } = texts(packet);
    expect(written).toBe(expected);
  }
});

test('records one behind the other, through which the chunk is handed over again and again', () => {
  const expected: string[] = [];
  let at = 0;
  for (const path of captures) {
    for (const packet of packetsOf(join(FIXTURES, path)).slice(0, 50)) {
      dissectOwned(dissector, layers, packet);
      expected.push(jsonText(recordOf(layers)));
      at = chunk.room(put(at, layers, head));
      chunk.view.setUint8(at++, 10);
    }
  }
  const written = taken(at);
  expect(written.length).toBeGreaterThan(1e6);
  expect(written).toBe(`${expected.join('\n')}\n`);
});

test('a record longer than the chunk', () => {
  const uri = new Array<number>(60_000).fill(1);
  const text = [...'GET /'].map((character) => character.charCodeAt(0));
  const payload = [...text, ...uri, ...[...' HTTP/1.1\r\n\r\n'].map((character) => character.charCodeAt(0))];
  const tcp = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0, ...payload];
  const length = 20 + tcp.length;
  const ip = [0x45, 0, length >> 8, length & 0xff, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, ...tcp];
  const { written, expected } = texts({ octets: Uint8Array.from(ip), wireLength: length, linkType: 101, fcsOctets: 0 });
  expect(written.length).toBeGreaterThan(300_000);
  expect(written).toBe(expected);
});

test('options that differ in numbers, kinds and lengths', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const stamps = fc.tuple(fc.uint8Array({ minLength: 8, maxLength: 8 })).map(([times]) => [1, 1, 8, 10, ...times]);
  const blocks = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((edges) => [1, 1, 5, 10, ...edges]);
  const any = fc.array(octet, { minLength: 4, maxLength: 4 });
  const options = fc
    .array(fc.oneof({ arbitrary: stamps, weight: 4 }, { arbitrary: blocks, weight: 2 }, any), { maxLength: 4 })
    .map((parts) => parts.flat().slice(0, 40));
  fc.assert(
    fc.property(fc.array(options, { minLength: 1, maxLength: 30 }), (packets) => {
      for (const some of packets) {
        const words = some.length >> 2;
        const tcp = [0x9c, 0x40, 0, 179, 0, 0, 0, 1, 0, 0, 0, 1, (5 + words) << 4, 0x10, 1, 0, 0, 0, 0, 0, ...some];
        const length = 20 + tcp.length;
        const ip = [0x45, 0, 0, length, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, ...tcp];
        const packet = { octets: Uint8Array.from(ip), wireLength: length, linkType: 101, fcsOctets: 0 };
        const { written, expected } = texts(packet);
        expect(written).toBe(expected);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
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
