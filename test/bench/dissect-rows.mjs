/** Dissects every packet of a capture to rows of layers and does nothing with them: `node dissect-rows.mjs <dist> <capture>`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [dist, capture] = process.argv.slice(2);
const { CaptureReader, createDissector, PacketBatch, standardProtocols } = await import(
  join(resolve(dist), 'index.js')
);
const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const reader = new CaptureReader({ bufferSize: 1 << 20 });
const batch = new PacketBatch();
const file = openSync(capture, 'r');
let rows = 0;
for (;;) {
  const count = readSync(file, reader.space(65_536));
  if (count === 0) break;
  reader.commit(count);
  while (reader.nextBatch(batch) > 0) {
    const { linkType } = reader.interfaces[0];
    for (let row = 0; row < batch.count; row++) {
      const start = batch.start[row];
      dissector.dissect(layers, reader.view, start, start + batch.length[row], batch.wireLength[row], linkType);
      rows += layers.count;
    }
  }
}
closeSync(file);
console.log(rows);
