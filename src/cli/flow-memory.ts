/** One memory for a pass of flows: what it keeps, what it reads and what it writes, and the kernels that work on it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReservedColumns } from '../capture/columns.ts';
import { DEFAULT_MAX_FLOWS } from '../flow/flow-defaults.ts';
import type { KernelCode } from '../flow/flow-kernel.ts';
import { flowColumnOctets } from '../flow/flow-reserve.ts';
import type { FlowTracker } from '../flow/tracker.ts';
import { ReadBuffers, readBufferOctets } from '../node/read-buffers.ts';
import { LINE_COLUMN_OCTETS } from '../render/flow-lines-kernel.ts';

/** What a tracker, the files it reads and the lines of its flows are given. */
export interface FlowMemory {
  readonly kernel: KernelCode | undefined;
  /** Buffers for the files of a tracker that was given the kernel: its columns come first, where the kernel was compiled for them. */
  readonly readBuffers: (tracker: FlowTracker) => ReadBuffers | undefined;
  /** What writes lines, to be asked for once, behind the buffers. */
  readonly lineKernel: () => KernelCode | undefined;
}

const NONE: FlowMemory = { kernel: undefined, readBuffers: () => undefined, lineKernel: () => undefined };
/** Built beside the bundled command; the sources have none. */
const KERNEL = join(import.meta.dirname, 'flow-kernel.wasm');
const LINE_KERNEL = join(import.meta.dirname, 'line-kernel.wasm');

/** Reserves the memory of one pass; without a kernel, or without so many addresses, JavaScript does all of it on memory of its own. */
export function flowMemory(maxFlows = DEFAULT_MAX_FLOWS, path = KERNEL, linePath = LINE_KERNEL): FlowMemory {
  const code = octetsOf(path);
  if (code === undefined) return NONE;
  const columns = columnsFor(maxFlows);
  if (columns === undefined) return NONE;
  return {
    kernel: { code, columns },
    readBuffers: ({ kernel }) => (kernel === undefined ? undefined : new ReadBuffers(columns)),
    lineKernel: () => {
      const lineCode = octetsOf(linePath);
      return lineCode && { code: lineCode, columns };
    },
  };
}

/** The memory for so many flows; undefined where there is none. */
function columnsFor(maxFlows: number): ReservedColumns | undefined {
  try {
    return new ReservedColumns(flowColumnOctets(maxFlows) + readBufferOctets() + LINE_COLUMN_OCTETS);
  } catch {
    return undefined;
  }
}

/** A file's octets, undefined where it is not there to be read. */
function octetsOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
