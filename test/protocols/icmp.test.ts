import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, inIpv4 } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

/** The start of a TCP packet of 1500 octets, as a router quotes it. */
const QUOTED = `45 00 05 dc 12 34 40 00 3f 06 00 00  0a f4 02 09 0a f4 01 aa  8d d0 00 50 27 5d ca 6b`;

test.each([
  ['echo request', '08 00 00 00 12 34 00 07 61 62 63 64', 8, { meaning: 'Echo Request', ident: 0x1234, seq: 7 }],
  ['source quench', `04 00 00 00 00 00 00 00 ${QUOTED}`, 8, { meaning: 'Source Quench', unused: '00:00:00:00' }],
  ['redirect', `05 01 00 00 0a f4 02 01 ${QUOTED}`, 8, { meaning: 'Redirect: for the host', redir_gw: '10.244.2.1' }],
  [
    'port unreachable',
    `03 03 00 00 00 00 00 00 ${QUOTED}`,
    8,
    { meaning: 'Destination Unreachable: port unreachable', unused: '00:00:00:00' },
  ],
  [
    'fragmentation needed (RFC 1191 §4)',
    `03 04 00 00 00 00 05 aa ${QUOTED}`,
    8,
    {
      meaning: "Destination Unreachable: fragmentation needed but Don't Fragment is set",
      unused: '00:00',
      mtu: 1450,
    },
  ],
  [
    'fragmentation needed, with the length of the quoted part (RFC 4884 §4.1)',
    `03 04 00 00 00 07 05 aa ${QUOTED}`,
    8,
    { unused: '00', length: 7, mtu: 1450 },
  ],
  [
    'time exceeded, with that length',
    `0b 00 00 00 00 07 00 00 ${QUOTED}`,
    8,
    { meaning: 'Time Exceeded: time to live exceeded in transit', unused: '00', length: 7, unused_end: '00:00' },
  ],
  ['parameter problem', `0c 00 00 00 14 00 00 00 ${QUOTED}`, 8, { pointer: 20, unused: '00:00:00' }],
  ['parameter problem, with that length', `0c 00 00 00 14 07 00 00 ${QUOTED}`, 8, { pointer: 20, length: 7 }],
  [
    'router advertisement (RFC 1256 §3)',
    '09 00 00 00 02 02 07 08  0a 00 00 01 00 00 00 05  0a 00 00 02 80 00 00 00',
    24,
    {
      num_addrs: 2,
      addr_entry_size: 2,
      lifetime: 1800,
      router: [
        { address: '10.0.0.1', pref_level: 5 },
        { address: '10.0.0.2', pref_level: -2147483648 },
      ],
    },
  ],
  ['router solicitation', '0a 00 00 00 00 00 00 00', 8, { reserved: '00:00:00:00' }],
  [
    'timestamp reply',
    '0e 00 00 00 00 01 00 02 00 00 00 03 00 00 00 04 00 00 00 05',
    20,
    { originate_timestamp: 3, receive_timestamp: 4, transmit_timestamp: 5 },
  ],
  ['information request', '0f 00 00 00 00 01 00 02', 8, { ident: 1, seq: 2 }],
  ['address mask reply', '12 00 00 00 00 01 00 02 ff ff ff 00', 12, { address_mask: '255.255.255.0' }],
  [
    'extended echo request (RFC 8335 §2)',
    '2a 00 00 00 12 34 01 01',
    8,
    { ident: 0x1234, ext_echo_seq: 1, ext_echo_req: { local: true } },
  ],
  [
    'extended echo reply (RFC 8335 §3)',
    '2b 02 00 00 12 34 01 46',
    8,
    {
      meaning: 'Extended Echo Reply: no such interface',
      ext_echo_rsp: { state: 2, active: true, ipv4: true, ipv6: false },
    },
  ],
  ['a type nobody knows', 'c8 07 00 00 12 34 01 46', 4, { meaning: 'type 200: code 7' }],
])('%s', (_, message, octets, fields) => {
  const hex = inIpv4('01', message);
  const icmp = dissectHex(hex, IPV4)[1];
  expect(icmp).toMatchObject({ layer: 'icmp', range: [20, 20 + octets], ...fields });
  expect(headerGaps(layersOf(hex, IPV4))).toEqual([]);
  const length = octetsOf(hex).length;
  for (let captured = 20; captured < length; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV4, captured }))).toEqual([]);
  }
});

describe('the packet an error quotes', () => {
  test('is dissected and marked; that it is cut is no issue', () => {
    const hex = inIpv4('01', `03 04 00 00 00 00 05 aa ${QUOTED}`);
    const layers = dissectHex(hex, IPV4);
    expect(layers.map(({ layer }) => layer)).toEqual(['ip', 'icmp', 'ip', 'tcp']);
    expect(layers[2]).toMatchObject({ quoted: true, src: '10.244.2.9', len: 1500 });
    expect(layers[3]).toMatchObject({ quoted: true, srcport: 36304, seq_raw: 660458091 });
    expect(layers[1]).not.toHaveProperty('quoted');
    expect(layersOf(hex, IPV4).issues.count).toBe(0);
  });

  test('an echo request quotes nothing', () => {
    expect(dissectHex(inIpv4('01', `08 00 00 00 00 00 00 00 ${QUOTED}`), IPV4)).toHaveLength(2);
  });
});

describe('checksum', () => {
  // RFC 1071 §1: 0x0800 + 0x1234 + 0x0007 + 0x6162 + 0x6364 = 0xdf01, whose complement is 0x20fe
  test.each([
    ['right', '08 00 20 fe 12 34 00 07 61 62 63 64', []],
    ['wrong', '08 00 20 ff 12 34 00 07 61 62 63 64', [{ code: 'badChecksum', needed: 0x20fe, available: 0x20ff }]],
  ])('%s', (_, message, expected) => {
    expect(verifyAll(layersOf(inIpv4('01', message), IPV4)).filter(({ layer }) => layer === 'icmp')).toMatchObject(
      expected,
    );
  });

  test('is not judged where octets are missing', () => {
    const layers = layersOf(inIpv4('01', '08 00 20 ff 12 34 00 07 61 62 63 64'), { ...IPV4, captured: 30 });
    expect(verifyAll(layers).filter(({ layer }) => layer === 'icmp')).toEqual([]);
  });
});
