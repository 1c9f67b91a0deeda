/** Chosen fields as columns: `-T fields`. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { fieldValue } from '../dissect/value.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';
import { hexNumber } from './field-text.ts';
import { protocolsText } from './protocols-text.ts';
import { safeText } from './safe-text.ts';

/** Facts of a packet that no layer holds. */
export interface FrameFacts {
  readonly number: number;
  readonly length: number;
  readonly captured: number;
  /** Seconds since 1970 with nine decimals. */
  readonly timeEpoch: string;
}

/** Columns that come from the frame. */
const FRAME_COLUMNS: Readonly<Record<string, (layers: Layers, facts: FrameFacts) => string>> = {
  'frame.number': (_, facts) => String(facts.number),
  'frame.len': (_, facts) => String(facts.length),
  'frame.cap_len': (_, facts) => String(facts.captured),
  'frame.time_epoch': (_, facts) => facts.timeEpoch,
  'frame.protocols': (layers) => protocolsText(layers),
};

/** Every field of the protocols, children included, with its name. */
export function fieldsByName(protocols: readonly Protocol[]): Map<string, Field> {
  const found = new Map<string, Field>();
  const add = (field: Field): void => {
    if (!found.has(field.name)) found.set(field.name, field);
    if (field.alternative !== undefined) add(field.alternative);
    field.children.forEach(add);
  };
  for (const protocol of protocols) {
    protocol.fixed.forEach(add);
    protocol.loose.forEach(add);
  }
  return found;
}

/** Gathers the values of chosen fields, packet by packet. */
export class Columns implements FieldVisitor {
  private readonly names: readonly string[];
  private readonly indexes = new Map<string, number[]>();
  private readonly occurrence: 'f' | 'l' | 'a';
  private values: string[][] = [];
  private view: DataView = new DataView(new ArrayBuffer(0));

  /** Throws a RangeError that names the field when a name is no field. */
  constructor(names: readonly string[], protocols: readonly Protocol[], occurrence: 'f' | 'l' | 'a') {
    const known = fieldsByName(protocols);
    for (const [index, name] of names.entries()) {
      if (!known.has(name) && !Object.hasOwn(FRAME_COLUMNS, name)) throw new RangeError(name);
      this.indexes.set(name, [...(this.indexes.get(name) ?? []), index]);
    }
    this.names = names;
    this.occurrence = occurrence;
  }

  /** The columns of a packet; several occurrences are joined by commas. */
  of(layers: Layers, facts: FrameFacts): string[] {
    this.values = this.names.map(() => []);
    for (const [index, name] of this.names.entries()) {
      const column = FRAME_COLUMNS[name];
      if (column !== undefined) this.values[index] = [column(layers, facts)];
    }
    for (let row = 0; row < layers.count; row++) {
      this.view = layers.viewOf(row);
      walkLayer(layers, row, this);
    }
    return this.values.map((found) => {
      if (this.occurrence === 'a') return found.join(',');
      return (this.occurrence === 'f' ? found[0] : found.at(-1)) ?? '';
    });
  }

  private add(field: Field, text: string): void {
    const indexes = this.indexes.get(field.name);
    if (indexes !== undefined) for (const index of indexes) this.values[index]?.push(text);
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    if (this.indexes.has(field.name))
      this.add(field, columnText(field, fieldValue(field, this.view, at, start, end, computed)));
  }

  openGroup(field: Field, at: number): void {
    this.add(field, columnText(field, field.get(this.view, at)));
  }

  closeGroup(): void {}
  openElement(): void {}
  closeElement(): void {}
}

/** A value without words and units: booleans as 1 and 0, hexadecimal where the field is shown so. */
function columnText(field: Field, value: string | number | boolean): string {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return field.format === 'hex' && field.bitWidth > 0 ? hexNumber(value, field.bitWidth) : String(value);
}
