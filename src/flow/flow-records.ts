/** Records of flows, in slabs that are reserved once for the most that may be held: pages that no flow has touched take no memory. */
import { Cold, ColdTime, RECORD_TIMES, RECORD_WORDS, TROUBLE_WORDS } from './flow-columns.ts';

/** Slabs from this size on are WebAssembly memories: large pages, outside of the garbage collector's reach. */
const LEAST_SLAB = 16 * 1024 * 1024;
const WASM_PAGE = 65_536;

interface MemorySize {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

declare const WebAssembly: { readonly Memory: new (size: MemorySize) => { readonly buffer: ArrayBufferLike } };

/** The slab of the records, and that of their trouble. */
export interface RecordMemory {
  readonly records: ArrayBufferLike;
  readonly trouble: ArrayBufferLike;
}

/** Records on their way from the thread that filled them to one that reads them: the memory is shared, nothing is copied. */
export interface SharedRecords {
  readonly memory: RecordMemory;
  readonly used: number;
  readonly count: number;
  readonly made: number;
}

/** Reserves memory for records with the numbers 1 to `most`, which other threads can read where it is shared. */
export function reserveRecords(most: number, isShared: boolean): RecordMemory {
  return {
    records: reserve((most + 1) * RECORD_WORDS * 4, isShared),
    trouble: reserve((most + 1) * TROUBLE_WORDS * 4, isShared),
  };
}

/** A shared memory does not count as the isolate's own: V8 would collect garbage at once for the sake of pages that are not there yet. */
function reserve(octets: number, isShared: boolean): ArrayBufferLike {
  if (octets < LEAST_SLAB || typeof WebAssembly === 'undefined') {
    return isShared ? new SharedArrayBuffer(octets) : new ArrayBuffer(octets);
  }
  const pages = Math.ceil(octets / WASM_PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
}

/** Records, as whoever reads flows sees them. */
export class FlowRecords {
  /** Record numbers run from 1; `used` is the highest that was ever taken. */
  used = 0;
  /** Records in use. */
  count = 0;
  /** Flows ever made. */
  made = 0;
  /** Records that gave way while the table was full. */
  evicted = 0;
  /** Records that were let go because their flows were over. */
  ended = 0;
  /** Columns of the records, as 32-bit words, 64-bit and 32-bit floating point numbers of one slab. */
  readonly words: Int32Array;
  readonly times: Float64Array;
  readonly floats: Float32Array;
  readonly trouble: Int32Array;
  readonly troubleTime: Float64Array;
  private readonly memory: RecordMemory;

  constructor(memory: RecordMemory) {
    this.memory = memory;
    this.words = new Int32Array(memory.records);
    this.times = new Float64Array(memory.records);
    this.floats = new Float32Array(memory.records);
    this.trouble = new Int32Array(memory.trouble);
    this.troubleTime = new Float64Array(memory.trouble);
  }

  /** Numbers of the records in use, in order of their flows' ids. */
  records(): Int32Array {
    const { words, count, used } = this;
    const records = new Int32Array(count);
    // Where none was let go, nobody need look.
    for (let record = 1, place = 0; record <= used; record++) {
      if (count === used || words[record * RECORD_WORDS + Cold.id] !== 0) records[place++] = record;
    }
    if (this.evicted + this.ended > 0) {
      records.sort((a, b) => (words[a * RECORD_WORDS + Cold.id]! >>> 0) - (words[b * RECORD_WORDS + Cold.id]! >>> 0));
    }
    return records;
  }

  /** When a record's first packet was captured. */
  startTime(record: number): number {
    return this.times[record * RECORD_TIMES + ColdTime.start]!;
  }

  /** The records for another thread, of a table with shared memory that has let none go and takes no more. */
  share(): SharedRecords {
    const { memory, used, count, made } = this;
    return { memory, used, count, made };
  }
}

/** Records that another thread has filled, whose flows come after so many others. */
export function adoptRecords({ memory, used, count, made }: SharedRecords, before: number): FlowRecords {
  const adopted = new FlowRecords(memory);
  Object.assign(adopted, { used, count, made });
  for (let record = 1; record <= used; record++) {
    const id = record * RECORD_WORDS + Cold.id;
    adopted.words[id] = adopted.words[id]! + before;
  }
  return adopted;
}
