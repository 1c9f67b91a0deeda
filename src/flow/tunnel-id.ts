/** The number of the virtual network a tunnel header belongs to. */
import type { Layers } from '../dissect/layers.ts';
import { greKey } from '../protocols/gre.ts';

/** VNI or key of a row that opens a tunnel; undefined where its header has none, or it was not captured. */
export function tunnelIdOf(layers: Layers, row: number): number | undefined {
  const { name, fixed } = layers.protocolOf(row);
  const view = layers.viewOf(row);
  const start = layers.start[row]!;
  const end = layers.payload[row]!;
  if (name === 'gre') return greKey(view, start, end);
  const field = fixed.find((candidate) => candidate.key === 'vni');
  if (field === undefined || start + field.octetOffset + field.octetWidth > end) return undefined;
  return field.get(view, start);
}
