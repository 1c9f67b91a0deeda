/** Emits Neighbour Discovery options, RFC 4861 §4.6. */
import type { Field } from '../dissect/field.ts';
import { ipv6Text, utf8Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import type { NdOptionFields } from './icmpv6-option-fields.ts';

/** Option types that are dissected. */
const NdOption = {
  sourceLinkLayer: 1,
  targetLinkLayer: 2,
  prefixInformation: 3,
  redirectedHeader: 4,
  mtu: 5,
  shortcutLimit: 6,
  advertisementInterval: 7,
  homeAgent: 8,
  timestamp: 13,
  nonce: 14,
  routeInformation: 24,
  dnsServers: 25,
  flagsExtension: 26,
  dnsSearchList: 31,
  captivePortal: 37,
  pref64: 38,
} as const;

/** Options are counted in units of so many octets. */
const UNIT = 8;
const ADDRESS = 16;
/** The last of the assigned Prefix Length Codes, RFC 8781 §4. */
const HIGHEST_PREFIX_LENGTH_CODE = 5;
/** Octets of a label in a domain name, RFC 1035 §2.3.4. */
const LONGEST_LABEL = 63;

/** Words for the issues that options record. */
export const ND_OPTION_ISSUES = {
  optionLength: 'an option has a length of 0',
  optionBeyondMessage: 'an option reaches beyond the message',
} as const;

/** Emits the options of [from, end) as elements of `options`. */
export function emitNdOptions(emit: FieldEmitter, options: Field, view: DataView, from: number, end: number): void {
  const of = options.of as NdOptionFields;
  for (let start = from; start < end; ) {
    emit.begin(options, start);
    emit.field(of.type, start);
    if (start + 2 > end) {
      emit.end(end);
      return;
    }
    emit.field(of.length, start + 1);
    const length = UNIT * view.getUint8(start + 1);
    if (length === 0) {
      emit.issue('optionLength', 1, 0, of.length.name);
      if (start + 2 < end) emit.octets(of.data, start + 2, end);
      emit.end(end);
      return;
    }
    const next = Math.min(start + length, end);
    if (start + length > end) emit.issue('optionBeyondMessage', length, end - start, of.length.name);
    const known = emitBody(emit, of, view, view.getUint8(start), start + 2, next);
    if (known < next) emit.octets(of.data, known, next);
    emit.end(next);
    start = next;
  }
}

/**
 * First octet of the packet in a Redirected Header option that is the last of [from, end); `end` where there is none,
 * or where it isn't the last.
 */
export function redirectedPacket(view: DataView, from: number, end: number): number {
  for (let start = from; start + UNIT <= end; ) {
    const length = UNIT * view.getUint8(start + 1);
    if (length === 0) return end;
    if (view.getUint8(start) === NdOption.redirectedHeader) return start + length >= end ? start + UNIT : end;
    start += length;
  }
  return end;
}

/** Emits what is known of an option and answers the first octet behind that; [body, end) is what follows its length. */
function emitBody(
  emit: FieldEmitter,
  of: NdOptionFields,
  view: DataView,
  type: number,
  body: number,
  end: number,
): number {
  const has = (octetsFromBody: number): boolean => body + octetsFromBody <= end;
  switch (type) {
    case NdOption.sourceLinkLayer:
    case NdOption.targetLinkLayer: {
      // RFC 2464 §6: a MAC address fills the option; longer addresses are padded, by link layers that say how.
      emit.octets(of.linkaddr, body, end);
      return end;
    }
    case NdOption.prefixInformation:
      if (!has(30)) return body;
      emit.field(of.prefix_length, body);
      emit.field(of.prefix_flag, body + 1);
      emit.field(of.prefix_valid_lifetime, body + 2);
      emit.field(of.prefix_preferred_lifetime, body + 6);
      emit.octets(of.reserved, body + 10, body + 14);
      return emitPrefix(emit, of.prefix, view, body + 14, body + 30);
    case NdOption.redirectedHeader:
      if (!has(6)) return body;
      emit.octets(of.reserved, body, body + 6);
      if (has(7)) emit.octets(of.redirected_packet, body + 6, end);
      return end;
    case NdOption.mtu:
      return emitReserved(emit, of.reserved, of.mtu, body, end);
    case NdOption.advertisementInterval:
      return emitReserved(emit, of.reserved, of.advertisement_interval, body, end);
    case NdOption.shortcutLimit:
      return has(1) && emit.field(of.nbma_shortcut_limit, body) ? body + 1 : body;
    case NdOption.homeAgent:
      if (!has(6)) return body;
      emit.octets(of.reserved, body, body + 2);
      emit.field(of.home_agent_preference, body + 2);
      emit.field(of.home_agent_lifetime, body + 4);
      return body + 6;
    case NdOption.timestamp:
      if (!has(14)) return body;
      emit.octets(of.reserved, body, body + 6);
      emit.field(of.timestamp, body + 6);
      return body + 14;
    case NdOption.nonce:
      emit.octets(of.nonce, body, end);
      return end;
    case NdOption.routeInformation:
      if (!has(6)) return body;
      emit.field(of.prefix_length, body);
      emit.field(of.route_info_flag, body + 1);
      emit.field(of.route_lifetime, body + 2);
      return end - body - 6 > ADDRESS ? body + 6 : emitPrefix(emit, of.prefix, view, body + 6, end);
    case NdOption.dnsServers:
      if (!emitLifetime(emit, of.reserved, of.rdnss_lifetime, body, end)) return body;
      return emitAddresses(emit, of.rdnss, body + 6, end);
    case NdOption.flagsExtension:
      return has(2) && emit.field(of.efo, body) ? body + 2 : body;
    case NdOption.dnsSearchList:
      if (!emitLifetime(emit, of.reserved, of.dnssl_lifetime, body, end)) return body;
      return emitDomains(emit, of, view, body + 6, end);
    case NdOption.captivePortal:
      return emitPaddedText(emit, of, view, body, end);
    case NdOption.pref64:
      if (!has(14)) return body;
      emit.field(of.pref64, body);
      // RFC 8781 §4: with a length code that is not assigned, nothing tells how much of the rest is a prefix.
      if ((view.getUint8(body + 1) & 7) > HIGHEST_PREFIX_LENGTH_CODE) return body + 2;
      return emitPrefix(emit, of.pref64_prefix, view, body + 2, body + 14);
    default:
      return body;
  }
}

/** Two reserved octets and a field of four. */
function emitReserved(emit: FieldEmitter, reserved: Field, field: Field, body: number, end: number): number {
  return emitLifetime(emit, reserved, field, body, end) ? body + 6 : body;
}

function emitLifetime(emit: FieldEmitter, reserved: Field, lifetime: Field, body: number, end: number): boolean {
  if (body + 6 > end) return false;
  emit.octets(reserved, body, body + 2);
  emit.field(lifetime, body + 2);
  return true;
}

/** An address of which only the leading octets, up to 16, are sent. */
function emitPrefix(emit: FieldEmitter, field: Field, view: DataView, from: number, end: number): number {
  const address = new DataView(new ArrayBuffer(ADDRESS));
  for (let i = 0; from + i < end && i < ADDRESS; i++) address.setUint8(i, view.getUint8(from + i));
  if (from < end) emit.value(field, ipv6Text(address, 0), from, end);
  return end;
}

function emitAddresses(emit: FieldEmitter, servers: Field, from: number, end: number): number {
  const { address } = servers.of as { address: Field };
  let next = from;
  for (; next + ADDRESS <= end; next += ADDRESS) {
    emit.begin(servers, next);
    emit.field(address, next);
    emit.end(next + ADDRESS);
  }
  return next;
}

/** Names of uncompressed labels (RFC 8106 §5.2), then zeros as padding; answers the first octet that is no part of that. */
function emitDomains(emit: FieldEmitter, of: NdOptionFields, view: DataView, from: number, end: number): number {
  const { name } = of.dnssl.of as { name: Field };
  let start = from;
  while (start < end && view.getUint8(start) !== 0) {
    let words = '';
    let next = start;
    for (;;) {
      if (next >= end) return start;
      const length = view.getUint8(next);
      if (length > LONGEST_LABEL || next + 1 + length > end) return start;
      if (length === 0) break;
      words += `${words === '' ? '' : '.'}${utf8Text(view, next + 1, next + 1 + length)}`;
      next += 1 + length;
    }
    next += 1;
    emit.begin(of.dnssl, start);
    emit.value(name, words, start, next);
    emit.end(next);
    start = next;
  }
  if (start < end) emit.octets(of.padding, start, end);
  return end;
}

/** Characters and the zeros behind them. */
function emitPaddedText(emit: FieldEmitter, of: NdOptionFields, view: DataView, from: number, end: number): number {
  let last = end;
  while (last > from && view.getUint8(last - 1) === 0) last--;
  if (from < last) emit.octets(of.captive_portal, from, last);
  if (last < end) emit.octets(of.padding, last, end);
  return end;
}
