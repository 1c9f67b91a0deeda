/** Generic Routing Encapsulation: RFC 2784, key and sequence number of RFC 2890, routing of RFC 1701, PPTP's version 1 of RFC 2637 §4.1. */
import { bits, bytes, flag, hex, list, named, octets, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { onesComplementSum } from './checksum.ts';
import { ETHER_TYPES } from './registries.ts';

/** Flags and protocol type; all else is optional. */
const LEAST_HEADER = 4;
/** First octets of a source route entry: address family, offset and length. */
const ROUTE_HEADER = 4;
/** Redirect header of WCCP version 2 (draft-wilson-wrec-wccp-v2 §4.12.1). */
const REDIRECT_HEADER = 4;

/** Bits of the first two octets (RFC 2890 §2, RFC 2637 §4.1). */
const CHECKSUM_PRESENT = 0x8000;
const ROUTING_PRESENT = 0x4000;
const KEY_PRESENT = 0x2000;
const SEQUENCE_PRESENT = 0x1000;
const ACK_PRESENT = 0x0080;
const VERSION = 0x0007;
/** Version of PPTP's GRE, which splits the key and may acknowledge. */
const ENHANCED = 1;

const ERSPAN = 0x88be;
const WCCP = 0x883e;

export const gre = defineProtocol('gre', {
  title: 'Generic Routing Encapsulation',
  source: 'RFC 2784 §2, RFC 2890 §2, RFC 2637 §4.1',
  // RFC 8086 §2: GRE in UDP.
  carriedBy: { ipProtocol: [47], udpPort: [4754] },
  role: 'tunnel',
  tunnel: 'gre',
  fields: {
    flags: bits(
      16,
      'Flags and Version',
      {
        checksum: flag('Checksum Present'),
        routing: flag('Routing Present'),
        key: flag('Key Present'),
        sequence_number: flag('Sequence Number Present'),
        strict_source_route: flag('Strict Source Route'),
        recursion_control: uint(3, 'Recursion Control'),
        ack: flag('Acknowledgment Number Present'),
        reserved: uint(4, 'Reserved'),
        version: uint(3, 'Version', named({ 0: 'GRE', 1: 'Enhanced GRE' })),
      },
      hex,
      { name: 'gre.flags_and_version' },
    ),
    proto: uint(16, 'Protocol Type', hex, named(ETHER_TYPES)),
  },
  variable: () => ({
    checksum: uint(16, 'Checksum', hex),
    offset: uint(16, 'Offset of the active route entry', octets),
    key: uint(32, 'Key', hex),
    key_payload_length: uint(16, 'Payload Length', octets, { name: 'gre.key.payload_length' }),
    key_call_id: uint(16, "Peer's Call ID", { name: 'gre.key.call_id' }),
    sequence_number: uint(32, 'Sequence Number'),
    ack_number: uint(32, 'Acknowledgment Number'),
    routing: list('Source Route Entry', {
      address_family: uint(16, 'Address Family'),
      sre_offset: uint(8, 'Offset', octets),
      src_length: uint(8, 'Length', octets),
      information: bytes('Routing Information'),
    }),
    wccp: bits(
      8,
      'Redirect Flags',
      {
        reserved: uint(5, 'Reserved'),
        redirect_header_valid: flag('Redirect Header Valid'),
        alternative_bucket_used: flag('Alternative Bucket Used'),
        dynamic_service: flag('Dynamic Service'),
      },
      hex,
    ),
    wccp_service_id: uint(8, 'Service ID', { name: 'gre.wccp.service_id' }),
    wccp_alternative_bucket: uint(8, 'Alternative Bucket', { name: 'gre.wccp.alternative_bucket' }),
    wccp_primary_bucket: uint(8, 'Primary Bucket', { name: 'gre.wccp.primary_bucket' }),
  }),
  headerLength: (view, start, end) => partsOf(view, start, end).end - start,
  next: nextOfGre,
  details,
  summary: summarize,
  verify: verifyChecksum,
  issues: {
    unknownVersion: 'the version is neither 0 nor 1',
  },
});

const { fields } = gre;

/**
 * Octets at which the optional parts stand; 0 for a part that is not there. `end` is `start` where not all of them were captured.
 * One object for all packets: `partsOf` fills it anew.
 */
const parts = { checksum: 0, key: 0, sequence: 0, acknowledgment: 0, routing: 0, redirect: 0, end: 0 };

function partsOf(view: DataView, start: number, end: number): typeof parts {
  const flags = fields.flags.get(view, start);
  let at = start + LEAST_HEADER;
  // RFC 1701: either bit brings both the checksum and the offset.
  parts.checksum = (flags & (CHECKSUM_PRESENT | ROUTING_PRESENT)) === 0 ? 0 : at;
  if (parts.checksum !== 0) at += 4;
  parts.key = (flags & KEY_PRESENT) === 0 ? 0 : at;
  if (parts.key !== 0) at += 4;
  parts.sequence = (flags & SEQUENCE_PRESENT) === 0 ? 0 : at;
  if (parts.sequence !== 0) at += 4;
  parts.acknowledgment = (flags & ACK_PRESENT) === 0 || (flags & VERSION) !== ENHANCED ? 0 : at;
  if (parts.acknowledgment !== 0) at += 4;
  parts.routing = (flags & ROUTING_PRESENT) === 0 ? 0 : at;
  if (parts.routing !== 0) at = routingEnd(view, at, end);
  const isRedirected = fields.proto.get(view, start) === WCCP && at < end && view.getUint8(at) >> 4 !== 4;
  parts.redirect = isRedirected ? at : 0;
  if (isRedirected) at += REDIRECT_HEADER;
  parts.end = at > end ? start : at;
  return parts;
}

/** First octet behind the list of route entries, which an entry of length 0 ends; beyond `end` when the list is cut. */
function routingEnd(view: DataView, from: number, end: number): number {
  for (let at = from; at + ROUTE_HEADER <= end; ) {
    const length = gre.variable.routing.of.src_length.get(view, at + 3);
    at += ROUTE_HEADER + length;
    if (length === 0) return at;
  }
  return end + 1;
}

/** The key of the header at `start`; undefined where it has none, or one that PPTP splits. */
export function greKey(view: DataView, start: number, end: number): number | undefined {
  if (end - start < LEAST_HEADER || (fields.flags.get(view, start) & VERSION) === ENHANCED) return undefined;
  const { key, end: headerEnd } = partsOf(view, start, end);
  return key === 0 || headerEnd === start ? undefined : gre.variable.key.get(view, key);
}

function nextOfGre(dispatch: Dispatch, view: DataView, start: number): number {
  const flags = fields.flags.get(view, start);
  if ((flags & VERSION) > ENHANCED) return 0;
  const type = fields.proto.get(view, start);
  // ERSPAN's type I has no header of its own, and is told by the missing sequence number (draft-foschiano-erspan §4.1).
  if (type === ERSPAN) return dispatch.named((flags & SEQUENCE_PRESENT) === 0 ? 'erspan-i' : 'erspan');
  if (type === WCCP) return dispatch.named('ip');
  return dispatch.lookup('etherType', type);
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const flags = fields.flags.get(view, start);
  const version = flags & VERSION;
  if (version > ENHANCED) emit.issue('unknownVersion', ENHANCED, version, fields.flags.of.version.name);
  partsOf(view, start, end);
  if (parts.checksum !== 0) {
    emit.field(gre.variable.checksum, parts.checksum);
    emit.field(gre.variable.offset, parts.checksum + 2);
  }
  if (parts.key !== 0 && version === ENHANCED) {
    emit.field(gre.variable.key_payload_length, parts.key);
    emit.field(gre.variable.key_call_id, parts.key + 2);
  } else if (parts.key !== 0) emit.field(gre.variable.key, parts.key);
  if (parts.sequence !== 0) emit.field(gre.variable.sequence_number, parts.sequence);
  if (parts.acknowledgment !== 0) emit.field(gre.variable.ack_number, parts.acknowledgment);
  if (parts.routing !== 0) emitRouting(emit, view, parts.routing, parts.redirect === 0 ? end : parts.redirect);
  if (parts.redirect !== 0) {
    emit.field(gre.variable.wccp, parts.redirect);
    emit.field(gre.variable.wccp_service_id, parts.redirect + 1);
    emit.field(gre.variable.wccp_alternative_bucket, parts.redirect + 2);
    emit.field(gre.variable.wccp_primary_bucket, parts.redirect + 3);
  }
}

function emitRouting(emit: FieldEmitter, view: DataView, from: number, end: number): void {
  const { of } = gre.variable.routing;
  for (let at = from; at + ROUTE_HEADER <= end; ) {
    const length = of.src_length.get(view, at + 3);
    emit.begin(gre.variable.routing, at);
    emit.field(of.address_family, at);
    emit.field(of.sre_offset, at + 2);
    emit.field(of.src_length, at + 3);
    at += ROUTE_HEADER;
    if (length > 0) emit.octets(of.information, at, at + length);
    at += length;
    emit.end(at);
    if (length === 0) return;
  }
}

function summarize(view: DataView, start: number, end: number): string {
  const type = fields.proto.get(view, start);
  let text = ETHER_TYPES[type] ?? `protocol 0x${type.toString(16).padStart(4, '0')}`;
  partsOf(view, start, end);
  if (parts.end === start) return text;
  if (parts.key !== 0 && (fields.flags.get(view, start) & VERSION) === ENHANCED) {
    text += ` call ${gre.variable.key_call_id.get(view, parts.key + 2)}`;
  } else if (parts.key !== 0) text += ` key 0x${gre.variable.key.get(view, parts.key).toString(16)}`;
  if (parts.sequence !== 0) text += ` seq=${gre.variable.sequence_number.get(view, parts.sequence)}`;
  if (parts.acknowledgment !== 0) text += ` ack=${gre.variable.ack_number.get(view, parts.acknowledgment)}`;
  return text;
}

/** RFC 2784 §2.5: the checksum covers the header and the payload. */
function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  const start = layers.start[row]!;
  const end = layers.end[row]!;
  const view = layers.viewOf(row);
  if (!transport || (fields.flags.get(view, start) & CHECKSUM_PRESENT) === 0) return;
  if (end < layers.wireEnd[row]! || layers.isQuoted(row)) return;
  const sum = onesComplementSum(view, start, end, 0);
  if (sum === 0xffff) return;
  const found = gre.variable.checksum.get(view, start + LEAST_HEADER);
  const right = onesComplementSum(view, start, end, 0xffff - found) ^ 0xffff;
  layers.issues.add(row, 'badChecksum', right, found, gre.variable.checksum.name);
}
