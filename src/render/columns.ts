/** Fields as columns: the values of `-T fields`, a packet a line. */

import type { Field } from '../dissect/field.ts';
import { type Layers, MAX_LAYERS } from '../dissect/layers.ts';
import { type NumberPlace, placeOf, readNumber } from '../dissect/plan.ts';
import type { FieldValue } from '../dissect/value.ts';
import type { FilterContext } from '../filter/context.ts';
import type { ColumnPlace, FieldColumn, TakeColumnValue } from '../filter/field-column.ts';
import { hexNumber } from './field-text.ts';
import { safeText } from './safe-text.ts';
import {
  type FixedText,
  fixedText,
  putFixed,
  putHexOctets,
  putIpv4,
  putWhole,
  type TextBuffer,
} from './text-buffer.ts';

/** How columns are put on a line. */
export interface ColumnLayout {
  /** Text between columns. */
  readonly separator: string;
  /** Which occurrences of a field are shown: the first, the last, or all. */
  readonly occurrence: 'f' | 'l' | 'a';
}

const COMMA = 44;
const ETHER_OCTETS = 6;
/** Octets of the longest value that is written from its place, a MAC address, with a comma; rounded up to whole words. */
const MOST_PLACED = 24;

/** The value without words and units: booleans as 1 and 0, hexadecimal where the field is shown so. */
function columnText(field: Field | undefined, value: FieldValue): string {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return field?.format === 'hex' && field.bitWidth > 0 ? hexNumber(value, field.bitWidth) : String(value);
}

/** The ways to the text of a column. Those up to `ether` begin with the field's place in the header. */
export const Way = {
  /** Whole numbers of 16 bits and of 32, as they stand there. */
  uint16: 0,
  uint32: 1,
  /** Other whole numbers below 2^32. */
  number: 2,
  /** 1 for all but 0. */
  bool: 3,
  ipv4: 4,
  ether: 5,
  /** A number of the packet as a whole. */
  ofPacket: 6,
  /** The values one after the other, each with its declaration. */
  each: 7,
} as const;
type Way = (typeof Way)[keyof typeof Way];

/** A column. All have the same keys in the same order. */
interface Column extends Pick<FieldColumn, 'each' | 'ofPacket'> {
  readonly way: Way;
  /** List of the headers that have the field, and where it stands in them. */
  readonly list: number;
  readonly octet: number;
  readonly place: NumberPlace;
}

/** Writes the columns of packets to a buffer. */
export class Columns {
  private readonly out: TextBuffer;
  private readonly separator: FixedText;
  private readonly occurrence: ColumnLayout['occurrence'];
  private readonly columns: readonly Column[];
  private readonly headers: HeaderLists;
  /** Of the column in hand: where it begins, and how many values it has. */
  private start = 0;
  private count = 0;

  constructor(out: TextBuffer, columns: readonly FieldColumn[], { separator, occurrence }: ColumnLayout) {
    this.out = out;
    this.separator = fixedText(separator);
    this.occurrence = occurrence;
    this.headers = new HeaderLists(
      columns.flatMap(({ place }) => place ?? []),
      occurrence,
    );
    this.columns = columns.map((column) => columnOf(column, this.headers));
  }

  /** Writes the columns of a packet, without a line end. */
  write(context: FilterContext): void {
    const { out, columns, separator, headers } = this;
    const { layers } = context;
    const { starts, ends } = headers;
    const isPlain = headers.find(layers);
    const { view } = layers;
    const room = columns.length * (separator.words.length * 8 + layers.count * MOST_PLACED);
    out.reserve(room);
    let { at, view: target } = out;
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) at = putFixed(target, at, separator);
      const { way, list, octet, place } = columns[i]!;
      if (way > Way.ether || !isPlain) {
        out.at = at;
        this.writeValues(columns[i]!, context);
        out.reserve(room);
        at = out.at;
        target = out.view;
        continue;
      }
      const first = list * MAX_LAYERS;
      const end = ends[list]!;
      for (let header = first; header < end; header++) {
        if (header > first) target.setUint8(at++, COMMA);
        const start = starts[header]!;
        const from = start + octet;
        if (way === Way.ipv4) at = putIpv4(target, at, view, from);
        else if (way === Way.ether) at = putHexOctets(target, at, view, from, from + ETHER_OCTETS);
        else {
          let value: number;
          if (way === Way.uint16) value = view.getUint16(from);
          else if (way === Way.uint32) value = view.getUint32(from);
          else value = readNumber(view, start, place);
          at = putWhole(target, at, way === Way.bool && value !== 0 ? 1 : value);
        }
      }
    }
    out.at = at;
  }

  /** Writes a column whose values are not simply those at a place in the frame. */
  private writeValues({ ofPacket, each }: Column, context: FilterContext): void {
    const { out } = this;
    const value = ofPacket?.(context);
    if (typeof value === 'number') return out.number(value);
    this.start = out.at;
    this.count = 0;
    each(context, this.take);
  }

  private readonly take: TakeColumnValue = (value, field) => {
    const { out, occurrence } = this;
    const isFirst = this.count++ === 0;
    if (!isFirst) {
      if (occurrence === 'f') return;
      if (occurrence === 'a') out.character(COMMA);
      else out.at = this.start;
    }
    if (typeof value === 'number' && field === undefined) out.number(value);
    else out.text(columnText(field, value));
  };
}

