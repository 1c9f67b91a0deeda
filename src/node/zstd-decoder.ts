/** What decodes the blocks of zstd: Node where it can, which it does from version 22.15 on, else fzstd. */
import * as zlib from 'node:zlib';
import { type Engine, results, write } from './zlib-engine.ts';

/** Decodes one frame. */
export interface ZstdDecoder {
  /** Verifies the frame's checksum itself. */
  readonly verifies: boolean;
  /**
   * Decodes the next octets of the frame: its header, or `PLAIN_HEADER` where it verifies nothing, together with the first block, then block by block.
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
/** Least room behind a window: that of two blocks. */
const LEAST_ROOM = 256 * 1024;
/** Results of one block are bounded, so none of them needs to wait. */
const NEVER_WAIT = 2 ** 30;
/** A buffer longer than this becomes as long as it may ever be: what is not written of it takes no memory, a copy of it would. */
const MOST_DOUBLED = 16 * 1024 * 1024;
const EMPTY = new Uint8Array(0);

/** A frame header that tells no more than a window of 128 KiB, which lets blocks be as long as they ever are. */
export const PLAIN_HEADER = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x38);

/**
 * The longest window whose frames are decoded without fault: what the zstd command allows without `--long=31`, but with fzstd, which reads no more
 * than 25 bits of an offset.
 */
export const ZSTD_WINDOW_LIMIT = (zlib as ZstdOfNode).createZstdDecompress === undefined ? 2 ** 25 : 2 ** 27;

/** A decoder for one frame, whose blocks refer back to at most so many octets. */
export async function createZstdDecoder(windowSize: number): Promise<ZstdDecoder> {
  const { createZstdDecompress } = zlib as ZstdOfNode;
  if (createZstdDecompress !== undefined) {
    return new NodeDecoder(createZstdDecompress({ chunkSize: RESULT_SIZE, readableHighWaterMark: NEVER_WAIT }));
  }
  return new FzstdDecoder((await import('fzstd')).Decompress, windowSize);
}

/** The state of fzstd's decoder that it keeps from block to block. */
interface FzstdState {
  /** The octets that blocks refer back to; the last ones are the newest. */
  w: Uint8Array;
  /** Their number. */
  e: number;
}

/** What fzstd is: its state is a number between frames, and not there before the first. */
interface Fzstd {
  readonly s?: FzstdState | number;
  push(octets: Uint8Array, isLast?: boolean): unknown;
}

/**
 * fzstd. It makes as long a window as a frame claims, and moves all of it for each block, which may be of one octet: with 128 MiB a file of some
 * kilobytes would take minutes. Therefore it is told of a short window (`PLAIN_HEADER`), and the window is kept here: fzstd is given it for each
 * block, and nothing to move behind it.
 */
class FzstdDecoder implements ZstdDecoder {
  readonly verifies = false;
  readonly #engine: Fzstd;
  readonly #made: Uint8Array[] = [];
  readonly #window: SlidingWindow;

  constructor(Decompress: new (ondata: (block: Uint8Array) => void) => unknown, windowSize: number) {
    this.#engine = new Decompress((block) => this.#take(block)) as Fzstd;
    this.#window = new SlidingWindow(windowSize);
  }

  async push(octets: Uint8Array, isLast: boolean): Promise<Uint8Array[]> {
    const { s: state } = this.#engine;
    if (typeof state === 'object') {
      state.w = this.#window.octets;
      state.e = state.w.length;
    }
    // Where a push ends with a block, fzstd keeps an empty view of its octets until one ends within a block.
    this.#engine.push(octets.subarray(0, 1));
    this.#engine.push(octets.subarray(1), isLast);
    return this.#made.splice(0).filter(({ length }) => length > 0);
  }

  close(): void {}

  #take(block: Uint8Array): void {
    this.#made.push(block);
    this.#window.add(block);
    const { s: state } = this.#engine;
    if (typeof state === 'object') state.w = new Uint8Array(block.length);
  }
}

/** The last octets of a stream, at most so many. */
class SlidingWindow {
  readonly #length: number;
  #buffer = EMPTY;
  #end = 0;

  constructor(length: number) {
    this.#length = length;
  }

  get octets(): Uint8Array {
    return this.#buffer.subarray(Math.max(0, this.#end - this.#length), this.#end);
  }

  add(octets: Uint8Array): void {
    if (this.#end + octets.length > this.#buffer.length) this.#makeRoom(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** The buffer grows with what there is, up to the window and some room behind it, so that the window is moved only once in a while. */
  #makeRoom(count: number): void {
    const kept = this.octets;
    const most = this.#length + Math.max(this.#length >>> 3, LEAST_ROOM);
    const twice = 2 * (kept.length + count);
    const wanted = twice > MOST_DOUBLED ? most : Math.min(most, twice);
    if (wanted > this.#buffer.length) {
      const buffer = new Uint8Array(wanted);
      buffer.set(kept);
      this.#buffer = buffer;
    } else {
      this.#buffer.set(kept);
    }
    this.#end = kept.length;
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
