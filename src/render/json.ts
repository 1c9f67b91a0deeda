/** A packet as one line of JSON, written as octets straight from the rows of its layers. */
import { formatTime, NO_TIME } from '../capture/timestamp.ts';
import type { Field } from '../dissect/field.ts';
import { type Layers, RowFlag } from '../dissect/layers.ts';
import { readNumber } from '../dissect/plan.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { walkDetails, walkField, walkLayer } from '../dissect/walk.ts';
import { type FieldRun, type FieldRuns, fieldRuns, newTextId, type RunFormat, RunKind, runAt } from './field-runs.ts';
import { JsonFields, type ObjectLists, objectLists } from './json-fields.ts';
import { protocolsText } from './protocols-text.ts';
import { remaindersOf } from './remainder.ts';
import { jsonString } from './safe-text.ts';
import { fixedText, putFixed, putHexOctets, putIpv4, putWhole, TextBuffer } from './text-buffer.ts';
import { LONGEST_KEPT, TextMemo } from './text-memo.ts';

/** What a record says of the packet beside its layers. */
export interface RecordHead {
  readonly number: number;
  /** Whole seconds since 1970-01-01T00:00:00Z and nanoseconds after them, or NO_TIME. */
  readonly seconds: number;
  readonly nanos: number;
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

const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACKET = 93;
const CLOSING_BRACE = 125;

const RECORD = fixedText('{"type":"packet","number":');
const NO_TIME_TEXT = fixedText(',"time":null');
const TIME_END = fixedText('Z"');
const LENGTH = fixedText(',"length":');
const PROTOCOLS = fixedText(',"protocols":"');
const LAYERS = fixedText('","layers":[');
const PAYLOAD = fixedText(',"payload":[');
const PADDING = fixedText(',"padding":[');
/** Characters of RFC 3339 behind the dot: nine digits and a Z. */
const NANOS_AND_Z = 10;

const FORMAT: RunFormat = {
  before: (field) => fixedText(`,"${field.key}":${isText(field) ? '"' : ''}`),
  after: (field) => fixedText(isText(field) ? '"' : ''),
  numberAs: () => 'decimal',
};

function isText({ kind }: Field): boolean {
  return kind === 'ipv4' || kind === 'ether';
}

/** A protocol's layers, as far as they are the same for all packets. */
interface LayerTexts extends FieldRuns {
  /** Id of the texts that layers begin with: name, range and marks. */
  readonly head: number;
  readonly lists: ObjectLists;
}

/** Writes packets' records to a buffer. */
export class PacketJson {
  private readonly out: TextBuffer;
  private readonly fields: JsonFields;
  private readonly full: boolean;
  private readonly texts: (LayerTexts | undefined)[] = [];
  private readonly memo = new TextMemo();
  private readonly stacks = newTextId();
  /** What the last packet's place and second look like. */
  private point = '';
  private interface: string | undefined;
  private placeText = fixedText(',"point":"","captured":');
  private seconds = Number.NaN;
  private secondText = NO_TIME_TEXT;

  /** @param full each field as an object with its value and its bits */
  constructor(out: TextBuffer, full = false) {
    this.out = out;
    this.full = full;
    this.fields = new JsonFields(out, full);
  }

  /** Writes the packet's record, without a line end; `only` restricts it to layers of these protocols. */
  write(layers: Layers, head: RecordHead, only?: ReadonlySet<string>): void {
    const { out } = this;
    this.writeHead(layers, head);
    let isFirst = true;
    for (let row = 0; row < layers.count; row++) {
      if (only !== undefined && !only.has(layers.protocolOf(row).name)) continue;
      if (!isFirst) out.character(COMMA);
      isFirst = false;
      this.writeLayer(layers, row);
    }
    out.character(CLOSING_BRACKET);
    this.writeRemainders(layers, -1);
    if (head.comments.length > 0) out.text(`,"comments":[${head.comments.map(jsonString).join(',')}]`);
    const { issues } = layers;
    if (issues.count > 0) out.text(`,"issues":[${issueTexts(layers).join(',')}]`);
    if (issues.dropped > 0) out.text(`,"issuesDropped":${issues.dropped}`);
    out.character(CLOSING_BRACE);
  }

  private writeHead(
    layers: Layers,
    { number, seconds, nanos, point, interface: name, captured, length }: RecordHead,
  ): void {
    const { out } = this;
    out.fixed(RECORD);
    out.number(number);
    if (nanos === NO_TIME) out.fixed(NO_TIME_TEXT);
    else {
      if (seconds !== this.seconds) {
        this.seconds = seconds;
        this.secondText = fixedText(`,"time":"${(formatTime(seconds, 0) ?? '').slice(0, -NANOS_AND_Z)}`);
      }
      out.fixed(this.secondText);
      out.digits(nanos, 9);
      out.fixed(TIME_END);
    }
    if (point !== this.point || name !== this.interface) {
      this.point = point;
      this.interface = name;
      const at = name === undefined ? '' : `,"interface":${jsonString(name)}`;
      this.placeText = fixedText(`,"point":${jsonString(point)}${at},"captured":`);
    }
    out.fixed(this.placeText);
    out.number(captured);
    out.fixed(LENGTH);
    out.number(length);
    out.fixed(PROTOCOLS);
    this.writeStack(layers);
    out.fixed(LAYERS);
  }

