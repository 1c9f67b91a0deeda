/** Packets as filters see them, from hexadecimal text, for tests. */

import { FilterContext } from '../../src/filter/context.ts';
import { compileFilter, type FilterOptions } from '../../src/filter/filter.ts';
import { loadRegexEngine } from '../../src/filter/regex.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { octetsOf } from '../dissect-hex.ts';

export const dissector = createDissector(standardProtocols);
const regex = await loadRegexEngine();

/** Ethernet, IPv4 from 10.244.1.170 to 10.244.2.9 and TCP from port 34670 to 80: a SYN with the option MSS 1410. */
export const POD_SYN = `
  0a 58 0a f4 01 01  0a 58 0a f4 01 aa  08 00
  45 00 00 2c  00 01 40 00  40 06 00 00  0a f4 01 aa  0a f4 02 09
  87 6e 00 50  00 00 00 0a  00 00 00 00  60 02 fa f0  00 00 00 00  02 04 05 82`;

/** The same in VXLAN 1 between the nodes 9.135.91.57 and 9.135.144.168. */
export const VXLAN_SYN = `
  fe ee cf 97 ef 06  52 24 00 ad 41 39  08 00
  45 00 00 5e  00 02 00 00  3f 11 00 00  09 87 5b 39  09 87 90 a8
  e5 c3 21 18  00 4a 00 00  08 00 00 00  00 00 01 00  ${POD_SYN}`;

/** The same in IPIP between the same nodes. */
export const IPIP_SYN = `
  fe ee cf 97 ef 06  52 24 00 ad 41 39  08 00
  45 00 00 40  00 03 00 00  3f 04 00 00  09 87 5b 39  09 87 90 a8
  ${POD_SYN.trim().split('\n').slice(1).join('\n')}`;

/** ICMP "port unreachable" of 10.244.2.9, which quotes UDP from port 5000 to 53. */
export const ICMP_ERROR = `
  0a 58 0a f4 01 aa  0a 58 0a f4 01 01  08 00
  45 00 00 38  00 04 00 00  3f 01 00 00  0a f4 02 09  0a f4 01 aa
  03 03 00 00  00 00 00 00
  45 00 00 20  00 05 00 00  3e 11 00 00  0a f4 01 aa  0a f4 02 09
  13 88 00 35  00 0c 00 00`;

/** ARP request of 10.244.1.170 for 10.244.1.1. */
export const ARP_REQUEST = `
  ff ff ff ff ff ff  0a 58 0a f4 01 aa  08 06
  00 01 08 00 06 04 00 01  0a 58 0a f4 01 aa  0a f4 01 aa  00 00 00 00 00 00  0a f4 01 01`;

/** IPv6 from fe80::1 to ff02::1 with UDP from port 5353 to 5000. */
export const IPV6_UDP = `
  33 33 00 00 00 01  02 00 00 00 00 01  86 dd
  60 00 00 00  00 08 11 ff  fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01  ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01
  14 e9 13 88  00 08 00 00`;

/** A packet of the octets, the second of a listing, captured 0.25 s behind the first at 2024-07-03T09:46:40.5Z. */
export function contextOf(hex: string, captured = Number.POSITIVE_INFINITY): FilterContext {
  const octets = octetsOf(hex);
  const layers = dissector.createLayers();
  const end = Math.min(octets.length, captured);
  dissector.dissect(layers, new DataView(octets.buffer), 0, end, octets.length, 1);
  const context = new FilterContext(layers);
  const seconds = Date.UTC(2024, 6, 3, 9, 46, 40) / 1000;
  return Object.assign(context, {
    number: 2,
    seconds,
    nanos: 500_000_000,
    wireLength: octets.length,
    capturedLength: end,
    interfaceId: 0,
    interfaceName: 'eth1',
    firstSeconds: seconds,
    firstNanos: 250_000_000,
    previousSeconds: seconds,
    previousNanos: 250_000_000,
  });
}

/** Whether the filter selects the packet. */
export function selects(filter: string, hex: string, options: FilterOptions = {}): boolean {
  return compileFilter(filter, dissector, { regex, ...options }).matches(contextOf(hex));
}
