/**
 * ICMP extensions: RFC 4884 §7 and §8; MPLS label stacks, RFC 4950; interface information, RFC 5837; interface identification,
 * RFC 8335 §2.1. They stand behind the datagram an error quotes, or behind the header of an extended echo request.
 */
import {
  bits,
  bytes,
  type Field,
  flag,
  hex,
  ipv4Address,
  ipv6Address,
  list,
  named,
  octets,
  text,
  uint,
} from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { extensionAfterQuote, toldLength, EXTENSION_VERSION as VERSION } from './icmp-quote.ts';
import { verifyMessage } from './pseudo-header.ts';

/** Version and checksum. */
const HEADER = 4;
/** Length, class and type of an object. */
const OBJECT_HEADER = 4;

const CLASS = { mpls: 1, interfaceInformation: 2, interfaceIdentification: 3 } as const;
/** IANA "ICMP Extension Object Classes". */
const CLASS_NAMES = {
  1: 'MPLS Label Stack',
  2: 'Interface Information',
  3: 'Interface Identification',
  4: 'Extended Information',
  247: 'Private Use',
};
/** RFC 5837 §4.1. */
const ROLES = { 0: 'incoming', 1: 'sub-IP incoming', 2: 'outgoing', 3: 'next hop' };
/** C-Types of an Interface Identification, RFC 8335 §2.1. */
const IDENTIFICATION = { name: 1, index: 2, address: 3 } as const;
/** IANA "Address Family Numbers". */
const FAMILIES = { 1: 'IPv4', 2: 'IPv6', 16389: '48-bit MAC', 16390: '64-bit MAC' };
const IPV4 = 1;
const IPV6 = 2;

const at = (name: string): { name: string } => ({ name: `icmp.${name}` });

export const icmpExtension = defineProtocol('icmp.ext', {
  title: 'ICMP Extension Structure',
  source: 'RFC 4884 §7',
  minimum: HEADER,
  headerLength,
  fields: {},
  variable: () => ({
    quote_padding: bytes('Padding of the Quoted Datagram'),
    head: bits(16, 'Version and Reserved', {
      version: uint(4, 'Version', at('ext.version')),
      res: uint(12, 'Reserved', hex, at('ext.res')),
    }),
    checksum: uint(16, 'Checksum', hex),
    object: list('Object', {
      length: uint(16, 'Length', octets, at('ext.length')),
      class: uint(8, 'Class', named(CLASS_NAMES), at('ext.class')),
      ctype: uint(8, 'C-Type', at('ext.ctype')),
      int_info: bits(
        8,
        'C-Type',
        {
          role: uint(2, 'Interface Role', named(ROLES), at('int_info.role')),
          reserved: uint(2, 'Reserved', at('int_info.reserved')),
          ifindex: flag('Interface index is there', at('int_info.ifindex')),
          ipaddr: flag('Address is there', at('int_info.ipaddr')),
          name_present: flag('Name is there', at('int_info.name_present')),
          mtu_present: flag('MTU is there', at('int_info.mtu_present')),
        },
        at('ext.ctype'),
      ),
      mpls: list('Label Stack Entry', {
        entry: bits(32, 'Entry', {
          label: uint(20, 'Label', at('mpls.label')),
          exp: uint(3, 'Traffic Class', at('mpls.exp')),
          s: flag('Bottom of Stack', at('mpls.s')),
          ttl: uint(8, 'Time to Live', at('mpls.ttl')),
        }),
      }),
      index: uint(32, 'Interface Index', at('int_info.index')),
      afi: uint(16, 'Address Family', named(FAMILIES), at('int_info.afi')),
      reserved: bytes('Reserved', 2, at('reserved')),
      ipv4: ipv4Address('Address', at('int_info.ipv4')),
      ipv6: ipv6Address('Address', at('int_info.ipv6')),
      name_length: uint(8, 'Name Length', octets, at('int_info.name_length')),
      name: text('Name', at('int_info.name')),
      name_padding: bytes('Padding'),
      mtu: uint(32, 'MTU', octets, at('int_info.mtu')),
      ident_name: text('Interface Name', at('int_ident.name')),
      ident_index: uint(32, 'Interface Index', at('int_ident.index')),
      ident_afi: uint(16, 'Address Family', named(FAMILIES), at('int_ident.afi')),
      ident_addr_length: uint(8, 'Address Length', octets, at('int_ident.addr_length')),
      ident_reserved: bytes('Reserved', 1, at('int_ident.reserved')),
      ident_ipv4: ipv4Address('Address', at('int_ident.ipv4')),
      ident_ipv6: ipv6Address('Address', at('int_ident.ipv6')),
      ident_address: bytes('Address', 0, at('int_ident.address')),
      data: bytes('Data', 0, at('ext.data')),
    }),
  }),
  details: emitExtension,
  summary: summarize,
  verify: verifyChecksum,
  issues: {
    objectLength: 'an object is shorter than its own header',
    objectBeyondMessage: 'an object reaches beyond the message',
  },
});

