import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, IPV6, inIpv4, inIpv6, zeros } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

const ROUTERS = 'ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 12';
const advertisement4 = (message: string): string => inIpv4('70', message, 'c0 a8 00 01', 'e0 00 00 12');
const advertisement6 = (message: string): string => inIpv6('70', message, `fe 80 ${zeros(13)} 01`, ROUTERS);

const V2 = '21 2a bf 02 01 0a 00 00 0a 04 2a 01 0a 04 2a 02 61 62 63 64 65 66 67 68';

test.each([
  [
    'version 2 with a password',
    advertisement4(V2),
    IPV4,
    {
      typever: { version: 2, type: 1 },
      virt_rtr_id: 42,
      prio: 191,
      addr_count: 2,
      auth_type: 1,
      adver_int: 10,
      address: [{ ip_addr: '10.4.42.1' }, { ip_addr: '10.4.42.2' }],
      auth_string: 'abcdefgh',
    },
  ],
  [
    'version 2 without authentication',
    advertisement4('21 01 64 01 00 01 00 00 c0 a8 00 fe 00 00 00 00 00 00 00 00'),
    IPV4,
    { auth_type: 0, address: [{ ip_addr: '192.168.0.254' }], auth_data: '00:00:00:00:00:00:00:00' },
  ],
  [
    'version 3 over IPv4',
    advertisement4('31 01 64 01 00 64 00 00 c0 a8 00 fe'),
    IPV4,
    { interval: { reserved_mbz: 0, short_adver_int: 100 }, address: [{ ip_addr: '192.168.0.254' }] },
  ],
  [
    'version 3 over IPv6',
    advertisement6('31 01 64 01 00 64 00 00 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 02 54'),
    IPV6,
    { address: [{ ipv6_addr: 'fe80::254' }] },
  ],
  ['octets behind the addresses', advertisement4('31 01 64 01 00 64 00 00 c0 a8 00 fe 01 02'), IPV4, { data: '01:02' }],
])('%s', (_, hex, options, fields) => {
  expect(dissectHex(hex, options)[1]).toMatchObject({ layer: 'vrrp', ...fields });
  expect(layersOf(hex, options).issues.count).toBe(0);
  for (let captured = 20; captured <= octetsOf(hex).length; captured++) {
    expect(headerGaps(layersOf(hex, { ...options, captured }))).toEqual([]);
  }
});

test('fewer addresses than are counted', () => {
  const layers = layersOf(advertisement4('31 01 64 03 00 64 00 00 c0 a8 00 fe'), IPV4);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'addressesBeyondMessage', needed: 3, available: 1 });
});

describe('checksum', () => {
  const issuesOf = (hex: string, options: { linkType: number }) =>
    verifyAll(layersOf(hex, options)).filter(({ layer }) => layer === 'vrrp');

  // Sums by hand, RFC 1071: 0x3101 + 0x6401 + 0x0064 + 0xc0a8 + 0x00fe = 0x1570c → 0x570d → 0xa8f2;
  // with the pseudo-header 0xc0a8 + 0x0001 + 0xe000 + 0x0012 + 0x0070 + 12 = 0x1a137 → 0xa138, so 0xf845 → 0x07ba
  test.each([
    ['of version 3 over IPv4 with the pseudo-header', advertisement4('31 01 64 01 00 64 07 ba c0 a8 00 fe'), IPV4, []],
    ['or without it', advertisement4('31 01 64 01 00 64 a8 f2 c0 a8 00 fe'), IPV4, []],
    ['of version 2 without it', advertisement4('21 01 64 01 00 64 b8 f2 c0 a8 00 fe'), IPV4, []],
    [
      'a wrong one',
      advertisement4('31 01 64 01 00 64 a8 f3 c0 a8 00 fe'),
      IPV4,
      [{ code: 'badChecksum', needed: 0x07ba }],
    ],
    [
      'over IPv6 only with it',
      advertisement6('31 01 64 01 00 64 69 c4 fe 80 00 00 00 00 00 00 00 00 00 00 00 00 02 54'),
      IPV6,
      [{ code: 'badChecksum' }],
    ],
  ])('%s', (_, hex, options, expected) => {
    expect(issuesOf(hex, options)).toMatchObject(expected);
    expect(issuesOf(hex, options)).toHaveLength(expected.length);
  });
});
