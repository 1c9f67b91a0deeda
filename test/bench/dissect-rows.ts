/**
 * Dissects every packet of a capture to rows of layers, with the library as a user's bundler makes it, and prints how many rows those were; on
 * standard error, the seconds since it was loaded.
 */
import { createDissector, PacketBatch, standardProtocols } from '../../src/index.ts';
import { openInput } from '../../src/node/capture-input.ts';

/** Answers the number of rows. */
async function rowsOf(path: string): Promise<number> {
  const dissector = createDissector(standardProtocols);
  const layers = dissector.createLayers();
  const input = await openInput(path);
  const { reader } = input;
  const batch = new PacketBatch();
  let rows = 0;
  for (;;) {
    const filled = input.refill();
    if (!(filled instanceof Promise ? await filled : filled)) break;
    while (reader.nextBatch(batch) > 0) {
      const linkType = reader.interfaces[0]?.linkType ?? -1;
      for (let row = 0; row < batch.count; row++) {
        const at = batch.start[row]!;
        dissector.dissect(layers, reader.view, at, at + batch.length[row]!, batch.wireLength[row]!, linkType);
        rows += layers.count;
      }
    }
  }
  input.close();
  return rows;
}

const start = performance.now();
rowsOf(process.argv[2] ?? '').then((rows) => {
  console.log(rows);
  console.error((performance.now() - start) / 1000);
});
