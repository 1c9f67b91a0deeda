/** Pasted dumps by path, as captures. */
import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { CaptureError } from '../capture/capture-error.ts';
import { hexDumpCapture } from '../capture/hex-dump-capture.ts';
import { type CaptureInput, InputError } from '../capture/input.ts';
import { CaptureReader } from '../capture/reader.ts';
import { inputFailure, type OpenInputOptions, STANDARD_INPUT } from './capture-input.ts';
import { StreamSource } from './stream-source.ts';

/** Octets of the longest dump: it is held as a whole. */
const LONGEST_DUMP_TEXT = 64 * 1024 * 1024;

export interface OpenHexDumpOptions extends OpenInputOptions {
  /** Link type of all packets; recognised where it is not given. */
  readonly linkType?: number | undefined;
}

/**
 * Opens a dump: a file of text, or `-` for standard input. Its packets have no times.
 *
 * @throws InputError where there is nothing that can be opened
 */
export async function openHexDump(path: string, options: OpenHexDumpOptions = {}): Promise<CaptureInput> {
  try {
    return new HexDumpInput(path, new StreamSource(openText(path, options.stdin)), options);
  } catch (error) {
    throw inputFailure(path, error);
  }
}

function openText(path: string, stdin: Readable | undefined): Readable {
  if (path === STANDARD_INPUT) return stdin ?? process.stdin;
  if (statSync(path).isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  return createReadStream(path);
}

class HexDumpInput implements CaptureInput {
  readonly name: string;
  readonly reader = new CaptureReader();
  readonly #text: StreamSource;
  readonly #options: OpenHexDumpOptions;
  #isRead = false;
  #error: CaptureError | undefined;

  constructor(name: string, text: StreamSource, options: OpenHexDumpOptions) {
    this.name = name;
    this.#text = text;
    this.#options = options;
  }

  async refill(): Promise<boolean> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#isRead) return false;
    this.#isRead = true;
    const { octets, notices, error } = hexDumpCapture(await this.#readText(), this.#options.linkType);
    for (const notice of notices) this.#options.onNotice?.(notice, this.name);
    this.#error = error;
    if (octets.length === 0 && error !== undefined) throw error;
    this.reader.append(octets);
    return true;
  }

  close(): void {
    this.#text.close();
  }

  async #readText(): Promise<string> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for (let chunk = await this.#text.take(); chunk !== undefined; chunk = await this.#text.take()) {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_DUMP_TEXT) {
          throw new InputError('EFBIG', this.name, `'${this.name}' has more than ${LONGEST_DUMP_TEXT} octets of text`);
        }
      }
    } catch (error) {
      throw inputFailure(this.name, error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}
