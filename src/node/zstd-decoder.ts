/** What decodes the blocks of zstd: Node where it can, which it does from version 22.15 on, else fzstd. */
import * as zlib from 'node:zlib';
import { type Engine, results, write } from './zlib-engine.ts';

/** Decodes one frame. */
export interface ZstdDecoder {
  /** Verifies the frame's checksum itself. */
  readonly verifies: boolean;
  /**
   * Decodes the next octets of the frame: its header together with the first block, then block by block.
   *
   * @throws Error where they are damaged
   */
  push(octets: Uint8Array, isLast: boolean): Promise<Uint8Array[]>;
  close(): void;
}

/** The part of `node:zlib` that older versions lack. */
interface ZstdOfNode {
  readonly createZstdDecompress?: (options: { chunkSize: number; readableHighWaterMark: number }) => Engine;
}

/** Octets of one result. */
const RESULT_SIZE = 128 * 1024;
/** Results of one block are bounded, so none of them needs to wait. */
const NEVER_WAIT = 2 ** 30;

/** A decoder for one frame. */
export async function createZstdDecoder(): Promise<ZstdDecoder> {
  const { createZstdDecompress } = zlib as ZstdOfNode;
  if (createZstdDecompress !== undefined) {
    return new NodeDecoder(createZstdDecompress({ chunkSize: RESULT_SIZE, readableHighWaterMark: NEVER_WAIT }));
  }
  const { Decompress } = await import('fzstd');
  const made: Uint8Array[] = [];
  const decoder = new Decompress((result) => made.push(result));
  return {
    verifies: false,
    push: async (octets, isLast) => {
      // Where a push ends with a block, fzstd keeps an empty view of its octets until one ends within a block.
      decoder.push(octets.subarray(0, 1));
      decoder.push(octets.subarray(1), isLast);
      return made.splice(0).filter(({ length }) => length > 0);
    },
    close: () => {},
  };
}

class NodeDecoder implements ZstdDecoder {
  readonly verifies = true;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async push(octets: Uint8Array): Promise<Uint8Array[]> {
    const failure = await write(this.#engine, octets);
    if (failure !== undefined) throw failure;
    return [...results(this.#engine)];
  }

  close(): void {
    this.#engine.destroy();
  }
}
