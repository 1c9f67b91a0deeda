/** One memory for a pass of flows: what it keeps and what it reads, and the kernel that works on both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReservedColumns } from '../capture/columns.ts';
import { DEFAULT_MAX_FLOWS } from '../flow/flow-defaults.ts';
import type { KernelCode } from '../flow/flow-kernel.ts';
import { flowColumnOctets } from '../flow/flow-reserve.ts';
import type { FlowTracker } from '../flow/tracker.ts';
import { ReadBuffers, readBufferOctets } from '../node/read-buffers.ts';

/** What a tracker and the files it reads are given. */
export interface FlowMemory {
  readonly kernel: KernelCode | undefined;
  /** Buffers for the files of a tracker that was given the kernel: its columns come first, where the kernel was compiled for them. */
  readonly readBuffers: (tracker: FlowTracker) => ReadBuffers | undefined;
}

const NONE: FlowMemory = { kernel: undefined, readBuffers: () => undefined };
/** Built beside the bundled command; the sources have none. */
const KERNEL = join(import.meta.dirname, 'flow-kernel.wasm');

/** Reserves the memory of one pass; without a kernel, or without so many addresses, JavaScript does all of it on memory of its own. */
export function flowMemory(maxFlows = DEFAULT_MAX_FLOWS, path = KERNEL): FlowMemory {
  try {
    const code = readFileSync(path);
    const columns = new ReservedColumns(flowColumnOctets(maxFlows) + readBufferOctets());
    return {
      kernel: { code, columns },
      readBuffers: ({ kernel }) => (kernel === undefined ? undefined : new ReadBuffers(columns)),
    };
  } catch {
    return NONE;
  }
}
