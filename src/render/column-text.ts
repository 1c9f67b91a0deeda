/** A field's value as a column of `-T fields` holds it. */
import type { Field } from '../dissect/field.ts';
import type { FieldValue } from '../dissect/value.ts';
import { hexNumber } from './field-text.ts';
import { safeText } from './safe-text.ts';

/** The value without words and units: booleans as 1 and 0, hexadecimal where the field is shown so. */
export function columnText(field: Field | undefined, value: FieldValue): string {
  if (typeof value === 'string') return safeText(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return field?.format === 'hex' && field.bitWidth > 0 ? hexNumber(value, field.bitWidth) : String(value);
}
