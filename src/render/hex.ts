/** The annotated hex breakdown: every octet once, under its layer's bracket, beside its name and meaning. */
import type { Layers } from '../dissect/layers.ts';
import { hexOctet } from '../dissect/value.ts';
import { leafText, valueText } from './field-text.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { Style } from './style.ts';

/** Octets on a line: 8 keep the annotation within 80 columns, 16 want room for 47 columns of hex. */
const NARROW_OCTETS = 8;
const WIDE_OCTETS = 16;
const WIDE_FROM = 130;
/** Columns for names: more where the width leaves room for values beside them. */
const LEAST_NAME_WIDTH = 18;
const MOST_NAME_WIDTH = 28;
const VALUE_WIDTH = 30;

interface Geometry {
  readonly octetsPerLine: number;
  readonly hexWidth: number;
  /** Brackets of the deepest layer. */
  readonly depth: number;
  /** Columns behind brackets, offset and octets. */
  readonly room: number;
  readonly nameWidth: number;
}

/** Columns of the offset, and of the blanks around it and the octets. */
const OFFSET_WIDTH = 9;
/** Annotations are folded no narrower than this. */
const LEAST_ROOM = 24;

function geometryOf(width: number, depth: number): Geometry {
  const octetsPerLine = width >= WIDE_FROM ? WIDE_OCTETS : NARROW_OCTETS;
  const hexWidth = octetsPerLine * 3 - 1;
  const room = Math.max(width - depth - OFFSET_WIDTH - hexWidth, LEAST_ROOM);
  const nameWidth = Math.max(LEAST_NAME_WIDTH, Math.min(MOST_NAME_WIDTH, room - VALUE_WIDTH));
  return { octetsPerLine, hexWidth, depth, room, nameWidth };
}

/** Number of layers a row is inside of, itself included. */
function depthOf(layers: Layers, row: number): number {
  let depth = 0;
  for (let at = row; at >= 0; at = layers.parent[at]!) if (layers.source[at] === layers.source[row]) depth++;
  return depth;
}

/** Bit up to which a segment can't be told apart from its neighbours: the end of its last octet, or of the group it is part of. */
function togetherUntil(segment: Segment): number {
  let end = segment.bitEnd;
  for (const parent of segment.parents) {
    if (parent.kind !== 'list') end = Math.max(end, segment.at * 8 + parent.bitOffset + parent.bitWidth);
  }
  return (end + 7) & ~7;
}

class HexWriter {
  readonly lines: string[] = [];
  private readonly layers: Layers;
  private readonly style: Style;
  private readonly view: DataView;
  private readonly origin: number;
  private readonly geometry: Geometry;
  private open: number[] = [];

  constructor(layers: Layers, source: number, style: Style, geometry: Geometry) {
    this.layers = layers;
    this.style = style;
    this.view = source === 0 ? layers.view : layers.sources[source - 1]!.view;
    this.origin = source === 0 ? layers.frameStart : 0;
    this.geometry = geometry;
  }

  write(segments: readonly Segment[]): void {
    for (let i = 0; i < segments.length; ) {
      const first = segments[i]!;
      this.enter(first.row);
      let next = i + 1;
      let end = togetherUntil(first);
      // Fields that share an octet, and the parts of one group, are shown together below their octets.
      while (next < segments.length && segments[next]!.row === first.row && segments[next]!.bitStart < end) {
        end = Math.max(end, togetherUntil(segments[next]!));
        next++;
      }
      if (next - i === 1) this.whole(first);
      else this.shared(segments.slice(i, next));
      i = next;
    }
    this.closeTo([]);
  }

  /** Draws the brackets of the layers from the open ones to those around `row`. */
  private enter(row: number): void {
    const path: number[] = [];
    for (let at = row; at >= 0; at = this.layers.parent[at]!) {
      if (this.layers.source[at] === this.layers.source[row]) path.unshift(at);
    }
    this.closeTo(path);
    while (this.open.length < path.length) {
      const opened = path[this.open.length]!;
      const bars = this.bars(this.open);
      this.open.push(opened);
      const protocol = this.layers.protocolOf(opened);
      const bracket = this.style.layer(this.style.bracketOpen, opened);
      const name = this.style.layer(this.style.strong(protocol.name), opened);
      const tunnel = this.layers.tunnelOf(opened);
      const marks = [tunnel === '' ? '' : `tunnel ${tunnel}`, this.layers.isQuoted(opened) ? 'quoted' : ''].filter(
        Boolean,
      );
      const note = marks.length === 0 ? '' : `  ${this.style.dim(`[${marks.join(', ')}]`)}`;
      this.lines.push(`${bars}${bracket} ${name}  ${protocol.title}${note}`);
    }
  }

  private closeTo(path: readonly number[]): void {
    while (
      this.open.length > 0 &&
      (this.open.length > path.length || this.open.at(-1) !== path[this.open.length - 1])
    ) {
      this.open.pop();
    }
  }

  private bars(rows: readonly number[]): string {
    return rows.map((row) => this.style.layer(this.style.bracketAlong, row)).join('');
  }

  private line(offset: string, hex: string, note: string): void {
    const { depth, hexWidth } = this.geometry;
    const row = this.open.at(-1) ?? -1;
    const gap = ' '.repeat(Math.max(0, depth - this.open.length));
    const left = `${this.bars(this.open)}${gap} ${this.style.dim(offset.padEnd(4))}  `;
    this.lines.push(`${left}${this.style.layer(hex.padEnd(note === '' ? 0 : hexWidth), row)}  ${note}`.trimEnd());
  }

  private octets(start: number, end: number): string {
    let text = '';
    for (let at = start; at < end; at++)
      text += at === start ? hexOctet(this.view.getUint8(at)) : ` ${hexOctet(this.view.getUint8(at))}`;
    return text;
  }

