/** Flows as lines of JSON: the same as `flowJson` makes of their records, without making them. */
import type { FlowReader } from '../flow/flow-reader.ts';
import { flowColumns, type PutColumns } from './flow-json-columns.ts';
import { type FixedTexts, type FlowParts, flowParts } from './flow-json-parts.ts';
import { Fixed } from './flow-json-texts.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import { jsonText } from './safe-text.ts';

const LINE_FEED = 10;
const CLOSING_BRACE = 125;

/** What a line holds beside what the columns tell; undefined for nothing. */
export interface FlowLineFacts {
  readonly application: unknown;
  readonly nat: unknown;
}

/** Nothing beside it. */
export const NO_FACTS: FlowLineFacts = { application: undefined, nat: undefined };

/** Writes the flow in a record as a line that begins at `at`; answers where it ended. */
export type PutFlow = (at: number, record: number, facts: FlowLineFacts) => number;

/** Makes what writes the columns of flows; `flowColumns` is one. */
export type MakeColumns = (
  reader: FlowReader,
  chunk: OctetChunk,
  numbers: OctetNumbers,
  text: FixedTexts,
  parts: FlowParts,
) => PutColumns;

/** Makes what writes the flows of a reader, to which no packets come any more. */
export function flowJsonLines(
  reader: FlowReader,
  chunk: OctetChunk,
  numbers: OctetNumbers,
  makeColumns: MakeColumns = flowColumns,
): PutFlow {
  const { view, append, room } = chunk;
  const text = chunk.texts(Fixed);
  const putColumns = makeColumns(reader, chunk, numbers, text, flowParts(reader, chunk, numbers, text));

  return (start, record, { application, nat }) => {
    let at = putColumns(room(start), record);
    if (application !== undefined) at = append(at, `,"application":${jsonText(application)}`);
    if (nat !== undefined) at = append(at, `,"nat":${jsonText(nat)}`);
    view.setUint16(at, CLOSING_BRACE | (LINE_FEED << 8), true);
    return at + 2;
  };
}
