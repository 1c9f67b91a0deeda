import type { Readable } from 'node:stream';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';

/** Octets of a stream that wait before it is paused. */
const ENOUGH_WAITING = 1024 * 1024;

/** A pipe, a terminal, or any other stream of octets, handed on as it comes. */
export class StreamSource implements ByteSource {
  readonly #stream: Readable;
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('data', (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#waiting += chunk.length;
      if (this.#waiting >= ENOUGH_WAITING) stream.pause();
      this.#wake?.();
    });
    stream.on('end', () => this.#finish(undefined));
    stream.on('close', () => this.#finish(undefined));
    stream.on('error', (error) => this.#finish(error));
  }

  /** The next chunk; undefined at the end of the stream. */
  take(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#waiting -= chunk.length;
      if (this.#stream.isPaused() && this.#waiting < ENOUGH_WAITING) this.#stream.resume();
      return chunk;
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) return undefined;
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    }).then(() => this.take());
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    const chunk = this.take();
    return chunk instanceof Promise ? chunk.then((later) => add(reader, later)) : add(reader, chunk);
  }

  close(): void {
    this.#finish(undefined);
    this.#stream.destroy();
  }

  #finish(failure: Error | undefined): void {
    if (!this.#ended) {
      this.#ended = true;
      this.#failure = failure;
    }
    this.#wake?.();
  }
}

function add(reader: CaptureReader, chunk: Uint8Array | undefined): boolean {
  if (chunk === undefined) return false;
  reader.append(chunk);
  return true;
}
