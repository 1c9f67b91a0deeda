/** Opens captures by path: files, pipes and standard input, compressed or not. */
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  open,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { LONGEST_COMPRESSION_MAGIC, recogniseCompression } from '../capture/foreign-formats.ts';
import { type CaptureInput, InputError } from '../capture/input.ts';
import { CaptureReader } from '../capture/reader.ts';
import { type ByteSource, FILE_READ_SIZE, READ_SIZE } from './byte-source.ts';
import { decompress } from './decompression.ts';
import { DecompressionThread, deservesThread } from './decompression-thread.ts';
import { DetectingSource } from './detecting-source.ts';
import { type FileReading, FileSource, READ_AT_ONCE } from './file-source.ts';
import { FileOctets } from './octet-input.ts';
import { StreamSource } from './stream-source.ts';

/** The path that stands for standard input. */
export const STANDARD_INPUT = '-';
const STANDARD_INPUT_DESCRIPTOR = 0;

type TellNotice = (message: string) => void;

export interface OpenInputOptions extends FileReading {
  /** What `-` reads; the process's standard input where it is not given. */
  readonly stdin?: Readable;
  /** Called with what was odd about an input but did not stop its reading. */
  readonly onNotice?: (message: string, name: string) => void;
  /** Path of what threads of this process run, so that long compressed files are decompressed by one; without it there are none. */
  readonly threadProgram?: string | undefined;
}

/**
 * Opens a capture: a file, a pipe, or `-` for standard input, with compression recognised by the first octets.
 *
 * @throws InputError where there is nothing that can be opened
 */
export async function openInput(path: string, options: OpenInputOptions = {}): Promise<CaptureInput> {
  const tellNotice = (message: string): void => options.onNotice?.(message, path);
  try {
    if (path === STANDARD_INPUT) return new SourcedInput(path, standardInput(options.stdin, tellNotice));
    const stats = statSync(path);
    const source = await openPath(path, stats, tellNotice, options);
    return new SourcedInput(path, source, stats.isFile() ? stats.size : undefined);
  } catch (error) {
    throw inputFailure(path, error);
  }
}

/** An input on its way from a source of octets into a reader. */
class SourcedInput implements CaptureInput {
  readonly name: string;
  readonly reader: CaptureReader;
  readonly #source: ByteSource;
  readonly #size: number | undefined;

  /** @param size octets of the file, where it is one */
  constructor(name: string, source: ByteSource, size?: number) {
    this.name = name;
    this.reader = new CaptureReader({ bufferSize: source instanceof FileSource ? FILE_READ_SIZE : READ_SIZE });
    this.#source = source;
    this.#size = size;
  }

  progress(): { read: number; total: number } | undefined {
    const { taken } = this.#source;
    return taken === undefined || this.#size === undefined ? undefined : { read: taken, total: this.#size };
  }

  refill(): boolean | Promise<boolean> {
    try {
      const filled = this.#source.fill(this.reader);
      return filled instanceof Promise ? filled.catch((error) => this.#fail(error)) : filled;
    } catch (error) {
      return this.#fail(error);
    }
  }

  close(): void {
    this.#source.close();
  }

  #fail(error: unknown): never {
    throw inputFailure(this.name, error);
  }
}

/** Standard input that was redirected from a file is read in longer pieces than a pipe gives. */
function standardInput(stdin: Readable | undefined, tellNotice: TellNotice): ByteSource {
  const redirected = stdin === undefined && fstatSync(STANDARD_INPUT_DESCRIPTOR).isFile();
  const stream = redirected
    ? createReadStream('', { fd: STANDARD_INPUT_DESCRIPTOR, highWaterMark: READ_SIZE })
    : (stdin ?? process.stdin);
  return new DetectingSource(new StreamSource(stream), tellNotice);
}

async function openPath(
  path: string,
  stats: Stats,
  tellNotice: TellNotice,
  options: OpenInputOptions,
): Promise<ByteSource> {
  if (stats.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (stats.isFile()) return fileSource(openSync(path, 'r'), stats.size, tellNotice, options);
  const stream = stats.isFIFO() ? await openPipe(path) : createReadStream(path, { highWaterMark: READ_SIZE });
  return new DetectingSource(new StreamSource(stream), tellNotice);
}

/**
 * Opening a pipe waits for a writer, and while a thread waits for that the process cannot exit. Linux can open it at once and
 * wait in its event loop instead, as sockets do, for the writer as for the octets.
 */
async function openPipe(path: string): Promise<Readable> {
  const flags = process.platform === 'linux' ? constants.O_RDONLY | constants.O_NONBLOCK : constants.O_RDONLY;
  return new Socket({ fd: await promisify(open)(path, flags), readable: true, writable: false });
}

function fileSource(
  descriptor: number,
  size: number,
  tellNotice: TellNotice,
  { threadProgram, readsAhead = true, readLength, readBuffers }: OpenInputOptions,
): ByteSource {
  const first = new Uint8Array(LONGEST_COMPRESSION_MAGIC);
  const count = readSync(descriptor, first, 0, first.length, 0);
  const compression = recogniseCompression(first.subarray(0, count));
  if (compression === undefined) {
    return new FileSource(descriptor, { readsAhead: readsAhead && size > READ_AT_ONCE, readLength, readBuffers });
  }
  if (threadProgram !== undefined && deservesThread(compression, size)) {
    return new DecompressionThread(threadProgram, compression, descriptor, tellNotice);
  }
  return decompress(compression, new FileOctets(descriptor), () => closeSync(descriptor), tellNotice);
}

/** Failures of the system become InputErrors; others stay what they are. */
export function inputFailure(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new InputError(error.code, path, describeFailure(path, error), { cause: error });
}

interface SystemError extends Error {
  readonly code: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code);
}

function describeFailure(path: string, error: SystemError): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `no file '${path}'`;
    case 'EISDIR':
      return `'${path}' is a directory`;
    case 'EACCES':
    case 'EPERM':
      return `'${path}' cannot be read: permission denied`;
    default:
      return `'${path}' cannot be read: ${error.message}`;
  }
}
