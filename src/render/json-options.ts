/** Options of headers as JSON. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkDetails } from '../dissect/walk.ts';
import { newTextId } from './field-runs.ts';
import type { JsonFields, ObjectLists } from './json-fields.ts';
import { type KeptTexts, NOT_KEPT } from './kept-texts.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import { FREE_BITS, FreeOctets, OptionShapes } from './option-shapes.ts';
import type { TextBuffer } from './text-buffer.ts';
import { LONGEST_KEPT } from './text-words.ts';

/** Numbers in a form. */
const MOST_NUMBERS = 6;

/** Options that are alike but for numbers. */
interface OptionForm {
  /** Id under which the texts are kept by their place in the list: before each number, and behind the last. */
  readonly id: number;
  readonly texts: readonly Uint8Array[];
  /** Where the numbers stand in the header. */
  readonly numbers: Int32Array;
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
  const known = new Map<number, OptionShapes<OptionForm>>();

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
    let forms = known.get(key);
    if (forms === undefined) {
      forms = new OptionShapes();
      known.set(key, forms);
    }
    const form = forms.find(octets, header);
    if (form !== undefined) return fillIn(start, form, octets, header);
    const recorder = forms.isDue() ? new OptionRecorder(fields, walked, octets, header) : undefined;
    fields.begin(octets, 0);
    walkDetails(layers, row, recorder ?? fields);
    fields.finish(ofLayer);
    const made = recorder?.form();
    if (recorder !== undefined && made !== undefined) forms.keep(made, recorder.free, layers, row);
    const at = appendOctets(start, walked.octets.subarray(0, walked.at));
    walked.at = 0;
    return room(at);
  };
}

/** Lets the fields be written, and notes where numbers are that may be others. */
class OptionRecorder implements FieldVisitor {
  private readonly fields: JsonFields;
  private readonly walked: TextBuffer;
  private readonly view: DataView;
  private readonly header: number;
  private readonly texts: Uint8Array[] = [];
  private readonly numbers: number[] = [];
  readonly free = new FreeOctets();
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
    this.free.show(start - header, end - header, isFree);
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

  /** The form of the layer, all of whose fields were written; undefined where it is too long to be kept. */
  form(): OptionForm | undefined {
    const { walked, numbers } = this;
    const texts = [...this.texts, walked.octets.slice(this.from, walked.at)];
    if (texts.some(({ length }) => length > LONGEST_KEPT) || numbers.length > MOST_NUMBERS) return undefined;
    return { id: newTextId(), texts, numbers: Int32Array.from(numbers) };
  }
}

function isFreeNumber({ kind, bitWidth, octetWidth, scale, alternative, littleEndian, children }: Field): boolean {
  const isWhole = kind === 'uint' && bitWidth === FREE_BITS && octetWidth === 4;
  return isWhole && scale === 1 && alternative === undefined && !littleEndian && children.length === 0;
}
