import { expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, IPV6, IPV6_DESTINATION, IPV6_SOURCE, inIpv4, inIpv6 } from '../ip-packets.ts';

test('header: version, traffic class and flow label share four octets', () => {
  const [ipv6] = dissectHex(`6b 80 12 34 00 00 3b 40 ${IPV6_SOURCE} ${IPV6_DESTINATION}`, IPV6);
  expect(ipv6).toEqual({
    layer: 'ipv6',
    range: [0, 40],
    version: 6,
    tclass: { raw: 0xb8, dscp: 46, ecn: 0 },
    flow: 0x01234,
    plen: 0,
    nxt: 59,
    hlim: 64,
    src: '2001:db8::1',
    dst: '2001:db8::2',
  });
});

test.each([
  ['6in4', inIpv4('29', inIpv6('3b', '')), IPV4],
  ['6in6', inIpv6('29', inIpv6('3b', '')), IPV6],
  ['4in6', inIpv6('04', inIpv4('3b', '')), IPV6],
  ['6in6', inIpv6('3c', `29 00 01 04 00 00 00 00 ${inIpv6('3b', '')}`), IPV6],
])('%s is named as a tunnel', (kind, hex, options) => {
  expect(dissectHex(hex, options).at(-1)).toMatchObject({ tunnel: kind });
});

test('flannel over UDP port 8285 carries it without a header of its own', () => {
  const inner = inIpv6('3b', '');
  const udp = `92 42 20 5d 00 30 00 00 ${inner}`;
  const layers = dissectHex(inIpv4('11', udp), IPV4);
  expect(layers.map(({ layer }) => layer)).toEqual(['ip', 'udp', 'ipv6']);
  expect(layers[2]).toMatchObject({ tunnel: 'flannel-udp' });
});

test('a jumbogram reaches to the end of the frame', () => {
  const hex = `60 00 00 00 00 00 00 40 ${IPV6_SOURCE} ${IPV6_DESTINATION} 3a 00 c2 04 00 01 00 00 80 00 00 00 00 01 00 01`;
  const layers = dissectHex(hex, IPV6);
  expect(layers[1]).toMatchObject({
    layer: 'ipv6.hopopts',
    range: [40, 48],
    opt: [{ type: { raw: 0xc2 }, length: 4, jumbo: 65536 }],
  });
});

test('another version ends the chain', () => {
  const layers = layersOf(inIpv6('3b', '').replace('60', '50'), IPV6);
  expect(layers.issues.at(0)).toMatchObject({ code: 'versionNot6', needed: 6, available: 5, limit: 'ipv6.version' });
});

test('cut anywhere, nothing throws and no field overlaps', () => {
  const hex = inIpv6(
    '00',
    `2b 00 05 02 00 00 01 00 2c 02 04 00 00 00 00 00 ${IPV6_SOURCE} 3c 00 00 00 00 00 00 07 3b 00 01 04 00 00 00 00`,
  );
  const length = octetsOf(hex).length;
  for (let captured = 0; captured <= length; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV6, captured }))).toEqual([]);
  }
  expect(dissectHex(hex, IPV6).map(({ layer }) => layer)).toEqual([
    'ipv6',
    'ipv6.hopopts',
    'ipv6.routing',
    'ipv6.fraghdr',
    'ipv6.dstopts',
  ]);
});
