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
/** Room behind a window, at least that of a block, so that it is moved only once in a while. */
const LEAST_SLACK = 256 * 1024;
/** Results of one block are bounded, so none of them needs to wait. */
const NEVER_WAIT = 2 ** 30;

/** A decoder for one frame. */
export async function createZstdDecoder(): Promise<ZstdDecoder> {
  const { createZstdDecompress } = zlib as ZstdOfNode;
  if (createZstdDecompress !== undefined) {
    return new NodeDecoder(createZstdDecompress({ chunkSize: RESULT_SIZE, readableHighWaterMark: NEVER_WAIT }));
  }
  return new FzstdDecoder((await import('fzstd')).Decompress);
}

/** The state of fzstd's decoder that it keeps from block to block. */
interface FzstdState {
  /** The octets that blocks refer back to; the last ones are the newest. */
  w: Uint8Array;
  /** Length of the window. */
  readonly e: number;
}

/** What fzstd is: its state is a number between frames, and not there before the first. */
interface Fzstd {
  readonly s?: FzstdState | number;
  push(octets: Uint8Array, isLast?: boolean): unknown;
}

/**
 * fzstd. It moves its whole window for each block, which may be of one octet: with a window of 128 MiB a file of a megabyte would take hours.
 * Therefore the window is kept here, and fzstd is given it for each block, and nothing to move behind it.
 */
class FzstdDecoder implements ZstdDecoder {
  readonly verifies = false;
  readonly #engine: Fzstd;
  readonly #made: Uint8Array[] = [];
  #window: SlidingWindow | undefined;

  constructor(Decompress: new (ondata: (block: Uint8Array) => void) => unknown) {
    this.#engine = new Decompress((block) => this.#take(block)) as Fzstd;
  }

  async push(octets: Uint8Array, isLast: boolean): Promise<Uint8Array[]> {
    const engine = this.#engine;
    if (typeof engine.s === 'object' && this.#window !== undefined) engine.s.w = this.#window.octets;
    // Where a push ends with a block, fzstd keeps an empty view of its octets until one ends within a block.
    engine.push(octets.subarray(0, 1));
    engine.push(octets.subarray(1), isLast);
    return this.#made.splice(0).filter(({ length }) => length > 0);
  }

  close(): void {}

  #take(block: Uint8Array): void {
    this.#made.push(block);
    const { s: state } = this.#engine;
    if (typeof state !== 'object') return;
    this.#window ??= new SlidingWindow(state.e);
    this.#window.add(block);
    state.w = new Uint8Array(block.length);
  }
}

/** The last octets of a stream. */
class SlidingWindow {
  readonly #buffer: Uint8Array;
  readonly #length: number;
  #end: number;

  constructor(length: number) {
    this.#buffer = new Uint8Array(length + Math.max(length >>> 3, LEAST_SLACK));
    this.#length = length;
    this.#end = length;
  }

  /** The last octets; before the first ones there are zeros. */
  get octets(): Uint8Array {
    return this.#buffer.subarray(this.#end - this.#length, this.#end);
  }

  add(octets: Uint8Array): void {
    if (this.#end + octets.length > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#end - this.#length, this.#end);
      this.#end = this.#length;
    }
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }
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