/** What an extended echo request carries is a single object, with data of the sender's choice behind it (RFC 8335 §2). */
function headerLength(view: DataView, start: number, end: number): number {
  const object = start + HEADER;
  const isProbe =
    object + OBJECT_HEADER <= end &&
    view.getUint8(start) >> 4 === VERSION &&
    view.getUint8(object + 2) === CLASS.interfaceIdentification;
  const length = isProbe ? view.getUint16(object) : 0;
  return length < OBJECT_HEADER || object + length > end ? end - start : HEADER + length;
}

/** First octet of the structure in `row`, behind the zeros that fill the quoted datagram up to its told length (RFC 4884 §3). */
function structureStart(layers: Layers, row: number): number {
  const start = layers.start[row]!;
  const message = layers.parent[row]!;
  if (message < 0 || layers.source[message] !== layers.source[row]) return start;
  const payload = layers.payload[message]!;
  if (start === payload) return start;
  const view = layers.viewOf(row);
  const told = toldLength(layers.protocolOf(message).name, view, layers.start[message]!);
  return Math.max(start, extensionAfterQuote(view, payload, told, layers.end[row]!));
}

function emitExtension(
  emit: FieldEmitter,
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): void {
  const place = structureStart(layers, row);
  if (start < place) emit.octets(icmpExtension.variable.quote_padding, start, place);
  if (!emit.field(icmpExtension.variable.head, place)) return emitLeftover(emit, place, end);
  if (!emit.field(icmpExtension.variable.checksum, place + 2)) return emitLeftover(emit, place + 2, end);
  for (let next = place + HEADER; next < end; ) next = emitObject(emit, view, next, end);
}

function emitLeftover(emit: FieldEmitter, from: number, end: number): void {
  if (from === end) return;
  emit.begin(icmpExtension.variable.object, from);
  emit.octets(icmpExtension.variable.object.of.data, from, end);
  emit.end(end);
}

/** Emits an object and answers the first octet behind it. */
function emitObject(emit: FieldEmitter, view: DataView, start: number, end: number): number {
  if (start + OBJECT_HEADER > end) {
    emitLeftover(emit, start, end);
    return end;
  }
  const length = view.getUint16(start);
  const kind = view.getUint8(start + 2);
  emit.begin(icmpExtension.variable.object, start);
  emit.field(icmpExtension.variable.object.of.length, start);
  emit.field(icmpExtension.variable.object.of.class, start + 2);
  emit.field(
    kind === CLASS.interfaceInformation
      ? icmpExtension.variable.object.of.int_info
      : icmpExtension.variable.object.of.ctype,
    start + 3,
  );
  if (length < OBJECT_HEADER)
    emit.issue('objectLength', OBJECT_HEADER, length, icmpExtension.variable.object.of.length.name);
  if (start + length > end)
    emit.issue('objectBeyondMessage', length, end - start, icmpExtension.variable.object.of.length.name);
  const next = length < OBJECT_HEADER ? end : Math.min(start + length, end);
  const known = emitPayload(emit, view, kind, start + OBJECT_HEADER, next);
  if (known < next) emit.octets(icmpExtension.variable.object.of.data, known, next);
  emit.end(next);
  return next;
}

/** Emits what is known of an object's payload and answers the first octet behind that. */
function emitPayload(emit: FieldEmitter, view: DataView, kind: number, body: number, end: number): number {
  switch (kind) {
    case CLASS.mpls: {
      let next = body;
      for (; next + 4 <= end; next += 4) {
        emit.begin(icmpExtension.variable.object.of.mpls, next);
        emit.field(icmpExtension.variable.object.of.mpls.of.entry, next);
        emit.end(next + 4);
      }
      return next;
    }
    case CLASS.interfaceInformation:
      return emitInterface(emit, view, body, end);
    case CLASS.interfaceIdentification:
      return emitIdentification(emit, view, body, end);
    default:
      return body;
  }
}

