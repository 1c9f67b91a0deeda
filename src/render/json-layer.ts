/** A layer as an object of JSON, written as octets straight from its row. */
import { type Layers, RowFlag } from '../dissect/layers.ts';
import { readNumber } from '../dissect/plan.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { walkDetails, walkField, walkLayer } from '../dissect/walk.ts';
import { fixedOctets } from './field-runs.ts';
import { JsonFields, type ObjectLists, objectLists } from './json-fields.ts';
import { type FormLead, type FormPart, type LayerForm, partForm, Value, wholeForm } from './json-form.ts';
import { createJsonOptions } from './json-options.ts';
import { type KeptTexts, NOT_KEPT } from './kept-texts.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import { putHexOctets } from './put.ts';
import { remaindersOf } from './remainder.ts';
import { TextBuffer } from './text-buffer.ts';

const COMMA = 44;
const CLOSING_BRACKET = 93;
const CLOSING_BRACE = 125;
const ETHER_OCTETS = 6;
/** Ends of headers in the frame that are told by half a word. */
const FARTHEST = 0xffff;
/** Of so many headers that are looked for as a whole, no more may be new ones: otherwise their parts are written from then on. */
const LOOKS = 4096;
const MOST_MISSES = 1024;

/** How the layers of a protocol are written. */
interface LayerWriting {
  readonly protocol: Protocol;
  form: LayerForm;
  /** Numbers of the texts behind the form's parts. */
  behind: Int32Array;
  /** Octets that must have been captured for the form; Infinity where its texts found no room. */
  readonly octets: number;
  /** Layers of the protocol have fields behind those of the form; `options` alone where the header is longer than `minimum`. */
  readonly hasDetails: boolean;
  readonly hasOptions: boolean;
  readonly minimum: number;
  /** Lists that a layer has even where it has no element for them, and the number of their text. */
  readonly lists: ObjectLists;
  readonly emptyLists: number;
  /** The form is that of whole headers; how many were looked for lately, and how many of them were not kept. */
  isWhole: boolean;
  looks: number;
  misses: number;
}

/** Writes parts of records to places in the chunk; all answer where they ended. */
export interface LayerJson {
  layer(at: number, layers: Layers, row: number): number;
  /** `,"payload":[54,100]` where a layer, or the frame (row -1), holds octets that no layer claims. */
  remainders(at: number, layers: Layers, row: number): number;
}

