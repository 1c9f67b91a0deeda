/** A packet as one line of JSON, written as octets straight from the rows of its layers. */
import { formatTime, NO_TIME } from '../capture/timestamp.ts';
import { decodeUtf8, encodeUtf8 } from '../capture/utf8.ts';
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { newTextId } from './field-runs.ts';
import { createLayerJson } from './json-layer.ts';
import { createKeptTexts, NOT_KEPT } from './kept-texts.ts';
import { createOctetChunk, type OctetChunk } from './octet-chunk.ts';
import { createOctetNumbers, type OctetNumbers } from './octet-numbers.ts';
import { protocolsText } from './protocols-text.ts';
import { putNine } from './put.ts';
import { jsonString } from './safe-text.ts';

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

const COMMA = 44;
const CLOSING_BRACKET = 93;
const CLOSING_BRACE = 125;
const END_OF_TIME = 0x225a;
/** Characters of RFC 3339 behind the dot: nine digits and a Z. */
const NANOS_AND_Z = 10;
/** Octets of the words in which the text of a second is copied, and most layers whose ids fill two words. */
const WORD = 8;
const SECOND_WORDS = 8;
const STACK_LAYERS = 8;

const TEXTS = {
  record: '{"type":"packet","number":',
  noTime: ',"time":null',
  length: ',"length":',
  protocols: ',"protocols":"',
  layers: '","layers":[',
};

/** Writes the packet's record, without a line end, to a place in the chunk; `only` restricts it to layers of these protocols. Answers where it ended. */
export type PutRecord = (at: number, layers: Layers, head: RecordHead, only?: ReadonlySet<string>) => number;

/**
 * Makes what writes the records of packets of one dissector.
 *
 * @param full each field as an object with its value and its bits
 */
export function packetJsonLines(chunk: OctetChunk, numbers: OctetNumbers, full = false): PutRecord {
  const { view, put, append, room } = chunk;
  const { putNumber } = numbers;
  const text = chunk.texts(TEXTS);
  const kept = createKeptTexts(view);
  const { layer, remainders } = createLayerJson(chunk, numbers, kept, full);
  const stacks = newTextId();
  /** What the last packet's place and second look like. */
  const placeIds = new Map<string, number>();
  let placeId = 0;
  let place = '';
  let point: string | undefined;
  let name: string | undefined;
  let seconds = Number.NaN;
  const secondWords = new Float64Array(SECOND_WORDS);
  const secondOctets = new Uint8Array(secondWords.buffer);
  let secondLength = 0;

  function takeSecond(of: number): void {
    seconds = of;
    const encoded = encodeUtf8(`,"time":"${(formatTime(of, 0) ?? '').slice(0, -NANOS_AND_Z)}`);
    secondOctets.set(encoded);
    secondLength = encoded.length;
  }

  function putTime(at: number, of: number, nanos: number): number {
    if (nanos === NO_TIME) return put(at, text.noTime);
    if (of !== seconds) takeSecond(of);
    for (let i = 0; i < SECOND_WORDS; i++) view.setFloat64(at + i * WORD, secondWords[i]!, true);
    const to = putNine(view, at + secondLength, nanos);
    view.setUint16(to, END_OF_TIME, true);
    return to + 2;
  }

  function takePlace(head: RecordHead): void {
    point = head.point;
    name = head.interface;
    const told = name === undefined ? '' : `,"interface":${jsonString(name)}`;
    place = `,"point":${jsonString(point)}${told},"captured":`;
    placeId = placeIds.get(place) ?? newTextId();
    placeIds.set(place, placeId);
  }

  function putPlace(at: number, head: RecordHead): number {
    if (head.point !== point || head.interface !== name) takePlace(head);
    const known = kept.find(placeId, 0);
    if (known !== NOT_KEPT) return kept.put(at, known);
    kept.keep(encodeUtf8(place));
    return room(append(at, place));
  }

  /** Writes the protocols' names. Their ids are octets, so that those of up to eight layers inside of each other are two words. */
  function putStack(at: number, layers: Layers): number {
    const { count, protocol, parent } = layers;
    let inner = 0;
    let outer = 0;
    let row = 0;
    for (; row < count && row < STACK_LAYERS && parent[row] === row - 1; row++) {
      outer = (outer << 8) | (inner >>> 24);
      inner = (inner << 8) | protocol[row]!;
    }
    if (row < count) return append(at, protocolsText(layers));
    const known = kept.find(stacks, inner, outer);
    if (known !== NOT_KEPT) return kept.put(at, known);
    const names = protocolsText(layers);
    kept.keep(encodeUtf8(names));
    return append(at, names);
  }

  function putHead(start: number, layers: Layers, head: RecordHead): number {
    let at = putNumber(put(start, text.record), head.number);
    at = putTime(at, head.seconds, head.nanos);
    at = putNumber(putPlace(at, head), head.captured);
    at = putNumber(put(at, text.length), head.length);
    at = room(putStack(put(at, text.protocols), layers));
    return put(at, text.layers);
  }

  return (start, layers, head, only) => {
    let at = putHead(room(start), layers, head);
    let isFirst = true;
    for (let row = 0; row < layers.count; row++) {
      if (only !== undefined && !only.has(layers.protocolOf(row).name)) continue;
      if (!isFirst) view.setUint8(at++, COMMA);
      isFirst = false;
      at = layer(at, layers, row);
    }
    view.setUint8(at++, CLOSING_BRACKET);
    at = remainders(at, layers, -1);
    const { issues } = layers;
    if (head.comments.length > 0) at = append(at, `,"comments":[${head.comments.map(jsonString).join(',')}]`);
    if (issues.count > 0) at = append(at, `,"issues":[${issueTexts(layers).join(',')}]`);
    if (issues.dropped > 0) at = append(at, `,"issuesDropped":${issues.dropped}`);
    view.setUint8(at, CLOSING_BRACE);
    return at + 1;
  };
}

function issueTexts({ issues }: Layers): string[] {
  return Array.from({ length: issues.count }, (_, i) => {
    const { row, code, needed, available, limit } = issues.at(i);
    return `{"layer":${row},"code":"${code}","needed":${needed},"available":${available},"limit":${jsonString(limit)}}`;
  });
}

/** What single records are written with. */
interface RecordTexts {
  readonly chunk: OctetChunk;
  readonly numbers: OctetNumbers;
  /** What was written up to a place. */
  taken(end: number): string;
  /** Writers by the protocols of a dissector, by whose numbers they keep what they wrote. */
  readonly writers: WeakMap<readonly Protocol[], { plain?: PutRecord; full?: PutRecord }>;
}

function recordTexts(): RecordTexts {
  const pieces: Uint8Array[] = [];
  const chunk = createOctetChunk((octets) => pieces.push(octets.slice()));
  return {
    chunk,
    numbers: createOctetNumbers(chunk),
    writers: new WeakMap(),
    taken(end) {
      chunk.flush(end);
      const octets = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const piece of pieces.splice(0)) {
        octets.set(piece, at);
        at += piece.length;
      }
      return decodeUtf8(octets);
    },
  };
}

let texts: RecordTexts | undefined;

/** The packet's record as text, without a line end. */
export function packetJson(layers: Layers, head: RecordHead, { full = false, only }: RecordOptions = {}): string {
  texts ??= recordTexts();
  const { chunk, numbers, writers, taken } = texts;
  const known = writers.get(layers.protocols) ?? {};
  writers.set(layers.protocols, known);
  const kind = full ? 'full' : 'plain';
  known[kind] ??= packetJsonLines(chunk, numbers, full);
  return taken(known[kind](0, layers, head, only));
}
