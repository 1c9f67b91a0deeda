/** The default listing: one line a packet that names the pods' conversation and the tunnel that carries it. */

import { linkTypeName } from '../capture/link-types.ts';
import { COMMON_ISSUES, NOTES } from '../dissect/issue.ts';
import type { Layers } from '../dissect/layers.ts';
import { BARE_ADDRESSES, endpointsText, innermost, type NameAddress, tunnelNotes } from './conversation.ts';
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
  /** Names of addresses, safe to show; they are shown as they are where it is left out. */
  readonly nameOf?: NameAddress;
}

/** Messages of one packet that are told of each. */
const MOST_MESSAGES = 3;

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
  const nameOf = head.nameOf ?? BARE_ADDRESSES;
  const endpoints = endpointsText(layers, rows, style, nameOf);
  const what = whatText(layers, rows.last, head);
  const wrong = issuesText(layers);
  const notes = tunnelNotes(layers, style, nameOf).join(' ');
  const main = `${style.dim(left)}${endpoints === '' ? '' : `${endpoints} `}${what}${wrong === '' ? '' : `  ${(wrong.startsWith('!') ? style.alarm : style.dim)(wrong)}`}`;
  if (notes === '') return main;
  const used = left.length + (endpoints === '' ? 0 : endpoints.length + 1) + what.length + wrong.length;
  const fits = used + 3 + notes.length <= width || width < LEAST_WIDTH;
  return fits ? `${main}   ${style.dim(notes)}` : `${main}\n${' '.repeat(number.length + 2)}${style.dim(notes)}`;
}

function whatText(layers: Layers, last: number, head: LineHead): string {
  if (last < 0) return `link type ${linkTypeName(layers.linkType)}, ${head.length} octets`;
  const name = layers.protocolOf(last).name.toUpperCase();
  const texts = messagesBeside(layers, last).map((row) => summaryOf(layers, row));
  const shown = texts.slice(0, MOST_MESSAGES).filter((text) => text !== '');
  if (texts.length > MOST_MESSAGES) shown.push(`and ${texts.length - MOST_MESSAGES} more`);
  return shown.length === 0 ? name : `${name} ${shown.join('; ')}`;
}

/** The rows of the messages that lie side by side with the last one in their stream; the last row alone for other layers. */
function messagesBeside(layers: Layers, last: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row <= last; row++) {
    if (layers.protocol[row] === layers.protocol[last] && layers.parent[row] === layers.parent[last]) rows.push(row);
  }
  return rows;
}

function summaryOf(layers: Layers, row: number): string {
  const protocol = layers.protocolOf(row);
  const start = layers.start[row]!;
  const end = layers.end[row]!;
  const isWhole = layers.payload[row]! - start >= protocol.minimum && layers.status[row] === 0;
  const summary = isWhole ? protocol.summary?.(layers.viewOf(row), start, end, layers, row) : undefined;
  return summary === undefined ? `len=${layers.wireEnd[row]! - start}` : safeText(summary);
}

/** What is wrong, behind an exclamation mark; of what is merely worth knowing, only that checksums are partial. */
function issuesText(layers: Layers): string {
  const { issues } = layers;
  let wrong = '';
  let note = '';
  for (let i = 0; i < issues.count; i++) {
    const { row, code } = issues.at(i);
    if (code === 'continues') continue;
    const part = `${layers.protocolOf(row).name}: ${issueWords(layers, row, code)}`;
    if (NOTES.has(code)) note = `(${part})`;
    else wrong += wrong === '' ? `! ${part}` : `; ${part}`;
  }
  if (issues.dropped > 0 && wrong !== '') wrong += `; and ${issues.dropped} more`;
  return wrong === '' ? note : wrong;
}

/** An issue's code in words. */
export function issueWords(layers: Layers, row: number, code: string): string {
  return layers.protocolOf(row).issues[code] ?? (COMMON_ISSUES as Record<string, string>)[code] ?? code;
}
