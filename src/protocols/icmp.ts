/**
 * Internet Control Message Protocol: RFC 792, RFC 950 (address mask), RFC 1191 (next-hop MTU), RFC 1256 (router discovery),
 * RFC 4884 (length of the quoted datagram) and RFC 8335 (extended echo).
 */
import { bytes, computed, hex, ipv4Address, list, named, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { emitProbe, probeFields } from './icmp-probe.ts';
import { endOfQuotedIpv4, extensionAfterQuote, toldLength } from './icmp-quote.ts';
import { ICMP_CODES, ICMP_TYPES, IcmpType, messageWords } from './icmp-words.ts';
import { verifyMessage } from './pseudo-header.ts';

/** Type, code and checksum. */
const LEAST_HEADER = 4;
const FRAGMENTATION_NEEDED = 4;

/** Octets of the header by type; of other types only the first four are known. */
const HEADERS: Readonly<Record<number, number>> = {
  [IcmpType.echoReply]: 8,
  [IcmpType.unreachable]: 8,
  [IcmpType.sourceQuench]: 8,
  [IcmpType.redirect]: 8,
  [IcmpType.echo]: 8,
  [IcmpType.routerAdvertisement]: 8,
  [IcmpType.routerSolicitation]: 8,
  [IcmpType.timeExceeded]: 8,
  [IcmpType.parameterProblem]: 8,
  [IcmpType.timestamp]: 20,
  [IcmpType.timestampReply]: 20,
  [IcmpType.informationRequest]: 8,
  [IcmpType.informationReply]: 8,
  [IcmpType.addressMaskRequest]: 12,
  [IcmpType.addressMaskReply]: 12,
  [IcmpType.extendedEcho]: 8,
  [IcmpType.extendedEchoReply]: 8,
};

/** Messages that quote the packet they are about. */
const ERRORS: readonly number[] = [
  IcmpType.unreachable,
  IcmpType.sourceQuench,
  IcmpType.redirect,
  IcmpType.timeExceeded,
  IcmpType.parameterProblem,
];

export const icmp = defineProtocol('icmp', {
  title: 'Internet Control Message Protocol',
  source: 'RFC 792',
  carriedBy: { ipProtocol: [1] },
  fields: {
    type: uint(8, 'Type', named(ICMP_TYPES)),
    code: uint(8, 'Code'),
    checksum: uint(16, 'Checksum', hex),
  },
  variable: () => ({
    meaning: computed('text', 'Meaning'),
    ident: uint(16, 'Identifier'),
    seq: uint(16, 'Sequence Number'),
    pointer: uint(8, 'Pointer'),
    unused: bytes('Unused'),
    length: uint(8, 'Length of Original Datagram in 4 octets'),
    unused_end: bytes('Unused', 0, { name: 'icmp.unused' }),
    mtu: uint(16, 'MTU of next hop', octets),
    redir_gw: ipv4Address('Gateway'),
    num_addrs: uint(8, 'Number of Addresses'),
    addr_entry_size: uint(8, 'Address Entry Size in 4 octets'),
    lifetime: uint(16, 'Lifetime', { unit: 's' }),
    router: list('Router', {
      address: ipv4Address('Address', { name: 'icmp.router_address' }),
      pref_level: uint(32, 'Preference Level', { name: 'icmp.pref_level' }),
      data: bytes('Data'),
    }),
    reserved: bytes('Reserved', 4),
    originate_timestamp: uint(32, 'Originate Timestamp', { unit: 'ms' }),
    receive_timestamp: uint(32, 'Receive Timestamp', { unit: 'ms' }),
    transmit_timestamp: uint(32, 'Transmit Timestamp', { unit: 'ms' }),
    address_mask: ipv4Address('Address Mask'),
    ...probeFields('icmp'),
  }),
  headerLength,
  quotes: isError,
  next: nextOf,
  trailer: { protocol: 'icmp.ext', start: extensionStart },
  details: emitBody,
  summary: summarize,
  verify: verifyChecksum,
});

const { type, code, checksum } = icmp.fields;

function headerLength(view: DataView, start: number, end: number): number {
  const kind = type.get(view, start);
  const header = HEADERS[kind] ?? LEAST_HEADER;
  if (kind !== IcmpType.routerAdvertisement || end - start < header) return header;
  return header + 4 * view.getUint8(start + 4) * view.getUint8(start + 5);
}

function isError(view: DataView, start: number): boolean {
  return ERRORS.includes(type.get(view, start));
}

function nextOf(dispatch: Dispatch, view: DataView, start: number): number {
  if (type.get(view, start) === IcmpType.extendedEcho) return dispatch.named('icmp.ext');
  return isError(view, start) ? dispatch.named('ip') : 0;
}

/** RFC 4884 §4: only these errors can be extended. What fills the quoted datagram up belongs to the extension. */
function extensionStart(view: DataView, start: number, payload: number, end: number): number {
  const kind = type.get(view, start);
  const isExtended =
    kind === IcmpType.unreachable || kind === IcmpType.timeExceeded || kind === IcmpType.parameterProblem;
  if (!isExtended) return end;
  const place = extensionAfterQuote(view, payload, toldLength('icmp', view, start), end);
  return place < end ? endOfQuotedIpv4(view, payload, place) : end;
}

function emitBody(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const kind = type.get(view, start);
  emit.value(icmp.variable.meaning, messageWords(ICMP_TYPES, ICMP_CODES, kind, code.get(view, start)));
  const body = start + LEAST_HEADER;
  switch (kind) {
    case IcmpType.unreachable:
    case IcmpType.timeExceeded:
    case IcmpType.parameterProblem:
      emitError(emit, view, start, end);
      break;
    case IcmpType.redirect:
      emit.field(icmp.variable.redir_gw, body);
      break;
    case IcmpType.sourceQuench:
      emit.octets(icmp.variable.unused, body, body + 4);
      break;
    case IcmpType.routerSolicitation:
      emit.field(icmp.variable.reserved, body);
      break;
    case IcmpType.routerAdvertisement:
      emitRouters(emit, view, body, end);
      break;
    case IcmpType.echo:
    case IcmpType.echoReply:
    case IcmpType.timestamp:
    case IcmpType.timestampReply:
    case IcmpType.informationRequest:
    case IcmpType.informationReply:
    case IcmpType.addressMaskRequest:
    case IcmpType.addressMaskReply:
      emit.field(icmp.variable.ident, body);
      emit.field(icmp.variable.seq, body + 2);
      emitAnswer(emit, kind, body + 4);
      break;
    case IcmpType.extendedEcho:
    case IcmpType.extendedEchoReply:
      emit.field(icmp.variable.ident, body);
      emitProbe(emit, icmp.variable, kind === IcmpType.extendedEchoReply, body + 2);
      break;
  }
}

/** Times and masks behind identifier and sequence number. */
function emitAnswer(emit: FieldEmitter, kind: number, at: number): void {
  if (kind === IcmpType.timestamp || kind === IcmpType.timestampReply) {
    emit.field(icmp.variable.originate_timestamp, at);
    emit.field(icmp.variable.receive_timestamp, at + 4);
    emit.field(icmp.variable.transmit_timestamp, at + 8);
  } else if (kind === IcmpType.addressMaskRequest || kind === IcmpType.addressMaskReply) {
    emit.field(icmp.variable.address_mask, at);
  }
}

/** The four octets before a quoted packet: RFC 4884 §4 put the quoted part's length into the second. */
function emitError(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const body = start + LEAST_HEADER;
  const rest = body + 2;
  const kind = type.get(view, start);
  const hasMtu = kind === IcmpType.unreachable && code.get(view, start) === FRAGMENTATION_NEEDED;
  const hasLength = body + 2 <= end && view.getUint8(body + 1) !== 0;
  const hasPointer = kind === IcmpType.parameterProblem;
  if (hasPointer) emit.field(icmp.variable.pointer, body);
  const unused = hasPointer ? body + 1 : body;
  if (hasLength) {
    if (unused < body + 1) emit.octets(icmp.variable.unused, unused, body + 1);
    emit.field(icmp.variable.length, body + 1);
    if (!hasMtu) emit.octets(icmp.variable.unused_end, rest, rest + 2);
  } else emit.octets(icmp.variable.unused, unused, hasMtu ? rest : rest + 2);
  if (hasMtu) emit.field(icmp.variable.mtu, rest);
}

function emitRouters(emit: FieldEmitter, view: DataView, body: number, end: number): void {
  const { router } = icmp.variable;
  emit.field(icmp.variable.num_addrs, body);
  emit.field(icmp.variable.addr_entry_size, body + 1);
  emit.field(icmp.variable.lifetime, body + 2);
  if (body + 4 > end) return;
  const size = 4 * view.getUint8(body + 1);
  if (size === 0) return;
  for (let at = body + 4; at + size <= end; at += size) {
    emit.begin(router, at);
    emit.field(router.of.address, at);
    // RFC 1256 §3: a signed two's-complement number; the higher, the more preferable.
    if (size >= 8) emit.value(router.of.pref_level, view.getInt32(at + 4), at + 4, at + 8);
    if (size > 8) emit.octets(router.of.data, at + 8, at + size);
    emit.end(at + size);
  }
}

function summarize(view: DataView, start: number, end: number): string {
  const kind = type.get(view, start);
  const words = messageWords(ICMP_TYPES, ICMP_CODES, kind, code.get(view, start));
  if (end - start < 8) return words;
  const second = view.getUint16(start + 6);
  if (kind === IcmpType.unreachable && code.get(view, start) === FRAGMENTATION_NEEDED) return `${words}, mtu=${second}`;
  if (kind === IcmpType.echo || kind === IcmpType.echoReply) {
    return `${words} id=${view.getUint16(start + 4)} seq=${second}`;
  }
  return words;
}

function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  verifyMessage(layers, row, checksum.get(layers.viewOf(row), layers.start[row]!), checksum);
}
