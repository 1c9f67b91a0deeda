/** The brackets of the hex breakdown: which layers an octet is inside of. */
import type { Layers } from '../dissect/layers.ts';
import { RecentTable } from './recent-table.ts';
import type { Style } from './style.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

/** What lines within the same layers have in common. */
export interface HexMargin {
  /** What stands before the offset, between it and the octets, and behind these. */
  readonly before: FixedText;
  readonly between: FixedText;
  readonly behind: FixedText;
  /** A line of a dump without its octets; undefined until it is needed. */
  dumpLine: DumpLine | undefined;
}

/** A line of a dump with room for an offset, octets and characters, and where in it these begin. */
export interface DumpLine {
  readonly text: Uint8Array;
  readonly offset: number;
  readonly octets: number;
  readonly characters: number;
}

/** First lines of layers that are remembered, as a binary logarithm. */
const HEADING_BITS = 9;

/** Draws the brackets of one source of a packet. */
export class HexBrackets {
  /** Of the lines within the layers that are open. */
  margin: HexMargin;
  private readonly out: TextBuffer;
  private readonly style: Style;
  /** Rows of the layers that are open, outermost first. */
  private readonly open: number[] = [];
  private depth = 0;
  /** Margins by the depth of the packet and the number of open layers, where these are its first rows; first lines of layers likewise. */
  private readonly margins: (HexMargin | undefined)[][] = [];
  private readonly headings = new RecentTable<Uint8Array>(HEADING_BITS);

  constructor(out: TextBuffer, style: Style) {
    this.out = out;
    this.style = style;
    this.margin = this.marginOf(0);
  }

  /** Begins a source whose deepest layer has `depth` brackets. */
  begin(depth: number): void {
    this.depth = depth;
    this.open.length = 0;
    this.margin = this.marginOf(0);
  }

  /** Whether the open layers are the packet's first rows: then what they look like follows from their number. */
  get isRegular(): boolean {
    for (let i = 0; i < this.open.length; i++) if (this.open[i] !== i) return false;
    return true;
  }

  /** Draws the brackets of the layers from the open ones to those around `row`; -1 closes them all. */
  enter(layers: Layers, row: number): void {
    const { open } = this;
    if (row === (open.length === 0 ? -1 : open[open.length - 1])) return;
    if (row > 0 && layers.parent[row] === open[open.length - 1] && layers.source[row] === layers.source[row - 1]) {
      this.openLayer(layers, row);
    } else {
      const path = pathTo(layers, row);
      while (open.length > path.length || open[open.length - 1] !== path[open.length - 1]) open.pop();
      while (open.length < path.length) this.openLayer(layers, path[open.length]!);
    }
    this.margin = this.marginOf(open.length);
  }

  private openLayer(layers: Layers, row: number): void {
    const { out, open, headings } = this;
    const id = layers.protocol[row]!;
    const marks = (row << 16) | (layers.tunnel[row]! << 8) | layers.flags[row]!;
    const isKept = this.isRegular && row === open.length;
    let heading = isKept ? headings.get(id, marks, 0) : undefined;
    if (heading === undefined) {
      const from = out.at;
      out.text(`${this.headingText(layers, row)}\n`);
      heading = out.octets.slice(from, out.at);
      if (isKept) headings.set(id, marks, 0, heading);
    } else out.encoded(heading);
    open.push(row);
  }

  private headingText(layers: Layers, row: number): string {
    const { style } = this;
    const protocol = layers.protocolOf(row);
    const tunnel = layers.tunnelOf(row);
    const marks = [tunnel === '' ? '' : `tunnel ${tunnel}`, layers.isQuoted(row) ? 'quoted' : ''].filter(Boolean);
    const note = marks.length === 0 ? '' : `  ${style.dim(`[${marks.join(', ')}]`)}`;
    const name = style.layer(style.strong(protocol.name), row);
    return `${this.bars()}${style.layer(style.bracketOpen, row)} ${name}  ${protocol.title}${note}`;
  }

  private bars(): string {
    return this.open.map((row) => this.style.layer(this.style.bracketAlong, row)).join('');
  }

  private marginOf(count: number): HexMargin {
    const { margins, depth } = this;
    if (!this.isRegular) return this.makeMargin();
    margins[depth] ??= [];
    margins[depth][count] ??= this.makeMargin();
    return margins[depth][count];
  }

  private makeMargin(): HexMargin {
    const { style, open, depth } = this;
    const [beforeOffset = '', behindOffset = ''] = style.dim('|').split('|');
    const [beforeOctets = '', behindOctets = ''] = style.layer('|', open.at(-1) ?? -1).split('|');
    return {
      before: fixedText(`${this.bars()}${' '.repeat(Math.max(0, depth - open.length))} ${beforeOffset}`),
      between: fixedText(`${behindOffset}  ${beforeOctets}`),
      behind: fixedText(behindOctets),
      dumpLine: undefined,
    };
  }
}

/** The rows of the same source around a row, outermost first, and the row. */
function pathTo(layers: Layers, row: number): number[] {
  const path: number[] = [];
  for (let at = row; at >= 0; at = layers.parent[at]!) {
    if (layers.source[at] === layers.source[row]) path.unshift(at);
  }
  return path;
}
