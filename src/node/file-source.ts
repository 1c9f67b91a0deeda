import { closeSync, readSync } from 'node:fs';
import type { CaptureReader } from '../capture/reader.ts';
import type { ByteSource } from './byte-source.ts';
import { ReadAhead } from './read-ahead.ts';

/** The least that is worth a read; the reader's buffer mostly has far more room. */
const LEAST_READ = 64 * 1024;
/** Octets of a file that are read as they are needed, before it is read ahead: short captures are read by then. */
const READ_AT_ONCE = 1024 * 1024;
/** Reads that are waited for between two turns of the event loop, so that signals and timers are heard within some 16 MiB. */
const READS_PER_TURN = 64;

/** A regular file, read into the reader's own buffer, or ahead while what came before is dissected. */
export class FileSource implements ByteSource {
  readonly #descriptor: number;
  readonly #readsAhead: boolean;
  #position = 0;
  #reads = 0;
  #ahead: ReadAhead | undefined;
  #open = true;

  /** @param readsAhead reads ahead after the first octets, which is worth it where a processor has nothing else to do */
  constructor(descriptor: number, readsAhead = true) {
    this.#descriptor = descriptor;
    this.#readsAhead = readsAhead;
  }

  get taken(): number {
    return this.#position;
  }

  fill(reader: CaptureReader): boolean | Promise<boolean> {
    if (this.#readsAhead && this.#position >= READ_AT_ONCE) return this.#fillAhead(reader);
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
    const { idle } = this.#ahead ?? {};
    // A read under way would find another file behind the descriptor's number.
    if (idle === undefined) closeSync(this.#descriptor);
    else void idle.then(() => closeSync(this.#descriptor));
  }

  async #fillAhead(reader: CaptureReader): Promise<boolean> {
    this.#ahead ??= new ReadAhead(this.#descriptor, this.#position);
    const count = await this.#ahead.fill(reader);
    this.#position += count;
    return count > 0;
  }
}
