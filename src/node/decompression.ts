/** How compressed inputs are read: one row a compression. */
import type { Compression } from '../capture/foreign-formats.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import { gunzip } from './gunzip.ts';
import { unlz4 } from './lz4.ts';
import type { OctetInput } from './octet-input.ts';
import { decompressWith } from './system-decompressor.ts';
import { unzstd } from './zstd.ts';

/** Yields the decompressed octets, and tells what it ignored. The signal ends what goes on beside it. */
type Decompressor = (
  input: OctetInput,
  onNotice: (message: string) => void,
  signal: AbortSignal,
) => AsyncGenerator<Uint8Array>;

/** Octets of memory that xz may take: its presets need 65 MiB at most. */
const XZ_MEMORY = '--memlimit-decompress=512MiB';

const DECOMPRESSORS: Readonly<Record<Compression['name'], Decompressor>> = {
  gzip: gunzip,
  zstd: unzstd,
  lz4: unlz4,
  xz: (input, _, signal) =>
    decompressWith({ name: 'xz', command: 'xz', argv: ['-dc', '-T1', XZ_MEMORY] }, input, signal),
  bzip2: (input, _, signal) => decompressWith({ name: 'bzip2', command: 'bzip2', argv: ['-dc'] }, input, signal),
};

/**
 * The decompressed octets of an input. The next piece is under way, on another thread, while packets of the last one are
 * worked on.
 */
export class DecompressedSource implements ByteSource {
  #closeInput: (() => void) | undefined;
  readonly #input: OctetInput;
  readonly #octets: AsyncGenerator<Uint8Array>;
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined;

  /** @param closeInput called once */
  constructor(input: OctetInput, octets: AsyncGenerator<Uint8Array>, closeInput: () => void) {
    this.#input = input;
    this.#octets = octets;
    this.#closeInput = closeInput;
  }

  get taken(): number {
    return this.#input.position;
  }

  async fill(reader: Pick<CaptureReader, 'append'>): Promise<boolean> {
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

/** A source of the decompressed octets of `input`; for a compression that cannot be read here, its first `fill` says so. */
export function decompress(
  compression: Compression,
  input: OctetInput,
  closeInput: () => void,
  onNotice: (message: string) => void,
): DecompressedSource {
  const closing = new AbortController();
  const octets = DECOMPRESSORS[compression.name](input, onNotice, closing.signal);
  return new DecompressedSource(input, octets, () => {
    closing.abort();
    closeInput();
  });
}
