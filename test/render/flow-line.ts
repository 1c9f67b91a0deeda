/** Lines of flows one by one, as text. */
import type { FlowReader } from '../../src/flow/flow-reader.ts';
import { type FlowLineFacts, flowJsonLines } from '../../src/render/flow-json-lines.ts';
import { createOctetChunk, type OctetChunk } from '../../src/render/octet-chunk.ts';
import { createOctetNumbers, type OctetNumbers } from '../../src/render/octet-numbers.ts';

/** A chunk whose octets are taken as text. */
export function chunkToText(): {
  readonly chunk: OctetChunk;
  readonly numbers: OctetNumbers;
  taken(end: number): string;
} {
  const pieces: Buffer[] = [];
  const chunk = createOctetChunk((octets) => pieces.push(Buffer.from(octets)));
  return {
    chunk,
    numbers: createOctetNumbers(chunk),
    /** What was written since it was last asked for, up to `end`. */
    taken(end) {
      chunk.flush(end);
      return Buffer.concat(pieces.splice(0)).toString();
    },
  };
}

/** Makes what answers the line of a record, without its line end. */
export function lineOf(reader: FlowReader): (record: number, facts?: Partial<FlowLineFacts>) => string {
  const { chunk, numbers, taken } = chunkToText();
  const put = flowJsonLines(reader, chunk, numbers);
  return (record, { application, nat } = {}) => {
    const line = taken(put(0, record, { application, nat }));
    if (!line.endsWith('\n')) throw new Error('a line without an end');
    return line.slice(0, -1);
  };
}
