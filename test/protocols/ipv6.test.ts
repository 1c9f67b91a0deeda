import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';

const IPV6 = 229;
const SOURCE = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01';
const DESTINATION = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02';

/** An IPv6 packet around `payload`. */
function packet(nextHeader: string, payload: string, plen = octetsOf(payload).length): string {
  return `6b 80 12 34 ${plen.toString(16).padStart(4, '0')} ${nextHeader} 40 ${SOURCE} ${DESTINATION} ${payload}`;
}

test('header: version, traffic class and flow label share four octets', () => {
  const [ipv6] = dissectHex(packet('3b', ''), { linkType: IPV6 });
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
  ['6in4', `45 00 00 3c 00 00 40 00 40 29 00 00 0a 00 00 01 0a 00 00 02 ${packet('3b', '')}`, 228],
  ['6in6', packet('29', packet('3b', '')), IPV6],
  ['4in6', packet('04', '45 00 00 14 00 00 40 00 40 3b 00 00 0a 00 00 01 0a 00 00 02'), IPV6],
  ['6in6', packet('3c', `29 00 01 04 00 00 00 00 ${packet('3b', '')}`), IPV6],
])('%s is named as a tunnel', (kind, hex, linkType) => {
  expect(dissectHex(hex, { linkType }).at(-1)).toMatchObject({ tunnel: kind });
});

test('flannel over UDP port 8285 carries it without a header of its own', () => {
  const inner = packet('3b', '');
  const udp = `92 42 20 5d 00 30 00 00 ${inner}`;
  const layers = dissectHex(`45 00 00 44 00 00 40 00 40 11 00 00 0a 00 00 01 0a 00 00 02 ${udp}`, { linkType: 228 });
  expect(layers.map(({ layer }) => layer)).toEqual(['ip', 'udp', 'ipv6']);
  expect(layers[2]).toMatchObject({ tunnel: 'flannel-udp' });
});

test('a jumbogram reaches to the end of the frame', () => {
  const hex = packet('00', `3a 00 c2 04 00 01 00 00 80 00 00 00 00 01 00 01`, 0);
  const layers = dissectHex(hex, { linkType: IPV6 });
  expect(layers[1]).toMatchObject({
    layer: 'ipv6.hopopts',
    range: [40, 48],
    opt: [{ type: { raw: 0xc2 }, length: 4, jumbo: 65536 }],
  });
});

test('another version ends the chain', () => {
  const layers = layersOf(packet('3b', '').replace('6b', '5b'), { linkType: IPV6 });
  expect(layers.issues.at(0)).toMatchObject({ code: 'versionNot6', needed: 6, available: 5, limit: 'ipv6.version' });
});

