/**
 * The columns of flows as JSON by WebAssembly, compiled from `flowColumns`: 100,000 lines take 75 ms instead of 125. JavaScript comes to be as fast, but
 * until then V8 compiles it for 115 ms on another processor.
 */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { type WasmImports, wasmExports } from '../capture/wasm-instance.ts';
import { icmpAnswer } from '../flow/community-id.ts';
import type { KernelCode } from '../flow/flow-kernel.ts';
import type { FlowReader } from '../flow/flow-reader.ts';
import { flowColumns, type PutColumns } from './flow-json-columns.ts';
import type { MakeColumns } from './flow-json-lines.ts';
import type { FlowParts } from './flow-json-parts.ts';
import { createOctetChunk, type OctetChunk } from './octet-chunk.ts';
import { createOctetNumbers, type OctetNumbers } from './octet-numbers.ts';

/** Octets of `ReservedColumns` that lines are given; they take 420 KB. */
export const LINE_COLUMN_OCTETS = 2 ** 19;

/** What lines are written with. */
export interface LineColumns {
  readonly chunk: OctetChunk;
  readonly numbers: OctetNumbers;
  /** The second that times count from, for the module. */
  readonly base: Float64Array;
}

/** Takes it from where columns come from, always in the same order: compiled code has the addresses in it. */
export function lineColumns(handOver: (octets: Uint8Array) => void, columns: Columns = SEPARATE): LineColumns {
  const chunk = createOctetChunk(handOver, columns);
  return { chunk, numbers: createOctetNumbers(chunk, columns), base: columns.float64(1) };
}

interface Exports {
  /** First octets of the first and the last columns in the memory that it was compiled for. */
  readonly recordsAt: () => number;
  readonly troubleAt: () => number;
  readonly baseAt: () => number;
  readonly putColumns: PutColumns;
}

/** What stays JavaScript, by the names that the module imports it by. */
function imports({ names, communityIds }: FlowReader, { odd }: OctetNumbers, parts: FlowParts): WasmImports {
  return {
    ...named('parts', parts),
    ...named('odd', odd),
    'addresses.read': (address, at) => {
      names.addresses.read(address!, communityIds.ends, at!);
      return 0;
    },
    icmpAnswer: (protocol, type) => icmpAnswer(protocol!, type!),
  };
}

function named(object: string, functions: object): WasmImports {
  return Object.fromEntries(Object.entries(functions).map(([name, value]) => [`${object}.${name}`, value]));
}

/** Makes what writes the columns of flows by the module; by JavaScript where they lie elsewhere than it was compiled for. */
export function compiledColumns({ code, columns: { memory } }: KernelCode, base: Float64Array): MakeColumns {
  return (reader, chunk, numbers, text, parts) => {
    const { words, trouble } = reader.table;
    if (words.buffer === memory.buffer) {
      const { recordsAt, troubleAt, baseAt, putColumns } = wasmExports(
        code,
        memory,
        imports(reader, numbers, parts),
      ) as Exports;
      const isSame =
        recordsAt() === words.byteOffset && troubleAt() === trouble.byteOffset && baseAt() === base.byteOffset;
      if (isSame) {
        base[0] = reader.names.base;
        return putColumns;
      }
    }
    return flowColumns(reader, chunk, numbers, text, parts);
  };
}
