/** Verification of the checksums of a packet's layers. */
import { type Layers, Status } from './layers.ts';

/** Verifies the checksums of all complete layers and records the issues; those over payloads only where `transport` asks for it. */
export function verifyChecksums(layers: Layers, transport: boolean): void {
  for (let row = 0; row < layers.count; row++) {
    const { verify } = layers.protocolOf(row);
    if (verify !== undefined && layers.status[row] === Status.complete) verify(layers, row, transport);
  }
}
