/**
 * Dissects every packet of a capture to rows of layers, with the library as a user's bundler makes it, and prints how many rows those were; on
 * standard error, the seconds since it was loaded.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { CaptureReader, createDissector, PacketBatch, standardProtocols } from '../../src/index.ts';

const start = performance.now();
const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const reader = new CaptureReader({ bufferSize: 1 << 20 });
const batch = new PacketBatch();
const file = openSync(process.argv[2] ?? '', 'r');
let rows = 0;
for (;;) {
  const count = readSync(file, reader.space(65_536));
  if (count === 0) break;
  reader.commit(count);
  while (reader.nextBatch(batch) > 0) {
    const linkType = reader.interfaces[0]?.linkType ?? -1;
    for (let row = 0; row < batch.count; row++) {
      const at = batch.start[row]!;
      dissector.dissect(layers, reader.view, at, at + batch.length[row]!, batch.wireLength[row]!, linkType);
      rows += layers.count;
    }
  }
}
closeSync(file);
console.log(rows);
console.error((performance.now() - start) / 1000);
