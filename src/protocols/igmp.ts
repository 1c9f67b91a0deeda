/**
 * Internet Group Management Protocol: version 1, RFC 1112 appendix I; version 2, RFC 2236 §2; version 3, RFC 9776 §4;
 * multicast traceroute, draft-ietf-idmr-traceroute-ipm §5.
 */
import { bits, bytes, computed, flag, hex, ipv4Address, list, named, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { ipv4Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { verifyMessage } from './pseudo-header.ts';

/** Messages of the versions 1 and 2; the others begin with as much. */
const LEAST_MESSAGE = 8;
/** From here on a query is of version 3 (RFC 9776 §7.1). */
const LEAST_QUERY_V3 = 12;
/** Group record without sources. */
const RECORD = 8;
/** From this Max Resp Code on it is a floating-point number (RFC 9776 §4.1.1). */
const LEAST_FLOATING_CODE = 0x80;
const TRACEROUTE_HEADER = 24;
const TRACEROUTE_HOP = 32;

const TYPE = {
  query: 0x11,
  reportV1: 0x12,
  reportV2: 0x16,
  leave: 0x17,
  tracerouteReply: 0x1e,
  traceroute: 0x1f,
  reportV3: 0x22,
} as const;

/** IANA "IGMP Type Numbers". */
const TYPE_NAMES = {
  17: 'Membership Query',
  18: 'Membership Report v1',
  19: 'DVMRP',
  20: 'PIM v1',
  22: 'Membership Report v2',
  23: 'Leave Group',
  30: 'Multicast Traceroute Response',
  31: 'Multicast Traceroute',
  34: 'Membership Report v3',
  48: 'Multicast Router Advertisement',
  49: 'Multicast Router Solicitation',
  50: 'Multicast Router Termination',
};

/** RFC 9776 §4.2.12. */
const RECORD_TYPES = {
  1: 'Mode Is Include',
  2: 'Mode Is Exclude',
  3: 'Change To Include Mode',
  4: 'Change To Exclude Mode',
  5: 'Allow New Sources',
  6: 'Block Old Sources',
};

const tenths = { unit: '0.1 s' };
const at = (name: string): { name: string } => ({ name: `igmp.${name}` });

export const igmp = defineProtocol('igmp', {
  title: 'Internet Group Management Protocol',
  source: 'RFC 9776 §4',
  carriedBy: { ipProtocol: [2] },
  minimum: LEAST_MESSAGE,
  fields: { type: uint(8, 'Type', hex, named(TYPE_NAMES)) },
  variable: () => ({
    version: computed('number', 'Version'),
    max_resp: uint(8, 'Maximum Response Time', tenths),
    max_resp_code: bits(8, 'Maximum Response Code', {
      floating: flag('Floating point'),
      exp: uint(3, 'Exponent', at('max_resp.exp')),
      mant: uint(4, 'Mantissa', at('max_resp.mant')),
    }),
    reserved: bytes('Reserved', 1),
    mtrace_max_hops: uint(8, 'Maximum Hops', at('mtrace.max_hops')),
    checksum: uint(16, 'Checksum', hex),
    maddr: ipv4Address('Multicast Address'),
    querier: bits(8, 'Querier', {
      reserved: uint(4, 'Reserved'),
      s: flag('Suppress router-side processing', at('s')),
      qrv: uint(3, "Querier's Robustness Variable", at('qrv')),
    }),
    qqic: uint(8, "Querier's Query Interval Code"),
    num_src: uint(16, 'Number of Sources'),
    sources: list('Source', { saddr: ipv4Address('Address', at('saddr')) }),
    reserved_end: bytes('Reserved', 2, at('reserved')),
    num_grp_recs: uint(16, 'Number of Group Records'),
    record: list('Group Record', {
      record_type: uint(8, 'Type', named(RECORD_TYPES), at('record_type')),
      aux_data_len: uint(8, 'Auxiliary Data Length in 4 octets', at('aux_data_len')),
      num_src: uint(16, 'Number of Sources', at('num_src')),
      maddr: ipv4Address('Multicast Address', at('maddr')),
      sources: list('Source', { saddr: ipv4Address('Address', at('saddr')) }),
      aux_data: bytes('Auxiliary Data', 0, at('aux_data')),
    }),
    mtrace_saddr: ipv4Address('Source Address', at('mtrace.saddr')),
    mtrace_raddr: ipv4Address('Receiver Address', at('mtrace.raddr')),
    mtrace_rspaddr: ipv4Address('Response Address', at('mtrace.rspaddr')),
    mtrace_resp_ttl: uint(8, 'Response TTL', at('mtrace.resp_ttl')),
    mtrace_q_id: uint(24, 'Query ID', at('mtrace.q_id')),
    mtrace_hop: list('Hop', {
      q_arrival: uint(32, 'Query Arrival', at('mtrace.q_arrival')),
      q_inaddr: ipv4Address('Incoming Interface', at('mtrace.q_inaddr')),
      q_outaddr: ipv4Address('Outgoing Interface', at('mtrace.q_outaddr')),
      q_prevrtr: ipv4Address('Previous Router', at('mtrace.q_prevrtr')),
      q_inpkt: uint(32, 'Incoming Packets', at('mtrace.q_inpkt')),
      q_outpkt: uint(32, 'Outgoing Packets', at('mtrace.q_outpkt')),
      q_total: uint(32, 'Packets of Source and Group', at('mtrace.q_total')),
      q_rtg_proto: uint(8, 'Routing Protocol', at('mtrace.q_rtg_proto')),
      q_fwd_ttl: uint(8, 'Forwarding TTL', at('mtrace.q_fwd_ttl')),
      q_flags: bits(8, 'Flags', {
        mbz: uint(1, 'Must Be Zero', at('mtrace.q_mbz')),
        s: uint(1, 'Counts are for the group', at('mtrace.q_s')),
        src_mask: uint(6, 'Source Mask', hex, at('mtrace.q_src_mask')),
      }),
      q_fwd_code: uint(8, 'Forwarding Code', hex, at('mtrace.q_fwd_code')),
    }),
    data: bytes('Data'),
  }),
  headerLength,
  details: emitMessage,
  summary: summarize,
  verify: verifyChecksum,
  issues: { recordBeyondMessage: 'a record reaches beyond the message' },
});

const { type } = igmp.fields;
type SourceList = typeof igmp.variable.sources | typeof igmp.variable.record.of.sources;

/** Version a message is of; 0 where its type belongs to none. */
function versionOf(view: DataView, start: number, end: number): number {
  switch (type.get(view, start)) {
    case TYPE.query:
      if (end - start >= LEAST_QUERY_V3) return 3;
      return view.getUint8(start + 1) === 0 ? 1 : 2;
    case TYPE.reportV1:
      return 1;
    case TYPE.reportV2:
    case TYPE.leave:
      return 2;
    case TYPE.reportV3:
      return 3;
    default:
      return 0;
  }
}

/** What stands behind a message of the versions 1 and 2 is payload; the other messages take all. */
function headerLength(view: DataView, start: number, end: number): number {
  const version = versionOf(view, start, end);
  return version === 1 || version === 2 ? LEAST_MESSAGE : end - start;
}

function emitMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  if (end - start < LEAST_MESSAGE) return;
  const version = versionOf(view, start, end);
  if (version !== 0) emit.value(igmp.variable.version, version);
  switch (type.get(view, start)) {
    case TYPE.query:
    case TYPE.reportV1:
    case TYPE.reportV2:
    case TYPE.leave:
      emitMembership(emit, view, version, start, end);
      break;
    case TYPE.reportV3:
      emit.field(igmp.variable.reserved, start + 1);
      emit.field(igmp.variable.checksum, start + 2);
      emit.field(igmp.variable.reserved_end, start + 4);
      emit.field(igmp.variable.num_grp_recs, start + 6);
      emitRest(emit, emitRecords(emit, view, start, end), end);
      break;
    case TYPE.traceroute:
    case TYPE.tracerouteReply:
      emit.field(igmp.variable.mtrace_max_hops, start + 1);
      emit.field(igmp.variable.checksum, start + 2);
      emit.field(igmp.variable.maddr, start + 4);
      emitRest(emit, emitTraceroute(emit, start, end), end);
      break;
    default:
      emit.field(igmp.variable.max_resp, start + 1);
      emit.field(igmp.variable.checksum, start + 2);
      emitRest(emit, start + 4, end);
  }
}

function emitRest(emit: FieldEmitter, from: number, end: number): void {
  if (from < end) emit.octets(igmp.variable.data, from, end);
}

function emitMembership(emit: FieldEmitter, view: DataView, version: number, start: number, end: number): void {
  const code = view.getUint8(start + 1);
  if (version === 1) emit.field(igmp.variable.reserved, start + 1);
  else if (version === 3 && code >= LEAST_FLOATING_CODE) {
    emit.value(igmp.variable.max_resp, floatingCode(code));
    emit.field(igmp.variable.max_resp_code, start + 1);
  } else emit.field(igmp.variable.max_resp, start + 1);
  emit.field(igmp.variable.checksum, start + 2);
  emit.field(igmp.variable.maddr, start + 4);
  if (version !== 3) return;
  emit.field(igmp.variable.querier, start + 8);
  emit.field(igmp.variable.qqic, start + 9);
  emit.field(igmp.variable.num_src, start + 10);
  emitRest(
    emit,
    emitSources(emit, igmp.variable.sources, start + LEAST_QUERY_V3, view.getUint16(start + 10), end),
    end,
  );
}

/** RFC 9776 §4.1.1: (mantissa | 0x10) << (exponent + 3). */
function floatingCode(code: number): number {
  return ((code & 0x0f) | 0x10) << (((code >> 4) & 0x07) + 3);
}

/** Emits the records of a report and answers the first octet behind them. */
function emitRecords(emit: FieldEmitter, view: DataView, start: number, end: number): number {
  const { record } = igmp.variable;
  const { of } = record;
  const count = view.getUint16(start + 6);
  let next = start + LEAST_MESSAGE;
  for (let i = 0; i < count && next + RECORD <= end; i++) {
    emit.begin(record, next);
    emit.field(of.record_type, next);
    emit.field(of.aux_data_len, next + 1);
    emit.field(of.num_src, next + 2);
    emit.field(of.maddr, next + 4);
    const sources = view.getUint16(next + 2);
    const recordEnd = next + RECORD + 4 * sources + 4 * view.getUint8(next + 1);
    if (recordEnd > end) emit.issue('recordBeyondMessage', recordEnd - next, end - next, of.num_src.name);
    const known = emitSources(emit, of.sources, next + RECORD, sources, end);
    next = Math.min(recordEnd, end);
    if (known < next) emit.octets(of.aux_data, known, next);
    emit.end(next);
  }
  return next;
}

function emitSources(emit: FieldEmitter, sources: SourceList, from: number, count: number, end: number): number {
  let next = from;
  for (let i = 0; i < count && next + 4 <= end; i++, next += 4) {
    emit.begin(sources, next);
    emit.field(sources.of.saddr, next);
    emit.end(next + 4);
  }
  return next;
}

/** Emits what follows the group address and answers the first octet behind that. */
function emitTraceroute(emit: FieldEmitter, start: number, end: number): number {
  if (end - start < TRACEROUTE_HEADER) return start + LEAST_MESSAGE;
  emit.field(igmp.variable.mtrace_saddr, start + 8);
  emit.field(igmp.variable.mtrace_raddr, start + 12);
  emit.field(igmp.variable.mtrace_rspaddr, start + 16);
  emit.field(igmp.variable.mtrace_resp_ttl, start + 20);
  emit.field(igmp.variable.mtrace_q_id, start + 21);
  const { mtrace_hop } = igmp.variable;
  let next = start + TRACEROUTE_HEADER;
  for (; next + TRACEROUTE_HOP <= end; next += TRACEROUTE_HOP) {
    emit.begin(mtrace_hop, next);
    let place = next;
    for (const field of mtrace_hop.children) {
      emit.field(field, place);
      place += field.octetWidth;
    }
    emit.end(next + TRACEROUTE_HOP);
  }
  return next;
}

function summarize(view: DataView, start: number, end: number): string {
  const kind = type.get(view, start);
  const words = TYPE_NAMES[kind as 17] ?? `type 0x${kind.toString(16)}`;
  if (end - start < LEAST_MESSAGE) return words;
  if (kind === TYPE.reportV3) return `${words}, ${view.getUint16(start + 6)} records`;
  const group = view.getUint32(start + 4);
  if (kind === TYPE.query) {
    const about = group === 0 ? 'all groups' : ipv4Text(view, start + 4);
    return `${words} v${versionOf(view, start, end)} for ${about}`;
  }
  return versionOf(view, start, end) === 0 ? words : `${words} ${ipv4Text(view, start + 4)}`;
}

function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  verifyMessage(layers, row, layers.viewOf(row).getUint16(layers.start[row]! + 2), igmp.variable.checksum);
}
