/** Verifies every checksum of a packet's whole layers, for tests. */
import { type Layers, Status } from '../src/dissect/layers.ts';

/** What was found wrong, the layer's name with it; every issue recorded before is in it too. */
export function verifyAll(layers: Layers): { layer: string; code: string; needed: number; available: number }[] {
  for (let row = 0; row < layers.count; row++) {
    if (layers.status[row] === Status.complete) layers.protocolOf(row).verify?.(layers, row, true);
  }
  return Array.from({ length: layers.issues.count }, (_, index) => {
    const { row, code, needed, available } = layers.issues.at(index);
    return { layer: layers.protocolOf(row).name, code, needed, available };
  });
}
