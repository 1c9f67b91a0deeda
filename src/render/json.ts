/** A packet as one line of JSON, written straight from the layers without an object in between. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { RowFlag } from '../dissect/layers.ts';
import { fieldValue } from '../dissect/value.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';
import { protocolsText } from './protocols-text.ts';
import { remaindersOf } from './remainder.ts';
import { jsonString } from './safe-text.ts';

/** What a record says of the packet beside its layers. */
export interface RecordHead {
  readonly number: number;
  /** RFC 3339 in UTC with nine decimals; undefined where the packet has no time. */
  readonly time: string | undefined;
  readonly point: string;
  /** Name of the interface, where the file gives it. */
  readonly interface: string | undefined;
  readonly captured: number;
  readonly length: number;
  /** Comments of the packet in a pcapng file. */
  readonly comments: readonly string[];
}

/** What a record holds. */
export interface RecordOptions {
  /** Each field as an object with its value and its bits. */
  readonly full?: boolean;
  /** Only layers of these protocols. */
  readonly only?: ReadonlySet<string>;
}

class LayerWriter implements FieldVisitor {
  out = '';
  private view: DataView = new DataView(new ArrayBuffer(0));
  private originBit = 0;
  private isFirst = true;
  private readonly full: boolean;
  /** The list whose array is open in each object, innermost last. */
  private readonly openLists: (Field | undefined)[] = [];
  private readonly seenLists: Field[][] = [];

  constructor(full: boolean) {
    this.full = full;
  }

  begin(layers: Layers, row: number): void {
    this.view = layers.viewOf(row);
    this.originBit = layers.originOf(row) * 8;
    this.out = '';
    this.isFirst = true;
    this.openLists.length = 0;
    this.seenLists.length = 0;
    this.enterObject();
  }

  /** Closes the layer's object; lists that had no element are empty arrays. */
  finish(lists: readonly Field[]): string {
    this.leaveObject(lists);
    return this.out;
  }

  private enterObject(): void {
    this.openLists.push(undefined);
    this.seenLists.push([]);
  }

  private leaveObject(lists: readonly Field[]): void {
    this.closeList();
    const seen = this.seenLists.pop() ?? [];
    this.openLists.pop();
    for (const list of lists) if (list.kind === 'list' && !seen.includes(list)) this.key(list.key, '[]');
  }

  private closeList(): void {
    const top = this.openLists.length - 1;
    if (this.openLists[top] === undefined) return;
    this.out += ']';
    this.openLists[top] = undefined;
  }

  /** Adds a member. Whether it is the object's first is remembered: looking at the text's end would flatten it, at a cost that grows with its length. */
  private key(key: string, text: string): void {
    this.out += this.isFirst ? `"${key}":${text}` : `,"${key}":${text}`;
    this.isFirst = false;
  }

  private bits(start: number, end: number): string {
    return `"bits":[${start - this.originBit},${end - this.originBit}]`;
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    this.closeList();
    const value = fieldValue(field, this.view, at, start, end, computed);
    const text = typeof value === 'string' ? jsonString(value) : String(value);
    if (!this.full) return this.key(field.key, text);
    if (start === end) return this.key(field.key, `{"value":${text}}`);
    const bitStart = field.bitWidth > 0 ? at * 8 + field.bitOffset : start * 8;
    const bitEnd = field.bitWidth > 0 ? bitStart + field.bitWidth : end * 8;
    this.key(field.key, `{"value":${text},${this.bits(bitStart, bitEnd)}}`);
  }

  openGroup(field: Field, at: number): void {
    this.closeList();
    const raw = field.get(this.view, at);
    const start = at * 8 + field.bitOffset;
    this.key(field.key, this.full ? `{"raw":${raw},${this.bits(start, start + field.bitWidth)}` : `{"raw":${raw}`);
    this.enterObject();
  }

  closeGroup(field: Field): void {
    this.leaveObject(field.children);
    this.out += '}';
  }

  openElement(list: Field): void {
    const top = this.openLists.length - 1;
    if (this.openLists[top] === list) this.out += ',{';
    else {
      this.closeList();
      this.openLists[top] = list;
      this.seenLists[top]!.push(list);
      this.key(list.key, '[{');
    }
    this.isFirst = true;
    this.enterObject();
  }

  closeElement(list: Field): void {
    this.leaveObject(list.children);
    this.out += '}';
    this.isFirst = false;
  }
}

const plain = new LayerWriter(false);
const withBits = new LayerWriter(true);

function layerJson(layers: Layers, row: number, writer: LayerWriter): string {
  const protocol = layers.protocolOf(row);
  const origin = layers.originOf(row);
  let text = `{"layer":${jsonString(protocol.name)},"range":[${layers.start[row]! - origin},${layers.payload[row]! - origin}]`;
  const tunnel = layers.tunnelOf(row);
  if (tunnel !== '') text += `,"tunnel":"${tunnel}"`;
  if ((layers.flags[row]! & RowFlag.guessed) !== 0) text += ',"guessed":true';
  if (layers.isQuoted(row)) text += ',"quoted":true';
  const source = layers.source[row]!;
  if (source > 0) text += `,"source":${source},"frames":[${layers.sources[source - 1]!.frames.join(',')}]`;
  writer.begin(layers, row);
  walkLayer(layers, row, writer);
  const fields = writer.finish(protocol.loose);
  if (fields !== '') text += `,${fields}`;
  return `${text}${remainderJson(layers, row)}}`;
}

/** `,"payload":[54,100]` where a layer, or the frame, holds octets that no layer claims. */
function remainderJson(layers: Layers, row: number): string {
  const origin = row < 0 ? layers.frameStart : layers.originOf(row);
  let text = '';
  for (const { kind, start, end } of remaindersOf(layers, row))
    text += `,"${kind}":[${start - origin},${end - origin}]`;
  return text;
}

function issuesJson(layers: Layers): string {
  const { issues } = layers;
  let text = '';
  for (let i = 0; i < issues.count; i++) {
    const { row, code, needed, available, limit } = issues.at(i);
    if (i > 0) text += ',';
    text += `{"layer":${row},"code":"${code}","needed":${needed},"available":${available},"limit":${jsonString(limit)}}`;
  }
  return text;
}

/** The packet's record, without a line end. */
export function packetJson(layers: Layers, head: RecordHead, options: RecordOptions = {}): string {
  const writer = options.full ? withBits : plain;
  let text = `{"type":"packet","number":${head.number},"time":${head.time === undefined ? 'null' : `"${head.time}"`}`;
  text += `,"point":${jsonString(head.point)}`;
  if (head.interface !== undefined) text += `,"interface":${jsonString(head.interface)}`;
  text += `,"captured":${head.captured},"length":${head.length},"protocols":${jsonString(protocolsText(layers))},"layers":[`;
  let isFirst = true;
  for (let row = 0; row < layers.count; row++) {
    if (options.only !== undefined && !options.only.has(layers.protocolOf(row).name)) continue;
    text += isFirst ? layerJson(layers, row, writer) : `,${layerJson(layers, row, writer)}`;
    isFirst = false;
  }
  text += `]${remainderJson(layers, -1)}`;
  if (head.comments.length > 0) text += `,"comments":[${head.comments.map(jsonString).join(',')}]`;
  const issues = issuesJson(layers);
  if (issues !== '') text += `,"issues":[${issues}]`;
  if (layers.issues.dropped > 0) text += `,"issuesDropped":${layers.issues.dropped}`;
  return `${text}}`;
}
