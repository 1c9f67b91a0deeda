/** The generated function for rows of sound layers: up to date, and of the same rows as the general chain, on sound, cut and mutated packets. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.ts';
import { generateSoundLayers } from '../../src/protocols/generate-sound-layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { capturesBelow, FIXTURES, hasShared, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';
import { rowsText } from '../packet-invariants.ts';

const GENERATED = new URL('../../src/protocols/sound-layers.generated.ts', import.meta.url);
/** Packets of a capture that are compared; long captures repeat themselves. */
const MOST_PACKETS = 2000;

const fast = createDissector(standardProtocols);
const general = new Dissector(standardProtocols);
const fastLayers = fast.createLayers();
const generalLayers = general.createLayers();

function compare(octets: Uint8Array, wireLength: number, linkType: number): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  fast.dissect(fastLayers, view, 0, octets.length, wireLength, linkType);
  general.dissect(generalLayers, view, 0, octets.length, wireLength, linkType);
  if (rowsText(fastLayers) !== rowsText(generalLayers)) expect(rowsText(fastLayers)).toBe(rowsText(generalLayers));
}

test('the generated file is what the declarations make', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(generateSoundLayers());
});

const corpora = [
  ['fixtures', FIXTURES],
  ['shared', SHARED],
] as const;

describe.each(corpora)('%s', (_, folder) => {
  test.skipIf(folder === SHARED && !hasShared)(
    'every packet',
    () => {
      for (const path of capturesBelow(folder)) {
        for (const { octets, wireLength, linkType } of packetsOf(`${folder}${path}`).slice(0, MOST_PACKETS)) {
          compare(octets, wireLength, linkType);
        }
      }
    },
    60_000,
  );
});

/** A packet of every kind of capture point. */
const SAMPLES: readonly OwnedPacket[] = [
  'flannel-vxlan/node1-eth1.pcap',
  'flannel-udp/node1-eth1.pcap',
  'calico-ipip/node1-eth0.pcap',
  'outer-fragmentation/node1-eth1.pcap',
  'flannel-vxlan-variants/node1-any.pcap',
  'flannel-vxlan/node1-cni0.pcap',
].flatMap((path) => packetsOf(`${FIXTURES}${path}`).slice(2, 12));

test('every truncation', () => {
  for (const { octets, wireLength, linkType } of SAMPLES) {
    for (let length = 0; length < Math.min(octets.length, 140); length++) {
      compare(octets.slice(0, length), wireLength, linkType);
      compare(octets.slice(0, length), length, linkType);
    }
  }
});

test('mutated packets', () => {
  const mutation = fc.record({ at: fc.nat(130), octet: fc.nat(255) });
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.nat(SAMPLES.length - 1), mutations, fc.nat(1600), (sample, changes, cut) => {
      const { octets, wireLength, linkType } = SAMPLES[sample]!;
      const changed = octets.slice(0, Math.max(60, cut));
      for (const { at, octet } of changes) if (at < changed.length) changed[at] = octet;
      compare(changed, Math.max(wireLength, changed.length), linkType);
    }),
    { numRuns: 10_000, seed: 11 },
  );
});

test('what a guess says of the first octet holds for all of them', () => {
  const guesses = standardProtocols.flatMap(({ name, guess }) => (guess?.first === undefined ? [] : [{ name, guess }]));
  expect(guesses.map(({ name }) => name).sort()).toEqual(['bgp', 'http', 'tls']);
  const payloads = [FIXTURES, ...(hasShared ? [SHARED] : [])]
    .flatMap((folder) =>
      capturesBelow(folder)
        .slice(0, 200)
        .map((path) => `${folder}${path}`),
    )
    .flatMap((path) => packetsOf(path).slice(0, 20))
    .flatMap(({ octets, wireLength, linkType }) => {
      const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
      general.dissect(generalLayers, view, 0, octets.length, wireLength, linkType);
      return Array.from(generalLayers.payload.subarray(0, generalLayers.count), (at) => octets.slice(at));
    })
    .filter(({ length }) => length > 0);
  for (const { guess } of guesses) {
    for (const payload of payloads) {
      if (guess.first?.(payload[0]!)) continue;
      expect(guess.when(new DataView(payload.buffer), 0, payload.length)).toBe(false);
    }
  }
});
