/** What both versions of the Linux cooked capture header share: tcpdump.org LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2. */
import { bytes, type Field, hex, ipv4Address, macAddress, named, octets, uint } from '../dissect/field.ts';
import type { Dispatch } from '../dissect/protocol.ts';
import { hexOctets } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { ETHER_TYPES } from './registries.ts';

/** Where a packet went, from linux/if_packet.h. */
const PACKET_TYPES = {
  0: 'to us',
  1: 'broadcast',
  2: 'multicast',
  3: 'to someone else',
  4: 'sent by us',
  6: 'to user space',
  7: 'to the kernel',
};

/** Hardware types, ARPHRD_* of linux/if_arp.h. */
const HARDWARE_TYPES = {
  1: 'Ethernet',
  256: 'SLIP',
  280: 'CAN',
  512: 'PPP',
  519: 'raw IP',
  768: 'IPIP tunnel',
  769: 'IPv6 tunnel',
  772: 'Loopback',
  776: 'SIT tunnel',
  778: 'GRE tunnel',
  801: '802.11',
  802: '802.11 with Prism header',
  803: '802.11 with radiotap header',
  823: 'GRE over IPv6 tunnel',
  824: 'Netlink',
  65534: 'none',
  65535: 'void',
};

/** Values of the protocol field below the EtherTypes, ETH_P_* of linux/if_ether.h. */
const PROTOCOL_TYPES = { 1: 'Novell 802.3', 3: 'all', 4: '802.2 LLC', 12: 'CAN', 13: 'CAN FD', 245: 'Frame Relay' };
const LLC = 4;
/** From here on the protocol field is an EtherType. */
const LEAST_ETHER_TYPE = 0x600;
const GRE_DEVICES: readonly number[] = [778, 823];
/** The protocol field is a Netlink family. */
const NETLINK_DEVICE = 824;

/** Octets kept of a link-layer address; a longer one is cut. */
const ADDRESS_OCTETS = 8;

/** Packet type, in a field of `width` bits. */
export const packetType = (width: number) => uint(width, 'Packet Type', named(PACKET_TYPES), { name: 'sll.pkttype' });
export const hardwareType = uint(16, 'Hardware Type', named(HARDWARE_TYPES), { name: 'sll.hatype' });
/** Length of the link-layer address, in a field of `width` bits. */
export const addressLength = (width: number) => uint(width, 'Address Length', octets, { name: 'sll.halen' });

/** The protocol field, named by what it holds. */
export const protocolFields = {
  etype: uint(16, 'EtherType', hex, named(ETHER_TYPES), { name: 'sll.etype' }),
  gretype: uint(16, 'GRE Protocol Type', hex, named(ETHER_TYPES), { name: 'sll.gretype' }),
  ltype: uint(16, 'Linux Protocol Type', hex, named(PROTOCOL_TYPES), { name: 'sll.ltype' }),
};

/** The link-layer address, by its length, and the octets it leaves free. */
export const addressFields = {
  src_eth: macAddress('Source', { name: 'sll.src.eth' }),
  src_ipv4: ipv4Address('Source', { name: 'sll.src.ipv4' }),
  src_other: bytes('Source', 0, { name: 'sll.src.other' }),
  unused: bytes('Unused', 0, { name: 'sll.unused' }),
};

type FieldsOf<S> = Readonly<Record<keyof S, Field>>;

/** Emits the protocol field at `at`. */
export function emitProtocol(
  emit: FieldEmitter,
  fields: FieldsOf<typeof protocolFields>,
  hardware: number,
  protocol: number,
  at: number,
): void {
  if (GRE_DEVICES.includes(hardware)) emit.field(fields.gretype, at);
  else emit.field(protocol < LEAST_ETHER_TYPE ? fields.ltype : fields.etype, at);
}

/** Emits the eight octets at `at` that hold an address of `length` octets. */
export function emitAddress(
  emit: FieldEmitter,
  fields: FieldsOf<typeof addressFields>,
  length: number,
  at: number,
): void {
  const used = Math.min(length, ADDRESS_OCTETS);
  if (used === 6) emit.field(fields.src_eth, at);
  else if (used === 4) emit.field(fields.src_ipv4, at);
  else if (used > 0) emit.octets(fields.src_other, at, at + used);
  if (used < ADDRESS_OCTETS) emit.octets(fields.unused, at + used, at + ADDRESS_OCTETS);
}

/** Id of the protocol that follows. */
export function nextOfCooked(dispatch: Dispatch, hardware: number, protocol: number): number {
  if (hardware === NETLINK_DEVICE) return 0;
  if (protocol >= LEAST_ETHER_TYPE || GRE_DEVICES.includes(hardware)) return dispatch.lookup('etherType', protocol);
  return protocol === LLC ? dispatch.named('llc') : 0;
}

/** Where the packet went and who sent it: `to us from 0a:58:0a:f4:01:01`. */
export function cookedSummary(view: DataView, type: number, addressOctets: number, addressAt: number): string {
  const words = PACKET_TYPES[type as 0] ?? `packet type ${type}`;
  const used = Math.min(addressOctets, ADDRESS_OCTETS);
  return used === 0 ? words : `${words} from ${hexOctets(view, addressAt, addressAt + used)}`;
}
