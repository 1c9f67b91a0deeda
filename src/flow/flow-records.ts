/** Records of flows, in slabs that are reserved once for the most that may be held: pages that no flow has touched take no memory. */
import { type Columns, wasmMemory } from '../capture/columns.ts';
import { Cold, ColdTime, RECORD_TIMES, RECORD_WORDS, TROUBLE_WORDS } from './flow-columns.ts';

/** Slabs from this size on are WebAssembly memories: large pages, outside of the garbage collector's reach. */
const LEAST_SLAB = 16 * 1024 * 1024;

/** Where the flows of a pass are kept. */
export interface FlowMemory {
  /** Other threads can read the records. */
  readonly isShared?: boolean | undefined;
  /** What all columns come out of, for which `isShared` then means nothing; memories of their own where it is not given. */
  readonly columns?: Columns | undefined;
}

/** Places of the numbers that go with records. */
export const Counter = { used: 0, count: 1, made: 2 } as const;
const COUNTERS = 3;

/** Words of the records, and of their trouble; and what is counted of them; they may be a part of a larger memory. */
export interface RecordMemory {
  /** By `Counter`. */
  readonly counters: Uint32Array;
  readonly records: Int32Array;
  readonly trouble: Int32Array;
}

/** Records on their way from the thread that filled them to one that reads them: the memory is shared, nothing is copied. */
export interface SharedRecords {
  readonly memory: RecordMemory;
}

/** Reserves memory for records with the numbers 1 to `most`. */
export function reserveRecords(most: number, { isShared = false, columns }: FlowMemory): RecordMemory {
  const reserve = (words: number): Int32Array => columns?.int32(words) ?? slab(words, isShared);
  return {
    counters: columns?.uint32(COUNTERS) ?? new Uint32Array(COUNTERS),
    records: reserve((most + 1) * RECORD_WORDS),
    trouble: reserve((most + 1) * TROUBLE_WORDS),
  };
}

function slab(words: number, isShared: boolean): Int32Array {
  const octets = words * Int32Array.BYTES_PER_ELEMENT;
  const memory = octets < LEAST_SLAB ? undefined : wasmMemory(octets);
  return new Int32Array(
    memory?.buffer ?? (isShared ? new SharedArrayBuffer(octets) : new ArrayBuffer(octets)),
    0,
    words,
  );
}

/** Records, as whoever reads flows sees them. */
export class FlowRecords {
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
  /** `used`, `count` and `made`, where compiled code finds them, too. */
  readonly counters: Uint32Array;
  private readonly memory: RecordMemory;

  constructor(memory: RecordMemory) {
    this.memory = memory;
    const { counters, records, trouble } = memory;
    this.counters = counters;
    this.words = records;
    this.times = new Float64Array(records.buffer, records.byteOffset, records.length / 2);
    this.floats = new Float32Array(records.buffer, records.byteOffset, records.length);
    this.trouble = trouble;
    this.troubleTime = new Float64Array(trouble.buffer, trouble.byteOffset, trouble.length / 2);
  }

  /** Record numbers run from 1; `used` is the highest that was ever taken. */
  get used(): number {
    return this.counters[Counter.used]!;
  }

  set used(record: number) {
    this.counters[Counter.used] = record;
  }

  /** Records in use. */
  get count(): number {
    return this.counters[Counter.count]!;
  }

  set count(count: number) {
    this.counters[Counter.count] = count;
  }

  /** Flows ever made. */
  get made(): number {
    return this.counters[Counter.made]!;
  }

  set made(flows: number) {
    this.counters[Counter.made] = flows;
  }

  /** Numbers of the records in use, in order of their flows' ids; undefined where these are 1 to `used`, for none was let go. */
  listed(): Int32Array | undefined {
    const { words, count, used } = this;
    if (this.evicted + this.ended === 0) return undefined;
    const records = new Int32Array(count);
    for (let record = 1, place = 0; record <= used; record++) {
      if (words[record * RECORD_WORDS + Cold.id] !== 0) records[place++] = record;
    }
    return records.sort(
      (a, b) => (words[a * RECORD_WORDS + Cold.id]! >>> 0) - (words[b * RECORD_WORDS + Cold.id]! >>> 0),
    );
  }

  /** When a record's first packet was captured. */
  startTime(record: number): number {
    return this.times[record * RECORD_TIMES + ColdTime.start]!;
  }

  /** The records for another thread, of a table with shared memory that has let none go and takes no more. */
  share(): SharedRecords {
    return { memory: this.memory };
  }
}

/** Number of the record at a place among those that `listed` answers. */
export function recordAt(listed: Int32Array | undefined, place: number): number {
  return listed?.[place] ?? place + 1;
}

/** Records that another thread has filled, whose flows come after so many others. */
export function adoptRecords({ memory }: SharedRecords, before: number): FlowRecords {
  const adopted = new FlowRecords(memory);
  for (let record = 1; record <= adopted.used; record++) {
    const id = record * RECORD_WORDS + Cold.id;
    adopted.words[id] = adopted.words[id]! + before;
  }
  return adopted;
}
