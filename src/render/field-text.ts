/** A field's value in words and number, for text output. */
import type { Field } from '../dissect/field.ts';
import { type FieldValue, fieldValue } from '../dissect/value.ts';
import type { ComputedValue } from '../dissect/walk.ts';
import { safeText } from './safe-text.ts';

/** Hexadecimal digits for a width in bits, behind `0x`. */
export function hexNumber(value: number, bits: number): string {
  return `0x${value.toString(16).padStart(Math.ceil(bits / 4), '0')}`;
}

/** Text of a value: `IPv4 (0x0800)`, `20 octets`, `yes`. */
export function valueText(field: Field, value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return safeText(value);
  const bits = field.bitWidth === 0 ? 8 : field.bitWidth;
  const number = field.format === 'hex' ? hexNumber(value, bits) : String(value);
  const name = field.values?.[value];
  if (name !== undefined) return `${name} (${number})`;
  return field.unit === '' ? number : `${number} ${field.unit}`;
}

/** Text of a leaf field as a walk gives it. */
export function leafText(
  field: Field,
  view: DataView,
  at: number,
  start: number,
  end: number,
  value: ComputedValue | undefined,
): string {
  return valueText(field, fieldValue(field, view, at, start, end, value));
}
