/** Fields as columns: the values of `-T fields`, a packet a line. */

import type { Field } from '../dissect/field.ts';
import { readNumber } from '../dissect/plan.ts';
import type { FieldValue } from '../dissect/value.ts';
import type { FilterContext } from '../filter/context.ts';
import type { ColumnPlace, FieldColumn, TakeColumnValue } from '../filter/field-column.ts';
import { type FieldRun, type RunFormat, RunKind, singleRun } from './field-runs.ts';
import { hexNumber } from './field-text.ts';
import { safeText } from './safe-text.ts';
import { fixedText, type TextBuffer } from './text-buffer.ts';

/** How columns are put on a line. */
export interface ColumnLayout {
  /** Text between columns. */
  readonly separator: string;
  /** Which occurrences of a field are shown: the first, the last, or all. */
  readonly occurrence: 'f' | 'l' | 'a';
}

const COMMA = 44;
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

/** Writes the columns of packets to a buffer. */
export class Columns {
  private readonly out: TextBuffer;
  private readonly separator: string;
  private readonly occurrence: ColumnLayout['occurrence'];
  private readonly columns: readonly { readonly each: FieldColumn['each']; readonly placed: PlacedField | undefined }[];
  /** Of the column in hand: where it begins, and how many values it has. */
  private start = 0;
  private count = 0;

  constructor(out: TextBuffer, columns: readonly FieldColumn[], { separator, occurrence }: ColumnLayout) {
    this.out = out;
    this.separator = separator;
    this.occurrence = occurrence;
    this.columns = columns.map(({ each, place }) => ({ each, placed: place && placedField(place) }));
  }

  /** Writes the columns of a packet, without a line end. */
  write(context: FilterContext): void {
    const { out, columns, separator } = this;
    for (let i = 0; i < columns.length; i++) {
      if (i > 0) out.text(separator);
      const { each, placed } = columns[i]!;
      this.start = out.at;
      this.count = 0;
      if (placed === undefined) each(context, this.take);
      else this.writePlaced(placed, context);
    }
  }

  /** Makes room for the next value; false where it is not shown. */
  private next(): boolean {
    const { out } = this;
    const isFirst = this.count++ === 0;
    if (isFirst) return true;
    if (this.occurrence === 'f') return false;
    if (this.occurrence === 'a') out.character(COMMA);
    else out.at = this.start;
    return true;
  }

  private readonly take: TakeColumnValue = (value, field) => {
    if (!this.next()) return;
    if (typeof value === 'number' && field === undefined) this.out.number(value);
    else this.out.text(columnText(field, value));
  };

  private writePlaced({ protocolId, needs, run }: PlacedField, { layers }: FilterContext): void {
    const { out } = this;
    const { count, protocol, start, payload } = layers;
    for (let row = 0; row < count; row++) {
      if (protocol[row] !== protocolId) continue;
      const at = start[row]!;
      if (at + needs > payload[row]! || !this.next()) continue;
      const view = layers.viewOf(row);
      switch (run.kind) {
        case RunKind.number:
          out.number(readNumber(view, at, run));
          break;
        case RunKind.ipv4:
          out.ipv4(view, at + run.octet);
          break;
        default:
          out.hexOctets(view, at + run.octet, at + run.octet + run.octets);
      }
    }
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
