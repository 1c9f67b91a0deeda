import { expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV6, IPV6_SOURCE, inIpv6 } from '../ip-packets.ts';

/** A Hop-by-Hop header whose options fill it; its length octet follows from theirs. */
function hopByHop(options: string): string {
  const octets = octetsOf(options).length + 2;
  return inIpv6('00', `3b ${(octets / 8 - 1).toString(16).padStart(2, '0')} ${options}`);
}

test('MLD: router alert and padding', () => {
  const [, header] = dissectHex(hopByHop('05 02 00 00  01 00'), IPV6);
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
  ['Home Address (RFC 6275 §6.3)', `c9 10 ${IPV6_SOURCE} 01 02 00 00`, { mipv6_home_address: '2001:db8::1' }],
  ['MPL (RFC 7731)', '6d 04 40 07 00 01', { mpl_flag: { s: 1 }, mpl_sequence: 7, mpl_seed_id: '00:01' }],
  ['ILNP nonce (RFC 6744)', '8b 04 01 02 03 04', { ilnp_nonce: '01:02:03:04' }],
  ['Line ID (RFC 6788)', '8c 04 03 61 62 63', { lio_length: 3, lio_line_id: 'abc' }],
  ['one nobody knows', '1e 04 01 02 03 04', { unknown: '01:02:03:04' }],
  ['Router Alert of a wrong length', '05 04 01 02 03 04', { unknown: '01:02:03:04' }],
])('%s', (_, options, expected) => {
  const hex = hopByHop(options);
  const [, header] = dissectHex(hex, IPV6);
  expect((header as { opt?: object[] }).opt?.[0]).toMatchObject(expected);
  expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
});

test('one that passes the end of the header is said to', () => {
  const layers = layersOf(hopByHop('05 ff 00 00 00 00'), IPV6);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({
    code: 'optionBeyondHeader',
    needed: 255,
    available: 4,
    limit: 'ipv6.hopopts.len',
  });
});
