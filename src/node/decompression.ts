/** How compressed inputs are read: one row a compression. */
import type { Compression } from '../capture/foreign-formats.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import type { Room } from './inflate.ts';
import type { OctetInput } from './octet-input.ts';

/**
 * Yields the decompressed octets, borrowed until the next are asked for, and tells what it ignored. The signal ends what goes on beside it. A thread that
 * does nothing else lends room for them, which may block it; it need not be used.
 */
type Decompressor = (
  input: OctetInput,
  onNotice: (message: string) => void,
  room: Room | undefined,
  signal: AbortSignal,
) => AsyncGenerator<Uint8Array>;

/** Octets of memory that xz may take: its presets need 65 MiB at most. */
const XZ_MEMORY = '--memlimit-decompress=512MiB';

/** Each is loaded when the first input needs it. */
const DECOMPRESSORS: Readonly<Record<Compression['name'], () => Promise<Decompressor>>> = {
  gzip: async () => (await import('./gunzip.ts')).gunzip,
  zstd: async () => (await import('./zstd.ts')).unzstd,
  lz4: async () => (await import('./lz4.ts')).unlz4,
  xz: () => systemDecompressor('xz', ['-dc', '-T1', XZ_MEMORY]),
  bzip2: () => systemDecompressor('bzip2', ['-dc']),
};

async function systemDecompressor(command: 'xz' | 'bzip2', argv: readonly string[]): Promise<Decompressor> {
  const { decompressWith } = await import('./system-decompressor.ts');
  return (input, _, __, signal) => decompressWith({ name: command, command, argv }, input, signal);
}

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

async function* octetsOf(
  { name }: Compression,
  input: OctetInput,
  onNotice: (message: string) => void,
  room: Room | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const decompressor = await DECOMPRESSORS[name]();
  yield* decompressor(input, onNotice, room, signal);
}

/**
 * A source of the decompressed octets of `input`; for a compression that cannot be read here, its first `fill` says so.
 *
 * @param room given by a thread that does nothing else
 */
export function decompress(
  compression: Compression,
  input: OctetInput,
  closeInput: () => void,
  onNotice: (message: string) => void,
  room?: Room,
): DecompressedSource {
  const closing = new AbortController();
  const octets = octetsOf(compression, input, onNotice, room, closing.signal);
  return new DecompressedSource(input, octets, () => {
    closing.abort();
    closeInput();
  });
}
