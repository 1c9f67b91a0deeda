/** The default listing: one line a packet that names the pods' conversation and the tunnel that carries it. */

import { linkTypeName } from '../capture/link-types.ts';
import { COMMON_ISSUES, NOTES } from '../dissect/issue.ts';
import type { Layers } from '../dissect/layers.ts';
import { BARE_ADDRESSES, Conversations, findInnermost, type Innermost, type NameAddress } from './conversation.ts';
import { type Dress, dressOf } from './dress.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';
import { type FixedText, fixedText, TextBuffer } from './text-buffer.ts';
import { type ShownTime, writeTime } from './time-text.ts';

/** What a line says of the packet beside its layers. */
export interface LineHead {
  readonly number: number;
  /** The time, or what is to be shown in its place. */
  readonly time: ShownTime | string;
  /** Octets on the wire and captured. */
  readonly length: number;
  readonly captured: number;
  /** Where it was captured, shown when there are several points. */
  readonly point: string;
}

/** How lines look. */
export interface LineOptions {
  /** Columns that are there; any number of them where it is left out. */
  readonly width?: number | undefined;
  /** Names of addresses, safe to show; they are shown as they are where it is left out. */
  readonly nameOf?: NameAddress | undefined;
}

/** Messages of one packet that are told of each. */
const MOST_MESSAGES = 3;

/** Columns a terminal needs before a line is worth folding at all. */
const LEAST_WIDTH = 40;
const LINE_END = 10;
const SPACE = 32;
const SEMICOLON = 59;
const BLANKS = fixedText('  ');
/** What stands before the notes about tunnels. */
const NOTES_MARGIN = fixedText('   ');

/** Writes packets as lines to a buffer. */
export class PacketLines {
  private readonly out: TextBuffer;
  private readonly width: number;
  private readonly dim: Dress;
  private readonly alarm: Dress;
  private readonly conversations: Conversations;
  private readonly names: (FixedText | undefined)[] = [];
  private readonly rows: Innermost = { link: -1, network: -1, transport: -1, last: -1 };

  constructor(
    out: TextBuffer,
    style: Style,
    { width = Number.POSITIVE_INFINITY, nameOf = BARE_ADDRESSES }: LineOptions = {},
  ) {
    this.out = out;
    this.width = width;
    this.dim = dressOf(style.dim);
    this.alarm = dressOf(style.alarm);
    this.conversations = new Conversations(out, style, nameOf);
  }

  /**
   * Writes the packet on one line, without a line end. Where the tunnel note doesn't fit into the width, it moves to an indented second line; the
   * rest is never cut.
   */
  write(layers: Layers, head: LineHead): void {
    const { out, dim, rows } = this;
    let columns = 0;
    out.fixed(dim.before);
    let from = out.at;
    out.number(head.number);
    const indentation = out.at - from + 2;
    out.fixed(BLANKS);
    if (typeof head.time === 'string') out.text(head.time);
    else writeTime(out, head.time);
    out.fixed(BLANKS);
    if (head.point !== '') {
      out.text(head.point);
      out.fixed(BLANKS);
    }
    columns += this.columnsFrom(from);
    out.fixed(dim.behind);
    from = out.at;
    findInnermost(layers, rows);
    this.conversations.endpoints(layers, rows);
    if (out.at > from) out.character(SPACE);
    this.what(layers, rows.last, head);
    columns += this.columnsFrom(from);
    if (layers.issues.count > 0 || layers.issues.dropped > 0) columns += this.issues(layers);
    this.notes(layers, columns, indentation);
  }

  /** Writes notes about tunnels behind what fills so many columns. */
  private notes(layers: Layers, columns: number, indentation: number): void {
    const { out, dim, width } = this;
    const lineEnd = out.at;
    out.fixed(NOTES_MARGIN);
    out.fixed(dim.before);
    let from = out.at;
    this.conversations.tunnels(layers);
    if (out.at === from) {
      out.at = lineEnd;
      return;
    }
    if (columns + 3 + this.columnsFrom(from) > width && width >= LEAST_WIDTH) {
      out.at = lineEnd;
      out.character(LINE_END);
      out.spaces(indentation);
      out.fixed(dim.before);
      from = out.at;
      this.conversations.tunnels(layers);
    }
    out.fixed(dim.behind);
  }

  /** Columns that is written from an octet on fills; 0 where nobody asks. */
  private columnsFrom(start: number): number {
    return Number.isFinite(this.width) ? this.out.textFrom(start).length : 0;
  }

  private what(layers: Layers, last: number, head: LineHead): void {
    const { out, names } = this;
    if (last < 0) {
      out.text(`link type ${linkTypeName(layers.linkType)}, ${head.length} octets`);
      return;
    }
    const id = layers.protocol[last]!;
    names[id] ??= fixedText(layers.protocolOf(last).name.toUpperCase());
    out.fixed(names[id]);
    let messages = 0;
    let texts = 0;
    for (let row = 0; row <= last; row++) {
      // Messages lie side by side with the last one in their stream.
      if (layers.protocol[row] !== id || layers.parent[row] !== layers.parent[last]) continue;
      if (++messages > MOST_MESSAGES) continue;
      const text = summaryOf(layers, row);
      if (text === '') continue;
      if (texts++ > 0) out.character(SEMICOLON);
      out.character(SPACE);
      out.text(text);
    }
    if (messages > MOST_MESSAGES) out.text(`${texts === 0 ? ' ' : '; '}and ${messages - MOST_MESSAGES} more`);
  }

  /** Writes what is wrong and answers the columns it fills without the blanks before it. */
  private issues(layers: Layers): number {
    const { out } = this;
    const text = issuesText(layers);
    if (text === '') return 0;
    const dress = text.startsWith('!') ? this.alarm : this.dim;
    out.text('  ');
    out.fixed(dress.before);
    out.text(text);
    out.fixed(dress.behind);
    return text.length;
  }
}

/** The packet on one line, or on two. */
export function packetLine(layers: Layers, head: LineHead, style: Style, options?: LineOptions): string {
  const out = new TextBuffer();
  new PacketLines(out, style, options).write(layers, head);
  return out.textFrom(0);
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
