/** Which of a packet's layers a name in a filter means. */
import { type Layers, RowFlag } from '../dissect/layers.ts';
import type { IndexRange } from './ast.ts';

/** `inner.`, `outer.` and `quoted.` before a name. */
export type Place = 'inner' | 'outer' | 'quoted';

/** Words before names, with the place they mean. */
export const PLACES: readonly Place[] = ['inner', 'outer', 'quoted'];

/** Whether a layer is meant. */
export type RowChoice = (layers: Layers, row: number) => boolean;

/** First row of the packet that the tunnel opened in `row` carries: the row itself where it has no header of its own (IP in IP). */
function firstCarried(layers: Layers, row: number): number {
  return layers.protocolOf(row).role === 'tunnel' ? row + 1 : row;
}

/** Whether a tunnel opens in the row and something of what it carries was captured. Quoted packets were not carried. */
function opensTunnel(layers: Layers, row: number): boolean {
  if (layers.tunnel[row] === 0 || layers.isQuoted(row)) return false;
  const first = firstCarried(layers, row);
  return first < layers.count && !layers.isQuoted(first) && layers.start[first]! < layers.end[first]!;
}

/**
 * Whether the row is part of the innermost packet that is there: behind the last tunnel, or the header of that tunnel, for
 * `inner.vxlan.vni` asks for the innermost identifier. Without tunnels that is the whole packet.
 */
function isInner(layers: Layers, row: number): boolean {
  if (layers.isQuoted(row)) return false;
  let first = 0;
  for (let at = layers.count - 1; at > 0; at--) {
    if (!opensTunnel(layers, at)) continue;
    first = firstCarried(layers, at);
    while (first > 0 && layers.protocolOf(first - 1).role === 'tunnel') first -= 1;
    break;
  }
  return row >= first;
}

/** Whether the row is part of the outermost packet, the header of the first tunnel included. */
function isOuter(layers: Layers, row: number): boolean {
  if (layers.isQuoted(row)) return false;
  for (let at = 0; at < row; at++) if (opensTunnel(layers, at) && layers.protocolOf(at).role === 'tunnel') return false;
  for (let at = 0; at <= row; at++)
    if (opensTunnel(layers, at) && layers.protocolOf(at).role !== 'tunnel') return false;
  return true;
}

const CHOICES: Readonly<Record<Place, RowChoice>> = {
  inner: isInner,
  outer: isOuter,
  quoted: (layers, row) => (layers.flags[row]! & RowFlag.quoted) !== 0,
};

/** Whether the `index`th (from 1) of `count` things is in the ranges; negative ones count from the last. */
function isIn(ranges: readonly IndexRange[], index: number, count: number): boolean {
  return ranges.some(({ start, length, last }) => {
    const from = start < 0 ? count + 1 + start : start;
    let to = length === undefined ? count : from + length - 1;
    if (last !== undefined) to = last < 0 ? count + 1 + last : last;
    return index >= from && index <= to;
  });
}

/** Layers of one protocol are numbered from 1; messages side by side in one segment share a number. */
function isNumbered(ranges: readonly IndexRange[], layers: Layers, row: number): boolean {
  let count = 0;
  let index = 0;
  let parent = -2;
  for (let at = 0; at < layers.count; at++) {
    if (layers.protocol[at] !== layers.protocol[row]) continue;
    if (layers.parent[at] !== parent) count += 1;
    parent = layers.parent[at]!;
    if (at === row) index = count;
  }
  return isIn(ranges, index, count);
}

/** The choice that `place` and the ranges behind `#` make together; undefined for every layer. */
export function rowChoice(place: Place | undefined, ranges: readonly IndexRange[]): RowChoice | undefined {
  const atPlace = place === undefined ? undefined : CHOICES[place];
  if (ranges.length === 0) return atPlace;
  if (atPlace === undefined) return (layers, row) => isNumbered(ranges, layers, row);
  return (layers, row) => atPlace(layers, row) && isNumbered(ranges, layers, row);
}
