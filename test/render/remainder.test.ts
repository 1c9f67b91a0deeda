/** Octets that no layer claims are told once, whatever buffer they are in. */
import { expect, test } from 'vitest';
import type { Layers } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { createStyle } from '../../src/render/style.ts';
import { layerTree } from '../../src/render/tree.ts';
import { octetsOf } from '../dissect-hex.ts';
import { bareJson, partitionFault } from '../packet-invariants.ts';

const dissector = createDissector(standardProtocols);

/** The layers of the second of two fragments, the first with 16 octets of payload; `payload` is all of it, `protocol` what it is. */
function lastFragment(protocol: string, payload: string): Layers {
  const session = new Session();
  const layers = dissector.createLayers();
  const octets = octetsOf(payload);
  for (const [number, [from, to, offset]] of [
    [0, 16, '20 00'],
    [16, octets.length, '00 02'],
  ].entries() as IterableIterator<[number, [number, number, string]]>) {
    const part = Buffer.from(octets.subarray(from, to)).toString('hex');
    const length = (20 + to - from).toString(16).padStart(4, '0');
    const frame = octetsOf(`45 00 ${length} 00 01 ${offset} 40 ${protocol} 00 00  0a 00 00 01  0a 00 00 02 ${part}`);
    session.at(number + 1, 0, '');
    dissector.dissect(layers, new DataView(frame.buffer), 0, frame.length, frame.length, 228, 0, session);
  }
  return layers;
}

test('octets behind the datagram in a reassembled packet are padding of the source', () => {
  const layers = lastFragment('11', '13 88 13 89 00 12 00 00  00 01 02 03 04 05 06 07  08 09  aa bb cc');
  expect(layers.sources).toHaveLength(1);
  expect(partitionFault(layers, 1)).toBe('');
  const { layers: rows } = JSON.parse(bareJson(layers)) as { layers: Record<string, unknown>[] };
  expect(rows[1]).toMatchObject({ layer: 'udp', source: 1, payload: [8, 18], padding: [18, 21] });
  expect(layerTree(layers, createStyle()).at(-1)).toMatch(/18–20 +padding, 3 octets$/);
});

test('a reassembled packet of an unknown protocol is payload as a whole', () => {
  const layers = lastFragment('fd', '00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  10 11');
  expect(layers.count).toBe(1);
  expect(partitionFault(layers, 1)).toBe('');
});
