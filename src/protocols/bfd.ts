/** Bidirectional forwarding detection: control packets of RFC 5880 §4.1, and echo packets, which are the sender's own affair (§4, RFC 5881 §4). */
import { bits, bytes, computed, flag, hex, named, octets, text, uint, type ValueNames } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** The mandatory section. */
const MANDATORY = 24;
const VERSION = 1;
/** Type, length and key of an authentication section. */
const AUTHENTICATION_HEADER = 3;
/** The same with what the digests have before them. */
const DIGEST_HEADER = 8;

/** IANA "BFD Diagnostic Codes". */
const DIAGNOSTICS: ValueNames = {
  0: 'No Diagnostic',
  1: 'Control Detection Time Expired',
  2: 'Echo Function Failed',
  3: 'Neighbor Signaled Session Down',
  4: 'Forwarding Plane Reset',
  5: 'Path Down',
  6: 'Concatenated Path Down',
  7: 'Administratively Down',
  8: 'Reverse Concatenated Path Down',
  9: 'Mis-connectivity Defect',
};
const STATES: ValueNames = { 0: 'AdminDown', 1: 'Down', 2: 'Init', 3: 'Up' };
const SIMPLE_PASSWORD = 1;
const AUTHENTICATION_TYPES: ValueNames = {
  [SIMPLE_PASSWORD]: 'Simple Password',
  2: 'Keyed MD5',
  3: 'Meticulous Keyed MD5',
  4: 'Keyed SHA1',
  5: 'Meticulous Keyed SHA1',
};
/** Octets of authentication sections that have a digest, by type (§4.3 and §4.4). */
const DIGEST_SECTIONS: Readonly<Record<number, number>> = { 2: 24, 3: 24, 4: 28, 5: 28 };

/** Kinds of session by destination port: RFC 5881 §4, RFC 5883 §5, RFC 7130 §2.1, RFC 7881 §3. */
const SESSIONS: Readonly<Record<number, string>> = {
  3784: 'single-hop',
  4784: 'multihop',
  6784: 'link aggregation member',
  7784: 'seamless',
};

const microseconds = { unit: 'µs' };

export const bfd = defineProtocol('bfd', {
  title: 'Bidirectional Forwarding Detection Control',
  source: 'RFC 5880 §4.1',
  carriedBy: { udpPort: Object.keys(SESSIONS).map(Number) },
  fields: {
    version: uint(3, 'Version'),
    diag: uint(5, 'Diagnostic', named(DIAGNOSTICS)),
    flags: bits(
      8,
      'State and Flags',
      {
        sta: uint(2, 'State', named(STATES), { name: 'bfd.sta' }),
        p: flag('Poll'),
        f: flag('Final'),
        c: flag('Control Plane Independent'),
        a: flag('Authentication Present'),
        d: flag('Demand'),
        m: flag('Multipoint'),
      },
      hex,
    ),
    detect_time_multiplier: uint(8, 'Detection Time Multiplier'),
    message_length: uint(8, 'Length', octets),
    my_discriminator: uint(32, 'My Discriminator', hex),
    your_discriminator: uint(32, 'Your Discriminator', hex),
    desired_min_tx_interval: uint(32, 'Desired Min TX Interval', microseconds),
    required_min_rx_interval: uint(32, 'Required Min RX Interval', microseconds),
    required_min_echo_interval: uint(32, 'Required Min Echo RX Interval', microseconds),
  },
  variable: () => ({
    session: computed('text', 'Kind of session, by port'),
    auth_type: uint(8, 'Authentication Type', named(AUTHENTICATION_TYPES), { name: 'bfd.auth.type' }),
    auth_len: uint(8, 'Authentication Length', octets, { name: 'bfd.auth.len' }),
    auth_key: uint(8, 'Authentication Key ID', { name: 'bfd.auth.key' }),
    auth_password: text('Password', { name: 'bfd.auth.password' }),
    auth_reserved: uint(8, 'Reserved', { name: 'bfd.auth.reserved' }),
    auth_seq_num: uint(32, 'Sequence Number', hex, { name: 'bfd.auth.seq_num' }),
    checksum: bytes('Digest'),
    unknown: bytes('Octets behind what is known'),
  }),
  checks: [
    { field: 'version', equals: VERSION, issue: 'unknownVersion' },
    { field: 'message_length', atLeast: MANDATORY, issue: 'lengthBelowMandatory' },
  ],
  headerLength: 'message_length',
  details,
  summary: summarize,
  issues: {
    unknownVersion: 'the version of BFD is 1',
    lengthBelowMandatory: 'the length is below the 24 octets of the mandatory section',
    authenticationLength: 'the authentication section does not have the length of its type, or passes the packet',
  },
});

