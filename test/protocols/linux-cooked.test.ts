import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';

const IPV4 = '45 00 00 14 00 00 40 00 40 3b 00 00 0a 00 00 01 0a 00 00 02';
const IPV6 = `60 00 00 00 00 00 3b 40 ${'00 '.repeat(15)} 01 ${'00 '.repeat(15)} 01`;

describe('Linux cooked capture', () => {
  test('version 1', () => {
    const layers = dissectHex(`00 00 00 01 00 06 0a 58 0a f4 01 01 f6 7f 08 00 ${IPV4}`, { linkType: 113 });
    expect(layers.map(({ layer }) => layer)).toEqual(['sll', 'ip']);
    expect(layers[0]).toEqual({
      layer: 'sll',
      range: [0, 16],
      pkttype: 0,
      hatype: 1,
      halen: 6,
      src_eth: '0a:58:0a:f4:01:01',
      unused: 'f6:7f',
      etype: 0x0800,
    });
  });

  test('version 2 names the interface', () => {
    const layers = dissectHex(`86 dd 00 00 00 00 00 81 00 01 04 06 0a 58 0a f4 01 01 00 00 ${IPV6}`, { linkType: 276 });
    expect(layers.map(({ layer }) => layer)).toEqual(['sll2', 'ipv6']);
    expect(layers[0]).toEqual({
      layer: 'sll2',
      range: [0, 20],
      etype: 0x86dd,
      reserved: '00:00',
      ifindex: 129,
      hatype: 1,
      pkttype: 4,
      halen: 6,
      src_eth: '0a:58:0a:f4:01:01',
      unused: '00:00',
    });
  });

  test.each([
    ['none, of a tun device', '00 04 ff fe 00 00 00 00 00 00 00 00 00 00 08 00', { unused: '00:00:00:00:00:00:00:00' }],
    ['IPv4, of an IPIP device', '00 00 03 00 00 04 0a 00 00 01 00 00 00 00 08 00', { src_ipv4: '10.0.0.1' }],
    [
      'longer than there is room',
      '00 00 00 20 00 14 01 02 03 04 05 06 07 08 08 00',
      { src_other: '01:02:03:04:05:06:07:08' },
    ],
    [
      'of a GRE device, whose protocol is a GRE type',
      '00 00 03 0a 00 04 0a 00 00 01 00 00 00 00 08 00',
      { gretype: 0x0800 },
    ],
  ])('address: %s', (_, header, fields) => {
    const layers = dissectHex(`${header} ${IPV4}`, { linkType: 113 });
    expect(layers[0]).toMatchObject(fields);
    expect(layers[1]).toMatchObject({ layer: 'ip' });
    expect(headerGaps(layersOf(`${header} ${IPV4}`, { linkType: 113 }))).toEqual([]);
  });

  test.each([
    ['a Linux protocol', '00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 01', { ltype: 1 }],
    ['Netlink', '00 04 03 38 00 00 00 00 00 00 00 00 00 00 08 00', { hatype: 824 }],
  ])('%s is payload', (_, header, fields) => {
    const layers = dissectHex(`${header} ${IPV4}`, { linkType: 113 });
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject(fields);
  });
});

test.each([
  [113, `00 00 00 01 00 06 0a 58 0a f4 01 01 f6 7f 08 00 ${IPV4}`],
  [276, `86 dd 00 00 00 00 00 81 00 01 04 06 0a 58 0a f4 01 01 00 00 ${IPV6}`],
])('link type %i cut anywhere', (linkType, hex) => {
  for (let captured = 0; captured <= octetsOf(hex).length; captured++) {
    expect(headerGaps(layersOf(hex, { linkType, captured }))).toEqual([]);
  }
});
