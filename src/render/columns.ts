/** Fields as columns: the values of `-T fields`, a packet a line. */

import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { readNumber } from '../dissect/plan.ts';
import type { FieldValue } from '../dissect/value.ts';
import type { FilterContext } from '../filter/context.ts';
import type { ColumnPlace, FieldColumn, TakeColumnValue } from '../filter/field-column.ts';
import { type FieldRun, type RunFormat, RunKind, singleRun } from './field-runs.ts';
import { hexNumber } from './field-text.ts';
import { safeText } from './safe-text.ts';
import { type FixedText, fixedText, putHexOctets, putIpv4, putWhole, type TextBuffer } from './text-buffer.ts';

/** How columns are put on a line. */
export interface ColumnLayout {
  /** Text between columns. */
  readonly separator: string;
  /** Which occurrences of a field are shown: the first, the last, or all. */
  readonly occurrence: 'f' | 'l' | 'a';
}

const COMMA = 44;
/** Octets of the longest value that is written from its place, a MAC address, with a comma; rounded up to whole words. */
const MOST_PLACED = 24;
const NOTHING = fixedText('');

const FORMAT: RunFormat = {
  before: () => NOTHING,
  after: () => NOTHING,
  numberAs: ({ format }) => (format === 'hex' ? 'hex' : 'decimal'),
};

/** The value without words and units: booleans as 1 and 0, hexadecimal where the field is shown so. */
function columnText(field: Field | undefined, value: FieldValue): string {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return field?.format === 'hex' && field.bitWidth > 0 ? hexNumber(value, field.bitWidth) : String(value);
}

/** A column; of the ways to its values the first that there is is taken. */
interface Column extends Pick<FieldColumn, 'each' | 'ofPacket'> {
  readonly placed: PlacedField | undefined;
}

/** Writes the columns of packets to a buffer. */
export class Columns {
  private readonly out: TextBuffer;
  private readonly separator: FixedText;
  private readonly occurrence: ColumnLayout['occurrence'];
  private readonly columns: readonly Column[];
  /** Of the column in hand: where it begins, and how many values it has. */
  private start = 0;
  private count = 0;

  constructor(out: TextBuffer, columns: readonly FieldColumn[], { separator, occurrence }: ColumnLayout) {
    this.out = out;
    this.separator = fixedText(separator);
    this.occurrence = occurrence;
    this.columns = columns.map(({ each, ofPacket, place }) => ({
      each,
      ofPacket,
      placed: place && placedField(place),
    }));
  }

  /** Writes the columns of a packet, without a line end. */
  write(context: FilterContext): void {
    const { out, columns, separator } = this;
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) out.fixed(separator);
      const { each, ofPacket, placed } = columns[i]!;
      if (placed !== undefined) this.writePlaced(placed, context.layers);
      else {
        const value = ofPacket?.(context);
        if (typeof value === 'number') out.number(value);
        else this.writeEach(each, context);
      }
    }
  }

  private writeEach(each: FieldColumn['each'], context: FilterContext): void {
    this.start = this.out.at;
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

  private writePlaced({ protocolId, needs, run }: PlacedField, layers: Layers): void {
    const { out, occurrence } = this;
    const { count, protocol, start: starts, payload } = layers;
    out.reserve(count * MOST_PLACED);
    const { at: from, view: target } = out;
    let at = from;
    for (let row = 0; row < count; row++) {
      if (protocol[row] !== protocolId) continue;
      const start = starts[row]!;
      if (start + needs > payload[row]!) continue;
      if (at > from) {
        if (occurrence === 'f') break;
        if (occurrence === 'a') target.setUint8(at++, COMMA);
        else at = from;
      }
      const view = layers.viewOf(row);
      const octet = start + run.octet;
      if (run.kind === RunKind.number) at = putWhole(target, at, readNumber(view, start, run));
      else if (run.kind === RunKind.ipv4) at = putIpv4(target, at, view, octet);
      else at = putHexOctets(target, at, view, octet, octet + run.octets);
    }
    out.at = at;
  }
}

/** A field whose value is read and written here. */
interface PlacedField {
  readonly protocolId: number;
  readonly needs: number;
  readonly run: FieldRun;
}

/** Undefined for a field that takes more than one of the few ways to write it. */
function placedField({ protocolId, needs, field }: ColumnPlace): PlacedField | undefined {
  const run = singleRun(field, FORMAT);
  const isWritten = run.kind === RunKind.number || run.kind === RunKind.ipv4 || run.kind === RunKind.ether;
  return isWritten ? { protocolId, needs, run } : undefined;
}
