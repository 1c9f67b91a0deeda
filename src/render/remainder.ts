/** What a layer holds that no layer within it claims. */
import type { Layers } from '../dissect/layers.ts';

/** Octets [start, end) of a row's source: payload of no known protocol, or padding behind a declared end. Empty where start is end. */
export interface Remainder {
  readonly kind: 'payload' | 'padding';
  readonly start: number;
  readonly end: number;
}

/** The remainder of a row; row -1 stands for the frame. */
export function remainderOf(layers: Layers, row: number): Remainder {
  const frameEnd = layers.frameEnd - layers.fcsOctets;
  const end = row < 0 ? frameEnd : layers.end[row]!;
  const source = row < 0 ? 0 : layers.source[row]!;
  let start = row < 0 ? layers.frameStart : layers.payload[row]!;
  let kind: Remainder['kind'] = 'payload';
  for (let child = row + 1; child < layers.count; child++) {
    if (layers.parent[child] !== row || layers.source[child] !== source) continue;
    if (layers.end[child]! > start) start = layers.end[child]!;
    // Behind the messages of a stream stands more of the stream, behind other layers what their lengths leave over.
    kind = layers.protocolOf(child).messages === undefined ? 'padding' : 'payload';
  }
  return { kind, start, end };
}