/** RFC 5837 §4: what the C-Type announces, in this order. */
function emitInterface(emit: FieldEmitter, view: DataView, body: number, end: number): number {
  const announced = icmpExtension.variable.object.of.int_info.of;
  const ctype = body - 1;
  let next = body;
  if (announced.ifindex.get(view, ctype) !== 0) {
    if (next + 4 > end) return next;
    emit.field(icmpExtension.variable.object.of.index, next);
    next += 4;
  }
  if (announced.ipaddr.get(view, ctype) !== 0) {
    if (next + 4 > end) return next;
    const family = view.getUint16(next);
    emit.field(icmpExtension.variable.object.of.afi, next);
    emit.octets(icmpExtension.variable.object.of.reserved, next + 2, next + 4);
    next += 4;
    const address =
      family === IPV4
        ? icmpExtension.variable.object.of.ipv4
        : family === IPV6
          ? icmpExtension.variable.object.of.ipv6
          : undefined;
    if (address === undefined || next + address.octetWidth > end) return next;
    emit.field(address, next);
    next += address.octetWidth;
  }
  if (announced.name_present.get(view, ctype) !== 0) {
    if (next >= end) return next;
    emit.field(icmpExtension.variable.object.of.name_length, next);
    // The length counts itself.
    const nameEnd = Math.min(next + Math.max(view.getUint8(next), 1), end);
    next = emitName(emit, icmpExtension.variable.object.of.name, view, next + 1, nameEnd);
  }
  if (announced.mtu_present.get(view, ctype) === 0 || next + 4 > end) return next;
  emit.field(icmpExtension.variable.object.of.mtu, next);
  return next + 4;
}

/** A name and the zeros that fill it up to a multiple of four octets. */
function emitName(emit: FieldEmitter, name: Field, view: DataView, from: number, end: number): number {
  let last = end;
  while (last > from && view.getUint8(last - 1) === 0) last--;
  if (from < last) emit.octets(name, from, last);
  if (last < end) emit.octets(icmpExtension.variable.object.of.name_padding, last, end);
  return end;
}

/** RFC 8335 §2.1: the interface to be probed. */
function emitIdentification(emit: FieldEmitter, view: DataView, body: number, end: number): number {
  switch (view.getUint8(body - 1)) {
    case IDENTIFICATION.name:
      return emitName(emit, icmpExtension.variable.object.of.ident_name, view, body, end);
    case IDENTIFICATION.index:
      return body + 4 <= end && emit.field(icmpExtension.variable.object.of.ident_index, body) ? body + 4 : body;
    case IDENTIFICATION.address: {
      if (body + 4 > end) return body;
      emit.field(icmpExtension.variable.object.of.ident_afi, body);
      emit.field(icmpExtension.variable.object.of.ident_addr_length, body + 2);
      emit.field(icmpExtension.variable.object.of.ident_reserved, body + 3);
      const from = body + 4;
      const addressEnd = Math.min(from + view.getUint8(body + 2), end);
      const family = view.getUint16(body);
      if (family === IPV4 && addressEnd - from === 4) emit.field(icmpExtension.variable.object.of.ident_ipv4, from);
      else if (family === IPV6 && addressEnd - from === 16)
        emit.field(icmpExtension.variable.object.of.ident_ipv6, from);
      else if (from < addressEnd) emit.octets(icmpExtension.variable.object.of.ident_address, from, addressEnd);
      return addressEnd;
    }
    default:
      return body;
  }
}

function summarize(view: DataView, _start: number, end: number, layers: Layers, row: number): string {
  const place = structureStart(layers, row) + HEADER;
  if (place + OBJECT_HEADER > end) return 'no objects';
  const kind = view.getUint8(place + 2);
  const words = CLASS_NAMES[kind as 1] ?? `class ${kind}`;
  if (kind !== CLASS.mpls || place + OBJECT_HEADER + 4 > end) return words;
  return `${words} label=${view.getUint32(place + OBJECT_HEADER) >>> 12}`;
}

/** A checksum of 0 says that there is none (RFC 4884 §7). */
function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  const place = structureStart(layers, row);
  if (!transport || place + HEADER > layers.end[row]!) return;
  const found = layers.viewOf(row).getUint16(place + 2);
  if (found !== 0) verifyMessage(layers, row, found, icmpExtension.variable.checksum, place, layers.payload[row]!);
}
