/** Mobility header of Mobile IPv6, RFC 6275 §6.1 and §6.2. */

import { once } from '../capture/once.ts';
import {
  bits,
  bytes,
  type Field,
  flag,
  hex,
  ipv6Address,
  list,
  named,
  octets,
  uint,
  uint64,
} from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { verifyTransport } from './pseudo-header.ts';
import { IP_PROTOCOLS } from './registries.ts';

/** IANA protocol number, and the one of drafts before it. */
const MOBILITY = 135;
const MOBILITY_DRAFT = 62;
/** Octets before the message's own. */
const FIXED = 6;

/** IANA "Mobility Header Types". */
const TYPES = {
  0: 'Binding Refresh Request',
  1: 'Home Test Init',
  2: 'Care-of Test Init',
  3: 'Home Test',
  4: 'Care-of Test',
  5: 'Binding Update',
  6: 'Binding Acknowledgement',
  7: 'Binding Error',
  8: 'Fast Binding Update',
  9: 'Fast Binding Acknowledgment',
  10: 'Fast Neighbor Advertisement',
  12: 'Home Agent Switch',
  13: 'Heartbeat',
  14: 'Handover Initiate',
  15: 'Handover Acknowledge',
  16: 'Binding Revocation',
  17: 'Localized Routing Initiation',
  18: 'Localized Routing Acknowledgment',
  19: 'Update Notification',
  20: 'Update Notification Acknowledgement',
};

const OPTION = { pad1: 0, padN: 1, refreshAdvice: 2, alternateCareOf: 3, nonceIndices: 4, authorization: 5 } as const;
/** IANA "Mobility Options". */
const OPTION_NAMES = {
  0: 'Pad1',
  1: 'PadN',
  2: 'Binding Refresh Advice',
  3: 'Alternate Care-of Address',
  4: 'Nonce Indices',
  5: 'Binding Authorization Data',
  6: 'Mobile Network Prefix',
  7: 'Mobility Header Link-Layer Address',
  8: 'Mobile Node Identifier',
  9: 'Authentication',
  22: 'Home Network Prefix',
  23: 'Handoff Indicator',
  24: 'Access Technology Type',
  25: 'Mobile Node Link-layer Identifier',
  26: 'Link-local Address',
  27: 'Timestamp',
};

const at = (name: string): { name: string } => ({ name: `mip6.${name}` });

export const mipv6 = defineProtocol('mipv6', {
  title: 'Mobility',
  source: 'RFC 6275 §6.1',
  carriedBy: { ipProtocol: [MOBILITY, MOBILITY_DRAFT] },
  role: 'extension',
  fields: {
    proto: uint(8, 'Next Header', named(IP_PROTOCOLS), at('proto')),
    hlen: uint(8, 'Length in 8 octets beyond the first 8', at('hlen')),
    mhtype: uint(8, 'Type', named(TYPES), at('mhtype')),
    reserved: uint(8, 'Reserved', hex, at('reserved')),
    csum: uint(16, 'Checksum', hex, at('csum')),
  },
  variable: () => ({
    binding_refresh_request: bytes('Reserved', 2, at('binding_refresh_request')),
    message_reserved: bytes('Reserved', 2),
    hoti_cookie: uint64('Home Init Cookie', hex, at('hoti.cookie')),
    coti_cookie: uint64('Care-of Init Cookie', hex, at('coti.cookie')),
    hot_nindex: uint(16, 'Home Nonce Index', at('hot.nindex')),
    hot_cookie: uint64('Home Init Cookie', hex, at('hot.cookie')),
    cot_nindex: uint(16, 'Care-of Nonce Index', at('cot.nindex')),
    cot_cookie: uint64('Care-of Init Cookie', hex, at('cot.cookie')),
    // Wireshark names the care-of token so, too.
    hot_token: uint64('Keygen Token', hex, at('hot.token')),
    bu_seqnr: uint(16, 'Sequence Number', at('bu.seqnr')),
    bu_flags: bits(16, 'Flags', {
      a: flag('Acknowledge', at('bu.a_flag')),
      h: flag('Home Registration', at('bu.h_flag')),
      l: flag('Link-Local Address Compatibility', at('bu.l_flag')),
      k: flag('Key Management Mobility Capability', at('bu.k_flag')),
      m: flag('MAP Registration', at('bu.m_flag')),
      r: flag('Mobile Router', at('nemo.bu.r_flag')),
      p: flag('Proxy Registration', at('bu.p_flag')),
      f: flag('Forced UDP Encapsulation', at('bu.f_flag')),
      t: flag('TLV Format', at('bu.t_flag')),
      b: flag('Bulk Binding Update', at('bu.b_flag')),
      reserved: uint(6, 'Reserved'),
    }),
    bu_lifetime: uint(16, 'Lifetime in 4 s', at('bu.lifetime')),
    ba_status: uint(8, 'Status', at('ba.status')),
    ba_flags: bits(8, 'Flags', {
      k: flag('Key Management Mobility Capability', at('ba.k_flag')),
      r: flag('Mobile Router', at('nemo.ba.r_flag')),
      p: flag('Proxy Registration', at('ba.p_flag')),
      t: flag('TLV Format', at('ba.t_flag')),
      b: flag('Bulk Binding Update', at('ba.b_flag')),
      reserved: uint(3, 'Reserved'),
    }),
    ba_seqnr: uint(16, 'Sequence Number', at('ba.seqnr')),
    ba_lifetime: uint(16, 'Lifetime in 4 s', at('ba.lifetime')),
    be_status: uint(8, 'Status', at('be.status')),
    be_reserved: bytes('Reserved', 1),
    be_haddr: ipv6Address('Home Address', at('be.haddr')),
    opt: list('Option', {
      type: uint(8, 'Type', named(OPTION_NAMES)),
      len: uint(8, 'Length', octets, at('mobility_opt.len')),
      padn: bytes('Padding', 0, at('padn')),
      bra_interval: uint(16, 'Refresh Interval in 4 s', at('bra.interval')),
      acoa: ipv6Address('Alternate Care-of Address', at('acoa.acoa')),
      hni: uint(16, 'Home Nonce Index', at('ni.hni')),
      cni: uint(16, 'Care-of Nonce Index', at('ni.cni')),
      auth: bytes('Authenticator', 0, at('bad.auth')),
      data: bytes('Data'),
    }),
    unknown_type_data: bytes('Message Data', 0, at('unknown_type_data')),
  }),
  headerLength: (view: DataView, start: number): number => 8 * (view.getUint8(start + 1) + 1),
  next: { table: 'ipProtocol', field: 'proto' },
  details: emitMessage,
  summary: summarize,
  verify: verifyChecksum,
  issues: { optionBeyondHeader: 'an option reaches beyond the header' },
});

