import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, IPV6, inIpv4, inIpv6, zeros } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

/** The UDP packet of a traceroute: 44 octets. */
const PROBE = `45 00 00 2c 12 34 00 00 01 11 00 00 0a 01 00 02 0a 0d 00 06 a4 5b 82 9b 00 18 00 00 ${zeros(16)}`;
/** A TCP packet of 1500 octets, of which the first 128 are quoted. */
const LONG = `45 00 05 dc 12 34 40 00 3f 06 00 00 0a f4 02 09 0a f4 01 aa 8d d0 00 50 27 5d ca 6b ${'61 '.repeat(100)}`;
const MPLS = '00 08 01 01 18 96 01 01';

const names = (hex: string, options: { linkType: number }): string[] =>
  dissectHex(hex, options).map(({ layer }) => layer);

describe('behind the datagram an ICMP error quotes', () => {
  const MPLS_EXTENSION = `20 00 c5 5f ${MPLS}`;

  test('MPLS labels (RFC 4950), the length told', () => {
    const hex = inIpv4('01', `0b 00 00 00 00 20 00 00 ${PROBE} ${zeros(84)} ${MPLS_EXTENSION}`);
    const layers = dissectHex(hex, IPV4);
    expect(layers.map(({ layer }) => layer)).toEqual(['ip', 'icmp', 'ip', 'udp', 'icmp.ext']);
    expect(layers[2]).toMatchObject({ quoted: true, range: [28, 48] });
    expect(layers[4]).toEqual({
      layer: 'icmp.ext',
      range: [72, 168],
      quote_padding: zeros(84).trim().replaceAll(' ', ':'),
      head: { raw: 0x2000, version: 2, res: 0 },
      checksum: 0xc55f,
      object: [
        {
          length: 8,
          class: 1,
          ctype: 1,
          mpls: [{ entry: { raw: 0x18960101, label: 100704, exp: 0, s: true, ttl: 1 } }],
        },
      ],
    });
    expect(layersOf(hex, IPV4).issues.count).toBe(0);
    for (let captured = 20; captured <= octetsOf(hex).length; captured++) {
      expect(headerGaps(layersOf(hex, { ...IPV4, captured }))).toEqual([]);
    }
  });

  test.each([
    ['a short datagram, then version 2', `${PROBE} ${zeros(84)} ${MPLS_EXTENSION}`, true],
    ['a short datagram, then something else', `${PROBE} ${zeros(84)} 10 00 c5 5f ${MPLS}`, false],
    ['a long datagram, then what has a right checksum', `${LONG} ${MPLS_EXTENSION}`, true],
    ['a long datagram, then what has not', `${LONG} 20 00 c5 5e ${MPLS}`, false],
  ])('the length untold (RFC 4884 §5.5): %s', (_, quoted, isExtended) => {
    const stack = names(inIpv4('01', `0b 00 00 00 00 00 00 00 ${quoted}`), IPV4);
    expect(stack.includes('icmp.ext')).toBe(isExtended);
  });

  test('ICMPv6 counts the quoted octets by eight', () => {
    const quoted = `60 00 00 00 00 08 11 40 ${zeros(15)} 02 ${zeros(15)} 01 a4 5b 82 9b 00 08 00 00`;
    const hex = inIpv6('3a', `03 00 00 00 10 00 00 00 ${quoted} ${zeros(80)} ${MPLS_EXTENSION}`);
    expect(names(hex, IPV6)).toEqual(['ipv6', 'icmpv6', 'ipv6', 'udp', 'icmp.ext']);
    expect(dissectHex(hex, IPV6)[4]).toMatchObject({ object: [{ mpls: [{ entry: { label: 100704 } }] }] });
    expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
  });

  test.each([
    ['right', 'c5 5f', []],
    ['left out', '00 00', []],
    ['wrong', 'c5 5e', [{ layer: 'icmp.ext', code: 'badChecksum', needed: 0xc55f, available: 0xc55e }]],
  ])('its own checksum: %s', (_, checksum, expected) => {
    const hex = inIpv4('01', `0b 00 00 00 00 20 00 00 ${PROBE} ${zeros(84)} 20 00 ${checksum} ${MPLS}`);
    expect(verifyAll(layersOf(hex, IPV4)).filter(({ layer }) => layer === 'icmp.ext')).toMatchObject(expected);
  });

  test('a redirect has none', () => {
    expect(names(inIpv4('01', `05 01 00 00 0a 00 00 20 ${PROBE} ${zeros(84)} ${MPLS_EXTENSION}`), IPV4)).not.toContain(
      'icmp.ext',
    );
  });
});