/** What a system sends to itself through its neighbor. */
export const bfdEcho = defineProtocol('bfd_echo', {
  title: 'Bidirectional Forwarding Detection Echo',
  source: 'RFC 5881 §4',
  carriedBy: { udpPort: [3785] },
  fields: {},
  variable: () => ({ packet: bytes('Originator-specific Packet') }),
  headerLength: 'all',
  details: (emit, _view, start, end): void => {
    emit.octets(bfdEcho.variable.packet, start, end);
  },
  summary: (_view, start, end) => `${end - start} octets`,
});

const { fields } = bfd;

/** Kind of session of the packet in `row`, '' where it is not in UDP or on a port of its own. */
function sessionOf(layers: Layers, row: number): string {
  const parent = layers.parent[row]!;
  if (parent < 0 || layers.protocolOf(parent).name !== 'udp') return '';
  return SESSIONS[layers.viewOf(parent).getUint16(layers.start[parent]! + 2)] ?? '';
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number, layers: Layers, row: number): void {
  const session = sessionOf(layers, row);
  if (session !== '') emit.value(bfd.variable.session, session);
  const at = start + MANDATORY;
  if (at >= end) return;
  const known = fields.flags.of.a.get(view, start) === 0 ? at : emitAuthentication(emit, view, at, end);
  if (known < end) emit.octets(bfd.variable.unknown, known, end);
}

/** Emits what is known of the authentication section and answers the first octet behind that. */
function emitAuthentication(emit: FieldEmitter, view: DataView, at: number, limit: number): number {
  if (at + AUTHENTICATION_HEADER > limit) return at;
  emit.field(bfd.variable.auth_type, at);
  emit.field(bfd.variable.auth_len, at + 1);
  emit.field(bfd.variable.auth_key, at + 2);
  const kind = bfd.variable.auth_type.get(view, at);
  const length = bfd.variable.auth_len.get(view, at + 1);
  const body = at + AUTHENTICATION_HEADER;
  const section = DIGEST_SECTIONS[kind];
  const isSound = length >= AUTHENTICATION_HEADER && at + length <= limit && (section ?? length) === length;
  if (!isSound)
    emit.issue('authenticationLength', section ?? AUTHENTICATION_HEADER, length, bfd.variable.auth_len.name);
  if (!isSound || (section === undefined && kind !== SIMPLE_PASSWORD)) return body;
  if (section === undefined) {
    if (length > AUTHENTICATION_HEADER) emit.octets(bfd.variable.auth_password, body, at + length);
    return at + length;
  }
  emit.field(bfd.variable.auth_reserved, body);
  emit.field(bfd.variable.auth_seq_num, body + 1);
  emit.octets(bfd.variable.checksum, at + DIGEST_HEADER, at + length);
  return at + length;
}

function summarize(view: DataView, start: number, _end: number, layers: Layers, row: number): string {
  const state = STATES[fields.flags.of.sta.get(view, start)];
  const reason = fields.diag.get(view, start);
  const interval = fields.desired_min_tx_interval.get(view, start) / 1000;
  const session = sessionOf(layers, row);
  let words = `${session === '' ? '' : `${session} `}${state}`;
  if (reason !== 0) words += ` (${DIAGNOSTICS[reason] ?? `diagnostic ${reason}`})`;
  return `${words} every ${interval} ms × ${fields.detect_time_multiplier.get(view, start)}`;
}
