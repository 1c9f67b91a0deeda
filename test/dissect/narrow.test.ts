/** A dissector that is narrowed to some protocols writes the same rows for these. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dissector } from '../../src/dissect/dissector.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';

const PACKETS_PER_CAPTURE = 300;
const decodeAs = [{ table: 'tcpPort', code: 5432, protocol: 'dns' }] as const;

/** Dissects the packets of one pass. */
class Pass {
  readonly layers: Layers;
  private readonly dissector: Dissector;
  private readonly session = new Session();
  private number = 0;

  constructor(dissector: Dissector) {
    this.dissector = dissector;
    this.layers = dissector.createLayers();
  }

  take({ octets, wireLength, linkType, fcsOctets }: OwnedPacket): void {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    this.session.at(++this.number, 0, '');
    this.dissector.dissect(this.layers, view, 0, octets.length, wireLength, linkType, fcsOctets, this.session);
  }

  /** What the rows of the protocols say, but for where they stand in the table. */
  rows(names: readonly string[]): unknown[] {
    const { layers } = this;
    return Array.from({ length: layers.count }, (_, row) => row)
      .filter((row) => names.includes(layers.protocolOf(row).name))
      .map((row) => [
        layers.protocolOf(row).name,
        ...[layers.start, layers.payload, layers.end, layers.wireEnd].map((column) => column[row]),
        ...[layers.status, layers.flags, layers.tunnel].map((column) => column[row]),
        layers.viewOf(row).byteLength,
      ]);
  }
}

/** Compares the rows packet by packet and answers how many were left out. */
function compare(packets: readonly OwnedPacket[], names: readonly string[]): number {
  const full = new Pass(createDissector(standardProtocols, decodeAs));
  const dissector = createDissector(standardProtocols, decodeAs);
  dissector.narrow(names.map((name) => dissector.named(name)));
  const narrow = new Pass(dissector);
  let leftOut = 0;
  for (const packet of packets) {
    full.take(packet);
    narrow.take(packet);
    expect(narrow.rows(names)).toEqual(full.rows(names));
    leftOut += full.layers.count - narrow.layers.count;
  }
  return leftOut;
}

const lab = capturesBelow(FIXTURES).flatMap((path) => packetsOf(join(FIXTURES, path)).slice(0, PACKETS_PER_CAPTURE));

test.each([
  { names: ['ip', 'tcp'], isLess: true },
  { names: ['tcp', 'udp', 'sctp'], isLess: true },
  { names: ['eth'], isLess: true },
  { names: ['vxlan', 'arp', 'icmp'], isLess: true },
  { names: [], isLess: true },
  { names: ['dns', 'ip'], isLess: false },
  { names: ['tls', 'http'], isLess: false },
  { names: ['bgp', 'http2'], isLess: false },
])('captures of the lab: $names', ({ names, isLess }) => {
  expect(compare(lab, names) > 0).toBe(isLess);
});

describe.skipIf(!hasShared)("others' captures", () => {
  test.each(capturesBelow(SHARED))('%s', (path) => {
    const packets = packetsOf(join(SHARED, path)).slice(0, PACKETS_PER_CAPTURE);
    for (const names of [['ip', 'ipv6', 'tcp', 'udp'], ['eth', 'vlan', 'arp'], ['dns']]) compare(packets, names);
  });
});

test('mutated packets', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), octet), {
    maxLength: 6,
  });
  const names = fc.uniqueArray(fc.constantFrom(...standardProtocols.map(({ name }) => name)), { maxLength: 4 });
  const mutated = fc.tuple(fc.constantFrom(...lab), changes).map(([packet, places]) => {
    const octets = packet.octets.slice();
    for (const [place, value] of places) octets[Math.floor(place * Math.min(octets.length, 120))] = value;
    return { ...packet, octets };
  });
  fc.assert(
    fc.property(fc.array(mutated, { minLength: 1, maxLength: 20 }), names, (packets, wanted) => {
      compare(packets, wanted);
    }),
    { seed: 11, numRuns: 150 },
  );
});
