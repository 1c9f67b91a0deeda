/** What all protocols directly above IP have in common: summaries, and that no octets can hurt them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, IPV6, IPV6_SOURCE, inIpv4, inIpv6 } from '../ip-packets.ts';
import { summaries } from '../summaries.ts';
import { verifyAll } from '../verify-all.ts';

const QUOTED = '45 00 05 dc 12 34 40 00 3f 06 00 00 0a f4 02 09 0a f4 01 aa 8d d0 00 50 27 5d ca 6b';

test.each([
  [inIpv4('01', '08 00 00 00 12 34 00 07'), IPV4, 'Echo Request id=4660 seq=7'],
  [inIpv4('01', '0f 00 00 00 12 34 00 07'), IPV4, 'Information Request'],
  [
    inIpv4('01', `03 04 00 00 00 00 05 aa ${QUOTED}`),
    IPV4,
    "Destination Unreachable: fragmentation needed but Don't Fragment is set, mtu=1450",
  ],
  [inIpv6('3a', '81 00 00 00 12 34 00 07'), IPV6, 'Echo Reply id=4660 seq=7'],
  [inIpv6('3a', '02 00 00 00 00 00 05 00'), IPV6, 'Packet Too Big, mtu=1280'],
  [inIpv6('3a', `87 00 00 00 00 00 00 00 ${IPV6_SOURCE}`), IPV6, 'Neighbor Solicitation: who has 2001:db8::1?'],
  [inIpv6('3a', `88 00 00 00 00 00 00 00 ${IPV6_SOURCE}`), IPV6, 'Neighbor Advertisement 2001:db8::1'],
  [inIpv6('3a', '85 00 00 00 00 00 00 00'), IPV6, 'Router Solicitation'],
  [inIpv6('2b', `3b 02 04 01 00 00 00 00 ${IPV6_SOURCE}`), IPV6, 'Segment Routing, 1 left'],
  [inIpv6('2c', '11 00 05 a0 de ad be ef 00 00'), IPV6, 'fragment of 0xdeadbeef: octets 1440–1441, the last'],
  [inIpv6('87', '3b 00 05 00 00 00 03 e8'), IPV6, 'Binding Update'],
  [inIpv4('02', '11 64 ee 9b 00 00 00 00'), IPV4, 'Membership Query v2 for all groups'],
  [inIpv4('02', '16 00 fa 04 ef ff ff fa'), IPV4, 'Membership Report v2 239.255.255.250'],
  [inIpv4('02', '22 00 00 00 00 00 00 02'), IPV4, 'Membership Report v3, 2 records'],
  [inIpv4('32', '12 34 56 78 00 00 00 01'), IPV4, 'spi=0x12345678 seq=1'],
  [inIpv4('33', '3b 01 00 00 00 00 01 00 00 00 00 13'), IPV4, 'spi=0x00000100 seq=19'],
  [inIpv4('70', '31 01 64 01 00 64 00 00 c0 a8 00 fe'), IPV4, 'v3 router 1 priority 100'],
])('%#: what a listing says', (hex, options, expected) => {
  expect(summaries(layersOf(hex, options))[1]).toBe(expected);
});

const hexOf = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(' ');

test.each([
  ['IPv4', inIpv4, IPV4, ['01', '02', '32', '33', '70']],
  ['IPv6', inIpv6, IPV6, ['00', '2b', '2c', '33', '3a', '3c', '70', '87']],
] as const)(
  'any octets in %s: nothing throws, no field overlaps another or passes its header',
  (_, inIp, options, protocols) => {
    const octets = fc.uint8Array({ maxLength: 200 });
    // Small numbers make types, lengths and counts that lead somewhere.
    const small = fc
      .array(fc.integer({ min: 0, max: 8 }), { maxLength: 200 })
      .map((numbers) => Uint8Array.from(numbers));
    fc.assert(
      fc.property(
        fc.constantFrom(...protocols),
        fc.oneof(octets, small),
        fc.nat({ max: 240 }),
        (protocol, payload, captured) => {
          const layers = layersOf(inIp(protocol, hexOf(payload)), { ...options, captured });
          expect(headerGaps(layers)).toEqual([]);
          expect(summaries(layers)).toHaveLength(layers.count);
          verifyAll(layers);
        },
      ),
      { numRuns: 500 },
    );
  },
);

test.each([...Array(256).keys()])('ICMP and ICMPv6 of type %i, cut anywhere', (type) => {
  const octet = type.toString(16).padStart(2, '0');
  const body = `${octet} 00 00 00 ${'01 02 03 04 '.repeat(16)}`;
  for (let captured = 20; captured < 108; captured += 3) {
    expect(headerGaps(layersOf(inIpv4('01', body), { ...IPV4, captured }))).toEqual([]);
    expect(headerGaps(layersOf(inIpv6('3a', body), { ...IPV6, captured }))).toEqual([]);
  }
});
