/** Dissects frames written as hexadecimal text, for tests. */

import type { Layers } from '../src/dissect/layers.ts';
import { standardProtocols } from '../src/protocols/index.ts';
import { createDissector } from '../src/protocols/standard-dissector.ts';
import { type LayerObject, layerObject } from '../src/render/object.ts';

const dissector = createDissector(standardProtocols);

/** Octets of hexadecimal text; white space and what follows `#` on a line are left out. */
export function octetsOf(hex: string): Uint8Array {
  const digits = hex.replace(/#.*/g, '').replace(/\s+/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The layers table of a frame; `captured` cuts it, `linkType` defaults to Ethernet. */
export function layersOf(hex: string, { linkType = 1, captured = Number.POSITIVE_INFINITY } = {}): Layers {
  const octets = octetsOf(hex);
  const layers = dissector.createLayers();
  const end = Math.min(octets.length, captured);
  dissector.dissect(layers, new DataView(octets.buffer), 0, end, octets.length, linkType);
  return layers;
}

/** The layers of a frame as objects. */
export function dissectHex(hex: string, options: { linkType?: number; captured?: number } = {}): LayerObject[] {
  const layers = layersOf(hex, options);
  return Array.from({ length: layers.count }, (_, row) => layerObject(layers, row));
}
