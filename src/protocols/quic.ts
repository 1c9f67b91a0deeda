/** QUIC: packets as far as they are not encrypted (RFC 9000 §17, RFC 9369). */
import { bytes, computed, flag, hex, list, named, number, octets, packed, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { hexOctets } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { FieldCursor } from './field-cursor.ts';
import {
  isQuic,
  isShortPacket,
  type LongPacket,
  longPacket,
  longPackets,
  RETRY_TAG,
  VERSION_1,
  VERSION_2,
  variableInteger,
  variableIntegerOctets,
} from './quic-packet.ts';

const VERSIONS: Readonly<Record<number, string>> = { 0: 'Version Negotiation', [VERSION_1]: '1', [VERSION_2]: '2' };

/** One layer is one datagram. Of a short header only the first bits are told: how long its connection ID is, only the connection knows. */
export const quic = defineProtocol('quic', {
  title: 'QUIC',
  source: 'RFC 9000 §17',
  carriedBy: { udpPort: [443] },
  guess: { in: ['udpPort'], when: isQuic },
  looksLike: (view, start, end) =>
    longPacket(view, start, end, Number.POSITIVE_INFINITY) !== undefined || isShortPacket(view, start, end),
  fields: {},
  variable: () => ({
    packets: list('Packet', {
      packet_length: computed('number', 'Packet Length', octets, { name: 'quic.packet_length' }),
      ...packed({
        header_form: uint(1, 'Header Form', named({ 0: 'Short Header', 1: 'Long Header' }), {
          name: 'quic.header_form',
        }),
        fixed_bit: flag('Fixed Bit', { name: 'quic.fixed_bit' }),
        long_packet_type: uint(2, 'Packet Type', named({ 0: 'Initial', 1: '0-RTT', 2: 'Handshake', 3: 'Retry' }), {
          name: 'quic.long.packet_type',
        }),
        type_specific_bits: uint(4, 'Type-Specific Bits', { name: 'quic.long.type_specific_bits' }),
      }),
      ...packed(
        {
          long_packet_type_v2: uint(2, 'Packet Type', named({ 0: 'Retry', 1: 'Initial', 2: '0-RTT', 3: 'Handshake' }), {
            name: 'quic.long.packet_type_v2',
          }),
        },
        2,
      ),
      ...packed(
        {
          spin_bit: flag('Spin Bit', { name: 'quic.spin_bit' }),
          protected_bits: uint(5, 'Protected Bits'),
        },
        2,
      ),
      ...packed({ vn_unused: uint(7, 'Unused', hex, { name: 'quic.vn.unused' }) }, 1),
      version: uint(32, 'Version', hex, named(VERSIONS), { name: 'quic.version' }),
      dcil: uint(8, 'Destination Connection ID Length', octets, { name: 'quic.dcil' }),
      dcid: bytes('Destination Connection ID', 0, { name: 'quic.dcid' }),
      scil: uint(8, 'Source Connection ID Length', octets, { name: 'quic.scil' }),
      scid: bytes('Source Connection ID', 0, { name: 'quic.scid' }),
      token_length: number('Token Length', octets, { name: 'quic.token_length' }),
      token: bytes('Token', 0, { name: 'quic.token' }),
      length: number('Length', octets, { name: 'quic.length' }),
      remaining_payload: bytes('Protected Packet Number and Payload', 0, { name: 'quic.remaining_payload' }),
      supported_versions: list('Supported Version', {
        version: uint(32, 'Version', hex, named(VERSIONS), { name: 'quic.supported_version' }),
      }),
      retry_token: bytes('Retry Token', 0, { name: 'quic.retry_token' }),
      retry_integrity_tag: bytes('Retry Integrity Tag', RETRY_TAG, { name: 'quic.retry_integrity_tag' }),
      undecoded: bytes('Rest of the Packet', 0, { name: 'quic.undecoded' }),
      behind_short_header: bytes('Destination Connection ID, Protected Packet Number and Payload'),
    }),
    rest: bytes('Rest of the Datagram'),
  }),
  headerLength: 'all',
  details: emitPackets,
  summary: summarize,
  issues: { overrun: 'a length reaches beyond the datagram' },
});

function emitPackets(
  emit: FieldEmitter,
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): void {
  const { packets, rest } = quic.variable;
  const wireEnd = layers.wireEnd[row]!;
  const cursor = new FieldCursor(emit, view, start, wireEnd, end, { issue: 'overrun', limit: 'udp.length' });
  for (const packet of longPackets(view, start, end, wireEnd)) {
    cursor.emit.begin(packets, packet.at);
    if (packet.end <= wireEnd) emit.value(packets.of.packet_length, packet.end - packet.at);
    emitPacket(cursor, packet);
    cursor.emit.end(cursor.at);
  }
  if (isShortPacket(view, cursor.at, end)) emitShortPacket(cursor, wireEnd);
  cursor.rest(rest);
}

/** A packet with a short header is the last of its datagram (RFC 9000 §12.2). */
function emitShortPacket(cursor: FieldCursor, wireEnd: number): void {
  const { packets } = quic.variable;
  const fields = packets.of;
  cursor.emit.begin(packets, cursor.at);
  cursor.emit.value(fields.packet_length, wireEnd - cursor.at);
  cursor.together(fields.header_form, fields.fixed_bit, fields.spin_bit, fields.protected_bits);
  cursor.rest(fields.behind_short_header);
  cursor.emit.end(cursor.at);
}

function emitPacket(cursor: FieldCursor, { kind, version }: LongPacket): void {
  const fields = quic.variable.packets.of;
  if (kind === 'Version Negotiation') cursor.together(fields.header_form, fields.vn_unused);
  else {
    const type = version === VERSION_2 ? fields.long_packet_type_v2 : fields.long_packet_type;
    cursor.together(fields.header_form, fields.fixed_bit, type, fields.type_specific_bits);
  }
  cursor.number(fields.version);
  cursor.octets(fields.dcid, cursor.number(fields.dcil));
  cursor.octets(fields.scid, cursor.number(fields.scil));
  switch (kind) {
    case 'Version Negotiation':
      cursor.each(fields.supported_versions, cursor.left, 4, () => cursor.number(fields.supported_versions.of.version));
      cursor.rest(fields.undecoded);
      return;
    case 'Retry':
      cursor.octets(fields.retry_token, Math.max(0, cursor.left - RETRY_TAG));
      cursor.number(fields.retry_integrity_tag);
      cursor.rest(fields.undecoded);
      return;
    case 'Initial':
      cursor.octets(fields.token, emitInteger(cursor, fields.token_length));
      break;
    default:
  }
  cursor.octets(fields.remaining_payload, emitInteger(cursor, fields.length));
}

function emitInteger(cursor: FieldCursor, field: typeof quic.variable.packets.of.length): number {
  const { view, at, captured } = cursor;
  const integer = variableInteger(view, at, captured);
  return cursor.worked(field, integer?.value ?? 0, integer?.octets ?? variableIntegerOctets(view, at, captured));
}

/** `Initial version=1 dcid=84acac06b42ed863 scid=`, then the kinds of the packets behind it; `1-RTT` is one with a short header. */
function summarize(view: DataView, start: number, end: number, layers: Layers, row: number): string {
  const long = longPackets(view, start, end, layers.wireEnd[row]!);
  const behind = long.at(-1)?.end ?? start;
  const short = isShortPacket(view, behind, end) ? ['1-RTT'] : [];
  const [first, ...others] = long;
  if (first === undefined) return short.join();
  const words: string[] = [first.kind];
  if (first.version !== 0)
    words.push(`version=${VERSIONS[first.version] ?? `0x${first.version.toString(16).padStart(8, '0')}`}`);
  for (const [name, [from, to]] of [
    ['dcid', first.destination],
    ['scid', first.source],
  ] as const) {
    if (to > from && to <= end) words.push(`${name}=${hexOctets(view, from, to, '')}`);
  }
  return [words.join(' '), ...others.map(({ kind }) => kind), ...short].join(', ');
}
