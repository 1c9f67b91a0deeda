/** The fields of a layer as members of a JSON object, written as octets. */
import type { Field } from '../dissect/field.ts';
import { fieldValue } from '../dissect/value.ts';
import type { ComputedValue, FieldVisitor } from '../dissect/walk.ts';
import { jsonString } from './safe-text.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;
const DELETE = 0x7f;

const TRUE = fixedText('true');
const FALSE = fixedText('false');
const RAW = fixedText('{"raw":');
const VALUE = fixedText('{"value":');
const BITS = fixedText(',"bits":[');
const OPENING_LIST = fixedText('[');
const EMPTY_LIST = fixedText('[]');

/** Whether a character stands in a JSON string as it is, on any terminal. */
function isPlain(code: number): boolean {
  return code >= 0x20 && code < DELETE && code !== QUOTE && code !== BACKSLASH;
}

/** Writes a JSON string literal, escaped as `jsonString` does. */
function writeJsonString(out: TextBuffer, text: string): void {
  for (let i = 0; i < text.length; i++) if (!isPlain(text.charCodeAt(i))) return out.text(jsonString(text));
  out.character(QUOTE);
  out.text(text);
  out.character(QUOTE);
}

function writeJsonText(out: TextBuffer, view: DataView, start: number, end: number, field: Field): void {
  for (let at = start; at < end; at++) {
    if (!isPlain(view.getUint8(at)))
      return writeJsonString(out, String(fieldValue(field, view, start, start, end, undefined)));
  }
  out.character(QUOTE);
  out.ascii(view, start, end);
  out.character(QUOTE);
}

/** Writes a leaf field's value as a walk gives it: what `JSON.stringify` makes of `fieldValue`. */
function writeJsonValue(
  out: TextBuffer,
  field: Field,
  view: DataView,
  at: number,
  start: number,
  end: number,
  computed: ComputedValue | undefined,
): void {
  if (computed !== undefined) {
    if (typeof computed === 'string') writeJsonString(out, computed);
    else if (typeof computed === 'number') out.number(computed);
    else out.fixed(computed ? TRUE : FALSE);
    return;
  }
  switch (field.kind) {
    case 'uint':
    case 'number':
      return out.number(field.get(view, at));
    case 'bool':
      return out.fixed(field.get(view, at) !== 0 ? TRUE : FALSE);
    case 'text':
      return writeJsonText(out, view, start, end, field);
    case 'bytes':
    case 'ether':
      out.character(QUOTE);
      out.hexOctets(view, start, end);
      return out.character(QUOTE);
    default:
      return writeJsonString(out, String(fieldValue(field, view, at, start, end, undefined)));
  }
}

/** Lists that an object has even where it has no element for them. */
export interface ObjectLists {
  readonly lists: readonly Field[];
  /** All of them as empty arrays. */
  readonly empty: FixedText;
}

/** The lists among the fields of an object. */
export function objectLists(fields: readonly Field[]): ObjectLists {
  const lists = fields.filter(({ kind }) => kind === 'list');
  return { lists, empty: fixedText(lists.map(({ key }) => `,"${key}":[]`).join('')) };
}

/** What is written for a field each time. */
interface FieldTexts extends ObjectLists {
  /** `,"key":` */
  readonly key: FixedText;
}

/** Writes the fields of layers as members of the object that is open in `out`, which has a member already. */
export class JsonFields implements FieldVisitor {
  private readonly out: TextBuffer;
  /** Each field as an object with its value and its bits. */
  private readonly full: boolean;
  private readonly texts = new Map<Field, FieldTexts>();
  private view: DataView = new DataView(new ArrayBuffer(0));
  private originBit = 0;
  /** The object's next member is its first. */
  private isFirst = false;
  /** Objects that are open, and the list whose array is open in each; the lists each has had. */
  private depth = 0;
  private readonly openLists: (Field | undefined)[] = [undefined];
  private readonly seenLists: Field[][] = [[]];

