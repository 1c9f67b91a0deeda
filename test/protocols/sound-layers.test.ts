/** The generated function for rows of sound layers: up to date, and of the same rows as the general chain, on sound, cut and mutated packets. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Dissector } from '../../src/dissect/dissector.ts';
import { generateSoundLayers } from '../../src/protocols/generate-sound-layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { capturesBelow, FIXTURES, hasShared, packetsOf, SHARED } from '../corpus.ts';
import { rowsText } from '../packet-invariants.ts';
import { testTwoWays } from '../two-ways.ts';

const GENERATED = new URL('../../src/protocols/sound-layers.generated.ts', import.meta.url);

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

testTwoWays(() => compare);

test.each([FIXTURES, ...(hasShared ? [SHARED] : [])])('passes that put messages together: %s', (folder) => {
  let sources = 0;
  for (const path of capturesBelow(folder)) {
    const sessions = [new Session(), new Session()] as const;
    for (const [number, packet] of packetsOf(`${folder}${path}`).slice(0, 500).entries()) {
      const { octets, wireLength, linkType, fcsOctets } = packet;
      const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
      for (const session of sessions) session.at(number, 0, '');
      fast.dissect(fastLayers, view, 0, octets.length, wireLength, linkType, fcsOctets, sessions[0]);
      general.dissect(generalLayers, view, 0, octets.length, wireLength, linkType, fcsOctets, sessions[1]);
      const [fastRows, generalRows] = [rowsText(fastLayers), rowsText(generalLayers)];
      if (fastRows !== generalRows) expect(fastRows, `${path}, packet ${number + 1}`).toBe(generalRows);
      const [fastSources, generalSources] = [fastLayers.sources, generalLayers.sources];
      expect(fastSources.map(({ frames }) => frames)).toEqual(generalSources.map(({ frames }) => frames));
      sources += fastSources.length;
    }
  }
  expect(sources).toBeGreaterThan(0);
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
