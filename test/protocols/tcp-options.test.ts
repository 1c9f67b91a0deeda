import { describe, expect, test } from 'vitest';
import { layerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf } from '../dissect-hex.ts';

const RAW_IP = 101;

/** A TCP segment in IPv4 with these options, which fill whole words. */
function segment(options: string): string {
  const octets = options.replace(/\s/g, '').length / 2;
  const total = (40 + octets).toString(16).padStart(4, '0');
  const offset = ((20 + octets) / 4).toString(16);
  return `45 00 ${total} 0000 4000 40 06 0000 0a000001 0a000002
          9c40 0051 00000001 00000000 ${offset}0 02 fade 0000 0000 ${options}`;
}

function optionsOf(options: string): unknown {
  return dissectHex(segment(options), { linkType: RAW_IP })[1]?.['options'];
}

describe('each kind', () => {
  test.each([
    [
      'what Linux sends with a SYN',
      '020405b4 0402 080a 00000007 00000000 01 030307',
      [
        { kind: 2, len: 4, mss_val: 1460 },
        { kind: 4, len: 2 },
        { kind: 8, len: 10, timestamp_tsval: 7, timestamp_tsecr: 0 },
        { kind: 1 },
        { kind: 3, len: 3, wscale_shift: 7 },
      ],
    ],
    [
      'SACK blocks, RFC 2018 §3',
      '0101 0512 00000001 00000002 00000005 00000009',
      [
        { kind: 1 },
        { kind: 1 },
        {
          kind: 5,
          len: 18,
          sack: [
            { le_raw: 1, re_raw: 2 },
            { le_raw: 5, re_raw: 9 },
          ],
        },
      ],
    ],
    [
      'MD5 signature, RFC 2385',
      `0101 1312 ${'ab'.repeat(16)}`,
      [{ kind: 1 }, { kind: 1 }, { kind: 19, len: 18, md5_digest: Array(16).fill('ab').join(':') }],
    ],
    [
      'user timeout, RFC 5482 §3',
      '1c04 8005',
      [{ kind: 28, len: 4, user_to: { raw: 0x8005, granularity: true, val: 5 } }],
    ],
    [
      'authentication, RFC 5925 §2.2',
      '1d08 0102 aabbccdd',
      [{ kind: 29, len: 8, ao_keyid: 1, ao_rnextkeyid: 2, ao_mac: 'aa:bb:cc:dd' }],
    ],
    [
      'Fast Open cookie, RFC 7413 §4.1.1',
      '2206 01020304 0101',
      [{ kind: 34, len: 6, tfo_cookie: '01:02:03:04' }, { kind: 1 }, { kind: 1 }],
    ],
    [
      'Fast Open as an experiment',
      'fe08 f989 01020304',
      [{ kind: 254, len: 8, exid: 0xf989, tfo_cookie: '01:02:03:04' }],
    ],
    [
      'another experiment',
      'fe08 acce 01020304',
      [{ kind: 254, len: 8, exid: 0xacce, experimental_data: '01:02:03:04' }],
    ],
    [
      'byte counters of Accurate ECN, order 0, RFC 9768 §3.2.3',
      'ac0b 000001 000002 000003 00',
      [{ kind: 172, len: 11, acc_ecn_ee0b: 1, acc_ecn_eceb: 2, acc_ecn_ee1b: 3 }, { kind: 0 }],
    ],
    [
      'byte counters of Accurate ECN, order 1, one left out',
      'ae08 000001 000002',
      [{ kind: 174, len: 8, acc_ecn_ee1b: 1, acc_ecn_eceb: 2 }],
    ],
    [
      'Quick-Start, RFC 4782 §4.3',
      '1b08 05 02 0000000c',
      [{ kind: 27, len: 8, qs: { reserved: 0, rate: 5 }, qs_ttl_diff: 2, qs_nonce: 12 }],
    ],
    ['an unknown kind', 'b404 0102', [{ kind: 180, len: 4, unknown_payload: '01:02' }]],
    ['padding behind the end', '00 020406', [{ kind: 0, padding: '02:04:06' }]],
  ])('%s', (_name, options, expected) => {
    expect(optionsOf(options)).toMatchObject(expected);
    expect(optionsOf(options)).toHaveLength(expected.length);
  });
});

test.each([
  ['a length of 0', 'b400 0102', 'optionLength', [{ kind: 180, data: '00:01:02' }]],
  ['a length of 1', 'b401 0102', 'optionLength', [{ kind: 180, data: '01:01:02' }]],
  ['a length beyond the header', 'b405 0402', 'optionBeyondHeader', [{ kind: 180, len: 5, unknown_payload: '04:02' }]],
  ['no room for a length', '010101 b4', 'optionLength', [{ kind: 1 }, { kind: 1 }, { kind: 1 }, { kind: 180 }]],
])('%s ends the list with an issue', (_name, options, code, expected) => {
  expect(optionsOf(options)).toMatchObject(expected);
  expect(issuesOf(segment(options))).toContain(code);
});

function issuesOf(hex: string): string[] {
  const layers = layersOf(hex, { linkType: RAW_IP });
  layerObject(layers, 1);
  return Array.from({ length: layers.issues.count }, (_, at) => layers.issues.at(at).code);
}
