/** The fields of a layer as lines of a tree, written as octets: the range of octets, the name, and the value in words and numbers. */
import type { Field } from '../dissect/field.ts';
import { type ComputedValue, type FieldVisitor, walkField } from '../dissect/walk.ts';
import { type Dress, dressOf } from './dress.ts';
import { newTextId, type RunFormat } from './field-runs.ts';
import { leafText, valueText } from './field-text.ts';
import type { FormSink } from './form.ts';
import { Ipv6Texts } from './ipv6-texts.ts';
import { RecentTable } from './recent-table.ts';
import type { Style } from './style.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';
import { TextMemo } from './text-memo.ts';

/** Columns of the range at the left: `1234–1237`. */
export const RANGE_WIDTH = 9;
const NAME_WIDTH = 26;
const LINE_END = 10;
/** Positions and depths below these are two numbers that texts can be kept by. */
const KEPT_POSITIONS = 0x10000;
const KEPT_DEPTHS = 0x100;
/** Widest number whose words are kept: wider ones hardly ever come again. */
const WIDEST_KEPT = 16;
/** Texts of lines in headers that are remembered, as a binary logarithm. */
const LINE_TEXT_BITS = 12;

function nameText(field: Field): string {
  const isLabelled = field.kind === 'bool' || field.computed;
  return `${field.name.padEnd(NAME_WIDTH)} ${isLabelled ? `${field.title}: ` : ''}`;
}

/** What stands on a line between the indentation and the value in digits. */
export function beforeValue(field: Field): string {
  return nameText(field) + beforeDigits(field);
}

/** What stands before digits and belongs to the value. */
export function beforeDigits(field: Field): string {
  return numberAs(field) === 'hex' ? '0x' : '';
}

/** What stands behind the value in digits: the unit, and the line end. */
export function afterValue(field: Field): string {
  return field.unit === '' || !hasNumber(field) ? '\n' : ` ${field.unit}\n`;
}

/** How the fixed fields of a protocol are cut into runs. */
export const TREE_FORMAT: RunFormat = { numberAs };

function hasNumber({ kind }: Field): boolean {
  return kind === 'uint' || kind === 'number';
}

function numberAs(field: Field): 'decimal' | 'hex' | 'words' {
  if (field.values !== undefined || !hasNumber(field)) return 'words';
  if (field.format !== 'hex') return 'decimal';
  return field.scale === 1 ? 'hex' : 'words';
}

/** What is known of a field that may stand anywhere. */
interface FieldTexts {
  /** Ids of its lines with a value in words, and of what other lines begin with. */
  readonly line: number;
  readonly beginning: number;
  readonly name: FixedText;
  readonly before: FixedText;
  readonly after: FixedText;
  readonly numberAs: 'decimal' | 'hex' | 'words';
  /** A number of so few bits that its words are worth keeping. */
  readonly isKept: boolean;
}

function fieldTexts(field: Field): FieldTexts {
  const isNumber = (field.kind === 'uint' || field.kind === 'bool') && field.bitWidth > 0;
  return {
    line: newTextId(),
    beginning: newTextId(),
    name: fixedText(nameText(field)),
    before: fixedText(beforeValue(field)),
    after: fixedText(afterValue(field)),
    numberAs: numberAs(field),
    isKept: isNumber && field.bitWidth <= WIDEST_KEPT,
  };
}

function digitCount(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 10; rest /= 10) count++;
  return count;
}

/** Hexadecimal digits of a number of so many bits. */
function hexDigits(bits: number): number {
  return (bits + 3) >> 2;
}

/** Writes the lines of one layer after the other. */
export class TreeFields implements FieldVisitor, FormSink {
  readonly out: TextBuffer;
  readonly lineTexts = new RecentTable<Uint8Array>(LINE_TEXT_BITS);
  readonly ipv6Texts = new Ipv6Texts();
  private readonly memo = new TextMemo();
  /** Levels of indentation. */
  depth = 0;
  private readonly texts = new Map<Field, FieldTexts>();
  private readonly dim: Dress;
  /** What stands between the ends of a range, and the columns that takes. */
  private readonly dash: FixedText;
  private readonly dashColumns: number;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private origin = 0;

  constructor(out: TextBuffer, style: Style) {
    this.out = out;
    this.dim = dressOf(style.dim);
    this.dash = fixedText(style.dash);
    this.dashColumns = style.dash.length;
  }

  /** Begins a layer whose octets are in `view`, counted from `origin`, at a depth. */
  begin(view: DataView, origin: number, depth: number): void {
    this.view = view;
    this.origin = origin;
    this.depth = depth;
  }

