/** IPv4 header, RFC 791 §3.1. */
import {
  bits,
  bytes,
  type Field,
  flag,
  hex,
  ipv4Address,
  list,
  named,
  octets,
  packed,
  uint,
} from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { onesComplementSum } from './checksum.ts';
import { DSCP, ECN, IP_PROTOCOLS } from './registries.ts';

/** Header without options. */
const LEAST_HEADER = 20;

/** Option types, IANA "IP Option Numbers". */
const OPTION = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  mtuProbe: 11,
  mtuReply: 12,
  timestamp: 68,
  traceroute: 82,
  looseSourceRoute: 131,
  streamIdentifier: 136,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

const OPTION_NAMES = {
  0: 'End of Option List',
  1: 'No Operation',
  7: 'Record Route',
  11: 'MTU Probe',
  12: 'MTU Reply',
  25: 'Quick-Start',
  68: 'Timestamp',
  82: 'Traceroute',
  130: 'Security',
  131: 'Loose Source Route',
  133: 'Extended Security',
  134: 'Commercial Security',
  136: 'Stream Identifier',
  137: 'Strict Source Route',
  148: 'Router Alert',
};

export const ipv4 = defineProtocol('ip', {
  title: 'Internet Protocol Version 4',
  source: 'RFC 791 §3.1',
  carriedBy: { linkType: [228], etherType: [0x0800], ipProtocol: [4], nshNextProtocol: [1] },
  role: 'network',
  tunnel: { ip: 'ipip', ipv6: '4in6', udp: 'flannel-udp' },
  fields: {
    version: uint(4, 'Version'),
    hdr_len: uint(4, 'Header Length', octets, { scale: 4 }),
    dsfield: bits(
      8,
      'Differentiated Services',
      { dscp: uint(6, 'Codepoint', named(DSCP)), ecn: uint(2, 'Explicit Congestion Notification', named(ECN)) },
      hex,
    ),
    len: uint(16, 'Total Length', octets),
    id: uint(16, 'Identification', hex),
    flags: bits(3, 'Flags', { rb: flag('Reserved'), df: flag("Don't Fragment"), mf: flag('More Fragments') }, hex),
    frag_offset: uint(13, 'Fragment Offset', { unit: 'units of 8 octets' }),
    ttl: uint(8, 'Time to Live'),
    proto: uint(8, 'Protocol', named(IP_PROTOCOLS)),
    checksum: uint(16, 'Header Checksum', hex),
    src: ipv4Address('Source'),
    dst: ipv4Address('Destination'),
  },
  variable: () => ({
    opt: list('Option', {
      type: bits(
        8,
        'Type',
        { copy: flag('Copied into fragments'), class: uint(2, 'Class'), number: uint(5, 'Number') },
        named(OPTION_NAMES),
      ),
      len: uint(8, 'Length', octets),
      ptr: uint(8, 'Pointer'),
      ra: uint(16, 'Router Alert'),
      mtu: uint(16, 'MTU', octets),
      sid: uint(16, 'Stream Identifier'),
      id_number: uint(16, 'ID Number'),
      ohc: uint(16, 'Outbound Hop Count'),
      rhc: uint(16, 'Return Hop Count'),
      originator: ipv4Address('Originator'),
      ...packed({ overflow: uint(4, 'Overflow'), flag: uint(4, 'Flag') }),
      route: list('Route', {
        rec_rt: ipv4Address('Recorded Address', { name: 'ip.rec_rt' }),
        empty_rt: ipv4Address('Room for an Address', { name: 'ip.empty_rt' }),
        src_rt: ipv4Address('Address to Visit', { name: 'ip.src_rt' }),
        time_stamp_addr: ipv4Address('Address', { name: 'ip.opt.time_stamp_addr' }),
        time_stamp: uint(32, 'Timestamp', { name: 'ip.opt.time_stamp', unit: 'ms' }),
      }),
      data: bytes('Data'),
      rest: bytes('Behind the End of Option List'),
    }),
  }),
  checks: [
    { field: 'version', equals: 4, issue: 'versionNot4' },
    { field: 'hdr_len', atLeast: LEAST_HEADER, issue: 'headerTooShort' },
  ],
  headerLength: 'hdr_len',
  // A total length of 0 is what segmentation offload leaves for the card to fill in.
  extent: { field: 'len', includesHeader: true, zeroIsUnbounded: true },
  fragmentation: { fields: ['flags.mf', 'frag_offset'], offset: fragmentOffset, more: hasMoreFragments, identity },
  next: { table: 'ipProtocol', field: 'proto' },
  hasOptions: true,
  details: options,
  summary: summarize,
  verify: verifyHeaderChecksum,
  issues: {
    versionNot4: 'the version of an IPv4 header is 4',
    headerTooShort: 'the header length is below 20 octets',
    optionLength: 'an option is shorter than its own type and length',
  },
});

const { proto, frag_offset, flags, len, hdr_len, id } = ipv4.fields;

/** The field counts units of 8 octets. */
function fragmentOffset(view: DataView, start: number): number {
  return 8 * frag_offset.get(view, start);
}

function hasMoreFragments(view: DataView, start: number): boolean {
  return flags.of.mf.get(view, start) !== 0;
}

