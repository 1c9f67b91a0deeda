/** Values while a filter works with them. */

import { ipv4Literal, ipv6Literal, octetsLiteral } from '../dissect/address-literal.ts';
import type { Field } from '../dissect/field.ts';
import { fieldValue, utf8Text } from '../dissect/value.ts';
import type { ComputedValue } from '../dissect/walk.ts';
import { durationLiteral } from './time-literal.ts';

/**
 * What can be compared with what. `protocol` is a header as octets; `time` counts from 1970-01-01T00:00:00Z.
 */
export type ValueType =
  | 'number'
  | 'boolean'
  | 'ipv4'
  | 'ipv6'
  | 'ether'
  | 'bytes'
  | 'text'
  | 'protocol'
  | 'time'
  | 'duration';

/**
 * number: a number, or a bigint where it passes 2^53; boolean: 0 or 1; ipv4: a number; ipv6, ether, bytes, protocol: a string of one character
 * for each octet, which orders and searches as octets do; time and duration: nanoseconds.
 */
export type Value = number | bigint | string;

/** Takes a value; true ends the search for further ones. */
export type Take = (value: Value) => boolean;

/** Types whose values are strings of octets. */
export function isOctets(type: ValueType): boolean {
  return type === 'bytes' || type === 'ether' || type === 'ipv6' || type === 'protocol';
}

/** Types in words, for messages. */
export const TYPE_WORDS: Readonly<Record<ValueType, string>> = {
  number: 'a number',
  boolean: 'a boolean',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  ether: 'a MAC address',
  bytes: 'octets',
  text: 'text',
  protocol: 'a protocol',
  time: 'a time',
  duration: 'a duration in seconds',
};

/** Type of a declared field's values. */
export function typeOf(field: Field): ValueType {
  switch (field.kind) {
    case 'uint':
    case 'uint64':
    case 'number':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'list':
      return 'bytes';
    default:
      return field.kind;
  }
}

/** Arguments of one call of String.fromCharCode, well below what engines take. */
const CHUNK = 4096;

/** The octets [start, end), one character each. */
export function octetText(view: DataView, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += CHUNK) {
    const octets = new Uint8Array(view.buffer, view.byteOffset + at, Math.min(CHUNK, end - at));
    // `apply` takes any array-like, and does not iterate as a spread does.
    text += String.fromCharCode.apply(null, octets as unknown as number[]);
  }
  return text;
}

/** One number whatever its size: a bigint only where a number can't hold it. */
export function exactNumber(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
}

/**
 * Value of a field as `type`, where its structure begins at `at` and its octets are [start, end). Undefined where there is none of that type:
 * an address that was cut short, a name without value.
 */
export function readValue(
  type: ValueType,
  field: Field,
  view: DataView,
  at: number,
  start: number,
  end: number,
  computed: ComputedValue | undefined,
): Value | undefined {
  if (computed !== undefined) return convert(type, computed);
  switch (type) {
    case 'number': {
      if (field.kind === 'uint64') {
        return end - start < 8 ? undefined : exactNumber(view.getBigUint64(start, field.littleEndian));
      }
      const value = field.get(view, at);
      return Number.isNaN(value) ? undefined : value;
    }
    case 'boolean':
      return field.get(view, at) === 0 ? 0 : 1;
    case 'ipv4':
      return end - start === 4 ? view.getUint32(start) : undefined;
    case 'ipv6':
      return end - start === 16 ? octetText(view, start, end) : undefined;
    case 'ether':
      return end - start === 6 ? octetText(view, start, end) : undefined;
    case 'text':
      return field.kind === 'text'
        ? utf8Text(view, start, end)
        : String(fieldValue(field, view, at, start, end, undefined));
    default:
      return octetText(view, start, end);
  }
}

/** A value that was worked out, as filters keep values of its type. */
export function convert(type: ValueType, value: ComputedValue | bigint | Uint8Array): Value | undefined {
  if (value instanceof Uint8Array) {
    return octetText(new DataView(value.buffer, value.byteOffset, value.byteLength), 0, value.byteLength);
  }
  if (typeof value === 'bigint') return type === 'number' ? exactNumber(value) : value;
  switch (type) {
    case 'number':
      if (typeof value !== 'string') return Number(value);
      return /^\d+$/.test(value) ? exactNumber(BigInt(value)) : undefined;
    case 'boolean':
      return value === 0 || value === false ? 0 : 1;
    case 'ipv4':
      return typeof value === 'number' ? value : ipv4Literal(String(value))?.value;
    case 'ipv6':
      return ipv6Literal(String(value))?.value;
    case 'ether':
    case 'bytes':
    case 'protocol':
      return octetsLiteral(String(value)) ?? '';
    case 'time':
    case 'duration':
      return durationLiteral(String(value));
    default:
      return String(value);
  }
}