const { mhtype, hlen, csum } = mipv6.fields;

/** What stands between the checksum and the options, by type. */
const messages = once(
  (): Readonly<Record<number, readonly Field[]>> => ({
    0: [mipv6.variable.binding_refresh_request],
    1: [mipv6.variable.message_reserved, mipv6.variable.hoti_cookie],
    2: [mipv6.variable.message_reserved, mipv6.variable.coti_cookie],
    3: [mipv6.variable.hot_nindex, mipv6.variable.hot_cookie, mipv6.variable.hot_token],
    4: [mipv6.variable.cot_nindex, mipv6.variable.cot_cookie, mipv6.variable.hot_token],
    5: [mipv6.variable.bu_seqnr, mipv6.variable.bu_flags, mipv6.variable.bu_lifetime],
    6: [mipv6.variable.ba_status, mipv6.variable.ba_flags, mipv6.variable.ba_seqnr, mipv6.variable.ba_lifetime],
    7: [mipv6.variable.be_status, mipv6.variable.be_reserved, mipv6.variable.be_haddr],
  }),
);

function emitMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const parts = messages()[mhtype.get(view, start)];
  let next = start + FIXED;
  for (const part of parts ?? []) {
    if (next + part.octetWidth > end) break;
    emit.field(part, next);
    next += part.octetWidth;
  }
  if (parts === undefined || next < start + FIXED + widthOf(parts)) {
    if (next < end) emit.octets(mipv6.variable.unknown_type_data, next, end);
    return;
  }
  while (next < end) next = emitOption(emit, view, next, end);
}

function widthOf(parts: readonly Field[]): number {
  return parts.reduce((sum, { octetWidth }) => sum + octetWidth, 0);
}

/** Emits an option and answers the first octet behind it. */
function emitOption(emit: FieldEmitter, view: DataView, start: number, end: number): number {
  const kind = view.getUint8(start);
  emit.begin(mipv6.variable.opt, start);
  emit.field(mipv6.variable.opt.of.type, start);
  if (kind === OPTION.pad1 || start + 1 === end) {
    emit.end(start + 1);
    return start + 1;
  }
  emit.field(mipv6.variable.opt.of.len, start + 1);
  const body = start + 2;
  const length = view.getUint8(start + 1);
  if (body + length > end) emit.issue('optionBeyondHeader', length, end - body, hlen.name);
  const next = Math.min(body + length, end);
  const known = emitOptionBody(emit, kind, body, next);
  if (known < next) emit.octets(mipv6.variable.opt.of.data, known, next);
  emit.end(next);
  return next;
}

/** Emits what is known of an option and answers the first octet behind that. */
function emitOptionBody(emit: FieldEmitter, kind: number, body: number, end: number): number {
  const whole = (field: Field): number => (end - body === field.octetWidth && emit.field(field, body) ? end : body);
  switch (kind) {
    case OPTION.padN:
    case OPTION.authorization:
      if (body < end)
        emit.octets(kind === OPTION.padN ? mipv6.variable.opt.of.padn : mipv6.variable.opt.of.auth, body, end);
      return end;
    case OPTION.refreshAdvice:
      return whole(mipv6.variable.opt.of.bra_interval);
    case OPTION.alternateCareOf:
      return whole(mipv6.variable.opt.of.acoa);
    case OPTION.nonceIndices:
      if (end - body !== 4) return body;
      emit.field(mipv6.variable.opt.of.hni, body);
      emit.field(mipv6.variable.opt.of.cni, body + 2);
      return end;
    default:
      return body;
  }
}

function summarize(view: DataView, start: number): string {
  const kind = mhtype.get(view, start);
  return TYPES[kind as 0] ?? `type ${kind}`;
}

function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  verifyTransport(layers, row, MOBILITY, csum.get(layers.viewOf(row), layers.start[row]!), csum);
}
