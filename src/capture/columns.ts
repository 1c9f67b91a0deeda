/** Columns of numbers that a hot path works on: typed arrays each by itself, or all of one memory, which a WebAssembly module can be given. */

/** Where the columns of a hot path come from; all their numbers are 0. */
export interface Columns {
  int32(length: number): Int32Array;
  uint32(length: number): Uint32Array;
  float64(length: number): Float64Array;
  uint16(length: number): Uint16Array;
  octets(length: number): Uint8Array;
}

/** Each column is an array of its own. */
export const SEPARATE: Columns = {
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
  float64: (length) => new Float64Array(length),
  uint16: (length) => new Uint16Array(length),
  octets: (length) => new Uint8Array(length),
};

const WASM_PAGE = 65_536;
/** Most octets that 32-bit addresses reach. */
const MOST_OCTETS = 2 ** 32;
/** Octets that are left to the module whose memory it is: its own data begin at 0. */
export const MODULE_OCTETS = WASM_PAGE;
/** Columns begin at a cache line, those of a page of the system or more at one. */
const CACHE_LINE = 64;
const SYSTEM_PAGE = 4096;

/** A memory of WebAssembly, as far as it is used here. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

declare const WebAssembly: {
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
};

/**
 * A shared memory of so many octets, or up to a page more, that never grows; pages that nobody has touched take no room. Undefined where there is no
 * WebAssembly, or the system does not have so many addresses. Shared, it does not count as the isolate's own: V8 would collect garbage at once for the
 * sake of pages that are not there yet.
 */
export function wasmMemory(octets: number): WasmMemory | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  const pages = Math.ceil(octets / WASM_PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Columns of one shared memory, which is reserved as a whole and never grows. None is given back. */
export class ReservedColumns implements Columns {
  readonly memory: WasmMemory;
  /** End of what may be taken, as reserved. */
  readonly #end: number;
  /** First octet that is not taken. */
  #position = MODULE_OCTETS;

  /**
   * @param octets of all columns, as `CountedColumns` tells; the module's own come in addition
   * @throws RangeError where there is no such memory
   */
  constructor(octets: number) {
    this.#end = MODULE_OCTETS + octets;
    if (this.#end > MOST_OCTETS) throw new RangeError(`no memory of ${this.#end} octets: ${MOST_OCTETS} are the most`);
    const memory = wasmMemory(this.#end);
    if (memory === undefined) throw new RangeError(`no memory of ${this.#end} octets to be had`);
    this.memory = memory;
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.#take(length * Int32Array.BYTES_PER_ELEMENT), length);
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.#take(length * Uint32Array.BYTES_PER_ELEMENT), length);
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.#take(length * Float64Array.BYTES_PER_ELEMENT), length);
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, this.#take(length * Uint16Array.BYTES_PER_ELEMENT), length);
  }

  octets(length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#take(length), length);
  }

  #take(octets: number): number {
    const start = roundUp(this.#position, alignmentOf(octets));
    if (start + octets > this.#end) {
      const left = this.#end - this.#position;
      throw new RangeError(`${octets} octets of columns asked for, ${left} of the ${this.#end} reserved are left`);
    }
    this.#position = start + octets;
    return start;
  }
}

/** Counts what columns take of a reserve, in whatever order they are asked for, and gives empty ones. */
export class CountedColumns implements Columns {
  /** Octets so far, with those that alignment may leave out. */
  total = 0;

  int32(length: number): Int32Array {
    return new Int32Array(this.#add(length * Int32Array.BYTES_PER_ELEMENT));
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(this.#add(length * Uint32Array.BYTES_PER_ELEMENT));
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#add(length * Float64Array.BYTES_PER_ELEMENT));
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.#add(length * Uint16Array.BYTES_PER_ELEMENT));
  }

  octets(length: number): Uint8Array {
    return new Uint8Array(this.#add(length));
  }

  #add(octets: number): 0 {
    this.total += octets + alignmentOf(octets) - 1;
    return 0;
  }
}

function alignmentOf(octets: number): number {
  return octets < SYSTEM_PAGE ? CACHE_LINE : SYSTEM_PAGE;
}

function roundUp(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}
