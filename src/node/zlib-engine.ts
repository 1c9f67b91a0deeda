/** Decompressors of `node:zlib`, driven piece by piece. */
import type { Transform } from 'node:stream';

/** A decompressor whose results are read after each write, with a buffer that never makes it wait. */
export type Engine = Transform;

/** Writes a piece, and waits until all of it is decompressed. Resolves to its failure, which zlib tells by an event only. */
export function write(engine: Engine, piece: Uint8Array): Promise<Error | undefined> {
  return new Promise((resolve) => {
    engine.once('error', resolve);
    engine.write(piece, () => {
      engine.off('error', resolve);
      resolve(undefined);
    });
  });
}

/** What was decompressed since the last call. */
export function* results(engine: Engine): Generator<Uint8Array> {
  for (;;) {
    const result: Uint8Array | null = engine.read();
    if (result === null) return;
    yield result;
  }
}