/** @param full each field as an object with its value and its bits */
export function createLayerJson(chunk: OctetChunk, numbers: OctetNumbers, kept: KeptTexts, full: boolean): LayerJson {
  const { view, appendOctets, room } = chunk;
  const { putWhole, putAddress } = numbers;
  const { put } = kept;
  const payload = kept.keepForGood(',"payload":[');
  const padding = kept.keepForGood(',"padding":[');
  const writings: (LayerWriting | undefined)[] = [];
  /** What takes a walk over the fields. */
  const walked = new TextBuffer();
  const fields = new JsonFields(walked, full);
  const putOptions = createJsonOptions(chunk, numbers, kept, fields, walked);

  function writingOf(protocol: Protocol): LayerWriting {
    const whole = wholeForm(protocol);
    const lists = objectLists(protocol.loose);
    const emptyLists = kept.keepForGood(lists.lists.map(({ key }) => `,"${key}":[]`).join(''));
    const form = whole ?? partForm(protocol);
    const behind = textsBehind(form);
    const isKept = emptyLists !== NOT_KEPT && !behind.includes(NOT_KEPT);
    return {
      protocol,
      form,
      behind,
      octets: isKept ? fixedOctets(protocol) : Number.POSITIVE_INFINITY,
      hasDetails: protocol.details !== undefined,
      hasOptions: protocol.hasOptions,
      minimum: protocol.minimum,
      lists,
      emptyLists,
      isWhole: whole !== undefined,
      looks: 0,
      misses: 0,
    };
  }

  function textsBehind({ parts }: LayerForm): Int32Array {
    return Int32Array.from(parts, ({ behind }) => kept.keepForGood(behind));
  }

  /** Judges whether whole headers come again. */
  function judge(writing: LayerWriting): void {
    if (writing.misses > MOST_MISSES) {
      const form = partForm(writing.protocol);
      const behind = textsBehind(form);
      if (behind.includes(NOT_KEPT)) return;
      writing.form = form;
      writing.behind = behind;
      writing.isWhole = false;
    }
    writing.looks = 0;
    writing.misses = 0;
  }

  /** Writes what was put into `walked`, and empties that. */
  function putWalked(at: number): number {
    const to = appendOctets(at, walked.octets.subarray(0, walked.at));
    walked.at = 0;
    return room(to);
  }

  /** Writes what a layer begins with, and the lead of its form. */
  function putLead(at: number, writing: LayerWriting, layers: Layers, row: number, octets: DataView): number {
    if (writing.isWhole && ++writing.looks === LOOKS) judge(writing);
    const { lead } = writing.form;
    const start = layers.start[row]!;
    const end = layers.payload[row]!;
    const origin = layers.originOf(row);
    const isNear = layers.source[row] === 0 && end - origin <= FARTHEST;
    if (isNear) {
      const known = findLead(lead, octets, start, layers, row);
      if (known !== NOT_KEPT) return put(room(at), known);
      writing.misses++;
    }
    beginLayer(layers, row);
    putFields(lead, octets, start);
    if (isNear) kept.keep(walked.octets.subarray(0, walked.at));
    return putWalked(at);
  }

  function findLead(
    { id, octets: count }: FormLead,
    octets: DataView,
    start: number,
    layers: Layers,
    row: number,
  ): number {
    const marks = (layers.tunnel[row]! << 8) | layers.flags[row]!;
    const { frameStart } = layers;
    const range = ((start - frameStart) << 16) | (layers.payload[row]! - frameStart);
    const first = count === 0 ? 0 : wordAt(octets, start, count);
    if (count <= 4) return kept.findBySix(id, marks, range, first, 0, 0, 0);
    const second = wordAt(octets, start + 4, count - 4);
    const third = count <= 8 ? 0 : wordAt(octets, start + 8, count - 8);
    const fourth = count <= 12 ? 0 : wordAt(octets, start + 12, count - 12);
    return kept.findBySix(id, marks, range, first, second, third, fourth);
  }

  /** Puts name, range and marks of a layer into `walked`. */
  function beginLayer(layers: Layers, row: number): void {
    const origin = layers.originOf(row);
    const source = layers.source[row]!;
    const tunnel = layers.tunnelOf(row);
    const { name } = layers.protocolOf(row);
    walked.text(`{"layer":"${name}","range":[${layers.start[row]! - origin},${layers.payload[row]! - origin}]`);
    if (tunnel !== '') walked.text(`,"tunnel":"${tunnel}"`);
    if ((layers.flags[row]! & RowFlag.guessed) !== 0) walked.text(',"guessed":true');
    if (layers.isQuoted(row)) walked.text(',"quoted":true');
    if (source > 0) walked.text(`,"source":${source},"frames":[${layers.sources[source - 1]!.frames.join(',')}]`);
  }

  /** Puts fields and what stands behind them into `walked`. */
  function putFields({ fields: declared, behind }: FormLead | FormPart, octets: DataView, header: number): void {
    fields.begin(octets, 0);
    for (const field of declared) walkField(field, octets, header, fields);
    walked.text(behind);
  }

  function putKept(start: number, part: FormPart, octets: DataView, header: number): number {
    const known = kept.find(part.id, readNumber(octets, header, part.place));
    if (known !== NOT_KEPT) return put(start, known);
    putFields(part, octets, header);
    kept.keep(walked.octets.subarray(0, walked.at));
    return putWalked(start);
  }

  /** Writes the parts of a form for the header that begins at `header`. */
  function putParts(start: number, { form, behind }: LayerWriting, octets: DataView, header: number): number {
    const { parts } = form;
    let at = start;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const from = header + part.octet;
      switch (part.value) {
        case Value.uint16:
          at = putWhole(at, octets.getUint16(from));
          break;
        case Value.uint32:
          at = putWhole(at, octets.getInt32(from));
          break;
        case Value.number:
          at = putWhole(at, readNumber(octets, header, part.place));
          break;
        case Value.ipv4:
          at = putAddress(at, octets.getInt32(from));
          break;
        case Value.ether:
          at = putHexOctets(view, at, octets, from, from + ETHER_OCTETS);
          break;
        case Value.kept:
          at = putKept(room(at), part, octets, header);
          continue;
        default:
          putFields(part, octets, header);
          at = putWalked(at);
          continue;
      }
      at = put(at, behind[i]!);
    }
    return at;
  }

  /** Writes the fields at run-time positions. */
  function putDetails(at: number, writing: LayerWriting, layers: Layers, row: number): number {
    const { hasDetails, hasOptions, minimum, lists, emptyLists } = writing;
    const length = layers.payload[row]! - layers.start[row]!;
    if (!hasDetails || (hasOptions && length <= minimum)) return put(at, emptyLists);
    if (hasOptions) return putOptions(room(at), layers, row, lists);
    fields.begin(layers.viewOf(row), 0);
    walkDetails(layers, row, fields);
    fields.finish(lists);
    return putWalked(at);
  }

  function putRange(start: number, first: number, end: number): number {
    const at = putWhole(start, first);
    view.setUint8(at, COMMA);
    const to = putWhole(at + 1, end);
    view.setUint8(to, CLOSING_BRACKET);
    return to + 1;
  }

  function remainders(start: number, layers: Layers, row: number): number {
    if (row >= 0 && row === layers.count - 1 && layers.source[row] === 0) {
      // Nothing is within the last row.
      const { frameStart } = layers;
      const first = layers.payload[row]!;
      const end = layers.end[row]!;
      return first < end ? putRange(put(start, payload), first - frameStart, end - frameStart) : start;
    }
    const left = remaindersOf(layers, row);
    if (left.length === 0) return start;
    const origin = row < 0 ? layers.frameStart : layers.originOf(row);
    let at = start;
    for (const { kind, start: first, end } of left) {
      at = putRange(put(at, kind === 'payload' ? payload : padding), first - origin, end - origin);
    }
    return at;
  }

  function layer(begin: number, layers: Layers, row: number): number {
    const id = layers.protocol[row]!;
    writings[id] ??= writingOf(layers.protocolOf(row));
    const writing = writings[id];
    const octets = layers.viewOf(row);
    const start = layers.start[row]!;
    let at = begin;
    if (full || start + writing.octets > layers.payload[row]!) {
      beginLayer(layers, row);
      fields.begin(octets, layers.originOf(row));
      walkLayer(layers, row, fields);
      fields.finish(writing.lists);
      at = putWalked(at);
    } else {
      at = putLead(at, writing, layers, row, octets);
      at = putParts(at, writing, octets, start);
      at = putDetails(at, writing, layers, row);
    }
    at = remainders(at, layers, row);
    view.setUint8(at, CLOSING_BRACE);
    return at + 1;
  }

  return { layer, remainders };
}

/** Up to four octets from `from` on as a number. */
function wordAt(octets: DataView, from: number, count: number): number {
  if (count >= 4) return octets.getInt32(from);
  if (count === 2) return octets.getUint16(from);
  return count === 1 ? octets.getUint8(from) : (octets.getUint16(from) << 8) | octets.getUint8(from + 2);
}
