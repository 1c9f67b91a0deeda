/** Lines of the hex breakdown: brackets, offset, octets or bits, and a note. */
import type { HexBrackets } from './hex-brackets.ts';
import type { HexGeometry } from './hex-geometry.ts';
import { hexDigits } from './put.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

const LINE_END = 10;
const SPACE = 32;
/** What stands between octets and note. */
export const BLANKS = fixedText('  ');
/** Digits of an offset, at least, and the greatest that needs no more. */
export const OFFSET_DIGITS = 4;
export const MOST_OFFSET = 0xffff;
/** Octets in hexadecimal with a space behind them, as little-endian 32-bit words. */
const SPACED = new Int32Array(256);
for (let octet = 0; octet < 256; octet++) SPACED[octet] = hexDigits(octet) | (SPACE << 16);

/** A name as it stands in its column. */
interface Label {
  readonly text: FixedText;
  readonly columns: number;
}

/** Writes lines about octets of one view. */
export class HexLines {
  readonly out: TextBuffer;
  readonly brackets: HexBrackets;
  geometry: HexGeometry;
  view: DataView = new DataView(new ArrayBuffer(0));
  /** The octet of the view from which offsets count. */
  origin = 0;
  /** By name, for the width that the column has now. */
  private labels = new Map<string, Label>();
  private lineStart = 0;

  constructor(out: TextBuffer, brackets: HexBrackets, geometry: HexGeometry) {
    this.out = out;
    this.brackets = brackets;
    this.geometry = geometry;
  }

  /** Begins octets of `view`, with offsets from `origin`. */
  begin(view: DataView, origin: number, geometry: HexGeometry): void {
    this.view = view;
    this.origin = origin;
    if (geometry.nameWidth !== this.geometry.nameWidth) this.labels = new Map();
    this.geometry = geometry;
  }

  /** Begins a line: brackets, and the offset of the octet at `at`. */
  offset(at: number): void {
    const { out } = this;
    const { before, between } = this.brackets.margin;
    this.lineStart = out.at;
    out.fixed(before);
    out.hexDigits(at - this.origin, offsetDigits(at - this.origin));
    out.fixed(between);
  }

  /** Begins a line without an offset. */
  noOffset(): void {
    const { out } = this;
    const { before, between } = this.brackets.margin;
    this.lineStart = out.at;
    out.fixed(before);
    out.spaces(OFFSET_DIGITS);
    out.fixed(between);
  }

  /** Writes the octets [start, end), one at least. */
  octets(start: number, end: number): void {
    const { out, view } = this;
    out.reserve(3 * (end - start));
    const target = out.view;
    let { at } = out;
    for (let i = start; i < end; i++, at += 3) target.setInt32(at, SPACED[view.getUint8(i)]!, true);
    out.at = at - 1;
  }

  /** Ends the column of octets, of which `columns` are filled; a note follows. */
  noteAfter(columns: number): void {
    const { out } = this;
    out.spaces(this.geometry.hexWidth - columns);
    out.fixed(this.brackets.margin.behind);
    out.fixed(BLANKS);
  }

  /** Ends the column of octets and the line. */
  endAfterOctets(): void {
    this.out.fixed(this.brackets.margin.behind);
    this.out.character(LINE_END);
  }

  /** Ends a line with a note. Blanks at its end are left out. */
  end(): void {
    const { out, lineStart } = this;
    while (out.at > lineStart && out.octets[out.at - 1] === SPACE) out.at--;
    out.character(LINE_END);
  }

  /** A name, in its column. */
  labelText(name: string): string {
    return `${name.padEnd(this.geometry.nameWidth)} `;
  }

  /** Name and value as notes of successive lines, folded where they would pass the width. */
  noteOf(name: string, text: string): string[] {
    const { room } = this.geometry;
    const label = this.labelText(name);
    if (label.length + text.length <= room) return [label + text];
    const notes = [name];
    for (let at = 0; at < text.length; at += room - 2) notes.push(`  ${text.slice(at, at + room - 2)}`);
    return notes;
  }

  /** Writes the octets [start, end) with name and value beside them if one line has room for all; answers whether it has. */
  tryLine(start: number, end: number, name: string, text: string): boolean {
    const { out } = this;
    const { octetsPerLine, room } = this.geometry;
    const label = this.labelOf(name);
    if (end - start > octetsPerLine || label.columns + text.length > room) return false;
    this.offset(start);
    this.octets(start, end);
    this.noteAfter(3 * (end - start) - 1);
    out.fixed(label.text);
    out.text(text.trimEnd());
    this.end();
    return true;
  }

  private labelOf(name: string): Label {
    const { labels } = this;
    let label = labels.get(name);
    if (label === undefined) {
      const text = this.labelText(name);
      label = { text: fixedText(text), columns: text.length };
      labels.set(name, label);
    }
    return label;
  }

  /** A line without offset: `columns` may hold bits. */
  noteLine(columns: string, note: string): void {
    const { out } = this;
    this.noOffset();
    out.text(columns);
    if (note === '') return this.endAfterOctets();
    this.noteAfter(columns.length);
    out.text(note.trimEnd());
    this.end();
  }

  /** Lines of the octets [start, end) with notes beside them, as many as the longer of both needs. */
  block(start: number, end: number, notes: readonly string[]): void {
    const { octetsPerLine } = this.geometry;
    for (let i = 0, at = start; at < end || i < notes.length; i++, at += octetsPerLine) {
      const note = notes[i];
      if (at >= end) {
        this.noteLine('', note ?? '');
        continue;
      }
      const next = Math.min(at + octetsPerLine, end);
      this.offset(at);
      this.octets(at, next);
      if (note === undefined) this.endAfterOctets();
      else {
        this.noteAfter(3 * (next - at) - 1);
        this.out.text(note.trimEnd());
        this.end();
      }
    }
  }
}

function offsetDigits(offset: number): number {
  return offset <= MOST_OFFSET ? OFFSET_DIGITS : offset.toString(16).length;
}
