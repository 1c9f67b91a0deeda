/** Dynamic Host Configuration Protocol, RFC 2131, and the Bootstrap Protocol it grew out of, RFC 951. */
import {
  bits,
  bytes,
  computed,
  flag,
  hex,
  ipv4Address,
  macAddress,
  named,
  octets,
  text,
  uint,
} from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { hexOctets, ipv4Text, macText } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { textBeforeZero } from './dhcp-option-values.ts';
import { dhcpMessageType, dhcpOptions, emitDhcpOptions, overloadedFields } from './dhcp-options.ts';
import { DHCP_MESSAGE_TYPES, HARDWARE_TYPES } from './dhcp-registries.ts';
import { DNS_NAME_ISSUES } from './dns-name.ts';

/** Octets from the first of the header on. */
const HARDWARE_ADDRESS = 28;
const SERVER = 44;
const FILE = 108;
const COOKIE = 236;
const OPTIONS = 240;
/** What says that options follow (RFC 2131 §3): 99.130.83.99. */
const MAGIC = 0x63825363;
const ETHERNET = 1;
const REQUEST = 1;
/** Bits of the overload option. */
const Overload = { file: 1, server: 2 } as const;

export const dhcp = defineProtocol('dhcp', {
  title: 'Dynamic Host Configuration Protocol',
  source: 'RFC 2131 §2',
  carriedBy: { udpPort: [67, 68, 4011] },
  fields: {
    type: uint(8, 'Message Type', named({ 1: 'Boot Request', 2: 'Boot Reply' })),
    hw_type: uint(8, 'Hardware Type', hex, named(HARDWARE_TYPES), { name: 'dhcp.hw.type' }),
    hw_len: uint(8, 'Hardware Address Length', octets, { name: 'dhcp.hw.len' }),
    hops: uint(8, 'Hops'),
    id: uint(32, 'Transaction ID', hex),
    secs: uint(16, 'Seconds Elapsed', { unit: 's' }),
    flags: bits(16, 'Flags', { bc: flag('Broadcast'), reserved: uint(15, 'Reserved', hex) }, hex),
    ip_client: ipv4Address('Client IP Address', { name: 'dhcp.ip.client' }),
    ip_your: ipv4Address('Your IP Address', { name: 'dhcp.ip.your' }),
    ip_server: ipv4Address('Next Server IP Address', { name: 'dhcp.ip.server' }),
    ip_relay: ipv4Address('Relay Agent IP Address', { name: 'dhcp.ip.relay' }),
  },
  variable: () => ({
    hw_mac_addr: macAddress('Client MAC Address', { name: 'dhcp.hw.mac_addr' }),
    hw_addr: bytes('Client Hardware Address', 0, { name: 'dhcp.hw.addr' }),
    hw_addr_padding: bytes('Client Hardware Address Padding', 0, { name: 'dhcp.hw.addr_padding' }),
    server: text('Server Host Name'),
    server_options: dhcpOptions("Option in the Server Host Name's Place", 'dhcp.server_options'),
    file: text('Boot File Name'),
    file_options: dhcpOptions("Option in the Boot File Name's Place", 'dhcp.file_options'),
    bootp: computed('bool', 'Without DHCP Options'),
    cookie: ipv4Address('Magic Cookie'),
    options: dhcpOptions('Option', 'dhcp.option'),
    vendor_specific_options: bytes('Vendor-Specific Area'),
  }),
  headerLength: 'all',
  details: showMessage,
  summary: summarize,
  issues: {
    ...DNS_NAME_ISSUES,
    optionBeyondMessage: 'an option reaches beyond the message',
    optionLength: 'an option is not of the length its type asks for',
    messageTooShort: 'the message ends within the fields that all messages have',
    hardwareAddressTooLong: 'the hardware address length is above 16 octets',
  },
});

const { fields } = dhcp;

/** Whether options stand where DHCP has them. */
function hasOptions(view: DataView, start: number, end: number): boolean {
  return start + OPTIONS <= end && view.getUint32(start + COOKIE) === MAGIC;
}

function showMessage(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const isDhcp = hasOptions(view, start, end);
  const overload = isDhcp ? overloadedFields(view, start + OPTIONS, end) : 0;
  if (start + COOKIE > end) emit.issue('messageTooShort', COOKIE, end - start, 'udp.length');
  showHardwareAddress(emit, view, start, end);
  const server = start + SERVER;
  const file = start + FILE;
  const cookie = start + COOKIE;
  if (file > end) return;
  if ((overload & Overload.server) !== 0) emitDhcpOptions(emit, dhcp.variable.server_options, view, server, file);
  else emit.value(dhcp.variable.server, textBeforeZero(view, server, file), server, file);
  if (cookie > end) return;
  if ((overload & Overload.file) !== 0) emitDhcpOptions(emit, dhcp.variable.file_options, view, file, cookie);
  else emit.value(dhcp.variable.file, textBeforeZero(view, file, cookie), file, cookie);
  if (isDhcp) {
    emit.field(dhcp.variable.cookie, cookie);
    emitDhcpOptions(emit, dhcp.variable.options, view, cookie + 4, end);
    return;
  }
  emit.value(dhcp.variable.bootp, true);
  if (cookie < end) emit.octets(dhcp.variable.vendor_specific_options, cookie, end);
}

function showHardwareAddress(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const length = fields.hw_len.get(view, start);
  const at = start + HARDWARE_ADDRESS;
  const next = start + SERVER;
  if (next > end) return;
  const behind = Math.min(at + length, next);
  if (at + length > next) emit.issue('hardwareAddressTooLong', next - at, length, fields.hw_len.name);
  if (isEthernet(view, start)) emit.field(dhcp.variable.hw_mac_addr, at);
  else if (behind > at) emit.octets(dhcp.variable.hw_addr, at, behind);
  if (behind < next) emit.octets(dhcp.variable.hw_addr_padding, behind, next);
}

function isEthernet(view: DataView, start: number): boolean {
  return fields.hw_type.get(view, start) === ETHERNET && fields.hw_len.get(view, start) === 6;
}

function summarize(view: DataView, start: number, end: number): string {
  if (start + SERVER > end) return '';
  const kind = hasOptions(view, start, end) ? dhcpMessageType(view, start + OPTIONS, end) : -1;
  const isRequest = fields.type.get(view, start) === REQUEST;
  const name = DHCP_MESSAGE_TYPES[kind] ?? (isRequest ? 'Boot Request' : 'Boot Reply');
  const at = start + HARDWARE_ADDRESS;
  const length = Math.min(fields.hw_len.get(view, start), 16);
  const client = isEthernet(view, start) ? macText(view, at) : hexOctets(view, at, at + length);
  const yours = ipv4Text(view, start + 16);
  const address = yours === '0.0.0.0' ? '' : ` ${yours}`;
  return `${name}${address} ${isRequest ? 'from' : 'to'} ${client}`;
}
