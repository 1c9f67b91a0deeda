/** Buffers that files are read into, which the next file uses again. */
import { type Columns, CountedColumns, SEPARATE } from '../capture/columns.ts';
import { FRONT } from './byte-source.ts';

/** Octets of one read: shorter ones wait for the event loop more often, half as long ones cost 3 % of a pass of flows. */
const PIECE = 4 * 1024 * 1024;
/** Reads under way at a time: the second goes on while the event loop hears of the first. */
export const READS_AHEAD = 2;
/** Buffers of one file at a time: those that are read into, and that of its reader. */
const BUFFERS = READS_AHEAD + 1;

/** What a test makes smaller. */
export interface ReadBufferSizes {
  /** Octets of one read. */
  readonly piece: number;
  /** Room in front of them. */
  readonly front: number;
}

/** As many buffers as one file takes at a time, for files that are read one after the other. */
export class ReadBuffers {
  /** Octets of one read, and the room in front of them. */
  readonly sizes: ReadBufferSizes;
  readonly #kept: Set<Uint8Array>;
  readonly #free: Uint8Array[];

  /** @param columns where the buffers come from */
  constructor(columns: Columns = SEPARATE, sizes: ReadBufferSizes = { piece: PIECE, front: FRONT }) {
    this.sizes = sizes;
    this.#free = Array.from({ length: BUFFERS }, () => columns.octets(sizes.front + sizes.piece));
    this.#kept = new Set(this.#free);
  }

  /** A buffer that nobody else has; where all are taken, one of its own that is not kept. */
  take(): Uint8Array {
    const { piece, front } = this.sizes;
    return this.#free.pop() ?? new Uint8Array(front + piece);
  }

  /** Takes a buffer back that nothing refers to any more; it may be any. */
  give(buffer: Uint8Array): void {
    if (this.#kept.has(buffer)) this.#free.push(buffer);
  }
}

/** Octets of `ReservedColumns` that `ReadBuffers` take. */
export function readBufferOctets(): number {
  const columns = new CountedColumns();
  new ReadBuffers(columns);
  return columns.total;
}
