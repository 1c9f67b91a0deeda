/** Addresses as people write them. */

/** An address, and how many bits of it count. */
export interface AddressLiteral<V> {
  readonly value: V;
  /** Leading bits that are compared: the prefix length, or all. */
  readonly bits: number;
}

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const HEX_GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX = /^[0-9]{1,3}$/;
const HEX_DIGIT = /^[0-9a-f]$/i;
const HEX_DIGITS = /^(?:[0-9a-f]{2})+$/i;
const SEPARATED = /^[0-9a-f]{1,2}(?:([:.-])[0-9a-f]{1,2})(?:\1[0-9a-f]{1,2})*$/i;
const DOTTED_PAIRS = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i;

function dottedDecimal(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

/** Bits of a prefix length, or of a mask in dotted decimal. */
function prefixBits(text: string, most: number): number | undefined {
  if (PREFIX.test(text)) return Number(text) <= most ? Number(text) : undefined;
  const mask = most === 32 ? dottedDecimal(text) : undefined;
  if (mask === undefined) return undefined;
  const bits = Math.clz32(~mask);
  return mask === prefixMask(bits) ? bits : undefined;
}

/** The IPv4 mask with so many leading ones, unsigned. */
export function prefixMask(bits: number): number {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** `10.244.0.1`, `10.244.0.0/16`, `10.244.0.0/255.255.0.0`; the address as a number. */
export function ipv4Literal(text: string): AddressLiteral<number> | undefined {
  const slash = text.indexOf('/');
  const value = dottedDecimal(slash < 0 ? text : text.slice(0, slash));
  const bits = slash < 0 ? 32 : prefixBits(text.slice(slash + 1), 32);
  return value === undefined || bits === undefined ? undefined : { value, bits };
}

/** RFC 4291 §2.2 forms, with or without prefix length; the address as 16 octets, one character each. */
export function ipv6Literal(text: string): AddressLiteral<string> | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const bits = slash < 0 ? 128 : prefixBits(text.slice(slash + 1), 128);
  const halves = address.split('::');
  if (bits === undefined || halves.length > 2 || !address.includes(':')) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : groupsOf(half)));
  const [first, second] = groups;
  if (first === undefined || groups.some((half) => half === undefined)) return undefined;
  const given = first.length + (second?.length ?? 0);
  if (second === undefined ? given !== 8 : given > 7) return undefined;
  const zeros = Array.from({ length: 8 - given }, () => 0);
  const value = [...first, ...zeros, ...(second ?? [])]
    .map((group) => String.fromCharCode(group >> 8, group & 0xff))
    .join('');
  return { value, bits };
}

function groupsOf(text: string): number[] | undefined {
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 && part.includes('.') ? dottedDecimal(part) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    else if (HEX_GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** Octets in hexadecimal: `0a:58:0a`, `0a-58-0a`, `0.1.0.d`, `0a580a`, `2`; one character each. */
export function octetsLiteral(text: string): string | undefined {
  if (HEX_DIGIT.test(text)) return fromHex([text]);
  if (HEX_DIGITS.test(text)) return fromHex(text.match(/../g) ?? []);
  if (SEPARATED.test(text)) return fromHex(text.split(/[:.-]/));
  if (DOTTED_PAIRS.test(text)) return fromHex(text.replaceAll('.', '').match(/../g) ?? []);
  return undefined;
}

/** A MAC address in any of the forms of octets, one character each. */
export function macLiteral(text: string): string | undefined {
  const octets = octetsLiteral(text);
  return octets?.length === 6 && /[:.-]/.test(text) ? octets : undefined;
}

function fromHex(pairs: readonly string[]): string {
  return String.fromCharCode(...pairs.map((pair) => Number.parseInt(pair, 16)));
}