  /** Lines of octets with `notes` beside them, as many as the longer of both needs. */
  private block(start: number, end: number, notes: readonly string[]): void {
    const { octetsPerLine } = this.geometry;
    const count = Math.max(Math.ceil((end - start) / octetsPerLine), notes.length);
    for (let i = 0; i < count; i++) {
      const at = Math.min(start + i * octetsPerLine, end);
      const offset = at < end ? (at - this.origin).toString(16).padStart(4, '0') : '';
      this.line(offset, this.octets(at, Math.min(at + octetsPerLine, end)), notes[i] ?? '');
    }
  }

  private whole(segment: Segment): void {
    const start = segment.bitStart >> 3;
    const end = (segment.bitEnd + 7) >> 3;
    const { field } = segment;
    if (field !== undefined) {
      this.block(start, end, this.note(field.name, leafText(field, this.view, segment.at, start, end, segment.value)));
    } else if (segment.kind === 'payload' || segment.kind === 'padding') {
      this.dump(segment.kind, start, end);
    } else this.block(start, end, [this.style.dim(`${segment.kind}, ${end - start} octets`)]);
  }

  /** Name and value, folded where they would pass the width. */
  private note(name: string, text: string): string[] {
    const { room, nameWidth } = this.geometry;
    const label = name.padEnd(nameWidth);
    if (label.length + 1 + text.length <= room) return [`${name}${' '.repeat(label.length - name.length)} ${text}`];
    const lines = [name];
    for (let at = 0; at < text.length; at += room - 2) lines.push(`  ${text.slice(at, at + room - 2)}`);
    return lines;
  }

  /** Several fields within the same octets, each with its bits spelled out. */
  private shared(parts: readonly Segment[]): void {
    const first = parts[0]!.bitStart >> 3;
    const last = (parts.at(-1)!.bitEnd + 7) >> 3;
    this.block(first, last, this.groupNotes(parts, 0));
    parts.forEach((part, index) => {
      const { field } = part;
      if (field === undefined) return;
      if (index > 0) for (const note of this.groupNotes(parts, index)) this.line('', '', note);
      const text = leafText(field, this.view, part.at, part.bitStart >> 3, (part.bitEnd + 7) >> 3, part.value);
      const words = field.kind === 'bool' ? `${field.title}: ${text}` : text;
      this.bitLine(this.bitPattern(first, last, part), field.name, words);
    });
  }

  /** Notes of the groups that begin with a part: `ip.flags  0x2`. */
  private groupNotes(parts: readonly Segment[], index: number): string[] {
    const part = parts[index]!;
    const before = index === 0 ? [] : parts[index - 1]!.parents;
    return part.parents
      .filter((parent) => parent.kind !== 'list' && !before.includes(parent))
      .map(
        (parent) =>
          `${parent.name.padEnd(this.geometry.nameWidth)} ${valueText(parent, parent.get(this.view, part.at))}`,
      );
  }

  private bitLine(pattern: string, name: string, text: string): void {
    const { hexWidth } = this.geometry;
    if (pattern.length <= hexWidth) {
      for (const [i, note] of this.note(name, text).entries()) this.line('', i === 0 ? pattern : '', note);
      return;
    }
    this.line('', pattern, '');
    for (const note of this.note(name, text)) this.line('', '', note);
  }

  /** `.... 1...`: the bits of a part within its octets. */
  private bitPattern(first: number, last: number, part: Segment): string {
    const start = Math.max(first, part.bitStart >> 3);
    const end = Math.min(last, (part.bitEnd + 7) >> 3);
    let pattern = '';
    for (let bit = start * 8; bit < end * 8; bit++) {
      if (bit > start * 8 && (bit & 3) === 0) pattern += ' ';
      const isMine = bit >= part.bitStart && bit < part.bitEnd;
      pattern += isMine ? String((this.view.getUint8(bit >> 3) >> (7 - (bit & 7))) & 1) : '.';
    }
    return pattern;
  }

  private dump(kind: string, start: number, end: number): void {
    const { octetsPerLine } = this.geometry;
    const notes = [this.style.dim(`${kind}, ${end - start} octets`)];
    for (let at = start, i = 0; at < end; at += octetsPerLine, i++) {
      let characters = '';
      for (let octet = at; octet < Math.min(at + octetsPerLine, end); octet++) {
        const code = this.view.getUint8(octet);
        characters += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
      }
      notes[i] = i === 0 ? `${characters.padEnd(octetsPerLine)}  ${notes[0]}` : characters;
    }
    this.block(start, end, notes);
  }
}

/**
 * Lines of the breakdown of a packet, reassembled sources behind the frame. `width` is the number of columns; `only` restricts it to the octets
 * of the named protocols.
 */
export function hexBreakdown(layers: Layers, style: Style, width = 80, only?: ReadonlySet<string>): string[] {
  const lines: string[] = [];
  for (let source = 0; source <= layers.sources.length; source++) {
    const all = segmentsOf(layers, source);
    const isShown = ({ row }: Segment): boolean => row >= 0 && (only?.has(layers.protocolOf(row).name) ?? true);
    const segments = only === undefined ? all : all.filter(isShown);
    const depth = segments.reduce((deepest, { row }) => Math.max(deepest, row < 0 ? 0 : depthOf(layers, row)), 0);
    const writer = new HexWriter(layers, source, style, geometryOf(width, depth));
    writer.write(segments);
    if (source > 0) lines.push(style.dim(`reassembled from frames ${layers.sources[source - 1]!.frames.join(', ')}`));
    lines.push(...writer.lines);
  }
  return lines;
}
