/** Generic Protocol Extension for VXLAN, draft-ietf-nvo3-vxlan-gpe-13 §3.1. */
import { bits, flag, hex, named, uint } from '../dissect/field.ts';
import { type Dispatch, defineProtocol } from '../dissect/protocol.ts';
import { NSH_NEXT_PROTOCOLS } from './nsh.ts';

export const vxlanGpe = defineProtocol('vxlan-gpe', {
  title: 'VXLAN Generic Protocol Extension',
  source: 'draft-ietf-nvo3-vxlan-gpe-13 §3.1',
  carriedBy: { udpPort: [4790] },
  role: 'tunnel',
  tunnel: 'vxlan-gpe',
  fields: {
    flags: bits(
      8,
      'Flags',
      {
        reserved1: uint(2, 'Reserved', { name: 'vxlan.flags_reserved1' }),
        ver: uint(2, 'Version', { name: 'vxlan.ver' }),
        i_bit: flag('valid VNI', { name: 'vxlan.i_bit' }),
        p_bit: flag('Next Protocol Bit', { name: 'vxlan.p_bit' }),
        b_bit: flag('BUM Traffic Bit', { name: 'vxlan.b_bit' }),
        o_bit: flag('OAM Bit', { name: 'vxlan.o_bit' }),
      },
      hex,
      { name: 'vxlan.flags' },
    ),
    reserved_16: uint(16, 'Reserved', hex, { name: 'vxlan.reserved_16' }),
    next_proto: uint(8, 'Next Protocol', named(NSH_NEXT_PROTOCOLS), { name: 'vxlan.next_proto' }),
    vni: uint(24, 'VXLAN Network Identifier', { name: 'vxlan.vni' }),
    reserved8: uint(8, 'Reserved', hex, { name: 'vxlan.reserved8' }),
  },
  next: nextOfGpe,
  summary: (view, start): string => `vni ${vxlanGpe.fields.vni.get(view, start)}`,
});

const { flags, next_proto } = vxlanGpe.fields;

/** Without the P bit the header is that of VXLAN, which carries Ethernet. The numbers are those NSH uses (§3.2 of the draft). */
function nextOfGpe(dispatch: Dispatch, view: DataView, start: number): number {
  if (flags.of.p_bit.get(view, start) === 0) return dispatch.named('eth');
  return dispatch.lookup('nshNextProtocol', next_proto.get(view, start));
}
