/** Values of fields as people and programs read them: addresses in their usual notation, octets as hex. */
import { decodeUtf8 } from '../capture/utf8.ts';
import type { Field } from './field.ts';
import type { ComputedValue } from './walk.ts';

/** Value of a field: what JSON shows. */
export type FieldValue = number | string | boolean;

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
const DECIMAL = Array.from({ length: 256 }, (_, octet) => String(octet));

/** Two hexadecimal digits of an octet. */
export function hexOctet(octet: number): string {
  return HEX[octet & 0xff]!;
}

/** Octets [start, end) in hexadecimal with a separator between them. */
export function hexOctets(view: DataView, start: number, end: number, separator = ':'): string {
  let out = '';
  for (let at = start; at < end; at++)
    out += at === start ? HEX[view.getUint8(at)]! : separator + HEX[view.getUint8(at)]!;
  return out;
}

/** Dotted decimal of the four octets at `at` (RFC 1123 §2.1 notation). */
export function ipv4Text(view: DataView, at: number): string {
  return `${DECIMAL[view.getUint8(at)]}.${DECIMAL[view.getUint8(at + 1)]}.${DECIMAL[view.getUint8(at + 2)]}.${DECIMAL[view.getUint8(at + 3)]}`;
}

/** IPv6 address in the canonical form of RFC 5952: lower case, the longest run of zero groups shortened, IPv4-mapped dotted. */
export function ipv6Text(view: DataView, at: number): string {
  if (isIpv4Mapped(view, at)) return `::ffff:${ipv4Text(view, at + 12)}`;
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0, run = 0; i < 8; i++) {
    run = view.getUint16(at + 2 * i) === 0 ? run + 1 : 0;
    if (run > bestLength) {
      bestLength = run;
      bestStart = i - run + 1;
    }
  }
  let out = '';
  for (let i = 0; i < 8; i++) {
    if (i === bestStart) {
      out += '::';
      i += bestLength - 1;
    } else {
      if (out !== '' && !out.endsWith(':')) out += ':';
      out += view.getUint16(at + 2 * i).toString(16);
    }
  }
  return out;
}

function isIpv4Mapped(view: DataView, at: number): boolean {
  return view.getUint32(at) === 0 && view.getUint32(at + 4) === 0 && view.getUint32(at + 8) === 0xffff;
}

/** Colon-separated MAC address of the six octets at `at`. */
export function macText(view: DataView, at: number): string {
  return hexOctets(view, at, at + 6);
}

/** The octets [start, end) as characters; what is not UTF-8 becomes U+FFFD. Not yet safe for a terminal. */
export function utf8Text(view: DataView, start: number, end: number): string {
  return decodeUtf8(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
}

/** 64 bits at `at` as a decimal string. */
function uint64Text(view: DataView, at: number, littleEndian: boolean): string {
  return view.getBigUint64(at, littleEndian).toString();
}

/**
 * Value of a leaf field: `at` is where its structure begins, [start, end) its octets, and `computed` its value where that was worked out.
 */
export function fieldValue(
  field: Field,
  view: DataView,
  at: number,
  start: number,
  end: number,
  computed: ComputedValue | undefined,
): FieldValue {
  if (computed !== undefined) return computed;
  switch (field.kind) {
    case 'uint':
    case 'number':
      return field.get(view, at);
    case 'bool':
      return field.get(view, at) !== 0;
    case 'ipv4':
      return end - start < 4 ? hexOctets(view, start, end) : ipv4Text(view, start);
    case 'ipv6':
      return end - start < 16 ? hexOctets(view, start, end) : ipv6Text(view, start);
    case 'uint64':
      return end - start < 8 ? hexOctets(view, start, end) : uint64Text(view, start, field.littleEndian);
    case 'text':
      return utf8Text(view, start, end);
    default:
      return hexOctets(view, start, end);
  }
}
