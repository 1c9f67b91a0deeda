/** A plain account of the hex breakdown, string by string from the segments, to hold the octets against that are written. */
import type { Layers } from '../../src/dissect/layers.ts';
import { hexOctet } from '../../src/dissect/value.ts';
import { leafText, valueText } from '../../src/render/field-text.ts';
import { geometryOf, type HexGeometry } from '../../src/render/hex-geometry.ts';
import { type Segment, segmentsOf } from '../../src/render/segments.ts';
import type { Style } from '../../src/render/style.ts';

/** How a breakdown looks. */
export interface Look {
  readonly style: Style;
  readonly width: number;
  readonly only?: ReadonlySet<string>;
}

/** Rows of the same source around a row, outermost first, and the row. */
function pathTo(of: Layers, row: number): number[] {
  const around = row < 0 ? [] : [...pathTo(of, of.parent[row]!), row];
  return around.filter((at) => of.source[at] === of.source[row]);
}

/** Segments that share octets, or a group. */
function clusters(segments: readonly Segment[]): Segment[][] {
  const all: Segment[][] = [];
  let end = 0;
  for (const segment of segments) {
    const last = all.at(-1);
    const isShared = last !== undefined && last[0]!.row === segment.row && segment.bitStart < end;
    if (isShared) last.push(segment);
    else all.push([segment]);
    const ends = segment.parents.flatMap(({ kind, bitOffset, bitWidth }) =>
      kind === 'list' ? [] : [segment.at * 8 + bitOffset + bitWidth],
    );
    end = Math.max(isShared ? end : 0, Math.ceil(Math.max(segment.bitEnd, ...ends) / 8) * 8);
  }
  return all;
}

/** One packet's lines, each made for itself. */
class Account {
  readonly lines: string[] = [];
  private readonly of: Layers;
  private readonly source: number;
  private readonly style: Style;
  private readonly geometry: HexGeometry;
  private readonly view: DataView;
  private path: number[] = [];

  constructor(of: Layers, source: number, segments: readonly Segment[], { style, width }: Look) {
    this.of = of;
    this.source = source;
    this.style = style;
    this.view = source === 0 ? of.view : of.sources[source - 1]!.view;
    this.geometry = geometryOf(width, Math.max(0, ...segments.map(({ row }) => pathTo(of, row).length)));
    for (const cluster of clusters(segments)) {
      this.enter(cluster[0]!.row);
      if (cluster.length === 1) this.whole(cluster[0]!);
      else this.shared(cluster);
    }
  }

  private enter(row: number): void {
    const { of, style } = this;
    const path = pathTo(of, row);
    let common = 0;
    while (common < this.path.length && this.path[common] === path[common]) common++;
    for (const [depth, opened] of path.entries()) {
      if (depth < common) continue;
      const protocol = of.protocolOf(opened);
      const tunnel = of.tunnelOf(opened) === '' ? [] : [`tunnel ${of.tunnelOf(opened)}`];
      const marks = [...tunnel, ...(of.isQuoted(opened) ? ['quoted'] : [])];
      const note = marks.length === 0 ? '' : `  ${style.dim(`[${marks.join(', ')}]`)}`;
      const name = style.layer(style.strong(protocol.name), opened);
      const bars = this.bars(path.slice(0, depth));
      this.lines.push(`${bars}${style.layer(style.bracketOpen, opened)} ${name}  ${protocol.title}${note}`);
    }
    this.path = path;
  }

  private bars(rows: readonly number[]): string {
    return rows.map((row) => this.style.layer(this.style.bracketAlong, row)).join('');
  }

  private line(offset: string, columns: string, note: string): void {
    const { style, geometry, path } = this;
    const gap = ' '.repeat(geometry.depth - path.length);
    const left = `${this.bars(path)}${gap} ${style.dim(offset.padEnd(4))}  `;
    const middle = style.layer(columns.padEnd(note === '' ? 0 : geometry.hexWidth), path.at(-1) ?? -1);
    this.lines.push(`${left}${middle}  ${note}`.trimEnd());
  }

  private block(start: number, end: number, notes: readonly string[]): void {
    const { octetsPerLine } = this.geometry;
    const origin = this.source === 0 ? this.of.frameStart : 0;
    const octets = Array.from({ length: end - start }, (_, i) => hexOctet(this.view.getUint8(start + i)));
    for (let i = 0; i * octetsPerLine < octets.length || i < notes.length; i++) {
      const from = i * octetsPerLine;
      const offset = from < octets.length ? (start - origin + from).toString(16).padStart(4, '0') : '';
      this.line(offset, octets.slice(from, from + octetsPerLine).join(' '), notes[i] ?? '');
    }
  }

