/** Address Resolution Protocol, RFC 826; probes and announcements, RFC 5227 §2.1.1 and §2.3. */
import { bytes, computed, hex, ipv4Address, macAddress, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { hexOctets, ipv4Text, macText } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { ETHER_TYPES } from './registries.ts';

/** Hardware types, IANA "ARP Parameters". */
const HARDWARE_TYPES = { 1: 'Ethernet', 6: 'IEEE 802', 15: 'Frame Relay', 32: 'InfiniBand', 772: 'Loopback' };
const OPCODES = {
  1: 'request',
  2: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
  8: 'InARP request',
  9: 'InARP reply',
  10: 'ARP NAK',
};
const FIXED = 8;
const ETHERNET = 1;
const IPV4 = 0x0800;
const REQUEST = 1;
const REPLY = 2;
/** Calico gives its pods this gateway and answers for it on every host-side veth (Calico FAQ, "Why can't I see 169.254.1.1"). */
const CALICO_GATEWAY = 0xa9fe0101;
/** Hardware address of Calico's host-side veths. */
const CALICO_MAC = 'ee:ee:ee:ee:ee:ee';

export const arp = defineProtocol('arp', {
  title: 'Address Resolution Protocol',
  source: 'RFC 826',
  carriedBy: { etherType: [0x0806, 0x8035] },
  fields: {
    hw_type: uint(16, 'Hardware Type', named(HARDWARE_TYPES), { name: 'arp.hw.type' }),
    proto_type: uint(16, 'Protocol Type', hex, named(ETHER_TYPES), { name: 'arp.proto.type' }),
    hw_size: uint(8, 'Hardware Size', octets, { name: 'arp.hw.size' }),
    proto_size: uint(8, 'Protocol Size', octets, { name: 'arp.proto.size' }),
    opcode: uint(16, 'Opcode', named(OPCODES)),
  },
  variable: () => ({
    isgratuitous: computed('bool', 'Gratuitous'),
    isprobe: computed('bool', 'Probe'),
    isannouncement: computed('bool', 'Announcement'),
    meaning: computed('text', 'Meaning'),
    src_hw_mac: macAddress('Sender MAC', { name: 'arp.src.hw_mac' }),
    src_proto_ipv4: ipv4Address('Sender IP', { name: 'arp.src.proto_ipv4' }),
    dst_hw_mac: macAddress('Target MAC', { name: 'arp.dst.hw_mac' }),
    dst_proto_ipv4: ipv4Address('Target IP', { name: 'arp.dst.proto_ipv4' }),
    src_hw: bytes('Sender Hardware Address', 0, { name: 'arp.src.hw' }),
    src_proto: bytes('Sender Protocol Address', 0, { name: 'arp.src.proto' }),
    dst_hw: bytes('Target Hardware Address', 0, { name: 'arp.dst.hw' }),
    dst_proto: bytes('Target Protocol Address', 0, { name: 'arp.dst.proto' }),
  }),
  headerLength: (view, start) => FIXED + 2 * (view.getUint8(start + 4) + view.getUint8(start + 5)),
  details: addresses,
  summary: (view, start, end) => meaningOf(view, start, end),
});

const { fields } = arp;

/** Whether the addresses are MAC and IPv4 and all of them are there. */
function isEthernetIpv4(view: DataView, start: number, end: number): boolean {
  return (
    end - start >= FIXED + 20 &&
    fields.hw_type.get(view, start) === ETHERNET &&
    fields.proto_type.get(view, start) === IPV4 &&
    fields.hw_size.get(view, start) === 6 &&
    fields.proto_size.get(view, start) === 4
  );
}

function isZero(view: DataView, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (view.getUint8(at) !== 0) return false;
  return true;
}

function addresses(emit: FieldEmitter, view: DataView, start: number, end: number): void {
  const hardware = fields.hw_size.get(view, start);
  const protocol = fields.proto_size.get(view, start);
  const sender = start + FIXED;
  const senderIp = sender + hardware;
  const target = senderIp + protocol;
  const targetIp = target + hardware;
  const isMac = fields.hw_type.get(view, start) === ETHERNET && hardware === 6;
  const isIpv4 = fields.proto_type.get(view, start) === IPV4 && protocol === 4;
  if (isIpv4 && end >= targetIp + 4) {
    const opcode = fields.opcode.get(view, start);
    const isSame = view.getUint32(senderIp) === view.getUint32(targetIp);
    if (isSame && opcode <= REPLY) emit.value(arp.variable.isgratuitous, true);
    if (opcode === REQUEST && isZero(view, target, targetIp)) {
      if (isSame) emit.value(arp.variable.isannouncement, true);
      else if (view.getUint32(senderIp) === 0) emit.value(arp.variable.isprobe, true);
    }
  }
  if (isEthernetIpv4(view, start, end)) emit.value(arp.variable.meaning, meaningOf(view, start, end));
  if (isMac) emit.field(arp.variable.src_hw_mac, sender);
  else if (hardware > 0) emit.octets(arp.variable.src_hw, sender, senderIp);
  if (isIpv4) emit.field(arp.variable.src_proto_ipv4, senderIp);
  else if (protocol > 0) emit.octets(arp.variable.src_proto, senderIp, target);
  if (isMac) emit.field(arp.variable.dst_hw_mac, target);
  else if (hardware > 0) emit.octets(arp.variable.dst_hw, target, targetIp);
  if (isIpv4) emit.field(arp.variable.dst_proto_ipv4, targetIp);
  else if (protocol > 0) emit.octets(arp.variable.dst_proto, targetIp, targetIp + protocol);
}

/** What the message says, in words. */
function meaningOf(view: DataView, start: number, end: number): string {
  const opcode = fields.opcode.get(view, start);
  if (!isEthernetIpv4(view, start, end))
    return `${OPCODES[opcode as 1] ?? `opcode ${opcode}`} ${hexOctets(view, start + FIXED, end)}`;
  const senderMac = macText(view, start + FIXED);
  const sender = ipv4Text(view, start + 14);
  const target = ipv4Text(view, start + 24);
  const isSame = sender === target;
  if (opcode === REQUEST) {
    if (isSame) {
      const word = isZero(view, start + 18, start + 24) ? 'announcement' : 'gratuitous';
      return `${word}: ${sender} is at ${senderMac}`;
    }
    if (sender === '0.0.0.0') return `probe: is ${target} in use? asks ${senderMac}`;
    const gateway = view.getUint32(start + 24) === CALICO_GATEWAY ? " (Calico's pod gateway)" : '';
    return `who has ${target}${gateway}? tell ${sender}`;
  }
  if (opcode === REPLY) {
    if (isSame) return `gratuitous: ${sender} is at ${senderMac}`;
    const isProxy = view.getUint32(start + 14) === CALICO_GATEWAY && senderMac === CALICO_MAC;
    return `${sender} is at ${senderMac}${isProxy ? " (Calico's proxy ARP)" : ''}`;
  }
  return `${OPCODES[opcode as 1] ?? `opcode ${opcode}`}: ${sender} (${senderMac}) to ${target}`;
}
