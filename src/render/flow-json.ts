/** A flow as a line of JSON. */
import type { FlowRecord } from '../flow/flow-record.ts';
import { jsonText } from './safe-text.ts';

/** Text that is its own JSON: what is most of a record. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The record of a flow, on one line. What others add to it (names, links, what was said) is printed as it is. Written out by hand, for a capture
 * may have a million flows: a quarter of the time of `JSON.stringify` and a search for what a terminal must not see.
 */
export function flowJson(flow: FlowRecord): string {
  let text = '{"type":"flow"';
  for (const key in flow) {
    if (key !== 'marks') text += member(key, flow[key as keyof FlowRecord]);
  }
  return `${text}}`;
}

function member(key: string, value: unknown): string {
  return value === undefined ? '' : `,${valueJson(key)}:${valueJson(value)}`;
}

function valueJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return PLAIN.test(value) ? `"${value}"` : jsonText(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `[${value.map(valueJson).join()}]` : objectJson(value);
    default:
      return jsonText(value);
  }
}

function objectJson(value: object): string {
  let text = '';
  for (const key in value) text += member(key, value[key as keyof typeof value]);
  return `{${text.slice(1)}}`;
}