  private whole({ kind, bitStart, bitEnd, field, at, value }: Segment): void {
    const start = Math.floor(bitStart / 8);
    const end = Math.ceil(bitEnd / 8);
    const size = this.style.dim(`${kind}, ${end - start} octets`);
    if (field !== undefined) {
      this.block(start, end, this.note(field.name, leafText(field, this.view, at, start, end, value)));
    } else if (kind === 'payload' || kind === 'padding') {
      const { octetsPerLine } = this.geometry;
      const text = Array.from({ length: end - start }, (_, i) => String.fromCharCode(this.view.getUint8(start + i)));
      const shown = text.join('').replace(/[^ -~]/g, '.');
      const notes = shown.match(new RegExp(`.{1,${octetsPerLine}}`, 'g')) ?? [];
      this.block(start, end, [`${notes[0]!.padEnd(octetsPerLine)}  ${size}`, ...notes.slice(1)]);
    } else this.block(start, end, [size]);
  }

  private note(name: string, text: string): string[] {
    const { room, nameWidth } = this.geometry;
    const beside = `${name.padEnd(nameWidth)} ${text}`;
    if (beside.length <= room) return [beside];
    const parts = Array.from({ length: Math.ceil(text.length / (room - 2)) }, (_, i) =>
      text.slice(i * (room - 2), (i + 1) * (room - 2)),
    );
    return [name, ...parts.map((part) => `  ${part}`)];
  }

  private shared(parts: readonly Segment[]): void {
    const { geometry, view } = this;
    const first = Math.floor(parts[0]!.bitStart / 8);
    const last = Math.ceil(parts.at(-1)!.bitEnd / 8);
    for (const [i, part] of parts.entries()) {
      const { field, at, bitStart, bitEnd, parents } = part;
      const before = parts[i - 1]?.parents ?? [];
      const groups = parents.filter((parent) => parent.kind !== 'list' && !before.includes(parent));
      const notes = groups.map(
        (group) => `${group.name.padEnd(geometry.nameWidth)} ${valueText(group, group.get(view, at))}`,
      );
      if (i === 0) this.block(first, last, notes);
      if (field === undefined) continue;
      if (i > 0) for (const note of notes) this.line('', '', note);
      const [from, to] = [Math.floor(bitStart / 8), Math.ceil(bitEnd / 8)];
      const text = leafText(field, view, at, from, to, part.value);
      const texts = this.note(field.name, field.kind === 'bool' ? `${field.title}: ${text}` : text);
      const pattern = bitPattern(view, from, to, bitStart, bitEnd);
      const isBeside = pattern.length <= geometry.hexWidth;
      if (!isBeside) this.line('', pattern, '');
      for (const [line, note] of texts.entries()) this.line('', isBeside && line === 0 ? pattern : '', note);
    }
  }
}

/** The bits [bitStart, bitEnd) within the octets [from, to) in groups of four, dots for all others. */
function bitPattern(view: DataView, from: number, to: number, bitStart: number, bitEnd: number): string {
  const bits = Array.from({ length: (to - from) * 8 }, (_, i) => {
    const bit = from * 8 + i;
    const isMine = bit >= bitStart && bit < bitEnd;
    return isMine ? String((view.getUint8(Math.floor(bit / 8)) >> (7 - (bit % 8))) & 1) : '.';
  });
  return bits.join('').replace(/.{4}(?=.)/g, '$& ');
}

/** The lines of a packet's breakdown, each made for itself. */
export function accountOf(of: Layers, look: Look): string {
  const { style, only } = look;
  const lines: string[] = [];
  for (let source = 0; source <= of.sources.length; source++) {
    const isShown = ({ row }: Segment): boolean =>
      only === undefined || (row >= 0 && only.has(of.protocolOf(row).name));
    if (source > 0) lines.push(style.dim(`reassembled from frames ${of.sources[source - 1]!.frames.join(', ')}`));
    lines.push(...new Account(of, source, segmentsOf(of, source).filter(isShown), look).lines);
  }
  return lines.map((line) => `${line}\n`).join('');
}
