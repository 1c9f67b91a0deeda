/** Fields as columns: the values of `-T fields`, a packet a line. */

import type { Field } from '../dissect/field.ts';
import { type Layers, MAX_LAYERS } from '../dissect/layers.ts';
import { type NumberPlace, placeOf, readNumber } from '../dissect/plan.ts';
import type { FieldValue } from '../dissect/value.ts';
import type { PacketNumber } from '../filter/computed-fields.ts';
import type { FilterContext } from '../filter/context.ts';
import type { ColumnPlace, FieldColumn, TakeColumnValue } from '../filter/field-column.ts';
import { hexNumber } from './field-text.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import { putHexOctets } from './put.ts';
import { safeText } from './safe-text.ts';

/** How columns are put on a line. */
export interface ColumnLayout {
  /** Text between columns. */
  readonly separator: string;
  /** Which occurrences of a field are shown: the first, the last, or all. */
  readonly occurrence: 'f' | 'l' | 'a';
}

const COMMA = 44;
const ETHER_OCTETS = 6;
/** Between two looks for room so many columns of so few headers each are written: they take less than half of it. */
const COLUMNS_AT_ONCE = 32;
const FEW_HEADERS = 8;
const LAST_PRINTABLE = '~';

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
  /** Numbers that the context has of each packet. */
  packetNumber: 6,
  wireLength: 7,
  capturedLength: 8,
  /** The values one after the other, each with its declaration. */
  each: 9,
} as const;
type Way = (typeof Way)[keyof typeof Way];

/** A column. All have the same keys in the same order. */
interface Column extends Pick<FieldColumn, 'each'> {
  readonly way: Way;
  /** List of the headers that have the field, and where it stands in them. */
  readonly list: number;
  readonly octet: number;
  readonly place: NumberPlace;
}

/** Writes the columns of the packet in the context, without a line end, to a place in the chunk; answers where they ended. */
export type PutColumns = (at: number, context: FilterContext) => number;

/** Makes what writes the columns of packets. */
export function columnLines(
  chunk: OctetChunk,
  { putWhole, putNumber, putAddress }: OctetNumbers,
  fields: readonly FieldColumn[],
  { separator, occurrence }: ColumnLayout,
): PutColumns {
  const { view, append, room } = chunk;
  const headers = createHeaderLists(
    fields.flatMap(({ place }) => place ?? []),
    occurrence,
  );
  const { starts, ends } = headers;
  const columns = fields.map((field) => columnOf(field, headers));
  const ways = columns.map(({ way }) => way);
  const lists = Int32Array.from(columns, ({ list }) => list);
  const places = Int32Array.from(columns, ({ octet }) => octet);
  /** The separator's only octet, 0 where it has more. */
  const character = separator.length === 1 && separator <= LAST_PRINTABLE ? separator.charCodeAt(0) : 0;
  /** Values of the column in hand. */
  let values: string[] = [];

  const take: TakeColumnValue = (value, field) => {
    values.push(columnText(field, value));
  };

  /** Writes a column whose values are not simply those at a place in the frame. */
  function putValues(at: number, { each }: Column, context: FilterContext): number {
    values = [];
    each(context, take);
    if (occurrence === 'a') return room(append(at, values.join(',')));
    return room(append(at, (occurrence === 'f' ? values[0] : values.at(-1)) ?? ''));
  }

  return (start, context) => {
    const { layers } = context;
    const isPlain = headers.find(layers);
    const octets = layers.view;
    let at = start;
    for (let i = 0; i < columns.length; i++) {
      if (i % COLUMNS_AT_ONCE === 0) at = room(at);
      if (i > 0) {
        if (character === 0) at = room(append(at, separator));
        else view.setUint8(at++, character);
      }
      const way = ways[i]!;
      if (way > Way.ether || !isPlain) {
        const isNumber = way > Way.ether && way < Way.each;
        at = isNumber ? putNumber(at, numberOf(way, context)) : putValues(at, columns[i]!, context);
        continue;
      }
      const list = lists[i]!;
      const first = list * MAX_LAYERS;
      const end = ends[list]!;
      const octet = places[i]!;
      if (end - first > FEW_HEADERS) at = room(at);
      for (let header = first; header < end; header++) {
        if (header > first) view.setUint8(at++, COMMA);
        const from = starts[header]! + octet;
        if (way === Way.ipv4) at = putAddress(at, octets.getInt32(from));
        else if (way === Way.ether) at = putHexOctets(view, at, octets, from, from + ETHER_OCTETS);
        else {
          let value: number;
          if (way === Way.uint16) value = octets.getUint16(from);
          else if (way === Way.uint32) value = octets.getInt32(from);
          else value = readNumber(octets, starts[header]!, columns[i]!.place);
          at = putWhole(at, way === Way.bool && value !== 0 ? 1 : value);
        }
      }
    }
    return at;
  };
}

/** Where the headers of a packet begin that have fields in columns, a list for each protocol: found once for all columns. */
interface HeaderLists {
  /** Where each list begins in `starts`, in steps of MAX_LAYERS, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The list of a protocol's headers. */
  of(protocolId: number): number;
  /** Makes the lists; false where there is more to the packet: headers that are cut short, or stand elsewhere than in the frame. */
  find(layers: Layers): boolean;
}

function createHeaderLists(places: readonly ColumnPlace[], occurrence: ColumnLayout['occurrence']): HeaderLists {
  const ids = [...new Set(places.map(({ protocolId }) => protocolId))];
  const count = ids.length + 1;
  /** Number of each protocol's list, from 1, by id; 0 for protocols without columns. */
  const lists = new Uint8Array(256);
  for (const [index, id] of ids.entries()) lists[id] = index + 1;
  /** Octets that must have been captured of the headers in each list. */
  const needs = new Int32Array(count);
  for (const place of places) {
    const list = lists[place.protocolId]!;
    needs[list] = Math.max(needs[list]!, place.needs);
  }
  const ends = new Int32Array(count);
  const starts = new Int32Array(count * MAX_LAYERS);
  return {
    starts,
    ends,
    of: (protocolId) => lists[protocolId]!,
    find({ count: rows, protocol, start, payload, sources }) {
      for (let list = 1; list < count; list++) ends[list] = list * MAX_LAYERS;
      for (let row = 0; row < rows; row++) {
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
    },
  };
}

function numberOf(way: Way, { number, wireLength, capturedLength }: FilterContext): number {
  if (way === Way.packetNumber) return number;
  return way === Way.wireLength ? wireLength : capturedLength;
}

const PACKET_NUMBERS: Readonly<Record<PacketNumber, Way>> = {
  number: Way.packetNumber,
  wireLength: Way.wireLength,
  capturedLength: Way.capturedLength,
};
const NOWHERE: NumberPlace = { octet: 0, octets: 0, shift: 0, mask: 0, scale: 1 };

function columnOf({ each, packetNumber, place }: FieldColumn, headers: HeaderLists): Column {
  if (place === undefined) {
    const way = packetNumber === undefined ? Way.each : PACKET_NUMBERS[packetNumber];
    return { way, each, list: 0, octet: 0, place: NOWHERE };
  }
  const { field, protocolId } = place;
  const list = headers.of(protocolId);
  return { way: wayTo(field), each, list, octet: field.octetOffset, place: placeOf(field) };
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
