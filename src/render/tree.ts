/** The tree of layers and fields: what is inside what, with the octets each field stands on. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { RowFlag } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';
import { leafText, valueText } from './field-text.ts';
import { issueWords } from './line.ts';
import { remaindersOf } from './remainder.ts';
import type { Style } from './style.ts';

/** Columns of the range at the left: `1234–1237`. */
const RANGE_WIDTH = 9;
const NAME_WIDTH = 26;

/** Inclusive range of octets as people count them, or one octet, or nothing. */
function rangeText(start: number, end: number, style: Style): string {
  if (end <= start) return '';
  return end - start === 1 ? String(start) : `${start}${style.dash}${end - 1}`;
}

class TreeWriter implements FieldVisitor {
  readonly lines: string[] = [];
  private readonly layers: Layers;
  private readonly row: number;
  private readonly style: Style;
  private readonly view: DataView;
  private readonly origin: number;
  private depth: number;

  constructor(layers: Layers, row: number, depth: number, style: Style) {
    this.layers = layers;
    this.row = row;
    this.style = style;
    this.view = layers.viewOf(row);
    this.origin = layers.originOf(row);
    this.depth = depth;
  }

  line(start: number, end: number, text: string): void {
    const range = rangeText(start - this.origin, end - this.origin, this.style).padStart(RANGE_WIDTH);
    this.lines.push(`${this.style.dim(range)}  ${'  '.repeat(this.depth)}${text}`);
  }

  private field(field: Field, start: number, end: number, text: string): void {
    const name = field.name.padEnd(NAME_WIDTH);
    const isLabelled = field.kind === 'bool' || field.computed;
    this.line(start, end, `${name} ${isLabelled ? `${field.title}: ${text}` : text}`.trimEnd());
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    this.field(field, start, end, leafText(field, this.view, at, start, end, value));
  }

  openGroup(field: Field, at: number): void {
    const start = at + field.octetOffset;
    this.field(field, start, start + field.octetWidth, valueText(field, field.get(this.view, at)));
    this.depth++;
  }

  closeGroup(): void {
    this.depth--;
  }

  openElement(list: Field, start: number): void {
    this.line(start, start, list.title);
    this.depth++;
  }

  closeElement(): void {
    this.depth--;
  }

  /** The layer's heading, its fields, and what it holds that no layer claims. */
  write(): void {
    const { layers, row, style } = this;
    const protocol = layers.protocolOf(row);
    const marks = [
      layers.tunnelOf(row) === '' ? '' : `tunnel ${layers.tunnelOf(row)}`,
      (layers.flags[row]! & RowFlag.guessed) !== 0 ? 'guessed' : '',
      layers.isQuoted(row) ? 'quoted' : '',
      layers.source[row]! > 0 ? `reassembled from ${layers.sources[layers.source[row]! - 1]!.frames.join(', ')}` : '',
    ].filter((mark) => mark !== '');
    const heading = `${style.layer(style.strong(protocol.name), row)}  ${protocol.title}`;
    this.line(
      layers.start[row]!,
      layers.payload[row]!,
      marks.length === 0 ? heading : `${heading}  ${style.dim(`[${marks.join(', ')}]`)}`,
    );
    this.depth++;
    walkLayer(layers, row, this);
    for (let i = 0; i < layers.issues.count; i++) {
      const issue = layers.issues.at(i);
      if (issue.row !== row) continue;
      const { needed, available, limit } = issue;
      const found = `needed ${needed}, found ${available} (${limit})`;
      this.line(0, 0, style.alarm(`! ${issueWords(layers, row, issue.code)}: ${found}`));
    }
    this.depth--;
  }
}

/** Lines of the tree. `only` restricts it to layers of the named protocols. */
export function layerTree(layers: Layers, style: Style, only?: ReadonlySet<string>): string[] {
  const lines: string[] = [];
  const depths: number[] = [];
  for (let row = 0; row < layers.count; row++) {
    const parent = layers.parent[row]!;
    const isShown = only === undefined || only.has(layers.protocolOf(row).name);
    const depth = parent < 0 ? 0 : depths[parent]!;
    depths[row] = depth + (isShown ? 1 : 0);
    if (!isShown) continue;
    const writer = new TreeWriter(layers, row, depth, style);
    writer.write();
    lines.push(...writer.lines);
    lines.push(...remainderLines(layers, row, depth + 1, style));
  }
  if (only === undefined) lines.push(...remainderLines(layers, -1, 0, style));
  const { dropped } = layers.issues;
  if (dropped > 0) lines.push(`${' '.repeat(RANGE_WIDTH + 2)}${style.alarm(`! and ${dropped} more issues`)}`);
  return lines;
}

function remainderLines(layers: Layers, row: number, depth: number, style: Style): string[] {
  const origin = row < 0 ? layers.frameStart : layers.originOf(row);
  return remaindersOf(layers, row).map(({ kind, start, end }) => {
    const range = rangeText(start - origin, end - origin, style).padStart(RANGE_WIDTH);
    const onWire = row < 0 ? 0 : layers.wireEnd[row]! - start;
    const cut = kind === 'payload' && onWire > end - start ? ` captured of ${onWire}` : '';
    return `${style.dim(range)}  ${'  '.repeat(depth)}${style.dim(kind)}, ${end - start} octets${cut}`;
  });
}