/** RFC 791 §3.2: identification and protocol, beside the addresses. */
function identity(view: DataView, start: number): number {
  return id.get(view, start) * 256 + proto.get(view, start);
}

function options(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const { opt } = ipv4.variable;
  const { of } = opt;
  let at = start + LEAST_HEADER;
  while (at < end) {
    const kind = of.type.get(view, at);
    emit.begin(opt, at);
    emit.field(of.type, at);
    if (kind === OPTION.endOfList) {
      emit.end(at + 1);
      if (at + 1 < end) {
        emit.begin(opt, at + 1);
        emit.octets(of.rest, at + 1, end);
        emit.end(end);
      }
      return;
    }
    if (kind === OPTION.noOperation) {
      at += 1;
      emit.end(at);
      continue;
    }
    const length = at + 1 < end ? of.len.get(view, at + 1) : 0;
    if (length < 2) {
      emit.issue('optionLength', 2, length, of.len.name);
      emit.octets(of.data, at + 1, end);
      emit.end(end);
      return;
    }
    const next = Math.min(at + length, end);
    emit.field(of.len, at + 1);
    const known = optionBody(emit, view, kind, at, next);
    if (known < next) emit.octets(of.data, known, next);
    emit.end(next);
    at = next;
  }
}

/** Emits what is known of an option's body and answers the first octet behind it. */
function optionBody(emit: FieldEmitter, view: DataView, kind: number, at: number, end: number): number {
  const { of } = ipv4.variable.opt;
  switch (kind) {
    case OPTION.routerAlert:
      return wordBody(emit, of.ra, at, end);
    case OPTION.mtuProbe:
    case OPTION.mtuReply:
      return wordBody(emit, of.mtu, at, end);
    case OPTION.streamIdentifier:
      return wordBody(emit, of.sid, at, end);
    case OPTION.traceroute:
      if (end - at < 12) return at + 2;
      emit.field(of.id_number, at + 2);
      emit.field(of.ohc, at + 4);
      emit.field(of.rhc, at + 6);
      emit.field(of.originator, at + 8);
      return at + 12;
    case OPTION.recordRoute:
    case OPTION.looseSourceRoute:
    case OPTION.strictSourceRoute:
      if (end - at < 3) return at + 2;
      emit.field(of.ptr, at + 2);
      return routes(emit, at + 3, end, at + of.ptr.get(view, at + 2) - 1, kind === OPTION.recordRoute);
    case OPTION.timestamp: {
      if (end - at < 4) return at + 2;
      emit.field(of.ptr, at + 2);
      emit.field(of.overflow, at + 3);
      emit.field(of.flag, at + 3);
      return timestamps(emit, at + 4, end, (view.getUint8(at + 3) & 0x0f) !== 0);
    }
    default:
      return at + 2;
  }
}

/** Emits the two octets of an option that has no more, and answers the first octet behind them. */
function wordBody(emit: FieldEmitter, field: Field, at: number, end: number): number {
  if (end - at < 4) {
    emit.issue('optionLength', 4, end - at, ipv4.variable.opt.of.len.name);
    return at + 2;
  }
  emit.field(field, at + 2);
  return at + 4;
}

/** Emits the addresses of a route; from the octet `next` on they are still to be filled in, or to be visited. */
function routes(emit: FieldEmitter, from: number, end: number, next: number, isRecord: boolean): number {
  const { route } = ipv4.variable.opt.of;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    emit.begin(route, at);
    emit.field(at < next ? route.of.rec_rt : isRecord ? route.of.empty_rt : route.of.src_rt, at);
    emit.end(at + 4);
  }
  return at;
}

function timestamps(emit: FieldEmitter, from: number, end: number, haveAddresses: boolean): number {
  const { route } = ipv4.variable.opt.of;
  const step = haveAddresses ? 8 : 4;
  let at = from;
  for (; at + step <= end; at += step) {
    emit.begin(route, at);
    if (haveAddresses) emit.field(route.of.time_stamp_addr, at);
    emit.field(route.of.time_stamp, at + step - 4);
    emit.end(at + step);
  }
  return at;
}

function summarize(view: DataView, start: number, end: number): string {
  const offset = 8 * frag_offset.get(view, start);
  if (offset !== 0 || flags.of.mf.get(view, start) !== 0) {
    const length = len.get(view, start) - hdr_len.get(view, start);
    const more = flags.of.mf.get(view, start) === 0 ? ', the last' : '';
    return `fragment of 0x${id.get(view, start).toString(16).padStart(4, '0')}: octets ${offset}–${offset + length - 1}${more}`;
  }
  return `protocol ${proto.get(view, start)} len=${end - start - hdr_len.get(view, start)}`;
}

function verifyHeaderChecksum(layers: Layers, row: number): void {
  const start = layers.start[row]!;
  const end = layers.payload[row]!;
  const view = layers.viewOf(row);
  const found = ipv4.fields.checksum.get(view, start);
  // RFC 1071 §1: over a header with its checksum in place the sum is all ones.
  const sum = onesComplementSum(view, start, end, 0);
  if (sum === 0xffff) return;
  const right = onesComplementSum(view, start, end, 0xffff - found) ^ 0xffff;
  layers.issues.add(row, 'badChecksum', right, found, 'ip.checksum');
}
