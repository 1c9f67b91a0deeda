/**
 * IPv6 Routing header, RFC 8200 §4.4, of the types Source Route (RFC 2460 §4.4, deprecated by RFC 5095),
 * Type 2 (RFC 6275 §6.4), RPL Source Route (RFC 6554 §3) and Segment Routing (RFC 8754 §2).
 */
import { bits, bytes, computed, hex, ipv6Address, list, named, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { ipv6Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { IP_PROTOCOLS } from './registries.ts';

/** Next header, length, type and segments left. */
const COMMON = 4;
/** First address of the types 0, 2 and 4, from the header's start. */
const ADDRESSES = 8;
const ADDRESS = 16;
/** Destination address within the IPv6 header. */
const IPV6_DESTINATION = 24;

/** IANA "IPv6 Routing Types". */
const TYPE = { sourceRoute: 0, mobile: 2, rpl: 3, segmentRouting: 4 } as const;
const TYPE_NAMES = {
  0: 'Source Route (deprecated)',
  1: 'Nimrod (deprecated)',
  2: 'Type 2 (Mobile IPv6)',
  3: 'RPL Source Route',
  4: 'Segment Routing',
  5: 'CRH-16',
  6: 'CRH-32',
};

/** IANA "Segment Routing Header TLVs". */
const TLV_NAMES = { 0: 'Pad1', 4: 'PadN', 5: 'HMAC' };
const TLV = { pad1: 0, padN: 4, hmac: 5 } as const;
/** Octets of an HMAC TLV before the HMAC itself, type and length included (RFC 8754 §2.1.2). */
const HMAC_FIXED = 8;

export const ipv6Routing = defineProtocol('ipv6.routing', {
  title: 'IPv6 Routing',
  source: 'RFC 8200 §4.4',
  carriedBy: { ipProtocol: [43] },
  role: 'extension',
  fields: {
    nxt: uint(8, 'Next Header', named(IP_PROTOCOLS)),
    len: uint(8, 'Length in 8 octets beyond the first 8'),
    type: uint(8, 'Type', named(TYPE_NAMES)),
    segleft: uint(8, 'Segments Left'),
  },
  variable: () => ({
    len_oct: computed('number', 'Length', octets),
    src_reserved: bytes('Reserved', 4, { name: 'ipv6.routing.src.reserved' }),
    src: list('Source Route', { addr: ipv6Address('Address') }),
    mipv6_reserved: bytes('Reserved', 4, { name: 'ipv6.routing.mipv6.reserved' }),
    mipv6_home_address: ipv6Address('Home Address', { name: 'ipv6.routing.mipv6.home_address' }),
    rpl: bits(
      32,
      'Compression',
      {
        cmprI: uint(4, 'Elided Octets of all but the last Address', octets),
        cmprE: uint(4, 'Elided Octets of the last Address', octets),
        pad: uint(4, 'Padding', octets),
        reserved: uint(20, 'Reserved'),
      },
      hex,
    ),
    rpl_addr_count: computed('number', 'Addresses', { name: 'ipv6.routing.rpl.addr_count' }),
    rpl_route: list('Route', {
      address: bytes('Address', 0, { name: 'ipv6.routing.rpl.address' }),
      full_address: computed('ipv6', 'Full Address', { name: 'ipv6.routing.rpl.full_address' }),
    }),
    srh_last_entry: uint(8, 'Last Entry', { name: 'ipv6.routing.srh.last_entry' }),
    srh_flags: uint(8, 'Flags', hex, { name: 'ipv6.routing.srh.flags' }),
    srh_tag: bytes('Tag', 2, { name: 'ipv6.routing.srh.tag' }),
    srh: list('Segment', { addr: ipv6Address('Address') }),
    srh_tlv: list('TLV', {
      type: uint(8, 'Type', named(TLV_NAMES)),
      length: uint(8, 'Length', octets),
      d: bits(16, 'HMAC Flags', { d: uint(1, 'Destination Address verification off'), reserved: uint(15, 'Reserved') }),
      key_id: uint(32, 'HMAC Key ID', hex),
      hmac: bytes('HMAC'),
      value: bytes('Value'),
    }),
    unknown_data: bytes('Type-Specific Data'),
  }),
  headerLength: lengthInOctets,
  next: { table: 'ipProtocol', field: 'nxt' },
  details: emitRoute,
  summary: summarize,
  issues: {
    addressesBeyondHeader: 'the last entry lies beyond the header',
    segmentsLeftBeyondAddresses: 'more segments are left than there are addresses',
    tlvBeyondHeader: 'a TLV reaches beyond the header',
  },
});

const { len, type, segleft } = ipv6Routing.fields;

function lengthInOctets(view: DataView, start: number): number {
  return 8 * (len.get(view, start) + 1);
}

function summarize(view: DataView, start: number): string {
  const kind = type.get(view, start);
  return `${TYPE_NAMES[kind as 0] ?? `type ${kind}`}, ${segleft.get(view, start)} left`;
}

function emitRoute(emit: FieldEmitter, view: DataView, start: number, end: number, layers: Layers, row: number): void {
  emit.value(ipv6Routing.variable.len_oct, lengthInOctets(view, start));
  const body = start + COMMON;
  const addresses = start + ADDRESSES;
  let known = body;
  switch (type.get(view, start)) {
    case TYPE.sourceRoute:
      if (!emit.field(ipv6Routing.variable.src_reserved, body)) break;
      known = addresses;
      for (; known + ADDRESS <= end; known += ADDRESS) {
        emit.begin(ipv6Routing.variable.src, known);
        emit.field(ipv6Routing.variable.src.of.addr, known);
        emit.end(known + ADDRESS);
      }
      checkSegmentsLeft(emit, view, start, (known - addresses) / ADDRESS);
      break;
    case TYPE.mobile:
      if (!emit.field(ipv6Routing.variable.mipv6_reserved, body)) break;
      known = emit.field(ipv6Routing.variable.mipv6_home_address, addresses) ? addresses + ADDRESS : addresses;
      break;
    case TYPE.rpl:
      known = emitRplRoute(emit, view, start, end, layers, row);
      break;
    case TYPE.segmentRouting:
      known = emitSegments(emit, view, start, end);
      break;
  }
  if (known < end) emit.octets(ipv6Routing.variable.unknown_data, known, end);
}

function checkSegmentsLeft(emit: FieldEmitter, view: DataView, start: number, addresses: number): void {
  const left = segleft.get(view, start);
  if (left > addresses) emit.issue('segmentsLeftBeyondAddresses', left, addresses, segleft.name);
}

/** RFC 6554 §3: addresses without the leading octets they share with the destination; answers the first octet not emitted. */
function emitRplRoute(
  emit: FieldEmitter,
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): number {
  const { rpl, rpl_addr_count, rpl_route } = ipv6Routing.variable;
  const body = start + COMMON;
  if (!emit.field(rpl, body)) return body;
  const inner = ADDRESS - rpl.of.cmprI.get(view, body);
  const last = ADDRESS - rpl.of.cmprE.get(view, body);
  const room = lengthInOctets(view, start) - ADDRESSES - rpl.of.pad.get(view, body);
  const count = room < last ? 0 : Math.floor((room - last) / inner) + 1;
  emit.value(rpl_addr_count, count);
  const network = layers.enclosing(row, 'network');
  let at = start + ADDRESSES;
  for (let i = 0; i < count; i++) {
    const width = i === count - 1 ? last : inner;
    if (at + width > end) return at;
    emit.begin(rpl_route, at);
    emit.octets(rpl_route.of.address, at, at + width);
    if (network >= 0 && layers.source[network] === layers.source[row]) {
      const prefix = layers.start[network]! + IPV6_DESTINATION;
      emit.value(rpl_route.of.full_address, fullAddress(view, prefix, at, width));
    }
    emit.end(at + width);
    at += width;
  }
  checkSegmentsLeft(emit, view, start, count);
  return at;
}

/** The `width` octets at `at` behind the leading octets of the address at `prefix`. */
function fullAddress(view: DataView, prefix: number, at: number, width: number): string {
  const address = new DataView(new ArrayBuffer(ADDRESS));
  const shared = ADDRESS - width;
  for (let i = 0; i < ADDRESS; i++) {
    address.setUint8(i, view.getUint8(i < shared ? prefix + i : at + i - shared));
  }
  return ipv6Text(address, 0);
}

/** RFC 8754 §2: the segment list, last segment first, then TLVs; answers the first octet not emitted. */
function emitSegments(emit: FieldEmitter, view: DataView, start: number, end: number): number {
  const { srh_last_entry, srh_flags, srh_tag, srh } = ipv6Routing.variable;
  if (!emit.field(srh_last_entry, start + 4)) return start + 4;
  if (!emit.field(srh_flags, start + 5)) return start + 5;
  if (!emit.field(srh_tag, start + 6)) return start + 6;
  const count = srh_last_entry.get(view, start + 4) + 1;
  const listEnd = start + ADDRESSES + count * ADDRESS;
  const header = start + lengthInOctets(view, start);
  // A reduced list (RFC 8754 §4.1.1) leaves out the segment that already is the destination.
  checkSegmentsLeft(emit, view, start, count);
  let at = start + ADDRESSES;
  for (; at < listEnd && at + ADDRESS <= end; at += ADDRESS) {
    emit.begin(srh, at);
    emit.field(srh.of.addr, at);
    emit.end(at + ADDRESS);
  }
  if (at < listEnd) {
    if (listEnd > header) emit.issue('addressesBeyondHeader', listEnd - start, header - start, srh_last_entry.name);
    return at;
  }
  return emitTlvs(emit, view, at, end);
}

function emitTlvs(emit: FieldEmitter, view: DataView, from: number, end: number): number {
  const { srh_tlv } = ipv6Routing.variable;
  const { of } = srh_tlv;
  let at = from;
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind !== TLV.pad1 && at + 1 === end) return at;
    emit.begin(srh_tlv, at);
    emit.field(of.type, at);
    if (kind === TLV.pad1) {
      at += 1;
      emit.end(at);
      continue;
    }
    emit.field(of.length, at + 1);
    const length = view.getUint8(at + 1);
    if (at + 2 + length > end) emit.issue('tlvBeyondHeader', length, end - at - 2, len.name);
    const next = Math.min(at + 2 + length, end);
    let known = at + 2;
    if (kind === TLV.hmac && next - at >= HMAC_FIXED) {
      emit.field(of.d, known);
      emit.field(of.key_id, known + 2);
      emit.octets(of.hmac, at + HMAC_FIXED, next);
      known = next;
    }
    if (known < next) emit.octets(of.value, known, next);
    emit.end(next);
    at = next;
  }
  return at;
}

/**
 * Octet at which the address of the packet's final destination stands, for pseudo-headers (RFC 8200 §8.1); -1 where the header
 * says nothing else than the IPv6 header: no segments are left, or the type holds no whole addresses.
 */
export function finalDestination(view: DataView, start: number, end: number): number {
  if (end - start < ADDRESSES + ADDRESS || segleft.get(view, start) === 0) return -1;
  switch (type.get(view, start)) {
    case TYPE.sourceRoute:
      return end - ADDRESS;
    case TYPE.mobile:
    case TYPE.segmentRouting:
      // The first entry of a segment list is the last segment.
      return start + ADDRESSES;
    default:
      return -1;
  }
}
