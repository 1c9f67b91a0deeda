/** The fields of headers in the hex breakdown: whole ones beside their octets, those that share octets below these, with their bits spelled out. */
import type { Field } from '../dissect/field.ts';
import { leafText, valueText } from './field-text.ts';
import type { FormSink } from './form.ts';
import type { HexLines } from './hex-lines.ts';
import { Ipv6Texts } from './ipv6-texts.ts';
import { RecentTable } from './recent-table.ts';
import { fieldSegments, type Segment } from './segments.ts';
import type { Style } from './style.ts';
import type { TextBuffer } from './text-buffer.ts';

/** Texts of lines in headers that are remembered, as a binary logarithm. */
const LINE_TEXT_BITS = 12;

/** Bit up to which a segment can't be told apart from its neighbours: the end of its last octet, or of the group it is part of. */
function togetherUntil(segment: Segment): number {
  let end = segment.bitEnd;
  for (const parent of segment.parents) {
    if (parent.kind !== 'list') end = Math.max(end, segment.at * 8 + parent.bitOffset + parent.bitWidth);
  }
  return (end + 7) & ~7;
}

/** Writes the segments of headers. */
export class HexFields implements FormSink {
  readonly out: TextBuffer;
  readonly lineTexts = new RecentTable<Uint8Array>(LINE_TEXT_BITS);
  readonly ipv6Texts = new Ipv6Texts();
  private readonly lines: HexLines;
  private readonly style: Style;

  constructor(lines: HexLines, style: Style) {
    this.out = lines.out;
    this.lines = lines;
    this.style = style;
  }

  show(fields: readonly Field[], view: DataView, at: number): void {
    this.write(fieldSegments(fields, view, at));
  }

  /** Writes segments of one header, or of a part of it that shares no octet with another. */
  write(segments: readonly Segment[]): void {
    for (let i = 0; i < segments.length; ) {
      const first = segments[i]!;
      let next = i + 1;
      let end = togetherUntil(first);
      // Fields that share an octet, and the parts of one group, are shown together below their octets.
      while (next < segments.length && segments[next]!.bitStart < end) {
        end = Math.max(end, togetherUntil(segments[next]!));
        next++;
      }
      if (next - i === 1) this.whole(first);
      else this.shared(segments.slice(i, next));
      i = next;
    }
  }

  private whole(segment: Segment): void {
    const { lines, style } = this;
    const start = segment.bitStart >> 3;
    const end = (segment.bitEnd + 7) >> 3;
    const { field } = segment;
    if (field === undefined) lines.block(start, end, [style.dim(`${segment.kind}, ${end - start} octets`)]);
    else {
      const text = leafText(field, lines.view, segment.at, start, end, segment.value);
      if (!lines.tryLine(start, end, field.name, text)) lines.block(start, end, lines.noteOf(field.name, text));
    }
  }

  /** Several fields within the same octets, each with its bits spelled out. */
  private shared(parts: readonly Segment[]): void {
    const { lines } = this;
    const first = parts[0]!.bitStart >> 3;
    const last = (parts.at(-1)!.bitEnd + 7) >> 3;
    lines.block(first, last, this.groupNotes(parts, 0));
    parts.forEach((part, index) => {
      const { field } = part;
      if (field === undefined) return;
      if (index > 0) for (const note of this.groupNotes(parts, index)) lines.noteLine('', note);
      const text = leafText(field, lines.view, part.at, part.bitStart >> 3, (part.bitEnd + 7) >> 3, part.value);
      const words = field.kind === 'bool' ? `${field.title}: ${text}` : text;
      this.bitLine(this.bitPattern(first, last, part), field.name, words);
    });
  }

  /** Notes of the groups that begin with a part: `ip.flags  0x2`. */
  private groupNotes(parts: readonly Segment[], index: number): string[] {
    const { lines } = this;
    const part = parts[index]!;
    const before = index === 0 ? [] : parts[index - 1]!.parents;
    return part.parents
      .filter((parent) => parent.kind !== 'list' && !before.includes(parent))
      .map((parent) => lines.labelText(parent.name) + valueText(parent, parent.get(lines.view, part.at)));
  }

  private bitLine(pattern: string, name: string, text: string): void {
    const { lines } = this;
    const notes = lines.noteOf(name, text);
    const isBeside = pattern.length <= lines.geometry.hexWidth;
    if (!isBeside) lines.noteLine(pattern, '');
    for (const [i, note] of notes.entries()) lines.noteLine(isBeside && i === 0 ? pattern : '', note);
  }

  /** `.... 1...`: the bits of a part within its octets. */
  private bitPattern(first: number, last: number, part: Segment): string {
    const start = Math.max(first, part.bitStart >> 3);
    const end = Math.min(last, (part.bitEnd + 7) >> 3);
    let pattern = '';
    for (let bit = start * 8; bit < end * 8; bit++) {
      if (bit > start * 8 && (bit & 3) === 0) pattern += ' ';
      const isMine = bit >= part.bitStart && bit < part.bitEnd;
      pattern += isMine ? String((this.lines.view.getUint8(bit >> 3) >> (7 - (bit & 7))) & 1) : '.';
    }
    return pattern;
  }
}
