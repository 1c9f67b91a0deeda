/**
 * ICMPv6, RFC 4443, with Neighbour Discovery (RFC 4861), Multicast Listener Discovery (RFC 2710, RFC 9777), Multicast Router
 * Discovery (RFC 4286) and extended echo (RFC 8335).
 */
import { bits, bytes, computed, flag, hex, ipv6Address, named, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { ipv6Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitProbe, probeFields } from './icmp-probe.ts';
import { endOfQuotedIpv6, extensionAfterQuote, toldLength } from './icmp-quote.ts';
import { messageWords } from './icmp-words.ts';
import { emitQueryV2, emitRecords, LISTENER_ISSUES, listenerFields } from './icmpv6-listener.ts';
import { ndOptions, ROUTER_PREFERENCES } from './icmpv6-option-fields.ts';
import { emitNdOptions, ND_OPTION_ISSUES, redirectedPacket } from './icmpv6-options.ts';
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
  variable: () => ({
    meaning: computed('text', 'Meaning'),
    length: uint(8, 'Length of Original Datagram in 8 octets'),
    mtu: uint(32, 'MTU', octets),
    pointer: uint(32, 'Pointer'),
    echo_identifier: uint(16, 'Identifier', hex, at('echo.identifier')),
    echo_sequence_number: uint(16, 'Sequence Number', at('echo.sequence_number')),
    ...probeFields('icmpv6'),
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
    nd_ns_target_address: ipv6Address('Target', at('nd.ns.target_address')),
    nd_na_target_address: ipv6Address('Target', at('nd.na.target_address')),
    nd_rd_target_address: ipv6Address('Target', at('nd.rd.target_address')),
    rd_na_destination_address: ipv6Address('Destination', at('rd.na.destination_address')),
    ...listenerFields(),
    opt: ndOptions,
    data: bytes('Data'),
  }),
  headerLength,
  quotes,
  next: nextOf,
  trailer: { protocol: 'icmp.ext', start: extensionStart },
  details: emitBody,
  summary: summarize,
  verify: verifyChecksum,
  issues: { ...ND_OPTION_ISSUES, ...LISTENER_ISSUES },
});

const { type, code, checksum } = icmpv6.fields;

function isError(kind: number): boolean {
  return kind >= Type.unreachable && kind <= Type.parameterProblem;
}

function quotes(view: DataView, start: number): boolean {
  const kind = type.get(view, start);
  return isError(kind) || kind === Type.redirect;
}

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  if (type.get(view, start) === Type.extendedEcho) return dispatch.named('icmp.ext');
  return quotes(view, start) ? dispatch.named('ipv6') : 0;
}

/** RFC 4884 §4: only these errors can be extended, and all that are tell the quoted length. */
function extensionStart(view: DataView, start: number, payload: number, end: number): number {
  const kind = type.get(view, start);
  const told = toldLength('icmpv6', view, start);
  if (told === 0 || (kind !== Type.unreachable && kind !== Type.timeExceeded)) return end;
  const place = extensionAfterQuote(view, payload, told, end);
  return place < end ? endOfQuotedIpv6(view, payload, place) : end;
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
  emit.value(icmpv6.variable.meaning, messageWords(ICMPV6_TYPES, ICMPV6_CODES, kind, code.get(view, start)));
  const body = start + LEAST_HEADER;
  emitFixed(emit, view, kind, body, end);
  const rest = start + (FIXED[kind] ?? LEAST_HEADER);
  if (rest >= end) return;
  if (WITH_OPTIONS.includes(kind)) return emitNdOptions(emit, icmpv6.variable.opt, view, rest, end);
  const known =
    kind === Type.listenerQuery
      ? emitQueryV2(emit, icmpv6.variable, view, rest, end)
      : emitRecords(emit, icmpv6.variable, view, rest, view.getUint16(rest - 2), end);
  if (known < end) emit.octets(icmpv6.variable.data, known, end);
}

function emitFixed(emit: FieldEmitter, view: DataView, kind: number, body: number, end: number): void {
  switch (kind) {
    case Type.unreachable:
    case Type.timeExceeded:
      // RFC 4884 §4.4: the first of the unused octets may hold the quoted part's length.
      if (body < end && view.getUint8(body) !== 0) {
        emit.field(icmpv6.variable.length, body);
        emit.octets(icmpv6.variable.reserved, body + 1, body + 4);
      } else emit.octets(icmpv6.variable.reserved, body, body + 4);
      break;
    case Type.packetTooBig:
      emit.field(icmpv6.variable.mtu, body);
      break;
    case Type.parameterProblem:
      emit.field(icmpv6.variable.pointer, body);
      break;
    case Type.echo:
    case Type.echoReply:
      emit.field(icmpv6.variable.echo_identifier, body);
      emit.field(icmpv6.variable.echo_sequence_number, body + 2);
      break;
    case Type.extendedEcho:
    case Type.extendedEchoReply:
      emit.field(icmpv6.variable.echo_identifier, body);
      emitProbe(emit, icmpv6.variable, kind === Type.extendedEchoReply, body + 2);
      break;
    case Type.listenerQuery:
    case Type.listenerReport:
    case Type.listenerDone: {
      const isV2 = kind === Type.listenerQuery && end - body + LEAST_HEADER >= LEAST_QUERY_V2;
      emit.field(isV2 ? icmpv6.variable.mld_maximum_response_code : icmpv6.variable.mld_maximum_response_delay, body);
      emit.octets(icmpv6.variable.reserved, body + 2, body + 4);
      emit.field(icmpv6.variable.mld_multicast_address, body + 4);
      break;
    }
    case Type.listenerReport2:
      emit.octets(icmpv6.variable.reserved, body, body + 2);
      emit.field(icmpv6.variable.mldr_nb_mcast_records, body + 2);
      break;
    case Type.multicastRouterAdvertisement:
      emit.field(icmpv6.variable.mcast_ra_query_interval, body);
      emit.field(icmpv6.variable.mcast_ra_robustness_variable, body + 2);
      break;
    default:
      emitDiscovery(emit, kind, body);
  }
}

/** Fixed part of Neighbour Discovery messages, RFC 4861 §4. */
function emitDiscovery(emit: FieldEmitter, kind: number, body: number): void {
  switch (kind) {
    case Type.routerAdvertisement:
      emit.field(icmpv6.variable.nd_ra_cur_hop_limit, body);
      emit.field(icmpv6.variable.nd_ra_flag, body + 1);
      emit.field(icmpv6.variable.nd_ra_router_lifetime, body + 2);
      emit.field(icmpv6.variable.nd_ra_reachable_time, body + 4);
      emit.field(icmpv6.variable.nd_ra_retrans_timer, body + 8);
      break;
    case Type.neighborAdvertisement:
      emit.field(icmpv6.variable.nd_na_flag, body);
      emit.field(icmpv6.variable.nd_na_target_address, body + 4);
      break;
    case Type.neighborSolicitation:
      emit.octets(icmpv6.variable.reserved, body, body + 4);
      emit.field(icmpv6.variable.nd_ns_target_address, body + 4);
      break;
    case Type.redirect:
      emit.octets(icmpv6.variable.reserved, body, body + 4);
      emit.field(icmpv6.variable.nd_rd_target_address, body + 4);
      emit.field(icmpv6.variable.rd_na_destination_address, body + 4 + ADDRESS);
      break;
    case Type.routerSolicitation:
    case Type.inverseSolicitation:
    case Type.inverseAdvertisement:
      emit.octets(icmpv6.variable.reserved, body, body + 4);
      break;
  }
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