describe('options', () => {
  /** A Hop-by-Hop header whose options fill it; its length octet follows from theirs. */
  function hopByHop(options: string): string {
    const octets = octetsOf(options).length + 2;
    return packet('00', `3b ${(octets / 8 - 1).toString(16).padStart(2, '0')} ${options}`);
  }

  test('MLD: router alert and padding', () => {
    const [, header] = dissectHex(hopByHop('05 02 00 00  01 00'), { linkType: IPV6 });
    expect(header).toEqual({
      layer: 'ipv6.hopopts',
      range: [40, 48],
      nxt: 59,
      len: 0,
      len_oct: 8,
      opt: [
        { type: { raw: 5, action: 0, change: false, rest: 5 }, length: 2, router_alert: 0 },
        { type: { raw: 1, action: 0, change: false, rest: 1 }, length: 0 },
      ],
    });
  });

  test.each([
    ['Tunnel Encapsulation Limit (RFC 2473 §4.1.1)', '04 01 04 01 01 00', { tel: 4 }],
    ['Pad1 between others', '00 04 01 04 00 00', { type: { raw: 0 } }],
    ['PadN with octets', '01 04 00 00 00 00', { padn: '00:00:00:00' }],
    [
      'RPL (RFC 6553)',
      '63 04 80 1e 02 00',
      { rpl_flag: { raw: 0x80, o: true }, rpl_instance_id: 0x1e, rpl_sender_rank: 512 },
    ],
    ['Minimum Path MTU (RFC 9268)', '30 04 05 dc 05 01', { pmtu_min: 1500, pmtu_rtn: { rtn: 1280, r_flag: true } }],
    [
      'Quick-Start (RFC 4782)',
      '26 06 05 40 00 00 00 04 01 04 00 00 00 00',
      { qs: { func: 0, rate: 5 }, qs_ttl: 64, qs_nonce: { nonce: 1 } },
    ],
    ['PDM (RFC 8250)', '0f 0a 01 02 00 03 00 04 00 05 00 06 00 00', { pdm_psn_this_pkt: 3, pdm_delta_last_sent: 6 }],
    [
      'CALIPSO (RFC 5570)',
      '07 08 00 00 00 01 00 ff 12 34 01 02 00 00',
      { calipso_doi: 1, calipso_sens_level: 255, calipso_checksum: 0x1234 },
    ],
    ['Home Address (RFC 6275 §6.3)', `c9 10 ${SOURCE} 01 02 00 00`, { mipv6_home_address: '2001:db8::1' }],
    ['MPL (RFC 7731)', '6d 04 40 07 00 01', { mpl_flag: { s: 1 }, mpl_sequence: 7, mpl_seed_id: '00:01' }],
    ['ILNP nonce (RFC 6744)', '8b 04 01 02 03 04', { ilnp_nonce: '01:02:03:04' }],
    ['Line ID (RFC 6788)', '8c 04 03 61 62 63', { lio_length: 3, lio_line_id: 'abc' }],
    ['one nobody knows', '1e 04 01 02 03 04', { unknown: '01:02:03:04' }],
    ['Router Alert of a wrong length', '05 04 01 02 03 04', { unknown: '01:02:03:04' }],
  ])('%s', (_, options, expected) => {
    const hex = hopByHop(options);
    const [, header] = dissectHex(hex, { linkType: IPV6 });
    expect((header as { opt?: object[] }).opt?.[0]).toMatchObject(expected);
    expect(headerGaps(layersOf(hex, { linkType: IPV6 }))).toEqual([]);
  });

  test('one that passes the end of the header is said to', () => {
    const layers = layersOf(hopByHop('05 ff 00 00 00 00'), { linkType: IPV6 });
    expect(headerGaps(layers)).toEqual([]);
    expect(layers.issues.at(0)).toMatchObject({
      code: 'optionBeyondHeader',
      needed: 255,
      available: 4,
      limit: 'ipv6.hopopts.len',
    });
  });
});

