/** The tree of layers and fields: what is inside what, with the octets each field stands on. */
import { type Layers, RowFlag } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { walkDetails, walkLayer } from '../dissect/walk.ts';
import { type FieldRun, type FieldRuns, fieldRuns } from './field-runs.ts';
import { type Form, MET_ONCE, writeForm } from './form.ts';
import { headerForm } from './header-form.ts';
import { issueWords } from './line.ts';
import { OptionForms } from './option-forms.ts';
import { RecentTable } from './recent-table.ts';
import { type Remainder, remaindersOf } from './remainder.ts';
import type { Style } from './style.ts';
import { type FixedText, fixedText, TextBuffer } from './text-buffer.ts';
import { RANGE_WIDTH, TREE_FORMAT, TreeFields } from './tree-fields.ts';

const LINE_END = 10;
const OCTETS = fixedText(' octets');
/** Positions below this are half of a number by which forms are remembered. */
const KEPT_POSITIONS = 0x10000;
/** Headers whose forms are remembered, as a binary logarithm. */
const FORM_BITS = 11;

/** The forms of headers at one place. */
interface HeaderForms {
  readonly fixed: Form;
  /** Of its options; undefined where it has none. */
  readonly options: OptionForms | undefined;
}

const ALL_MET_ONCE: HeaderForms = { fixed: MET_ONCE, options: undefined };

/** Writes packets' trees to a buffer, all of them of one dissector. */
export class LayerTree {
  private readonly out: TextBuffer;
  private readonly style: Style;
  private readonly only: ReadonlySet<string> | undefined;
  private readonly fields: TreeFields;
  private readonly runs: (FieldRuns | undefined)[] = [];
  private readonly forms = new RecentTable<HeaderForms>(FORM_BITS);
  /** What the lines about octets of a kind begin with. */
  private readonly kinds: Readonly<Record<Remainder['kind'], FixedText>>;
  /** Depth of each row's fields. */
  private readonly depths: number[] = [];

  /** @param only names of the protocols to be shown; all where it is left out */
  constructor(out: TextBuffer, style: Style, only?: ReadonlySet<string>) {
    this.out = out;
    this.style = style;
    this.only = only;
    this.fields = new TreeFields(out, style);
    const kind = (word: Remainder['kind']): FixedText => fixedText(`${style.dim(word)}, `);
    this.kinds = { payload: kind('payload'), padding: kind('padding') };
  }

  /** Writes the lines of a packet's tree. */
  write(layers: Layers): void {
    const { only, depths, style, fields } = this;
    for (let row = 0; row < layers.count; row++) {
      const parent = layers.parent[row]!;
      const isShown = only === undefined || only.has(layers.protocolOf(row).name);
      const depth = parent < 0 ? 0 : depths[parent]!;
      depths[row] = depth + (isShown ? 1 : 0);
      if (!isShown) continue;
      fields.begin(layers.viewOf(row), layers.originOf(row), depth);
      this.writeLayer(layers, row);
      if (layers.issues.count > 0) this.writeIssues(layers, row);
      this.writeRemainders(layers, row);
    }
    if (only === undefined) {
      fields.begin(layers.view, layers.frameStart, 0);
      this.writeRemainders(layers, -1);
    }
    const { dropped } = layers.issues;
    if (dropped > 0) this.out.text(`${' '.repeat(RANGE_WIDTH + 2)}${style.alarm(`! and ${dropped} more issues`)}\n`);
  }

  /** The layer's heading and its fields. */
  private writeLayer(layers: Layers, row: number): void {
    const { fields } = this;
    const id = layers.protocol[row]!;
    this.runs[id] ??= fieldRuns(layers.protocolOf(row), TREE_FORMAT);
    const { runs, octets } = this.runs[id];
    const start = layers.start[row]!;
    const end = layers.payload[row]!;
    const forms = start + octets <= end ? this.formsOf(layers, row, runs) : undefined;
    if (forms === undefined) {
      fields.line(start, end, this.headingText(layers, row));
      fields.depth++;
      walkLayer(layers, row, fields);
      return;
    }
    fields.depth++;
    writeForm(forms.fixed, layers.viewOf(row), start, fields);
    if (forms.options === undefined) walkDetails(layers, row, fields);
    else forms.options.write(layers, row, fields);
  }

