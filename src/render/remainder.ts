/** What a layer holds that no layer within it claims. */
import type { Layers } from '../dissect/layers.ts';

/** Octets [start, end) of a row's source: payload of no known protocol, or padding behind a declared end. */
export interface Remainder {
  readonly kind: 'payload' | 'padding';
  readonly start: number;
  readonly end: number;
}

const NONE: readonly Remainder[] = [];

/**
 * What a row leaves over, row -1 standing for the frame, without empty runs: its own remainder, and behind the last of the outermost rows of a
 * reassembled source what of the source no row reaches.
 */
export function remaindersOf(layers: Layers, row: number): readonly Remainder[] {
  if (isUsedUp(layers, row)) return NONE;
  const own = remainderOf(layers, row);
  const behind = row < 0 ? own.end : endOfSource(layers, row);
  if (behind <= own.end) return own.start < own.end ? [own] : [];
  if (own.kind === 'padding' || own.start >= own.end) return [{ kind: 'padding', start: own.start, end: behind }];
  return [own, { kind: 'padding', start: own.end, end: behind }];
}

/** Whether a row of the frame is seen at a glance to leave nothing over, as most do. */
function isUsedUp(layers: Layers, row: number): boolean {
  if (row >= 0 && layers.source[row] !== 0) return false;
  const end = endOf(layers, row);
  const child = row + 1;
  return (
    (row >= 0 && layers.payload[row]! >= end) ||
    (child < layers.count && layers.parent[child] === row && layers.source[child] === 0 && layers.end[child]! >= end)
  );
}

/** End of a row's octets, or of the frame's without its check sequence. */
function endOf(layers: Layers, row: number): number {
  return row < 0 ? layers.frameEnd - layers.fcsOctets : layers.end[row]!;
}
/** End of a reassembled source for the last of its outermost rows; 0 for every other row. */
function endOfSource(layers: Layers, row: number): number {
  const source = layers.source[row]!;
  if (source === 0 || !isOutermost(layers, row)) return 0;
  for (let later = row + 1; later < layers.count; later++) {
    if (layers.source[later] === source && isOutermost(layers, later)) return 0;
  }
  return layers.sources[source - 1]!.view.byteLength;
}

function isOutermost(layers: Layers, row: number): boolean {
  const parent = layers.parent[row]!;
  return parent < 0 || layers.source[parent] !== layers.source[row];
}

function remainderOf(layers: Layers, row: number): Remainder {
  const end = endOf(layers, row);
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