describe('routing', () => {
  const TCP_SYN = '8d d0 00 50 27 5d ca 6b 00 00 00 00 50 02 37 14 00 00 00 00';

  test('source route', () => {
    const hex = packet('2b', `06 02 00 01 00 00 00 00 ${SOURCE} ${TCP_SYN}`);
    const layers = dissectHex(hex, { linkType: IPV6 });
    expect(layers.map(({ layer }) => layer)).toEqual(['ipv6', 'ipv6.routing', 'tcp']);
    expect(layers[1]).toMatchObject({
      range: [40, 64],
      type: 0,
      segleft: 1,
      len_oct: 24,
      src_reserved: '00:00:00:00',
      src: [{ addr: '2001:db8::1' }],
    });
  });

  test('Mobile IPv6', () => {
    const [, header] = dissectHex(packet('2b', `3b 02 02 01 00 00 00 00 ${SOURCE}`), { linkType: IPV6 });
    expect(header).toMatchObject({ mipv6_reserved: '00:00:00:00', mipv6_home_address: '2001:db8::1' });
  });

  test('RPL: addresses without the octets they share with the destination', () => {
    // CmprI 15, CmprE 14, Pad 5: one address of one octet, the last of two
    const hex = packet('2b', '3b 01 03 02 fe 50 00 00 33 44 55 00 00 00 00 00');
    const [, header] = dissectHex(hex, { linkType: IPV6 });
    expect(header).toMatchObject({
      rpl: { cmprI: 15, cmprE: 14, pad: 5, reserved: 0 },
      rpl_addr_count: 2,
      rpl_route: [
        { address: '33', full_address: '2001:db8::33' },
        { address: '44:55', full_address: '2001:db8::4455' },
      ],
      unknown_data: '00:00:00:00:00',
    });
    expect(headerGaps(layersOf(hex, { linkType: IPV6 }))).toEqual([]);
  });

  test('Segment Routing with padding and an HMAC', () => {
    const hmac = `05 0e 80 00 00 00 00 07 01 02 03 04 05 06 07 08`;
    const hex = packet('2b', `3b 07 04 01 01 00 00 2a ${SOURCE} ${DESTINATION} ${hmac} 00 04 05 00 00 00 00 00`);
    const [, header] = dissectHex(hex, { linkType: IPV6 });
    expect(header).toMatchObject({
      srh_last_entry: 1,
      srh_flags: 0,
      srh_tag: '00:2a',
      srh: [{ addr: '2001:db8::1' }, { addr: '2001:db8::2' }],
      srh_tlv: [
        { type: 5, length: 14, d: { d: 1 }, key_id: 7, hmac: '01:02:03:04:05:06:07:08' },
        { type: 0 },
        { type: 4, length: 5, value: '00:00:00:00:00' },
      ],
    });
    expect(headerGaps(layersOf(hex, { linkType: IPV6 }))).toEqual([]);
  });

  test.each([
    ['a last entry beyond the header', `3b 02 04 00 05 00 00 00 ${SOURCE}`, 'addressesBeyondHeader'],
    ['more segments left than addresses', `3b 02 00 09 00 00 00 00 ${SOURCE}`, 'segmentsLeftBeyondAddresses'],
    ['a TLV beyond the header', `3b 03 04 00 00 00 00 00 ${SOURCE} 04 ff 00 00 00 00 00 00`, 'tlvBeyondHeader'],
  ])('%s', (_, header, code) => {
    const layers = layersOf(packet('2b', header), { linkType: IPV6 });
    expect(headerGaps(layers)).toEqual([]);
    expect(layers.issues.at(0).code).toBe(code);
  });

  test('SRv6 carries Ethernet frames too (RFC 8986 §10.1)', () => {
    const frame = '06 87 4f 9f 7c 80 f6 0f 4e 1b 4c 33 86 dd';
    const layers = dissectHex(packet('2b', `8f 02 04 00 00 00 00 00 ${SOURCE} ${frame} ${packet('3b', '')}`), {
      linkType: IPV6,
    });
    expect(layers.map(({ layer }) => layer)).toEqual(['ipv6', 'ipv6.routing', 'eth', 'ipv6']);
  });

  test('another type is shown as octets', () => {
    const [, header] = dissectHex(packet('2b', '3b 00 fd 00 01 02 03 04'), { linkType: IPV6 });
    expect(header).toMatchObject({ type: 253, unknown_data: '01:02:03:04' });
  });
});

describe('fragments', () => {
  const UDP = 'c3 50 c3 51 00 20 00 00 01 02 03 04';

  test.each([
    ['the first is dissected as far as it goes', '11 00 00 01 de ad be ef', ['ipv6', 'ipv6.fraghdr', 'udp']],
    ['a later one has no header to go on with', '11 00 05 a0 de ad be ef', ['ipv6', 'ipv6.fraghdr']],
    ['an atomic one is whole (RFC 6946)', '11 00 00 00 de ad be ef', ['ipv6', 'ipv6.fraghdr', 'udp']],
  ])('%s', (_, header, expected) => {
    const layers = dissectHex(packet('2c', `${header} ${UDP}`), { linkType: IPV6 });
    expect(layers.map(({ layer }) => layer)).toEqual(expected);
  });

  test('fields', () => {
    const [, header] = dissectHex(packet('2c', `11 00 05 a1 de ad be ef ${UDP}`), { linkType: IPV6 });
    expect(header).toMatchObject({
      nxt: 17,
      offset: 180,
      offset_oct: 1440,
      reserved_bits: 0,
      more: true,
      ident: 0xdeadbeef,
    });
  });
});

test('cut anywhere, nothing throws and no field overlaps', () => {
  const hex = packet(
    '00',
    `2b 00 05 02 00 00 01 00 2c 02 04 00 00 00 00 00 ${SOURCE} 3c 00 00 00 00 00 00 07 3b 00 01 04 00 00 00 00`,
  );
  const length = octetsOf(hex).length;
  for (let captured = 0; captured <= length; captured++) {
    expect(headerGaps(layersOf(hex, { linkType: IPV6, captured }))).toEqual([]);
  }
  expect(dissectHex(hex, { linkType: IPV6 }).map(({ layer }) => layer)).toEqual([
    'ipv6',
    'ipv6.hopopts',
    'ipv6.routing',
    'ipv6.fraghdr',
    'ipv6.dstopts',
  ]);
});
