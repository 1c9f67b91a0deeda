/** Texts of packets say what their own dissector's protocols are, whatever number these have in another one. */
import { expect, test } from 'vitest';
import { NO_TIME } from '../../src/capture/timestamp.ts';
import { hex, uint } from '../../src/dissect/field.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { defineProtocol } from '../../src/dissect/protocol.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { hexBreakdown } from '../../src/render/hex.ts';
import { packetJson } from '../../src/render/json.ts';
import { createStyle } from '../../src/render/style.ts';
import { layerTree } from '../../src/render/tree.ts';

const LINK_TYPE = 147;
const style = createStyle();
const head = {
  number: 1,
  seconds: 0,
  nanos: NO_TIME,
  point: '',
  interface: undefined,
  captured: 3,
  length: 3,
  comments: [],
};

const protocols = ['one', 'other'].map((name) =>
  defineProtocol(name, {
    title: `Protocol ${name}`,
    source: 'made up',
    carriedBy: { linkType: [LINK_TYPE] },
    fields: { kind: uint(8, 'Kind'), id: uint(16, 'Identification', hex) },
  }),
);

function layersOf(of: ReturnType<typeof createDissector>): Layers {
  const layers = of.createLayers();
  of.dissect(layers, new DataView(Uint8Array.of(1, 2, 3).buffer), 0, 3, 3, LINK_TYPE);
  return layers;
}

const texts: [string, (layers: Layers) => string][] = [
  ['tree', (layers) => layerTree(layers, style).join('\n')],
  ['hex breakdown', (layers) => hexBreakdown(layers, style).join('\n')],
  ['record', (layers) => packetJson(layers, head)],
  ['full record', (layers) => packetJson(layers, head, { full: true })],
];

test.each(texts)('%s', (_, textOf) => {
  const packets = protocols.map((protocol) => layersOf(createDissector([protocol])));
  for (let times = 0; times < 4; times++) {
    for (const [i, { name }] of protocols.entries()) {
      const other = protocols[1 - i]!.name;
      const text = textOf(packets[i]!);
      expect(text).toContain(name);
      expect(text.replaceAll(name, '')).not.toContain(other);
    }
  }
});