  /** Writes what a line about the octets [start, end) begins with: their range, inclusive as people count them, and the indentation. */
  margin(start: number, end: number): void {
    const { out, dim, dash, dashColumns } = this;
    const first = start - this.origin;
    const last = end - this.origin - 1;
    out.fixed(dim.before);
    if (last < first) out.spaces(RANGE_WIDTH);
    else {
      const columns = digitCount(first) + (last === first ? 0 : dashColumns + digitCount(last));
      if (columns < RANGE_WIDTH) out.spaces(RANGE_WIDTH - columns);
      out.number(first);
      if (last > first) {
        out.fixed(dash);
        out.number(last);
      }
    }
    out.fixed(dim.behind);
    out.spaces(2 * this.depth + 2);
  }

  /** What `margin` writes. */
  marginText(start: number, end: number): string {
    const { out } = this;
    const from = out.at;
    this.margin(start, end);
    const text = out.textFrom(from);
    out.at = from;
    return text;
  }

  /** Writes a line about the octets [start, end). */
  line(start: number, end: number, text: string): void {
    this.margin(start, end);
    this.out.text(text);
    this.out.character(LINE_END);
  }

  show(fields: readonly Field[], view: DataView, at: number): void {
    for (const field of fields) walkField(field, view, at, this);
  }

  private textsOf(field: Field): FieldTexts {
    let texts = this.texts.get(field);
    if (texts === undefined) {
      texts = fieldTexts(field);
      this.texts.set(field, texts);
    }
    return texts;
  }

  /** Name and value; nothing is left at the end of a line without a value. */
  private words(field: Field, text: string): void {
    const shown = text.trimEnd();
    if (shown === '') this.out.text(nameText(field).trimEnd());
    else {
      this.out.fixed(this.textsOf(field).name);
      this.out.text(shown);
    }
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    const { out, view } = this;
    const texts = this.textsOf(field);
    const isWhole = computed === undefined && end - start === field.octetWidth;
    if (isWhole && texts.isKept && texts.numberAs === 'words') return this.keptLeaf(texts.line, field, at, start, end);
    if (computed === undefined && texts.numberAs !== 'words' && field.kind === 'uint') {
      this.beginLine(texts.beginning, texts.before, start, end);
      if (texts.numberAs === 'hex') out.hexDigits(field.get(view, at), hexDigits(field.bitWidth));
      else out.number(field.get(view, at));
      return out.fixed(texts.after);
    }
    this.margin(start, end);
    if (computed === undefined && (field.kind === 'bytes' || field.kind === 'ether') && end > start) {
      out.fixed(texts.name);
      out.hexOctets(view, start, end);
    } else this.words(field, leafText(field, view, at, start, end, computed));
    out.character(LINE_END);
  }

  /** The line of a number of few bits, in words. */
  private keptLeaf(id: number, field: Field, at: number, start: number, end: number): void {
    const { out, view, memo, depth } = this;
    const value = field.get(view, at);
    const position = start - this.origin;
    const isKept = position < KEPT_POSITIONS && depth < KEPT_DEPTHS;
    const place = (position << 8) | depth;
    if (isKept && memo.write(out, id, value, place)) return;
    const from = out.at;
    this.margin(start, end);
    this.words(field, leafText(field, view, at, start, end, undefined));
    out.character(LINE_END);
    if (isKept) memo.keep(out, from, id, value, place);
  }

  openGroup(field: Field, at: number): void {
    const start = at + field.octetOffset;
    this.margin(start, start + field.octetWidth);
    this.words(field, valueText(field, field.get(this.view, at)));
    this.out.character(LINE_END);
    this.depth++;
  }

  closeGroup(): void {
    this.depth--;
  }

  openElement(list: Field, start: number): void {
    const { out, memo, depth } = this;
    const { line } = this.textsOf(list);
    if (!memo.write(out, line, depth, 0)) {
      const from = out.at;
      this.line(start, start, list.title);
      memo.keep(out, from, line, depth, 0);
    }
    this.depth++;
  }

  closeElement(): void {
    this.depth--;
  }

  /** Writes what stands before the value of a single field with the octets [start, end): margin and name. */
  private beginLine(id: number, before: FixedText, start: number, end: number): void {
    const { out, memo, depth } = this;
    const position = start - this.origin;
    const length = end - start;
    const isKept = position < KEPT_POSITIONS && length < KEPT_POSITIONS;
    const word = (position << 16) | length;
    if (isKept && memo.write(out, id, word, depth)) return;
    const from = out.at;
    this.margin(start, end);
    out.fixed(before);
    if (isKept) memo.keep(out, from, id, word, depth);
  }
}
