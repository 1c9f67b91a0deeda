/** Passes with the kernel and without, over the same octets in the same pieces, for tests that compare them. */

import { CaptureError } from '../../src/capture/capture-error.ts';
import { MODULE_OCTETS, type ReservedColumns, type WasmMemory, wasmMemory } from '../../src/capture/columns.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import type { FlowInput } from '../../src/flow/flow-input.ts';
import type { KernelCode } from '../../src/flow/flow-kernel.ts';
import { flowColumnOctets } from '../../src/flow/flow-reserve.ts';
import type { FlowTracker } from '../../src/flow/tracker.ts';
import { compileFlowKernel } from '../../wasm/flow-kernel.ts';

const SYSTEM_PAGE = 4096;
const CACHE_LINE = 64;
const OCTETS_OF_INT32 = 4;
/** Packets of a batch: few, so that most are left for the kernel. */
const BATCH = 3;

let compiled: Uint8Array | undefined;

/** The kernel of the command. */
export function kernelCode(): Uint8Array {
  compiled ??= compileFlowKernel();
  return compiled;
}

/** Columns laid out as reserved ones, whose memory is used again, pass after pass: engines reserve gigabytes of addresses for each until it is collected. */
class RepeatedColumns {
  memory: WasmMemory = { buffer: new ArrayBuffer(0) };
  #position = MODULE_OCTETS;

  /** Empties them, and sees to it that there is room for so many octets. */
  begin(octets: number): void {
    const wanted = MODULE_OCTETS + octets + SYSTEM_PAGE;
    const { buffer } = this.memory;
    if (buffer.byteLength < wanted) {
      const memory = wasmMemory(wanted);
      if (memory === undefined) throw new Error('there is no WebAssembly');
      this.memory = memory;
    } else new Uint8Array(buffer, 0, this.#position).fill(0);
    this.#position = MODULE_OCTETS;
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.#take(length * OCTETS_OF_INT32), length);
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.#take(length * OCTETS_OF_INT32), length);
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.#take(2 * length * OCTETS_OF_INT32), length);
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, this.#take(2 * length), length);
  }

  octets(length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#take(length), length);
  }

  #take(octets: number): number {
    const start = roundUp(this.#position, octets < SYSTEM_PAGE ? CACHE_LINE : SYSTEM_PAGE);
    if (start + octets > this.memory.buffer.byteLength) throw new RangeError(`no room for ${octets} octets`);
    this.#position = start + octets;
    return start;
  }
}

function roundUp(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}

const columns = new RepeatedColumns();

/** The kernel for one tracker at a time, of so many flows, with room for buffers of so many octets in all. */
export function kernelFor(maxFlows: number, buffers: number): KernelCode {
  columns.begin(flowColumnOctets(maxFlows) + buffers);
  // It gives all that is asked of reserved columns.
  return { code: kernelCode(), columns: columns as unknown as ReservedColumns };
}

/** Packets that the kernel takes, counted from now on: those that its functions answer. */
export function countKernelPackets({ kernel }: FlowTracker): () => number {
  let packets = 0;
  if (kernel !== undefined) {
    const exports = Object.entries(Reflect.get(kernel, 'exports') as Record<string, (...args: number[]) => unknown>);
    const counted = exports.map(([name, run]) => [
      name,
      (...args: number[]): unknown => {
        const answer = run(...args);
        if (typeof answer === 'number') packets += answer;
        return answer;
      },
    ]);
    Reflect.set(kernel, 'exports', Object.fromEntries(counted));
  }
  return () => packets;
}

/** How octets come: in pieces that end at these places, each in a buffer with so much room in front. */
export interface Pieces {
  readonly ends: readonly number[];
  readonly front: number;
  /** Gives the buffers; two are enough. */
  readonly buffer: (octets: number) => Uint8Array;
}

/** Octets of the buffers that pieces need. */
export function bufferOctets({ ends, front }: Omit<Pieces, 'buffer'>): number {
  return 2 * (front + longest(ends) + SYSTEM_PAGE);
}

function longest(ends: readonly number[]): number {
  return ends.reduce((most, end, i) => Math.max(most, end - (ends[i - 1] ?? 0)), 0);
}

/** Adds a capture to a tracker as the command does it: its first packets as a batch, all others that are at hand as they are cut. */
export function addPieces(tracker: FlowTracker, octets: Uint8Array, { ends, front, buffer }: Pieces): FlowInput {
  const reader = new CaptureReader({ bufferSize: 16 });
  const input = tracker.open({
    linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
    fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
    point: (id) => `${id}`,
  });
  const batch = new PacketBatch(BATCH);
  const rest = new PacketBatch();
  const length = front + longest(ends);
  const free = [buffer(length), buffer(length)];
  let start = 0;
  for (const end of ends) {
    const spare = free.pop() ?? new Uint8Array(length);
    spare.set(octets.subarray(start, end), front);
    const back = reader.exchange(spare, front, front + end - start);
    if (back.length === length) free.push(back);
    start = end;
    try {
      while (reader.nextBatch(batch) > 0) {
        for (let row = 0; row < batch.count && !tracker.isTimed; row++) tracker.timeOf(batch, row);
        input.add(reader.view, batch, 0, batch.count);
        input.addRest(reader, rest);
      }
    } catch (error) {
      // Captures that are damaged on purpose give what comes before the damage.
      if (!(error instanceof CaptureError)) throw error;
      break;
    }
  }
  return input;
}
