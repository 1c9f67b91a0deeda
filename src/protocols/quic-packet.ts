/** QUIC packets with a long header: RFC 8999 §5.1, RFC 9000 §17.2, RFC 9369 §3. Several may lie in one datagram (RFC 9000 §12.2). */

/** Kinds of packets with a long header, whatever their number is in a version. */
export type LongKind = 'Version Negotiation' | 'Initial' | '0-RTT' | 'Handshake' | 'Retry';

export const VERSION_1 = 0x00000001;
export const VERSION_2 = 0x6b3343cf;
/** Drafts 23 to 34 have the header of version 1. */
const FIRST_DRAFT = 0xff000017;
const LAST_DRAFT = 0xff000022;
/** First octet, version, and the length of the destination connection ID. */
const LEAST_HEADER = 6;
/** First octet, packet number, and what sampling for header protection needs; an endpoint never sends less (RFC 9000 §10.3). */
const LEAST_SHORT_PACKET = 21;
/** Connection IDs are no longer in the versions known here (RFC 9000 §17.2). */
const GREATEST_CONNECTION_ID = 20;
/** Octets of a Retry packet's integrity tag (RFC 9001 §5.8). */
export const RETRY_TAG = 16;

const VERSION_1_KINDS: readonly LongKind[] = ['Initial', '0-RTT', 'Handshake', 'Retry'];
/** Version 2 numbers them differently (RFC 9369 §3.2). */
const VERSION_2_KINDS: readonly LongKind[] = ['Retry', 'Initial', '0-RTT', 'Handshake'];

/** A packet with a long header; octets of the view. */
export interface LongPacket {
  readonly at: number;
  readonly kind: LongKind;
  readonly version: number;
  /** Connection IDs, [start, end). */
  readonly destination: readonly [number, number];
  readonly source: readonly [number, number];
  /** End on the wire by the packet's own length; the datagram's where it has none; beyond it where it is wrong. */
  readonly end: number;
}

/** A variable-length integer (RFC 9000 §16) and the octets it takes. Values beyond 2^53 are rounded: no length can be so great. */
export interface VariableInteger {
  readonly value: number;
  readonly octets: number;
}

/** Octets of the integer at `at` by its first one, 1 where not even that is there. */
export function variableIntegerOctets(view: DataView, at: number, end: number): number {
  return at < end ? 1 << (view.getUint8(at) >> 6) : 1;
}

/** Reads the integer at `at`; undefined where it does not end before `end`. */
export function variableInteger(view: DataView, at: number, end: number): VariableInteger | undefined {
  const octets = variableIntegerOctets(view, at, end);
  if (at + octets > end) return undefined;
  switch (octets) {
    case 1:
      return { value: view.getUint8(at) & 0x3f, octets };
    case 2:
      return { value: view.getUint16(at) & 0x3fff, octets };
    case 4:
      return { value: view.getUint32(at) & 0x3fffffff, octets };
    default:
      return { value: (view.getUint32(at) & 0x3fffffff) * 2 ** 32 + view.getUint32(at + 4), octets };
  }
}

/** Whether a version has a header that is known here. Those of the form 0x?a?a?a?a are there to be refused (RFC 9000 §15). */
function isKnownVersion(version: number): boolean {
  const isReserved = (version & 0x0f0f0f0f) === 0x0a0a0a0a;
  return (
    version === VERSION_1 || version === VERSION_2 || isReserved || (version >= FIRST_DRAFT && version <= LAST_DRAFT)
  );
}

function kindOf(first: number, version: number): LongKind {
  if (version === 0) return 'Version Negotiation';
  return (version === VERSION_2 ? VERSION_2_KINDS : VERSION_1_KINDS)[(first >> 4) & 3]!;
}

/** The connection ID whose length is at `at`, undefined where that is not there or too great. It may end beyond `end`. */
function connectionId(view: DataView, at: number, end: number): readonly [number, number] | undefined {
  if (at >= end) return undefined;
  const length = view.getUint8(at);
  return length > GREATEST_CONNECTION_ID ? undefined : [at + 1, at + 1 + length];
}

/** End of the packet by its length, behind the connection IDs at `at`; Infinity where that is not there. */
function packetEnd(view: DataView, kind: LongKind, at: number, captured: number, wireEnd: number): number {
  if (kind === 'Version Negotiation' || kind === 'Retry') return wireEnd;
  let behind = at;
  if (kind === 'Initial') {
    const token = variableInteger(view, behind, captured);
    if (token === undefined) return Number.POSITIVE_INFINITY;
    behind += token.octets + token.value;
  }
  const length = variableInteger(view, behind, captured);
  return length === undefined ? Number.POSITIVE_INFINITY : behind + length.octets + length.value;
}

/**
 * The packet with a long header that begins at `at`, of whose datagram the octets before `captured` may be read and which ends at
 * `wireEnd`. Undefined where none is recognised.
 */
export function longPacket(view: DataView, at: number, captured: number, wireEnd: number): LongPacket | undefined {
  if (at + LEAST_HEADER > captured) return undefined;
  const first = view.getUint8(at);
  const version = view.getUint32(at + 1);
  // All versions set the fixed bit; Version Negotiation may not (RFC 9000 §17.2.1).
  const isLong = (first & 0x80) !== 0 && (version === 0 || ((first & 0x40) !== 0 && isKnownVersion(version)));
  if (!isLong) return undefined;
  const kind = kindOf(first, version);
  const destination = connectionId(view, at + 5, captured);
  if (destination === undefined) return undefined;
  const source = connectionId(view, destination[1], captured);
  const isCut = destination[1] >= captured && captured < wireEnd;
  if (source === undefined && !isCut) return undefined;
  const end = source === undefined ? Number.POSITIVE_INFINITY : packetEnd(view, kind, source[1], captured, wireEnd);
  return { at, kind, version, destination, source: source ?? [captured, captured], end };
}

/** The packets with a long header that follow each other from `at` on, all of one version. */
export function longPackets(view: DataView, start: number, captured: number, wireEnd: number): LongPacket[] {
  const packets: LongPacket[] = [];
  for (let at = start; at < captured; ) {
    const packet = longPacket(view, at, captured, wireEnd);
    if (packet === undefined || packet.version !== (packets[0]?.version ?? packet.version)) break;
    packets.push(packet);
    at = packet.end;
  }
  return packets;
}

/**
 * Whether a packet with a short header can begin at `at`, of which the octets before `end` are there: the form and the fixed bit (RFC 9000
 * §17.3.1), and no less than a peer would take for a packet (§10.3).
 */
export function isShortPacket(view: DataView, at: number, end: number): boolean {
  return end - at >= LEAST_SHORT_PACKET && (view.getUint8(at) & 0xc0) === 0x40;
}

/** Whether the octets are QUIC version 1 or 2 on any port: a long header with connection IDs, and a length that fits the datagram. */
export function isQuic(view: DataView, start: number, end: number): boolean {
  const packet = longPacket(view, start, end, end);
  if (packet === undefined || (packet.version !== VERSION_1 && packet.version !== VERSION_2)) return false;
  const { destination, source, kind } = packet;
  if (destination[1] === destination[0] && source[1] === source[0]) return false;
  return kind === 'Retry' ? source[1] + RETRY_TAG < end : packet.end <= end && packet.end > source[1] + RETRY_TAG;
}