  /** The protocols' names. Their ids are octets, so that those of up to eight layers inside of each other are two words. */
  private writeStack(layers: Layers): void {
    const { out, memo, stacks } = this;
    const { count, protocol, parent } = layers;
    let inner = 0;
    let outer = 0;
    let row = 0;
    for (; row < count && row < 8 && parent[row] === row - 1; row++) {
      outer = (outer << 8) | (inner >>> 24);
      inner = (inner << 8) | protocol[row]!;
    }
    if (row < count) return out.text(protocolsText(layers));
    if (memo.write(out, stacks, inner, outer)) return;
    const from = out.at;
    out.text(protocolsText(layers));
    memo.keep(out, from, stacks, inner, outer);
  }

  private writeLayer(layers: Layers, row: number): void {
    const { out, fields } = this;
    const protocol = layers.protocolOf(row);
    const id = layers.protocol[row]!;
    this.texts[id] ??= layerTexts(protocol);
    const texts = this.texts[id];
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    this.writeLayerHead(layers, row, texts);
    fields.begin(view, layers.originOf(row));
    if (this.full || start + texts.octets > layers.payload[row]!) walkLayer(layers, row, fields);
    else {
      this.writeFixed(texts.runs, view, start);
      walkDetails(layers, row, fields);
    }
    fields.finish(texts.lists);
    this.writeRemainders(layers, row);
    out.character(CLOSING_BRACE);
  }

  /** Name, range and marks of a layer. */
  private writeLayerHead(layers: Layers, row: number, texts: LayerTexts): void {
    const { out, memo } = this;
    const origin = layers.originOf(row);
    const start = layers.start[row]! - origin;
    const end = layers.payload[row]! - origin;
    const range = (start << 16) | end;
    const marks = (layers.tunnel[row]! << 8) | layers.flags[row]!;
    const source = layers.source[row]!;
    const isKept = source === 0 && end < 0x10000;
    if (isKept && memo.write(out, texts.head, range, marks)) return;
    const from = out.at;
    out.text(`{"layer":${jsonString(layers.protocolOf(row).name)},"range":[${start},${end}]`);
    const tunnel = layers.tunnelOf(row);
    if (tunnel !== '') out.text(`,"tunnel":"${tunnel}"`);
    if ((layers.flags[row]! & RowFlag.guessed) !== 0) out.text(',"guessed":true');
    if (layers.isQuoted(row)) out.text(',"quoted":true');
    if (source > 0) out.text(`,"source":${source},"frames":[${layers.sources[source - 1]!.frames.join(',')}]`);
    if (isKept) memo.keep(out, from, texts.head, range, marks);
  }

  private writeFixed(runs: readonly FieldRun[], view: DataView, start: number): void {
    const { out, memo } = this;
    const room = runs.length * LONGEST_KEPT;
    out.reserve(room);
    let { at, view: target } = out;
    for (let i = 0; i < runs.length; i++) {
      const declared = runs[i]!;
      const run = declared.alternative === undefined ? declared : runAt(declared, view, start);
      const from = start + run.octet;
      switch (run.kind) {
        case RunKind.number:
          at = putFixed(target, at, run.before);
          at = putWhole(target, at, readNumber(view, start, run));
          break;
        case RunKind.ipv4:
          at = putFixed(target, at, run.before);
          at = putIpv4(target, at, view, from);
          target.setUint8(at++, QUOTE);
          break;
        case RunKind.ether:
          at = putFixed(target, at, run.before);
          at = putHexOctets(target, at, view, from, from + run.octets);
          target.setUint8(at++, QUOTE);
          break;
        default: {
          const word = run.kind === RunKind.kept ? readNumber(view, start, run) : 0;
          const slot = run.kind === RunKind.kept ? memo.find(run.id, word, 0) : -1;
          if (slot >= 0) {
            at = memo.put(target, at, slot);
            break;
          }
          out.at = at;
          for (const field of run.fields) walkField(field, view, start, this.fields);
          if (run.kind === RunKind.kept) memo.keep(out, at, run.id, word, 0);
          out.reserve(room);
          at = out.at;
          target = out.view;
        }
      }
    }
    out.at = at;
  }

  /** `,"payload":[54,100]` where a layer, or the frame, holds octets that no layer claims. */
  private writeRemainders(layers: Layers, row: number): void {
    const { out } = this;
    const remainders = remaindersOf(layers, row);
    if (remainders.length === 0) return;
    const origin = row < 0 ? layers.frameStart : layers.originOf(row);
    for (const { kind, start, end } of remainders) {
      out.fixed(kind === 'payload' ? PAYLOAD : PADDING);
      out.number(start - origin);
      out.character(COMMA);
      out.number(end - origin);
      out.character(CLOSING_BRACKET);
    }
  }
}

function layerTexts(protocol: Protocol): LayerTexts {
  return { ...fieldRuns(protocol, FORMAT), head: newTextId(), lists: objectLists(protocol.loose) };
}

function issueTexts({ issues }: Layers): string[] {
  return Array.from({ length: issues.count }, (_, i) => {
    const { row, code, needed, available, limit } = issues.at(i);
    return `{"layer":${row},"code":"${code}","needed":${needed},"available":${available},"limit":${jsonString(limit)}}`;
  });
}

/** Writers by the protocols of a dissector, for what they keep is told by the numbers that these have there. */
const writers = new WeakMap<readonly Protocol[], { plain?: PacketJson; full?: PacketJson }>();
const text = new TextBuffer();

/** The packet's record as text, without a line end. */
export function packetJson(layers: Layers, head: RecordHead, { full = false, only }: RecordOptions = {}): string {
  const kind = full ? 'full' : 'plain';
  const kept = writers.get(layers.protocols) ?? {};
  writers.set(layers.protocols, kept);
  kept[kind] ??= new PacketJson(text, full);
  text.at = 0;
  kept[kind].write(layers, head, only);
  return text.textFrom(0);
}