describe('objects', () => {
  const withObject = (object: string): string => inIpv4('01', `2a 00 00 00 12 34 01 01 20 00 00 00 ${object}`);

  test.each([
    [
      'interface information, all of it (RFC 5837 §4)',
      '00 1c 02 0f 00 00 00 0f 00 01 00 00 0a 0a 0a 0a 08 65 74 68 31 00 00 00 00 00 05 dc',
      {
        int_info: { role: 0, ifindex: true, ipaddr: true, name_present: true, mtu_present: true },
        index: 15,
        afi: 1,
        ipv4: '10.10.10.10',
        name_length: 8,
        name: 'eth1',
        name_padding: '00:00:00',
        mtu: 1500,
      },
    ],
    [
      'interface information, an IPv6 address',
      `00 18 02 44 00 02 00 00 ${zeros(15)} 01`,
      { int_info: { role: 1 }, afi: 2, ipv6: '::1' },
    ],
    ['interface information, cut', '00 06 02 08 00 00', { data: '00:00' }],
    ['an interface by name (RFC 8335 §2.1)', '00 0c 03 01 66 78 70 30 2e 30 00 00', { ctype: 1, ident_name: 'fxp0.0' }],
    ['an interface by index', '00 08 03 02 00 00 00 02', { ident_index: 2 }],
    [
      'an interface by address',
      '00 0c 03 03 00 01 04 00 0a 00 00 05',
      { ident_afi: 1, ident_addr_length: 4, ident_ipv4: '10.0.0.5' },
    ],
    [
      'an interface by MAC address',
      '00 10 03 03 40 05 06 00 0a 58 0a f4 01 01 00 00',
      { ident_address: '0a:58:0a:f4:01:01', data: '00:00' },
    ],
    ['a class nobody knows', '00 08 f7 01 01 02 03 04', { class: 247, ctype: 1, data: '01:02:03:04' }],
    ['less than a header', '00 08 f7', { data: '00:08:f7' }],
  ])('%s', (_, object, fields) => {
    const hex = withObject(object);
    const layers = dissectHex(hex, IPV4);
    expect(layers[2]).toMatchObject({ layer: 'icmp.ext', object: [fields] });
    expect(layersOf(hex, IPV4).issues.count).toBe(0);
    for (let captured = 28; captured <= octetsOf(hex).length; captured++) {
      expect(headerGaps(layersOf(hex, { ...IPV4, captured }))).toEqual([]);
    }
  });

  test('what follows the one object of an extended echo request is payload', () => {
    const object = '00 08 03 02 00 00 00 02';
    // RFC 1071: 0x2000 + 0x0008 + 0x0302 + 0x0002 = 0x230c, whose complement is 0xdcf3
    const hex = inIpv4('01', `2a 00 00 00 12 34 01 01 20 00 dc f3 ${object} 65 93 00 00 00 00 00 01`);
    expect(dissectHex(hex, IPV4)[2]).toMatchObject({ range: [28, 40], object: [{ ident_index: 2 }] });
    expect(verifyAll(layersOf(hex, IPV4)).filter(({ layer }) => layer === 'icmp.ext')).toEqual([]);
  });

  test.each([
    ['shorter than its header', '00 02 01 01 18 96 01 01', { code: 'objectLength', needed: 4, available: 2 }],
    ['longer than the message', '00 ff 01 01 18 96 01 01', { code: 'objectBeyondMessage', needed: 255, available: 8 }],
  ])('one %s', (_, object, issue) => {
    const layers = layersOf(withObject(object), IPV4);
    expect(headerGaps(layers)).toEqual([]);
    expect(layers.issues.at(0)).toMatchObject(issue);
  });
});
