import { closeSync, readSync } from 'node:fs';
import type { CaptureReader } from '../capture/reader.ts';
import { type ByteSource, FILE_READ_SIZE } from './byte-source.ts';
import { ReadAhead } from './read-ahead.ts';
import type { ReadBuffers } from './read-buffers.ts';

/** The least that is worth a read; the reader's buffer mostly has far more room. */
const LEAST_READ = 64 * 1024;
/** Octets of a file that are read as they are needed, while those behind them are read ahead. A shorter file is not read ahead. */
export const READ_AT_ONCE = 1024 * 1024;
/** Octets that are read between two turns of the event loop, so that signals and timers are heard. */
const OCTETS_PER_TURN = 16 * 1024 * 1024;

/** How files are read. */
export interface FileReading {
  /** False for short files, and where all processors are at work: octets are then read when they are needed, not ahead of that. Default true. */
  readonly readsAhead?: boolean | undefined;
  /** Octets of one read into `readBuffers` where nothing is read ahead. Default `FILE_READ_SIZE`. */
  readonly readLength?: number | undefined;
  /** What files are read into that are read one after the other, rows and packets being void once one is closed; buffers of each file's own else. */
  readonly readBuffers?: ReadBuffers | undefined;
}

/** A regular file, read into the reader's own buffer, or ahead while what came before is dissected. */
export class FileSource implements ByteSource {
  readonly #descriptor: number;
  readonly #readsAhead: boolean;
  readonly #readLength: number;
  readonly #buffers: ReadBuffers | undefined;
  /** Who has one of the buffers. */
  #reader: CaptureReader | undefined;
  #position = 0;
  /** Octets read since the event loop last had its turn. */
  #sinceTurn = 0;
  /** End of what is read as it is needed. */
  #end = Number.POSITIVE_INFINITY;
  #ahead: ReadAhead | undefined;
  #open = true;

  constructor(descriptor: number, { readsAhead = true, readLength = FILE_READ_SIZE, readBuffers }: FileReading = {}) {
    this.#descriptor = descriptor;
    this.#readsAhead = readsAhead;
    this.#readLength = readLength;
    this.#buffers = readBuffers;
  }

  get taken(): number {
    return this.#position;
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    if (this.#ahead !== undefined && this.#position >= this.#end) return this.#fillAhead(this.#ahead, reader);
    if (this.#reader === undefined) this.#lend(reader);
    const before = reader.bytes;
    const room = reader.space(LEAST_READ);
    // A long record may have needed a longer buffer.
    if (reader.bytes !== before) this.#buffers?.give(before);
    const length = Math.min(this.#lengthFor(room, reader), this.#end - this.#position);
    const count = readSync(this.#descriptor, room, 0, length, this.#position);
    this.#position += count;
    reader.commit(count);
    if (this.#readsAhead && count > 0) this.#begin();
    this.#sinceTurn += count;
    if (count === 0 || this.#sinceTurn < OCTETS_PER_TURN) return count > 0;
    this.#sinceTurn = 0;
    return new Promise((resolve) => setImmediate(resolve, true));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#reader !== undefined) this.#buffers?.give(this.#reader.release());
    // A read under way would find another file behind the descriptor's number.
    if (this.#ahead === undefined) closeSync(this.#descriptor);
    else void this.#ahead.close().then(() => closeSync(this.#descriptor));
  }

  /** What comes behind the part that is read at once is on its way while that is worked on: 4 ms of a gigabyte's flows. */
  #begin(): void {
    if (this.#ahead !== undefined) return;
    this.#end = Math.max(READ_AT_ONCE, this.#position);
    this.#ahead = new ReadAhead(this.#descriptor, this.#end, this.#buffers);
    this.#ahead.begin();
  }

  async #fillAhead(ahead: ReadAhead, reader: CaptureReader): Promise<boolean> {
    const count = await ahead.fill(reader);
    this.#position += count;
    return count > 0;
  }

  /** Octets of one read: a buffer that was lent is filled no further than to `readLength`. */
  #lengthFor(room: Uint8Array, { bytes }: CaptureReader): number {
    if (this.#reader === undefined) return room.length;
    const held = bytes.length - room.length;
    return Math.min(room.length, Math.max(LEAST_READ, this.#readLength - held));
  }

  #lend(reader: CaptureReader): void {
    if (this.#buffers === undefined) return;
    this.#reader = reader;
    reader.exchange(this.#buffers.take(), 0, 0);
  }
}
