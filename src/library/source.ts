/** Where a program's captures come from: streams, files of a browser, responses, octets at hand. */
import type { CaptureInput } from '../capture/input.ts';
import { CaptureReader } from '../capture/reader.ts';

/** A `ReadableStream` of octets, of a browser or of Node. */
export interface ReadableOctets {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> };
}

/** A `Blob`, or a `File`, whose name becomes the capture's. */
export interface BlobLike {
  readonly name?: string;
  stream(): ReadableOctets;
}

/** A `Response` of `fetch`. */
export interface ResponseLike {
  readonly body: ReadableOctets | null;
}

/** What a capture can be read from: a stream, a `Blob` or `File`, a response, octets, or chunks of them. */
export type CaptureSource =
  | ReadableOctets
  | BlobLike
  | ResponseLike
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

type Chunks = AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

/** Chunks as an input. What they hold is to be decompressed: a platform's `DecompressionStream` does so. */
export class ChunkInput implements CaptureInput {
  readonly name: string;
  readonly reader = new CaptureReader();
  private readonly chunks: Chunks;

  constructor(source: CaptureSource) {
    this.name = nameOf(source);
    this.chunks = chunksOf(source);
  }

  async refill(): Promise<boolean> {
    const { value, done } = await this.chunks.next();
    if (done) return false;
    this.reader.append(value);
    return true;
  }

  close(): void {
    const closed = this.chunks.return?.();
    // That a source can't be cancelled is no news to those who have read what they wanted.
    if (closed instanceof Promise) closed.catch(() => undefined);
  }
}

function nameOf(source: CaptureSource): string {
  return 'name' in source && typeof source.name === 'string' ? source.name : '';
}

function chunksOf(source: CaptureSource): Chunks {
  if (source instanceof Uint8Array) return [source].values();
  if (source instanceof ArrayBuffer) return [new Uint8Array(source)].values();
  // Not every browser's streams can be iterated, so a reader is preferred.
  if ('getReader' in source) return streamed(source);
  if ('stream' in source) return streamed(source.stream());
  if ('body' in source) return source.body === null ? [].values() : streamed(source.body);
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

async function* streamed(stream: ReadableOctets): AsyncGenerator<Uint8Array, undefined, undefined> {
  const reader = stream.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      isOver = done;
      if (value === undefined) return undefined;
      yield value;
    }
  } finally {
    if (!isOver) await reader.cancel();
  }
}
