/** How compressed inputs are read: one row a compression. */
import { CaptureError, CaptureErrorCode } from '../capture/capture-error.ts';
import type { Compression } from '../capture/foreign-formats.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import { gunzip } from './gunzip.ts';
import type { OctetInput } from './octet-input.ts';

/** Yields the decompressed octets, and tells what it ignored. */
type Decompressor = (input: OctetInput, onNotice: (message: string) => void) => AsyncGenerator<Uint8Array>;

const DECOMPRESSORS: Readonly<Record<Compression['name'], Decompressor | { readonly command: string }>> = {
  gzip: gunzip,
  zstd: { command: 'zstd -dc' },
  xz: { command: 'xz -dc' },
  bzip2: { command: 'bzip2 -dc' },
  lz4: { command: 'lz4 -dc' },
};

/**
 * The decompressed octets of an input. The next piece is under way, on another thread, while packets of the last one are
 * worked on.
 */
export class DecompressedSource implements ByteSource {
  #closeInput: (() => void) | undefined;
  readonly #octets: AsyncGenerator<Uint8Array>;
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(octets: AsyncGenerator<Uint8Array>, closeInput: () => void) {
    this.#octets = octets;
    this.#closeInput = closeInput;
  }

  async fill(reader: CaptureReader): Promise<boolean> {
    const { done, value } = await (this.#ahead ?? this.#octets.next());
    this.#ahead = undefined;
    if (done) return false;
    reader.append(value);
    this.#ahead = this.#octets.next();
    this.#ahead.catch(ignore);
    return true;
  }

  close(): void {
    this.#closeInput?.();
    this.#closeInput = undefined;
  }
}

/** A failure ahead reaches the caller when its turn comes. */
function ignore(): void {}

/** A source of the decompressed octets of `input`; for a compression that is not read, its first `fill` says so. */
export function decompress(
  compression: Compression,
  input: OctetInput,
  closeInput: () => void,
  onNotice: (message: string) => void,
): DecompressedSource {
  const decompressor = DECOMPRESSORS[compression.name];
  const octets =
    typeof decompressor === 'function' ? decompressor(input, onNotice) : refuse(compression.name, decompressor.command);
  return new DecompressedSource(octets, closeInput);
}

// biome-ignore lint/correctness/useYield: it has the type of a decompressor, and nothing to yield.
async function* refuse(name: string, command: string): AsyncGenerator<Uint8Array> {
  const message = `${name}-compressed; decompress it first: ${command} FILE | netdissect -`;
  throw new CaptureError(CaptureErrorCode.unsupported, 0, message);
}
