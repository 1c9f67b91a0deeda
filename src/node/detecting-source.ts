import { LONGEST_COMPRESSION_MAGIC, recogniseCompression } from '../capture/foreign-formats.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import { decompress } from './decompression.ts';
import { StreamOctets } from './octet-input.ts';
import type { StreamSource } from './stream-source.ts';

/** A stream that turns out compressed or not with its first octets. */
export class DetectingSource implements ByteSource {
  readonly #stream: StreamSource;
  readonly #onNotice: (message: string) => void;
  #source: ByteSource | undefined;

  constructor(stream: StreamSource, onNotice: (message: string) => void) {
    this.#stream = stream;
    this.#onNotice = onNotice;
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    return this.#source === undefined ? this.#detect(reader) : this.#source.fill(reader);
  }

  close(): void {
    this.#stream.close();
  }

  async #detect(reader: CaptureReader): Promise<boolean> {
    let first: Uint8Array = new Uint8Array(0);
    while (first.length < LONGEST_COMPRESSION_MAGIC) {
      const chunk = await this.#stream.take();
      if (chunk === undefined) break;
      first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
    }
    const compression = recogniseCompression(first);
    if (compression === undefined) {
      this.#source = this.#stream;
      reader.append(first);
      return first.length > 0;
    }
    const octets = new StreamOctets(first, this.#stream);
    this.#source = decompress(compression, octets, () => this.#stream.close(), this.#onNotice);
    return this.#source.fill(reader);
  }
}
