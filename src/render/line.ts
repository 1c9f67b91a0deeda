/** The default listing: one line a packet that names the pods' conversation and the tunnel that carries it. */

import { linkTypeName } from '../capture/link-types.ts';
import { COMMON_ISSUES } from '../dissect/issue.ts';
import type { Layers } from '../dissect/layers.ts';
import { endpointsText, innermost, tunnelNotes } from './conversation.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** What a line says of the packet beside its layers. */
export interface LineHead {
  readonly number: number;
  /** The time as it is to be shown. */
  readonly time: string;
  /** Octets on the wire and captured. */
  readonly length: number;
  readonly captured: number;
  /** Where it was captured, shown when there are several points. */
  readonly point: string;
}

/** Columns a terminal needs before a line is worth folding at all. */
const LEAST_WIDTH = 40;

/**
 * The packet on one line. Where `width` columns are given and the tunnel note doesn't fit, it moves to an indented second line;
 * the rest is never cut.
 */
export function packetLine(layers: Layers, head: LineHead, style: Style, width = Number.POSITIVE_INFINITY): string {
  const number = String(head.number);
  const left = `${number}  ${head.time}  ${head.point === '' ? '' : `${head.point}  `}`;
  const rows = innermost(layers);
  const endpoints = endpointsText(layers, rows, style);
  const what = whatText(layers, rows.last, head);
  const wrong = issuesText(layers);
  const notes = tunnelNotes(layers, style).join(' ');
  const main = `${style.dim(left)}${endpoints === '' ? '' : `${endpoints} `}${what}${wrong === '' ? '' : `  ${style.alarm(wrong)}`}`;
  if (notes === '') return main;
  const used = left.length + (endpoints === '' ? 0 : endpoints.length + 1) + what.length + wrong.length;
  const fits = used + 3 + notes.length <= width || width < LEAST_WIDTH;
  return fits ? `${main}   ${style.dim(notes)}` : `${main}\n${' '.repeat(number.length + 2)}${style.dim(notes)}`;
}

function whatText(layers: Layers, last: number, head: LineHead): string {
  if (last < 0) return `link type ${linkTypeName(layers.linkType)}, ${head.length} octets`;
  const protocol = layers.protocolOf(last);
  const name = protocol.name.toUpperCase();
  const start = layers.start[last]!;
  const isWhole = layers.payload[last]! - start >= protocol.minimum && layers.status[last] === 0;
  const summary = isWhole ? protocol.summary?.(layers.viewOf(last), start, layers.end[last]!, layers, last) : undefined;
  if (summary === undefined) return `${name} len=${layers.wireEnd[last]! - start}`;
  return summary === '' ? name : `${name} ${safeText(summary)}`;
}

function issuesText(layers: Layers): string {
  const { issues } = layers;
  let text = '';
  for (let i = 0; i < issues.count; i++) {
    const { row, code } = issues.at(i);
    if (code === 'continues') continue;
    const part = `${layers.protocolOf(row).name}: ${issueWords(layers, row, code)}`;
    text += text === '' ? `! ${part}` : `; ${part}`;
  }
  return text;
}

/** An issue's code in words. */
export function issueWords(layers: Layers, row: number, code: string): string {
  return layers.protocolOf(row).issues[code] ?? (COMMON_ISSUES as Record<string, string>)[code] ?? code;
}
