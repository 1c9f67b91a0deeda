/** WireGuard, protocol description "Protocol & Cryptography" and the kernel's drivers/net/wireguard/messages.h. What it carries is encrypted. */
import { bytes, hex, named, text, uint, uint64 } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { base64Text } from './base64.ts';

const MESSAGE = { initiation: 1, response: 2, cookieReply: 3, data: 4 } as const;
const MESSAGE_NAMES = {
  [MESSAGE.initiation]: 'Handshake Initiation',
  [MESSAGE.response]: 'Handshake Response',
  [MESSAGE.cookieReply]: 'Cookie Reply',
  [MESSAGE.data]: 'Transport Data',
};
/** Octets of the messages that are always as long. */
const LENGTHS: Readonly<Record<number, number>> = {
  [MESSAGE.initiation]: 148,
  [MESSAGE.response]: 92,
  [MESSAGE.cookieReply]: 64,
};
const MAC = 16;
/** Type to counter of transport data, and its authentication tag; plaintext is padded to 16 octets. */
const DATA_HEADER = 16;
const DATA_TAG = 16;
const DATA_UNIT = 16;
const KEY = 32;

const littleEndian = { littleEndian: true };

export const wireguard = defineProtocol('wg', {
  title: 'WireGuard',
  source: 'wireguard.com/protocol, Linux drivers/net/wireguard/messages.h',
  // 51820 is the documentation's, and flannel's and Calico's for IPv4; both use 51821 for IPv6. 51871 is Cilium's.
  carriedBy: { udpPort: [51820, 51821, 51871] },
  looksLike: isMessage,
  guess: { in: ['udpPort'], when: isCalmHandshake },
  fields: {
    type: uint(8, 'Type', named(MESSAGE_NAMES)),
    reserved: bytes('Reserved', 3),
  },
  variable: () => ({
    sender: uint(32, 'Sender Index', hex, littleEndian),
    receiver: uint(32, 'Receiver Index', hex, littleEndian),
    ephemeral: text('Ephemeral Public Key'),
    encrypted_static: bytes('Encrypted Static Key', 48),
    encrypted_timestamp: bytes('Encrypted Timestamp', 28),
    encrypted_empty: bytes('Authentication Tag over nothing', 16),
    nonce: bytes('Nonce', 24),
    encrypted_cookie: bytes('Encrypted Cookie', 32),
    counter: uint64('Counter', littleEndian),
    encrypted_packet: bytes('Encrypted Packet'),
    mac1: bytes('MAC 1', MAC),
    mac2: bytes('MAC 2', MAC),
  }),
  headerLength: 'all',
  details,
  summary: summarize,
});

const { type } = wireguard.fields;

/** A known type, reserved octets of zero, and the one length of its kind. */
function isMessage(view: DataView, start: number, end: number): boolean {
  const length = end - start;
  // The type and the reserved octets are one little-endian number in the kernel.
  if (length < 4 || view.getUint8(start) === 0 || (view.getUint32(start) & 0xffffff) !== 0) return false;
  const kind = type.get(view, start);
  if (kind === MESSAGE.data) return length >= DATA_HEADER + DATA_TAG && length % DATA_UNIT === 0;
  return LENGTHS[kind] === length;
}

/** An initiation or response of a peer that is not under load, whose second MAC is all zeros. */
function isCalmHandshake(view: DataView, start: number, end: number): boolean {
  if (!isMessage(view, start, end) || type.get(view, start) > MESSAGE.response) return false;
  for (let at = end - MAC; at < end; at++) if (view.getUint8(at) !== 0) return false;
  return view.getUint32(end - 2 * MAC) !== 0;
}

function details(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  switch (type.get(view, start)) {
    case MESSAGE.initiation:
      emit.field(wireguard.variable.sender, start + 4);
      emitKey(emit, view, start + 8, end);
      emit.field(wireguard.variable.encrypted_static, start + 40);
      emit.field(wireguard.variable.encrypted_timestamp, start + 88);
      emit.field(wireguard.variable.mac1, start + 116);
      emit.field(wireguard.variable.mac2, start + 132);
      return;
    case MESSAGE.response:
      emit.field(wireguard.variable.sender, start + 4);
      emit.field(wireguard.variable.receiver, start + 8);
      emitKey(emit, view, start + 12, end);
      emit.field(wireguard.variable.encrypted_empty, start + 44);
      emit.field(wireguard.variable.mac1, start + 60);
      emit.field(wireguard.variable.mac2, start + 76);
      return;
    case MESSAGE.cookieReply:
      emit.field(wireguard.variable.receiver, start + 4);
      emit.field(wireguard.variable.nonce, start + 8);
      emit.field(wireguard.variable.encrypted_cookie, start + 32);
      return;
    default:
      emit.field(wireguard.variable.receiver, start + 4);
      emit.field(wireguard.variable.counter, start + 8);
      emit.octets(wireguard.variable.encrypted_packet, start + DATA_HEADER, end);
  }
}

/** Keys are shown as `wg show` shows them. */
function emitKey(emit: FieldEmitter, view: DataView, at: number, end: number): void {
  if (at + KEY <= end) emit.value(wireguard.variable.ephemeral, base64Text(view, at, at + KEY), at, at + KEY);
}

function summarize(view: DataView, start: number, end: number): string {
  const kind = type.get(view, start);
  const index = (at: number): string => (at + 4 > end ? '' : `0x${view.getUint32(at, true).toString(16)}`);
  if (kind === MESSAGE.initiation) return `handshake initiation from ${index(start + 4)}`;
  if (kind === MESSAGE.response) return `handshake response from ${index(start + 4)} to ${index(start + 8)}`;
  if (kind === MESSAGE.cookieReply) return `cookie reply to ${index(start + 4)}`;
  const length = end - start;
  if (length < DATA_HEADER) return `data to ${index(start + 4)}`;
  const what = length === DATA_HEADER + DATA_TAG ? 'keepalive' : 'data';
  return `${what} to ${index(start + 4)} counter ${view.getBigUint64(start + 8, true)}`;
}
