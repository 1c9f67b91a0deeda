/** IPv6 Fragment header, RFC 8200 §4.5. */
import { computed, flag, hex, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { IP_PROTOCOLS } from './registries.ts';

export const ipv6Fragment = defineProtocol('ipv6.fraghdr', {
  title: 'IPv6 Fragment',
  source: 'RFC 8200 §4.5',
  carriedBy: { ipProtocol: [44] },
  role: 'extension',
  fields: {
    nxt: uint(8, 'Next Header', named(IP_PROTOCOLS)),
    reserved_octet: uint(8, 'Reserved', hex),
    offset: uint(13, 'Fragment Offset in 8 octets'),
    reserved_bits: uint(2, 'Reserved'),
    more: flag('More Fragments'),
    ident: uint(32, 'Identification', hex),
  },
  variable: () => ({ offset_oct: computed('number', 'Fragment Offset', octets) }),
  fragmentation: {
    fields: ['offset', 'more'],
    offset: offsetInOctets,
    more: hasMore,
    identity: (view, start) => view.getUint32(start + 4),
  },
  next: { table: 'ipProtocol', field: 'nxt' },
  details: emitOffset,
  summary: summarize,
});

const { offset, more, ident } = ipv6Fragment.fields;

function hasMore(view: DataView, start: number): boolean {
  return more.get(view, start) !== 0;
}

/** Octets of the original packet's fragmentable part before this fragment. */
function offsetInOctets(view: DataView, start: number): number {
  return 8 * offset.get(view, start);
}

function emitOffset(emit: FieldEmitter, view: DataView, start: number): void {
  emit.value(ipv6Fragment.variable.offset_oct, offsetInOctets(view, start));
}

function summarize(view: DataView, start: number, end: number): string {
  const from = offsetInOctets(view, start);
  const last = more.get(view, start) === 0 ? ', the last' : '';
  const id = ident.get(view, start).toString(16).padStart(8, '0');
  return `fragment of 0x${id}: octets ${from}–${from + end - start - 9}${last}`;
}
