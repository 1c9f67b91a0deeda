/** Options of headers as JSON. Those of successive packets are mostly the same but for numbers such as time stamps. */
import type { Field } from '../dissect/field.ts';
import { type Layers, Status } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkDetails } from '../dissect/walk.ts';
import { newTextId } from './field-runs.ts';
import type { JsonFields, ObjectLists } from './json-fields.ts';
import { type KeptTexts, LONGEST_KEPT, NOT_KEPT } from './kept-texts.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import type { TextBuffer } from './text-buffer.ts';

/** Width of the numbers on which no other part of the options' text depends, as protocols that have options promise. */
const FREE_BITS = 32;
/** Forms of headers of one length. */
const MOST_FORMS = 4;
/** Numbers in a form. */
const MOST_NUMBERS = 6;

/** Options that are alike but for numbers. */
interface OptionForm {
  /** Id under which the texts are kept by their place in the list: before each number, and behind the last. */
  readonly id: number;
  readonly texts: readonly Uint8Array[];
  /** Where the numbers stand in the header. */
  readonly numbers: Int32Array;
  /** Where in the header octets must be these. */
  readonly places: Int32Array;
  readonly octets: Uint8Array;
}

/** The forms of the headers of one protocol that have one length. */
interface FormList {
  readonly forms: OptionForm[];
  made: number;
  /** Options for which there was no form, and how many of them there are before the next form is made: where each is another, forms do not pay. */
  walks: number;
  nextAt: number;
}

/** Writes the options of a layer, and ends its members; `lists` are those of the layer. */
export type PutOptions = (at: number, layers: Layers, row: number, lists: ObjectLists) => number;

/** @param walked what `fields` writes to */
export function createJsonOptions(
  chunk: OctetChunk,
  { putWhole }: OctetNumbers,
  kept: KeptTexts,
  fields: JsonFields,
  walked: TextBuffer,
): PutOptions {
  const { appendOctets, room } = chunk;
  /** By protocol and length of the header. */
  const lists = new Map<number, FormList>();

  function fillIn(start: number, { id, texts, numbers }: OptionForm, octets: DataView, header: number): number {
    let at = start;
    for (let i = 0; i < texts.length; i++) {
      if (i > 0) at = putWhole(at, octets.getInt32(header + numbers[i - 1]!));
      let text = kept.find(id, i);
      if (text === NOT_KEPT) {
        kept.keep(texts[i]!);
        text = kept.find(id, i);
      }
      at = kept.put(room(at), text);
    }
    return at;
  }

  return (start, layers, row, ofLayer) => {
    const octets = layers.viewOf(row);
    const header = layers.start[row]!;
    const key = (layers.protocol[row]! << 16) | (layers.payload[row]! - header);
    let list = lists.get(key);
    if (list === undefined) {
      list = { forms: [], made: 0, walks: 0, nextAt: 0 };
      lists.set(key, list);
    }
    const { forms } = list;
    for (let i = 0; i < forms.length; i++) {
      if (isFor(forms[i]!, octets, header)) return fillIn(start, forms[i]!, octets, header);
    }
    const recorder = list.walks++ === list.nextAt ? new OptionRecorder(fields, walked, octets, header) : undefined;
    fields.begin(octets, 0);
    walkDetails(layers, row, recorder ?? fields);
    fields.finish(ofLayer);
    if (recorder !== undefined) {
      list.nextAt = 2 * list.walks;
      const made = recorder.form(layers, row);
      if (made !== undefined) forms[list.made++ % MOST_FORMS] = made;
    }
    const at = appendOctets(start, walked.octets.subarray(0, walked.at));
    walked.at = 0;
    return room(at);
  };
}

function isFor({ places, octets }: OptionForm, view: DataView, header: number): boolean {
  for (let i = 0; i < places.length; i++) if (view.getUint8(header + places[i]!) !== octets[i]) return false;
  return true;
}

/** Lets the fields be written, and notes where numbers are that may be others. */
class OptionRecorder implements FieldVisitor {
  private readonly fields: JsonFields;
  private readonly walked: TextBuffer;
  private readonly view: DataView;
  private readonly header: number;
  private readonly texts: Uint8Array[] = [];
  private readonly numbers: number[] = [];
  /** Octets in the header that are shown as such numbers and nowhere else; and those that are shown otherwise. */
  private readonly free = new Set<number>();
  private readonly bound = new Set<number>();
  /** Where the text behind the last number begins. */
  private from = 0;

  constructor(fields: JsonFields, walked: TextBuffer, view: DataView, header: number) {
    this.fields = fields;
    this.walked = walked;
    this.view = view;
    this.header = header;
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    const { fields, walked, header, view } = this;
    fields.leaf(field, at, start, end, computed);
    const isFree = computed === undefined && isFreeNumber(field) && end === start + field.octetWidth;
    if (isFree) {
      const digits = String(field.get(view, at)).length;
      this.texts.push(walked.octets.slice(this.from, walked.at - digits));
      this.numbers.push(start - header);
      this.from = walked.at;
    }
    for (let octet = start - header; octet < end - header; octet++) {
      if (isFree && !this.bound.has(octet) && !this.free.has(octet)) this.free.add(octet);
      else {
        this.free.delete(octet);
        this.bound.add(octet);
      }
    }
  }

  openGroup(field: Field, at: number): void {
    this.fields.openGroup(field, at);
  }

  closeGroup(field: Field): void {
    this.fields.closeGroup(field);
  }

  openElement(list: Field): void {
    this.fields.openElement(list);
  }

  closeElement(list: Field): void {
    this.fields.closeElement(list);
  }

  /** The form of the layer, all of whose fields were written; undefined where something is wrong with the packet, which is to be told of each. */
  form(layers: Layers, row: number): OptionForm | undefined {
    const { issues, status } = layers;
    const { walked, numbers, header, free, view } = this;
    const texts = [...this.texts, walked.octets.slice(this.from, walked.at)];
    if (issues.count > 0 || issues.dropped > 0 || status[row] !== Status.complete) return undefined;
    if (texts.some(({ length }) => length > LONGEST_KEPT) || numbers.length > MOST_NUMBERS) return undefined;
    const places: number[] = [];
    for (let at = layers.protocolOf(row).minimum; at < layers.payload[row]! - header; at++) {
      if (!free.has(at)) places.push(at);
    }
    return {
      id: newTextId(),
      texts,
      numbers: Int32Array.from(numbers),
      places: Int32Array.from(places),
      octets: Uint8Array.from(places, (at) => view.getUint8(header + at)),
    };
  }
}

function isFreeNumber({ kind, bitWidth, octetWidth, scale, alternative, littleEndian, children }: Field): boolean {
  const isWhole = kind === 'uint' && bitWidth === FREE_BITS && octetWidth === 4;
  return isWhole && scale === 1 && alternative === undefined && !littleEndian && children.length === 0;
}
