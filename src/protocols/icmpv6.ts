/**
 * ICMPv6, RFC 4443, with Neighbour Discovery (RFC 4861), Multicast Listener Discovery (RFC 2710, RFC 9777), Multicast Router
 * Discovery (RFC 4286) and extended echo (RFC 8335).
 */
import { bits, bytes, computed, flag, hex, ipv6Address, list, named, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { ipv6Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { PROBE_STATES } from './icmp.ts';
import { messageWords } from './icmp-words.ts';
import { emitNdOptions, ND_OPTION_ISSUES, ndOptions, ROUTER_PREFERENCES, redirectedPacket } from './icmpv6-options.ts';
import { ICMPV6_CODES, ICMPV6_TYPES, Icmpv6Type as Type } from './icmpv6-words.ts';
import { verifyTransport } from './pseudo-header.ts';

/** IANA protocol number. */
const ICMPV6 = 58;
/** Type, code and checksum. */
const LEAST_HEADER = 4;
const ADDRESS = 16;
/** From here on a Multicast Listener Query is of version 2 (RFC 9777 §8.1). */
const LEAST_QUERY_V2 = 28;

/** Octets of the fixed part by type; of other types only the first four are known. */
const FIXED: Readonly<Record<number, number>> = {
  [Type.unreachable]: 8,
  [Type.packetTooBig]: 8,
  [Type.timeExceeded]: 8,
  [Type.parameterProblem]: 8,
  [Type.echo]: 8,
  [Type.echoReply]: 8,
  [Type.listenerQuery]: 24,
  [Type.listenerReport]: 24,
  [Type.listenerDone]: 24,
  [Type.routerSolicitation]: 8,
  [Type.routerAdvertisement]: 16,
  [Type.neighborSolicitation]: 24,
  [Type.neighborAdvertisement]: 24,
  [Type.redirect]: 40,
  [Type.inverseSolicitation]: 8,
  [Type.inverseAdvertisement]: 8,
  [Type.listenerReport2]: 8,
  [Type.multicastRouterAdvertisement]: 8,
  [Type.multicastRouterSolicitation]: 4,
  [Type.multicastRouterTermination]: 4,
  [Type.extendedEcho]: 8,
  [Type.extendedEchoReply]: 8,
};

/** Types whose fixed part is followed by Neighbour Discovery options. */
const WITH_OPTIONS: readonly number[] = [
  Type.routerSolicitation,
  Type.routerAdvertisement,
  Type.neighborSolicitation,
  Type.neighborAdvertisement,
  Type.redirect,
  Type.inverseSolicitation,
  Type.inverseAdvertisement,
];

/** RFC 9777 §5.2.12. */
const RECORD_TYPES = {
  1: 'Mode Is Include',
  2: 'Mode Is Exclude',
  3: 'Change To Include Mode',
  4: 'Change To Exclude Mode',
  5: 'Allow New Sources',
  6: 'Block Old Sources',
};

const at = (name: string): { name: string } => ({ name: `icmpv6.${name}` });

export const icmpv6 = defineProtocol('icmpv6', {
  title: 'Internet Control Message Protocol version 6',
  source: 'RFC 4443 §2.1',
  carriedBy: { ipProtocol: [ICMPV6] },
  fields: {
    type: uint(8, 'Type', named(ICMPV6_TYPES)),
    code: uint(8, 'Code'),
    checksum: uint(16, 'Checksum', hex),
  },
  variable: {
    meaning: computed('text', 'Meaning'),
    length: uint(8, 'Length of Original Datagram in 8 octets'),
    mtu: uint(32, 'MTU', octets),
    pointer: uint(32, 'Pointer'),
    echo_identifier: uint(16, 'Identifier', hex, at('echo.identifier')),
    echo_sequence_number: uint(16, 'Sequence Number', at('echo.sequence_number')),
    ext_echo_seq: uint(8, 'Sequence Number', at('ext.echo.seq')),
    ext_echo_req: bits(8, 'Probe', {
      res: uint(7, 'Reserved', hex, at('ext.echo.req.res')),
      local: flag('Interface is on the proxy itself', at('ext.echo.req.local')),
    }),
    ext_echo_rsp: bits(8, 'Probe Result', {
      state: uint(3, 'State', named(PROBE_STATES), at('ext.echo.rsp.state')),
      res: uint(2, 'Reserved', hex, at('ext.echo.rsp.res')),
      active: flag('Interface is active', at('ext.echo.rsp.active')),
      ipv4: flag('IPv4 runs on it', at('ext.echo.rsp.ipv4')),
      ipv6: flag('IPv6 runs on it', at('ext.echo.rsp.ipv6')),
    }),
    mld_maximum_response_delay: uint(16, 'Maximum Response Delay', { unit: 'ms' }, at('mld.maximum_response_delay')),
    mld_maximum_response_code: uint(16, 'Maximum Response Code', at('mld.maximum_response_code')),
    nd_ra_cur_hop_limit: uint(8, 'Hop Limit', at('nd.ra.cur_hop_limit')),
    nd_ra_flag: bits(
      8,
      'Flags',
      {
        m: flag('Managed address configuration', at('nd.ra.flag.m')),
        o: flag('Other configuration', at('nd.ra.flag.o')),
        h: flag('Home Agent', at('nd.ra.flag.h')),
        prf: uint(2, 'Router Preference', named(ROUTER_PREFERENCES), at('nd.ra.flag.prf')),
        p: flag('Proxy', at('nd.ra.flag.p')),
        rsv: uint(2, 'Reserved', at('nd.ra.flag.rsv')),
      },
      hex,
      at('nd.ra.flag'),
    ),
    nd_ra_router_lifetime: uint(16, 'Router Lifetime', { unit: 's' }, at('nd.ra.router_lifetime')),
    nd_ra_reachable_time: uint(32, 'Reachable Time', { unit: 'ms' }, at('nd.ra.reachable_time')),
    nd_ra_retrans_timer: uint(32, 'Retransmission Timer', { unit: 'ms' }, at('nd.ra.retrans_timer')),
    nd_na_flag: bits(
      32,
      'Flags',
      {
        r: flag('Router', at('nd.na.flag.r')),
        s: flag('Solicited', at('nd.na.flag.s')),
        o: flag('Override', at('nd.na.flag.o')),
        rsv: uint(29, 'Reserved', at('nd.na.flag.rsv')),
      },
      hex,
      at('nd.na.flag'),
    ),
    mcast_ra_query_interval: uint(16, 'Query Interval', { unit: 's' }, at('mcast_ra.query_interval')),
    mcast_ra_robustness_variable: uint(16, 'Robustness Variable', at('mcast_ra.robustness_variable')),
    reserved: bytes('Reserved'),
    mldr_nb_mcast_records: uint(16, 'Number of Records', at('mldr.nb_mcast_records')),
    nd_ns_target_address: ipv6Address('Target', at('nd.ns.target_address')),
    nd_na_target_address: ipv6Address('Target', at('nd.na.target_address')),
    nd_rd_target_address: ipv6Address('Target', at('nd.rd.target_address')),
    rd_na_destination_address: ipv6Address('Destination', at('rd.na.destination_address')),
    mld_multicast_address: ipv6Address('Multicast Address', at('mld.multicast_address')),
    mld_flag: bits(
      8,
      'Flags',
      {
        reserved: uint(4, 'Reserved', at('mld.flag.reserved')),
        s: flag('Suppress router-side processing', at('mld.flag.s')),
        qrv: uint(3, "Querier's Robustness Variable", at('mld.flag.qrv')),
      },
      hex,
      at('mld.flag'),
    ),
    mld_qqi: uint(8, "Querier's Query Interval Code", at('mld.qqi')),
    mld_nb_sources: uint(16, 'Number of Sources', at('mld.nb_sources')),
    mld_source: list('Source', { address: ipv6Address('Address', at('mld.source_address')) }),
    mldr_mar: list(
      'Multicast Address Record',
      {
        record_type: uint(8, 'Record Type', named(RECORD_TYPES), at('mldr.mar.record_type')),
        aux_data_len: uint(8, 'Auxiliary Data Length in 4 octets', at('mldr.mar.aux_data_len')),
        nb_sources: uint(16, 'Number of Sources', at('mldr.mar.nb_sources')),
        multicast_address: ipv6Address('Multicast Address', at('mldr.mar.multicast_address')),
        source: list('Source', { address: ipv6Address('Address', at('mldr.mar.source_address')) }),
        auxiliary_data: bytes('Auxiliary Data', 0, at('mldr.mar.auxiliary_data')),
      },
      at('mldr.mar'),
    ),
    opt: ndOptions,
    data: bytes('Data'),
  },
  headerLength,
  quotes,
  next: nextOf,
  details: emitBody,
  summary: summarize,
  verify: verifyChecksum,
  issues: { ...ND_OPTION_ISSUES, recordBeyondMessage: 'a record reaches beyond the message' },
});

const { type, code, checksum } = icmpv6.fields;
const { variable } = icmpv6;

function isError(kind: number): boolean {
  return kind >= Type.unreachable && kind <= Type.parameterProblem;
}

function quotes(view: DataView, start: number): boolean {
  const kind = type.get(view, start);
  return isError(kind) || kind === Type.redirect;
}

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  return quotes(view, start) ? dispatch.named('ipv6') : 0;
}

function headerLength(view: DataView, start: number, end: number): number {
  const kind = type.get(view, start);
  const fixed = FIXED[kind] ?? LEAST_HEADER;
  if (start + fixed >= end || !hasList(kind)) return fixed;
  return (kind === Type.redirect ? redirectedPacket(view, start + fixed, end) : end) - start;
}

/** Whether elements follow the fixed part up to the message's end. */
function hasList(kind: number): boolean {
  return kind === Type.listenerQuery || kind === Type.listenerReport2 || WITH_OPTIONS.includes(kind);
}

function emitBody(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const kind = type.get(view, start);
  emit.value(variable.meaning, messageWords(ICMPV6_TYPES, ICMPV6_CODES, kind, code.get(view, start)));
  const body = start + LEAST_HEADER;
  emitFixed(emit, view, kind, body, end);
  const rest = start + (FIXED[kind] ?? LEAST_HEADER);
  if (rest >= end) return;
  if (WITH_OPTIONS.includes(kind)) emitNdOptions(emit, variable.opt, view, rest, end);
  else if (kind === Type.listenerQuery) emitQuery(emit, view, rest, end);
  else if (kind === Type.listenerReport2) emitRecords(emit, view, rest, end);
}

function emitFixed(emit: FieldEmitter, view: DataView, kind: number, body: number, end: number): void {
  switch (kind) {
    case Type.unreachable:
    case Type.timeExceeded:
      // RFC 4884 §4.4: the first of the unused octets may hold the quoted part's length.
      if (body < end && view.getUint8(body) !== 0) {
        emit.field(variable.length, body);
        emit.octets(variable.reserved, body + 1, body + 4);
      } else emit.octets(variable.reserved, body, body + 4);
      break;
    case Type.packetTooBig:
      emit.field(variable.mtu, body);
      break;
    case Type.parameterProblem:
      emit.field(variable.pointer, body);
      break;
    case Type.echo:
    case Type.echoReply:
      emit.field(variable.echo_identifier, body);
      emit.field(variable.echo_sequence_number, body + 2);
      break;
    case Type.extendedEcho:
    case Type.extendedEchoReply:
      emit.field(variable.echo_identifier, body);
      emit.field(variable.ext_echo_seq, body + 2);
      emit.field(kind === Type.extendedEcho ? variable.ext_echo_req : variable.ext_echo_rsp, body + 3);
      break;
    case Type.listenerQuery:
    case Type.listenerReport:
    case Type.listenerDone: {
      const isV2 = kind === Type.listenerQuery && end - body + LEAST_HEADER >= LEAST_QUERY_V2;
      emit.field(isV2 ? variable.mld_maximum_response_code : variable.mld_maximum_response_delay, body);
      emit.octets(variable.reserved, body + 2, body + 4);
      emit.field(variable.mld_multicast_address, body + 4);
      break;
    }
    case Type.listenerReport2:
      emit.octets(variable.reserved, body, body + 2);
      emit.field(variable.mldr_nb_mcast_records, body + 2);
      break;
    case Type.multicastRouterAdvertisement:
      emit.field(variable.mcast_ra_query_interval, body);
      emit.field(variable.mcast_ra_robustness_variable, body + 2);
      break;
    default:
      emitDiscovery(emit, kind, body);
  }
}

/** Fixed part of Neighbour Discovery messages, RFC 4861 §4. */
function emitDiscovery(emit: FieldEmitter, kind: number, body: number): void {
  switch (kind) {
    case Type.routerAdvertisement:
      emit.field(variable.nd_ra_cur_hop_limit, body);
      emit.field(variable.nd_ra_flag, body + 1);
      emit.field(variable.nd_ra_router_lifetime, body + 2);
      emit.field(variable.nd_ra_reachable_time, body + 4);
      emit.field(variable.nd_ra_retrans_timer, body + 8);
      break;
    case Type.neighborAdvertisement:
      emit.field(variable.nd_na_flag, body);
      emit.field(variable.nd_na_target_address, body + 4);
      break;
    case Type.neighborSolicitation:
      emit.octets(variable.reserved, body, body + 4);
      emit.field(variable.nd_ns_target_address, body + 4);
      break;
    case Type.redirect:
      emit.octets(variable.reserved, body, body + 4);
      emit.field(variable.nd_rd_target_address, body + 4);
      emit.field(variable.rd_na_destination_address, body + 4 + ADDRESS);
      break;
    case Type.routerSolicitation:
    case Type.inverseSolicitation:
    case Type.inverseAdvertisement:
      emit.octets(variable.reserved, body, body + 4);
      break;
  }
}

/** What version 2 adds to a Multicast Listener Query, RFC 9777 §5.1. */
function emitQuery(emit: FieldEmitter, view: DataView, from: number, end: number): void {
  let known = from;
  if (from + 4 <= end) {
    emit.field(variable.mld_flag, from);
    emit.field(variable.mld_qqi, from + 1);
    emit.field(variable.mld_nb_sources, from + 2);
    known = emitSources(emit, variable.mld_source, from + 4, view.getUint16(from + 2), end);
  }
  if (known < end) emit.octets(variable.data, known, end);
}

/** Records of a report, RFC 9777 §5.2. */
function emitRecords(emit: FieldEmitter, view: DataView, from: number, end: number): void {
  const { mldr_mar } = variable;
  const { of } = mldr_mar;
  const count = view.getUint16(from - 2);
  let next = from;
  for (let i = 0; i < count && next + 4 + ADDRESS <= end; i++) {
    emit.begin(mldr_mar, next);
    emit.field(of.record_type, next);
    emit.field(of.aux_data_len, next + 1);
    emit.field(of.nb_sources, next + 2);
    emit.field(of.multicast_address, next + 4);
    const auxiliary = 4 * view.getUint8(next + 1);
    const sources = view.getUint16(next + 2);
    const recordEnd = next + 4 + ADDRESS + sources * ADDRESS + auxiliary;
    if (recordEnd > end) emit.issue('recordBeyondMessage', recordEnd - next, end - next, of.nb_sources.name);
    const known = emitSources(emit, of.source, next + 4 + ADDRESS, sources, end);
    next = Math.min(recordEnd, end);
    if (known < next) emit.octets(of.auxiliary_data, known, next);
    emit.end(next);
  }
  if (next < end) emit.octets(variable.data, next, end);
}

function emitSources(
  emit: FieldEmitter,
  sources: typeof variable.mld_source,
  from: number,
  count: number,
  end: number,
): number {
  let next = from;
  for (let i = 0; i < count && next + ADDRESS <= end; i++, next += ADDRESS) {
    emit.begin(sources, next);
    emit.field(sources.of.address, next);
    emit.end(next + ADDRESS);
  }
  return next;
}

function summarize(view: DataView, start: number, end: number): string {
  const kind = type.get(view, start);
  const words = messageWords(ICMPV6_TYPES, ICMPV6_CODES, kind, code.get(view, start));
  if (end - start < (FIXED[kind] ?? LEAST_HEADER)) return words;
  switch (kind) {
    case Type.echo:
    case Type.echoReply:
      return `${words} id=${view.getUint16(start + 4)} seq=${view.getUint16(start + 6)}`;
    case Type.packetTooBig:
      return `${words}, mtu=${view.getUint32(start + 4)}`;
    case Type.neighborSolicitation:
      return `${words}: who has ${ipv6Text(view, start + 8)}?`;
    case Type.neighborAdvertisement:
    case Type.redirect:
      return `${words} ${ipv6Text(view, start + 8)}`;
    case Type.listenerReport:
    case Type.listenerDone:
      return `${words} ${ipv6Text(view, start + 8)}`;
    default:
      return words;
  }
}

function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  verifyTransport(layers, row, ICMPV6, checksum.get(layers.viewOf(row), layers.start[row]!), checksum);
}