  /** The forms of a row's header; undefined where no header like it was met lately. */
  private formsOf(layers: Layers, row: number, runs: readonly FieldRun[]): HeaderForms | undefined {
    const { fields, forms } = this;
    const origin = layers.originOf(row);
    const start = layers.start[row]! - origin;
    const end = layers.payload[row]! - origin;
    if (layers.source[row] !== 0 || end >= KEPT_POSITIONS) return undefined;
    const id = layers.protocol[row]!;
    const range = (start << 16) | end;
    const marks = (fields.depth << 24) | (row << 16) | (layers.tunnel[row]! << 8) | layers.flags[row]!;
    const found = forms.get(id, range, marks);
    if (found === undefined) forms.set(id, range, marks, ALL_MET_ONCE);
    if (found !== ALL_MET_ONCE) return found;
    const made = this.makeForms(layers, row, runs);
    forms.set(id, range, marks, made);
    return made;
  }

  private makeForms(layers: Layers, row: number, runs: readonly FieldRun[]): HeaderForms {
    const { fields } = this;
    const start = layers.start[row]!;
    const end = layers.payload[row]!;
    const { hasOptions, minimum } = layers.protocolOf(row);
    const heading = `${fields.marginText(start, end)}${this.headingText(layers, row)}\n`;
    fields.depth++;
    const fixed = headerForm(heading, runs, start, fields);
    fields.depth--;
    return { fixed, options: hasOptions && end - start > minimum ? new OptionForms() : undefined };
  }

  private headingText(layers: Layers, row: number): string {
    const { style } = this;
    const protocol = layers.protocolOf(row);
    const source = layers.source[row]!;
    const marks = [
      layers.tunnelOf(row) === '' ? '' : `tunnel ${layers.tunnelOf(row)}`,
      (layers.flags[row]! & RowFlag.guessed) !== 0 ? 'guessed' : '',
      layers.isQuoted(row) ? 'quoted' : '',
      source > 0 ? `reassembled from ${layers.sources[source - 1]!.frames.join(', ')}` : '',
    ].filter((mark) => mark !== '');
    const heading = `${style.layer(style.strong(protocol.name), row)}  ${protocol.title}`;
    return marks.length === 0 ? heading : `${heading}  ${style.dim(`[${marks.join(', ')}]`)}`;
  }

  private writeIssues(layers: Layers, row: number): void {
    const { fields, style } = this;
    for (let i = 0; i < layers.issues.count; i++) {
      const issue = layers.issues.at(i);
      if (issue.row !== row) continue;
      const { needed, available, limit } = issue;
      const found = `needed ${needed}, found ${available} (${limit})`;
      fields.line(0, 0, style.alarm(`! ${issueWords(layers, row, issue.code)}: ${found}`));
    }
  }

  /** What a row, or the frame, holds that no layer claims. */
  private writeRemainders(layers: Layers, row: number): void {
    const remainders = remaindersOf(layers, row);
    for (let i = 0; i < remainders.length; i++) this.writeRemainder(layers, row, remainders[i]!);
  }

  private writeRemainder(layers: Layers, row: number, { kind, start, end }: Remainder): void {
    const { out, fields } = this;
    fields.margin(start, end);
    out.fixed(this.kinds[kind]);
    out.number(end - start);
    out.fixed(OCTETS);
    const onWire = row < 0 ? 0 : layers.wireEnd[row]! - start;
    if (kind === 'payload' && onWire > end - start) out.text(` captured of ${onWire}`);
    out.character(LINE_END);
  }
}

const text = new TextBuffer();
/** The last writer of all layers, the protocols by whose numbers it keeps what it wrote, and its style. */
let last: { readonly protocols: readonly Protocol[]; readonly style: Style; readonly tree: LayerTree } | undefined;

function treeFor({ protocols }: Layers, style: Style, only: ReadonlySet<string> | undefined): LayerTree {
  if (only !== undefined) return new LayerTree(text, style, only);
  if (last?.protocols !== protocols || last.style !== style) {
    last = { protocols, style, tree: new LayerTree(text, style) };
  }
  return last.tree;
}

/** Lines of the tree. `only` restricts it to layers of the named protocols. */
export function layerTree(layers: Layers, style: Style, only?: ReadonlySet<string>): string[] {
  text.at = 0;
  treeFor(layers, style, only).write(layers);
  return text.at === 0 ? [] : text.textFrom(0).slice(0, -1).split('\n');
}
