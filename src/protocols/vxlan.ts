/** Virtual eXtensible LAN, RFC 7348 §5, with the group policy bits of draft-smith-vxlan-group-policy. */
import { bits, flag, hex, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';

/** First word of a header that says nothing but "there is a VNI". */
const ONLY_VNI = 0x08000000;
const HEADER = 8;
const ETHERNET_HEADER = 14;
/** Inner EtherTypes that make a guess plausible: IPv4, ARP, 802.1Q, IPv6. */
const PLAUSIBLE_ETHER_TYPES: readonly number[] = [0x0800, 0x0806, 0x8100, 0x86dd];

export const vxlan = defineProtocol('vxlan', {
  title: 'Virtual eXtensible Local Area Network',
  source: 'RFC 7348 §5',
  // 4789 is IANA's; 8472 is Linux' default (drivers/net/vxlan) and flannel's.
  carriedBy: { udpPort: [4789, 8472] },
  guess: { in: ['udpPort'], when: isVxlan },
  role: 'tunnel',
  tunnel: 'vxlan',
  fields: {
    flags: bits(
      16,
      'Flags',
      {
        g: flag('Group Based Policy extension', { name: 'vxlan.flag_g' }),
        r1: uint(3, 'Reserved', { name: 'vxlan.flags_reserved1' }),
        i: flag('valid VNI', { name: 'vxlan.flag_i' }),
        r2: uint(4, 'Reserved', { name: 'vxlan.flags_reserved2' }),
        d: flag("Don't Learn", { name: 'vxlan.flag_d' }),
        r3: uint(2, 'Reserved', { name: 'vxlan.flags_reserved3' }),
        a: flag('Policy Applied', { name: 'vxlan.flag_a' }),
        r4: uint(3, 'Reserved', { name: 'vxlan.flags_reserved4' }),
      },
      hex,
    ),
    gbp: uint(16, 'Group Policy ID'),
    vni: uint(24, 'VXLAN Network Identifier'),
    reserved8: uint(8, 'Reserved', hex),
  },
  next: { protocol: 'eth' },
  summary: vniText,
});

/** Only the I bit, all reserved bits zero, and an inner Ethernet header with unicast source and a common type. */
function isVxlan(view: DataView, start: number, end: number): boolean {
  if (end - start < HEADER + ETHERNET_HEADER) return false;
  if (view.getUint32(start) !== ONLY_VNI || view.getUint8(start + 7) !== 0) return false;
  const inner = start + HEADER;
  const isGroupSource = (view.getUint8(inner + 6) & 1) !== 0;
  return !isGroupSource && PLAUSIBLE_ETHER_TYPES.includes(view.getUint16(inner + 12));
}

function vniText(view: DataView, start: number): string {
  return `vni ${vxlan.fields.vni.get(view, start)}`;
}
