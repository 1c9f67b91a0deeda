/** Packets and captures that once broke a promise, each the smallest that did, named for what is odd about it. */
import { buildPcap } from '../capture/build-capture.ts';
import type { OwnedPacket } from '../corpus.ts';
import { octetsOf } from '../dissect-hex.ts';

export interface Oddity {
  readonly name: string;
  readonly packet: OwnedPacket;
}

const ETHERNET = 1;
const IPV4 = 228;

function oddity(name: string, linkType: number, hex: string, fcsOctets = 0): Oddity {
  const octets = octetsOf(hex);
  return { name, packet: { octets, wireLength: octets.length, linkType, fcsOctets } };
}

/** UDP to a port, from 0.0.0.0 to 0.0.0.0, with a length of 0, which stands for all there is. */
const udp = (port: string, payload: string): string =>
  `45 00 0000 0000 0000 00 11 0000 00000000 00000000  0000 ${port} 0000 0000 ${payload}`;

export const ODDITIES: readonly Oddity[] = [
  oddity('a DHCP message that ends within its fixed fields', IPV4, udp('0044', '00 '.repeat(29))),
  oddity('an IP option for an MTU that has one octet', IPV4, `47 ${'00'.repeat(19)} 0b 03 00 00 ${'00'.repeat(4)}`),
  oddity('a frame shorter than the check sequence its capture claims', ETHERNET, '00 01 02 03', 15),
];

const DATAGRAM = octetsOf('45 00 001c 0000 0000 40 11 0000 0a000001 0a000002  c350 0009 0008 0000');

/** Captures that are odd beyond a single packet. */
export const ODD_CAPTURES: readonly { readonly name: string; readonly octets: Uint8Array }[] = [
  {
    name: 'a record that tells of fewer octets on the wire than it has',
    octets: buildPcap([{ octets: DATAGRAM, seconds: 1, nanos: 0, wireLength: 0 }], { linkType: IPV4 }),
  },
  {
    name: 'a first packet that belongs to no flow, years before the next one',
    octets: buildPcap(
      [
        { octets: Uint8Array.of(0), seconds: 1, nanos: 0 },
        { octets: DATAGRAM, seconds: 1_545_335_295, nanos: 999_999_001 },
      ],
      { linkType: IPV4, magic: 0xa1b23c4d },
    ),
  },
];
