/** The annotated hex breakdown: every octet once, under its layer's bracket, beside its name and meaning. */
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import type { FieldRuns } from './field-runs.ts';
import { type Form, MET_ONCE, writeForm } from './form.ts';
import { HexBrackets } from './hex-brackets.ts';
import { writeDump } from './hex-dump.ts';
import { HexFields } from './hex-fields.ts';
import { hexForm, separateRuns } from './hex-form.ts';
import { geometryOf, type HexGeometry } from './hex-geometry.ts';
import { HexLines } from './hex-lines.ts';
import { RecentTable } from './recent-table.ts';
import { remaindersOf } from './remainder.ts';
import { headerSegments, type SegmentKind, type SourceVisitor, visitSource } from './segments.ts';
import type { Style } from './style.ts';
import { TextBuffer } from './text-buffer.ts';

/** Headers whose forms are remembered, as a binary logarithm. */
const FORM_BITS = 11;
/** Stands for the runs of a protocol that has no fixed fields, or some that share octets with others. */
const NO_RUNS: FieldRuns = { runs: [], octets: 0 };
/** Columns assumed where nothing is said of the width. */
const USUAL_WIDTH = 80;

/** Writes packets' breakdowns to a buffer, all of them of one dissector. */
export class PacketHex implements SourceVisitor {
  private readonly out: TextBuffer;
  private readonly style: Style;
  private readonly width: number;
  private readonly only: ReadonlySet<string> | undefined;
  private readonly geometries: (HexGeometry | undefined)[] = [];
  private readonly brackets: HexBrackets;
  private readonly lines: HexLines;
  private readonly fields: HexFields;
  private readonly runs: FieldRuns[] = [];
  private readonly forms = new RecentTable<Form>(FORM_BITS);

  /**
   * @param width number of columns
   * @param only names of the protocols whose octets are to be shown; all octets where it is left out
   */
  constructor(out: TextBuffer, style: Style, width = USUAL_WIDTH, only?: ReadonlySet<string>) {
    this.out = out;
    this.style = style;
    this.width = width;
    this.only = only;
    this.brackets = new HexBrackets(out, style);
    this.lines = new HexLines(out, this.brackets, this.geometry(0));
    this.fields = new HexFields(this.lines, style);
  }

  /** Writes the lines of a packet, reassembled sources behind the frame. */
  write(layers: Layers): void {
    const { style } = this;
    for (let source = 0; source <= layers.sources.length; source++) {
      const reassembled = source === 0 ? undefined : layers.sources[source - 1]!;
      if (reassembled !== undefined) {
        this.out.text(`${style.dim(`reassembled from frames ${reassembled.frames.join(', ')}`)}\n`);
      }
      const view = reassembled?.view ?? layers.view;
      const geometry = this.geometry(this.deepest(layers, source));
      this.brackets.begin(geometry.depth);
      this.lines.begin(view, reassembled === undefined ? layers.frameStart : 0, geometry);
      visitSource(layers, source, this);
    }
  }

  private geometry(depth: number): HexGeometry {
    this.geometries[depth] ??= geometryOf(this.width, depth);
    return this.geometries[depth];
  }

  /** Layers around the octets that are shown, at most. */
  private deepest(layers: Layers, source: number): number {
    let deepest = 0;
    for (let row = 0; row < layers.count; row++) {
      if (layers.source[row] !== source || !this.shows(layers, row) || isBare(layers, row)) continue;
      deepest = Math.max(deepest, depthOf(layers, row));
    }
    return deepest;
  }

  private shows(layers: Layers, row: number): boolean {
    return this.only === undefined || (row >= 0 && this.only.has(layers.protocolOf(row).name));
  }

  header(layers: Layers, row: number): void {
    if (!this.shows(layers, row)) return;
    const { brackets, fields } = this;
    brackets.enter(layers, row);
    const id = layers.protocol[row]!;
    this.runs[id] ??= separateRuns(layers.protocolOf(row)) ?? NO_RUNS;
    const runs = this.runs[id];
    const isWhole = layers.start[row]! + runs.octets <= layers.payload[row]!;
    const form = isWhole && runs.octets > 0 && brackets.isRegular ? this.formOf(layers, row, runs) : undefined;
    if (form !== undefined) writeForm(form, layers.viewOf(row), layers.start[row]!, fields);
    fields.write(headerSegments(layers, row, form === undefined ? 0 : runs.octets));
  }

  /** The form of a row's header; undefined where no header like it was met lately. */
  private formOf(layers: Layers, row: number, { runs }: FieldRuns): Form | undefined {
    const { forms, lines } = this;
    const id = layers.protocol[row]!;
    const start = layers.start[row]!;
    const place = start - layers.originOf(row);
    const marks = (lines.geometry.depth << 8) | row;
    const found = forms.get(id, place, marks);
    if (found === undefined) forms.set(id, place, marks, MET_ONCE);
    if (found !== MET_ONCE) return found;
    const made = hexForm(runs, start, lines);
    forms.set(id, place, marks, made);
    return made;
  }

  rest(layers: Layers, kind: SegmentKind, row: number, start: number, end: number): void {
    if (!this.shows(layers, row)) return;
    this.brackets.enter(layers, row);
    const note = this.style.dim(`${kind}, ${end - start} octets`);
    if (kind === 'payload' || kind === 'padding') writeDump(this.lines, start, end, note);
    else this.lines.block(start, end, [note]);
  }
}

/** Whether a row has no octets of its own. */
function isBare(layers: Layers, row: number): boolean {
  return layers.payload[row]! <= layers.start[row]! && remaindersOf(layers, row).length === 0;
}

/** Number of layers a row is inside of, itself included. */
function depthOf(layers: Layers, row: number): number {
  let depth = 0;
  for (let at = row; at >= 0; at = layers.parent[at]!) if (layers.source[at] === layers.source[row]) depth++;
  return depth;
}

const text = new TextBuffer();
/** The last writer of all octets, the protocols by whose numbers it keeps what it wrote, and how that looks. */
let last:
  | { readonly protocols: readonly Protocol[]; readonly style: Style; readonly width: number; readonly hex: PacketHex }
  | undefined;

function hexFor({ protocols }: Layers, style: Style, width: number, only: ReadonlySet<string> | undefined): PacketHex {
  if (only !== undefined) return new PacketHex(text, style, width, only);
  if (last?.protocols !== protocols || last.style !== style || last.width !== width) {
    last = { protocols, style, width, hex: new PacketHex(text, style, width) };
  }
  return last.hex;
}

/**
 * Lines of the breakdown of a packet, reassembled sources behind the frame. `width` is the number of columns; `only` restricts it to the octets
 * of the named protocols.
 */
export function hexBreakdown(layers: Layers, style: Style, width = USUAL_WIDTH, only?: ReadonlySet<string>): string[] {
  text.at = 0;
  hexFor(layers, style, width, only).write(layers);
  return text.at === 0 ? [] : text.textFrom(0).slice(0, -1).split('\n');
}
