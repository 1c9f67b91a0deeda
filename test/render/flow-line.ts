/** Lines of flows one by one, as text. */
import { ReservedColumns } from '../../src/capture/columns.ts';
import type { KernelCode } from '../../src/flow/flow-kernel.ts';
import type { FlowReader } from '../../src/flow/flow-reader.ts';
import { flowColumnOctets } from '../../src/flow/flow-reserve.ts';
import { readBufferOctets } from '../../src/node/read-buffers.ts';
import { type FlowLineFacts, flowJsonLines } from '../../src/render/flow-json-lines.ts';
import {
  compiledColumns,
  LINE_COLUMN_OCTETS,
  type LineColumns,
  lineColumns,
} from '../../src/render/flow-lines-kernel.ts';
import { compileLineKernel } from '../../wasm/line-kernel.ts';

let compiled: Uint8Array | undefined;

/** What writes lines in the command, with a memory for flows and lines. */
export function lineKernel(): KernelCode {
  compiled ??= compileLineKernel();
  return {
    code: compiled,
    columns: new ReservedColumns(flowColumnOctets() + readBufferOctets() + LINE_COLUMN_OCTETS),
  };
}

/** A chunk whose octets are taken as text. */
export function chunkToText(columns?: ReservedColumns): LineColumns & { taken(end: number): string } {
  const pieces: Buffer[] = [];
  const lines = lineColumns((octets) => pieces.push(Buffer.from(octets)), columns);
  return {
    ...lines,
    /** What was written since it was last asked for, up to `end`. */
    taken(end) {
      lines.chunk.flush(end);
      return Buffer.concat(pieces.splice(0)).toString();
    },
  };
}

/**
 * Makes what answers the line of a record, without its line end.
 *
 * @param kernel writes the columns; its own memory has the reader's flows
 */
export function lineOf(
  reader: FlowReader,
  kernel?: KernelCode,
): (record: number, facts?: Partial<FlowLineFacts>) => string {
  const { chunk, numbers, base, taken } = chunkToText(kernel?.columns);
  const put = flowJsonLines(reader, chunk, numbers, kernel && compiledColumns(kernel, base));
  return (record, { application, nat } = {}) => {
    const line = taken(put(0, record, { application, nat }));
    if (!line.endsWith('\n')) throw new Error('a line without an end');
    return line.slice(0, -1);
  };
}