  constructor(out: TextBuffer, full: boolean) {
    this.out = out;
    this.full = full;
  }

  /** Begins a layer whose octets are in `view`; bits are counted from `origin`. */
  begin(view: DataView, origin: number): void {
    this.view = view;
    this.originBit = origin * 8;
    this.isFirst = false;
    this.depth = 0;
    this.openLists[0] = undefined;
    const seen = this.seenLists[0]!;
    if (seen.length > 0) seen.length = 0;
  }

  /** Ends the layer's fields; lists of which there was no element are empty arrays. */
  finish(lists: ObjectLists): void {
    this.closeList();
    this.addEmpty(lists);
  }

  private textsOf(field: Field): FieldTexts {
    let texts = this.texts.get(field);
    if (texts === undefined) {
      texts = { key: fixedText(`,"${field.key}":`), ...objectLists(field.children) };
      this.texts.set(field, texts);
    }
    return texts;
  }

  private enter(isFirst: boolean): void {
    const depth = ++this.depth;
    this.isFirst = isFirst;
    this.openLists[depth] = undefined;
    const seen = this.seenLists[depth];
    if (seen === undefined) this.seenLists[depth] = [];
    else if (seen.length > 0) seen.length = 0;
  }

  private leave(lists: ObjectLists): void {
    this.closeList();
    this.addEmpty(lists);
    this.depth--;
    if (this.isFirst) this.out.character(OPENING_BRACE);
    this.out.character(CLOSING_BRACE);
    this.isFirst = false;
  }

  private addEmpty({ lists, empty }: ObjectLists): void {
    if (lists.length === 0) return;
    const seen = this.seenLists[this.depth]!;
    if (seen.length === 0 && !this.isFirst) return this.out.fixed(empty);
    for (const list of lists) {
      if (seen.includes(list)) continue;
      this.key(list);
      this.out.fixed(EMPTY_LIST);
    }
  }

  private closeList(): void {
    const { depth, openLists } = this;
    if (openLists[depth] === undefined) return;
    this.out.character(CLOSING_BRACKET);
    openLists[depth] = undefined;
  }

  private key(field: Field): void {
    const { out } = this;
    const from = out.at;
    out.fixed(this.textsOf(field).key);
    if (this.isFirst) out.octets[from] = OPENING_BRACE;
    this.isFirst = false;
  }

  private bits(start: number, end: number): void {
    const { out, originBit } = this;
    out.fixed(BITS);
    out.number(start - originBit);
    out.character(COMMA);
    out.number(end - originBit);
    out.character(CLOSING_BRACKET);
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    const { out, view } = this;
    this.closeList();
    this.key(field);
    if (!this.full) return writeJsonValue(out, field, view, at, start, end, computed);
    out.fixed(VALUE);
    writeJsonValue(out, field, view, at, start, end, computed);
    if (start !== end) {
      const first = field.bitWidth > 0 ? at * 8 + field.bitOffset : start * 8;
      this.bits(first, field.bitWidth > 0 ? first + field.bitWidth : end * 8);
    }
    out.character(CLOSING_BRACE);
  }

  openGroup(field: Field, at: number): void {
    const { out } = this;
    this.closeList();
    this.key(field);
    out.fixed(RAW);
    out.number(field.get(this.view, at));
    const start = at * 8 + field.bitOffset;
    if (this.full) this.bits(start, start + field.bitWidth);
    this.enter(false);
  }

  closeGroup(field: Field): void {
    this.leave(this.textsOf(field));
  }

  openElement(list: Field): void {
    const { depth, openLists } = this;
    if (openLists[depth] === list) this.out.character(COMMA);
    else {
      this.closeList();
      openLists[depth] = list;
      this.seenLists[depth]!.push(list);
      this.key(list);
      this.out.fixed(OPENING_LIST);
    }
    this.enter(true);
  }

  closeElement(list: Field): void {
    this.leave(this.textsOf(list));
  }
}
