import { expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4 } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

/** An IPv4 packet with the Router Alert option around an IGMP message. */
function packet(message: string): string {
  const length = (24 + octetsOf(message).length).toString(16).padStart(4, '0');
  return `46 c0 ${length} 00 00 40 00 01 02 00 00  0a 00 00 01 e0 00 00 16  94 04 00 00  ${message}`;
}

test.each([
  ['query, version 1', '11 00 ee ff 00 00 00 00', { version: 1, reserved: '00', checksum: 0xeeff, maddr: '0.0.0.0' }],
  ['report, version 1', '12 00 0d 03 e0 00 00 fc', { version: 1, maddr: '224.0.0.252' }],
  ['query, version 2', '11 64 ee 9b 00 00 00 00', { version: 2, max_resp: 100 }],
  ['report, version 2', '16 00 fa 04 ef ff ff fa', { version: 2, max_resp: 0, maddr: '239.255.255.250' }],
  ['leave', '17 00 06 fb e1 01 01 03', { version: 2, maddr: '225.1.1.3' }],
  [
    'query, version 3 (RFC 9776 §4.1)',
    '11 0a 00 00 e1 01 01 03 0a 7d 00 02 0a 00 00 05 0a 00 00 06',
    {
      version: 3,
      max_resp: 10,
      querier: { s: true, qrv: 2 },
      qqic: 125,
      num_src: 2,
      sources: [{ saddr: '10.0.0.5' }, { saddr: '10.0.0.6' }],
    },
  ],
  [
    'query with a floating-point code (RFC 9776 §4.1.1)',
    '11 fe 00 00 00 00 00 00 02 7d 00 00',
    { max_resp: 30720, max_resp_code: { raw: 0xfe, floating: true, exp: 7, mant: 14 } },
  ],
  [
    'report, version 3 (RFC 9776 §4.2)',
    '22 00 00 00 00 00 00 02  04 00 00 00 e1 01 01 03  06 01 00 01 e0 00 00 fb 0a 00 00 05 01 02 03 04',
    {
      version: 3,
      num_grp_recs: 2,
      record: [
        { record_type: 4, num_src: 0, maddr: '225.1.1.3', sources: [] },
        {
          record_type: 6,
          aux_data_len: 1,
          maddr: '224.0.0.251',
          sources: [{ saddr: '10.0.0.5' }],
          aux_data: '01:02:03:04',
        },
      ],
    },
  ],
  [
    'multicast traceroute with a hop',
    `1f 20 00 00 e0 00 01 01 0a 00 00 01 0a 00 00 02 0a 00 00 03 40 00 00 07
     47 2c 45 9c 0a 00 00 0e 0a 00 00 0f 0a 00 00 0d 00 00 00 f2 00 00 00 01 00 00 00 02 03 01 58 09`,
    {
      mtrace_max_hops: 32,
      mtrace_saddr: '10.0.0.1',
      mtrace_resp_ttl: 64,
      mtrace_q_id: 7,
      mtrace_hop: [
        { q_inaddr: '10.0.0.14', q_rtg_proto: 3, q_fwd_ttl: 1, q_flags: { s: 1, src_mask: 24 }, q_fwd_code: 9 },
      ],
    },
  ],
  ['another type', '13 01 00 00 01 02 03 04', { type: 0x13, data: '01:02:03:04' }],
])('%s', (_, message, fields) => {
  const hex = packet(message);
  expect(dissectHex(hex, IPV4)[1]).toMatchObject({ layer: 'igmp', ...fields });
  expect(layersOf(hex, IPV4).issues.count).toBe(0);
  for (let captured = 24; captured <= octetsOf(hex).length; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV4, captured }))).toEqual([]);
  }
});

test('a record that passes the message says so', () => {
  const layers = layersOf(packet('22 00 00 00 00 00 00 01 04 00 00 09 e1 01 01 03'), IPV4);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'recordBeyondMessage', needed: 44, available: 8 });
});

test('the checksum covers the message alone', () => {
  const issuesOf = (message: string) =>
    verifyAll(layersOf(packet(message), IPV4)).filter(({ layer }) => layer === 'igmp');
  expect(issuesOf('16 00 fa 04 ef ff ff fa')).toEqual([]);
  expect(issuesOf('16 00 fa 05 ef ff ff fa')).toMatchObject([
    { code: 'badChecksum', needed: 0xfa04, available: 0xfa05 },
  ]);
});
