/** A flow as a line of JSON. */
import type { FlowRecord } from '../flow/flow-record.ts';
import { jsonText } from './safe-text.ts';

/** The record of a flow, on one line. What others add to it (names, links, what was said) is printed as it is. */
export function flowJson(flow: FlowRecord): string {
  const { marks: _, ...told } = flow;
  return jsonText({ type: 'flow', ...told });
}