/** Where the headers of a packet begin that have fields in columns, a list for each protocol: found once for all columns. */
class HeaderLists {
  /** Where each list begins in `starts`, in steps of MAX_LAYERS, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Number of each protocol's list, from 1, by id; 0 for protocols without columns. */
  private readonly lists = new Uint8Array(256);
  /** Octets that must have been captured of the headers in each list. */
  private readonly needs: Int32Array;
  private readonly occurrence: ColumnLayout['occurrence'];

  constructor(places: readonly ColumnPlace[], occurrence: ColumnLayout['occurrence']) {
    const ids = [...new Set(places.map(({ protocolId }) => protocolId))];
    for (const [index, id] of ids.entries()) this.lists[id] = index + 1;
    this.needs = new Int32Array(ids.length + 1);
    for (const { protocolId, needs } of places) {
      const list = this.of(protocolId);
      this.needs[list] = Math.max(this.needs[list]!, needs);
    }
    this.ends = new Int32Array(ids.length + 1);
    this.starts = new Int32Array(this.ends.length * MAX_LAYERS);
    this.occurrence = occurrence;
  }

  /** The list of a protocol's headers. */
  of(protocolId: number): number {
    return this.lists[protocolId]!;
  }

  /** Makes the lists; false where there is more to the packet: headers that are cut short, or stand elsewhere than in the frame. */
  find({ count, protocol, start, payload, sources }: Layers): boolean {
    const { lists, needs, ends, starts, occurrence } = this;
    for (let list = 1; list < ends.length; list++) ends[list] = list * MAX_LAYERS;
    for (let row = 0; row < count; row++) {
      const list = lists[protocol[row]!]!;
      if (list === 0) continue;
      const from = start[row]!;
      if (from + needs[list]! > payload[row]!) return false;
      const end = occurrence === 'l' ? list * MAX_LAYERS : ends[list]!;
      if (occurrence === 'f' && end > list * MAX_LAYERS) continue;
      starts[end] = from;
      ends[list] = end + 1;
    }
    return sources.length === 0;
  }
}

const NOWHERE: NumberPlace = { octet: 0, octets: 0, shift: 0, mask: 0, scale: 1 };

function columnOf({ each, ofPacket, place }: FieldColumn, headers: HeaderLists): Column {
  if (place === undefined) {
    const way = ofPacket === undefined ? Way.each : Way.ofPacket;
    return { way, each, ofPacket, list: 0, octet: 0, place: NOWHERE };
  }
  const { field, protocolId } = place;
  const list = headers.of(protocolId);
  return { way: wayTo(field), each, ofPacket, list, octet: field.octetOffset, place: placeOf(field) };
}

/** The way to a field that stands at its place. */
function wayTo({ kind, octetWidth, bitWidth, scale, format, littleEndian }: Field): Way {
  if (kind === 'ipv4') return Way.ipv4;
  if (kind === 'ether') return Way.ether;
  const isNumber = (kind === 'uint' && format !== 'hex') || kind === 'bool';
  if (!isNumber || littleEndian || octetWidth > 4 || !Number.isInteger(scale) || scale * 2 ** bitWidth > 2 ** 32) {
    return Way.each;
  }
  if (kind === 'bool') return Way.bool;
  if (scale === 1 && bitWidth === 16 && octetWidth === 2) return Way.uint16;
  return scale === 1 && bitWidth === 32 && octetWidth === 4 ? Way.uint32 : Way.number;
}
