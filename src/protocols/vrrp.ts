/** Virtual Router Redundancy Protocol: version 2, RFC 3768 §5 (authentication: RFC 2338 §5.3.10); version 3, RFC 9568 §5. */
import { bits, bytes, hex, ipv4Address, ipv6Address, list, named, text, uint } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { onesComplementSum } from './checksum.ts';
import { verifyMessage, verifyTransport } from './pseudo-header.ts';

/** IANA protocol number. */
const VRRP = 112;
/** Octets before the addresses. */
const FIXED = 8;
const CHECKSUM_AT = 6;
const AUTHENTICATION = 8;

const TYPES = { 1: 'Advertisement' };
const PRIORITIES = { 0: 'stops being the master', 100: 'default of a backup', 255: 'owns the addresses' };
/** RFC 2338 §5.3.6; RFC 3768 keeps only the first. */
const AUTHENTICATION_TYPES = { 0: 'none', 1: 'simple text password', 2: 'IP Authentication Header' };
const PASSWORD = 1;

export const vrrp = defineProtocol('vrrp', {
  title: 'Virtual Router Redundancy Protocol',
  source: 'RFC 3768 §5, RFC 9568 §5',
  carriedBy: { ipProtocol: [VRRP] },
  minimum: FIXED,
  headerLength: 'all',
  fields: {
    typever: bits(8, 'Version and Type', {
      version: uint(4, 'Version', { name: 'vrrp.version' }),
      type: uint(4, 'Type', named(TYPES), { name: 'vrrp.type' }),
    }),
    virt_rtr_id: uint(8, 'Virtual Router ID'),
    prio: uint(8, 'Priority', named(PRIORITIES)),
    addr_count: uint(8, 'Number of Addresses'),
  },
  variable: () => ({
    auth_type: uint(8, 'Authentication Type', named(AUTHENTICATION_TYPES)),
    adver_int: uint(8, 'Advertisement Interval', { unit: 's' }),
    interval: bits(16, 'Maximum Advertisement Interval', {
      reserved_mbz: uint(4, 'Reserved', { name: 'vrrp.reserved_mbz' }),
      short_adver_int: uint(12, 'Maximum Advertisement Interval', { unit: '0.01 s', name: 'vrrp.short_adver_int' }),
    }),
    checksum: uint(16, 'Checksum', hex),
    address: list('Address', {
      ip_addr: ipv4Address('IPv4 Address', { name: 'vrrp.ip_addr' }),
      ipv6_addr: ipv6Address('IPv6 Address', { name: 'vrrp.ipv6_addr' }),
    }),
    auth_string: text('Password'),
    auth_data: bytes('Authentication Data', AUTHENTICATION),
    data: bytes('Data'),
  }),
  details: emitMessage,
  summary: summarize,
  verify: verifyChecksum,
  issues: { addressesBeyondMessage: 'there are fewer addresses than are counted' },
});

const { typever, virt_rtr_id, prio, addr_count } = vrrp.fields;
const { version } = typever.of;

function isOverIpv6(layers: Layers, row: number): boolean {
  const network = layers.enclosing(row, 'network');
  return network >= 0 && layers.protocolOf(network).name === 'ipv6';
}

function emitMessage(
  emit: FieldEmitter,
  view: DataView,
  start: number,
  end: number,
  layers: Layers,
  row: number,
): void {
  const isV3 = version.get(view, start) === 3;
  if (isV3) emit.field(vrrp.variable.interval, start + 4);
  else {
    emit.field(vrrp.variable.auth_type, start + 4);
    emit.field(vrrp.variable.adver_int, start + 5);
  }
  emit.field(vrrp.variable.checksum, start + CHECKSUM_AT);
  if (end - start < FIXED) return;
  let known = emitAddresses(emit, view, start, end, isOverIpv6(layers, row));
  if (!isV3 && known + AUTHENTICATION <= end) {
    const isPassword = view.getUint8(start + 4) === PASSWORD;
    emit.octets(isPassword ? vrrp.variable.auth_string : vrrp.variable.auth_data, known, known + AUTHENTICATION);
    known += AUTHENTICATION;
  }
  if (known < end) emit.octets(vrrp.variable.data, known, end);
}

function emitAddresses(emit: FieldEmitter, view: DataView, start: number, end: number, isIpv6: boolean): number {
  const { address } = vrrp.variable;
  const field = isIpv6 ? address.of.ipv6_addr : address.of.ip_addr;
  const count = addr_count.get(view, start);
  let next = start + FIXED;
  for (let i = 0; i < count; i++, next += field.octetWidth) {
    if (next + field.octetWidth > end) {
      emit.issue('addressesBeyondMessage', count, i, addr_count.name);
      return next;
    }
    emit.begin(address, next);
    emit.field(field, next);
    emit.end(next + field.octetWidth);
  }
  return next;
}

function summarize(view: DataView, start: number, end: number): string {
  if (end - start < FIXED) return '';
  return `v${version.get(view, start)} router ${virt_rtr_id.get(view, start)} priority ${prio.get(view, start)}`;
}

/** Version 3 sums a pseudo-header too (RFC 9568 §5.2.8); over IPv4 many senders leave it out, as version 2 does. */
function verifyChecksum(layers: Layers, row: number, transport: boolean): void {
  if (!transport) return;
  const view = layers.viewOf(row);
  const start = layers.start[row]!;
  const found = view.getUint16(start + CHECKSUM_AT);
  if (version.get(view, start) !== 3) return verifyMessage(layers, row, found, vrrp.variable.checksum);
  const isRightWithout = !isOverIpv6(layers, row) && onesComplementSum(view, start, layers.end[row]!, 0) === 0xffff;
  if (!isRightWithout) verifyTransport(layers, row, VRRP, found, vrrp.variable.checksum);
}
