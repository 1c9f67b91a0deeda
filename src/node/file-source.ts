import { closeSync, readSync } from 'node:fs';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';

/** Reads between two turns of the event loop, so that signals and timers are heard within some 16 MiB. */
const READS_PER_TURN = 64;
/** The least that is worth a read; the reader's buffer mostly has far more room. */
const LEAST_READ = 64 * 1024;

/** A regular file, read synchronously into the reader's own buffer. */
export class FileSource implements ByteSource {
  readonly #descriptor: number;
  #position = 0;
  #reads = 0;
  #open = true;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get taken(): number {
    return this.#position;
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    const room = reader.space(LEAST_READ);
    const count = readSync(this.#descriptor, room, 0, room.length, this.#position);
    this.#position += count;
    reader.commit(count);
    if (count === 0 || ++this.#reads % READS_PER_TURN !== 0) return count > 0;
    return new Promise((resolve) => setImmediate(resolve, true));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }
}
