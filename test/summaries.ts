/** One-line summaries of a packet's layers, for tests. */
import { type Layers, Status } from '../src/dissect/layers.ts';

/** What a listing says of each layer, by row; '' where it says nothing or the layer is not whole. */
export function summaries(layers: Layers): string[] {
  return Array.from({ length: layers.count }, (_, row) => {
    if (layers.status[row] !== Status.complete) return '';
    const { summary } = layers.protocolOf(row);
    return summary?.(layers.viewOf(row), layers.start[row]!, layers.end[row]!, layers, row) ?? '';
  });
}
