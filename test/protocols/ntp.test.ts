import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ntp } from '../../src/protocols/ntp.ts';
import type { LayerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { UDP_PAYLOAD, udpFrame } from '../tcp-frame.ts';

function layer(payload: string): LayerObject {
  const found = dissectHex(udpFrame(123, payload)).find((candidate) => candidate.layer === 'ntp');
  if (found === undefined) throw new Error('no ntp layer');
  expect(headerGaps(layersOf(udpFrame(123, payload)))).toEqual([]);
  return found;
}
function issuesOf(payload: string): string[] {
  const layers = layersOf(udpFrame(123, payload));
  headerGaps(layers);
  return Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
}
function summary(payload: string): string | undefined {
  const layers = layersOf(udpFrame(123, payload));
  const row = layers.count - 1;
  return ntp.summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

const SERVER = `
  24 02 07 e9  00002e90  0000017d  74cb974a   # v4 server, stratum 2, 116.203.151.74
  e4a2aa93 80000000                           # 2021-07-21 14:15:47.5
  00000000 00000000                           # never
  e4a2aaa9 00000000                           # 2021-07-21 14:16:09
  e4a2aaa9 40000000
`;
const CLIENT = `23 00 07 20 ${'00'.repeat(36)} e4a2aaa9 40000000`;

test('a server: header and timestamps', () => {
  expect(layer(SERVER)).toEqual({
    layer: 'ntp',
    range: [UDP_PAYLOAD, UDP_PAYLOAD + 48],
    flags: { raw: 0x24, li: 0, vn: 4, mode: 4 },
    reference: '116.203.151.74',
    stratum: 2,
    ppoll: 7,
    precision: 0xe9,
    rootdelay: 0x2e90,
    rootdispersion: 0x17d,
    refid: '74:cb:97:4a',
    reftime: '2021-07-21T14:15:47.5Z',
    org: 'NULL',
    rec: '2021-07-21T14:16:09Z',
    xmt: '2021-07-21T14:16:09.25Z',
    ctrl_items: [],
    extensions: [],
  });
});

test('seconds of the era that begins in 2036', () => {
  // RFC 5905 figure 4: era 1 begins on 7 February 2036 at 06:28:16.
  expect(layer(CLIENT.replace('e4a2aaa9', '00000000'))['xmt']).toBe('2036-02-07T06:28:16.25Z');
});

test.each([
  ['a primary clock', SERVER.replace('24 02', '24 01').replace('74cb974a', '47505300'), 'GPS'],
  ["the kiss o' death", SERVER.replace('24 02', 'e4 00').replace('74cb974a', '52415445'), 'RATE'],
])('reference of %s', (_, payload, reference) => {
  expect(layer(payload)['reference']).toBe(reference);
});

test.each([
  [CLIENT, 'v4 client'],
  [SERVER, 'v4 server stratum 2 ref 116.203.151.74 at 2021-07-21T14:16:09.25Z'],
  ['17 00 03 1c 0000 0000', 'v2 private'],
])('%# in brief', (payload, words) => {
  expect(summary(payload)).toBe(words);
});

describe('what follows the header', () => {
  const MAC = `0000000b ${'ab'.repeat(20)}`;
  const EXTENSION = `0104 0024 ${'5c'.repeat(32)}`;

  test('key identifier and message authentication code', () => {
    expect(layer(SERVER + MAC)).toMatchObject({
      keyid: '00:00:00:0b',
      mac: Array(20).fill('ab').join(':'),
      extensions: [],
    });
  });

  test('extension fields, with and without a code behind them', () => {
    const fields = [{ ext_type: 0x0104, ext_length: 36, ext_value: Array(32).fill('5c').join(':') }];
    expect(layer(CLIENT + EXTENSION)['extensions']).toEqual(fields);
    expect(layer(CLIENT + EXTENSION + MAC)).toMatchObject({ extensions: fields, keyid: '00:00:00:0b' });
    expect(issuesOf(CLIENT + EXTENSION + MAC)).toEqual([]);
  });

  test('version 3 has no extension fields', () => {
    expect(layer(CLIENT.replace('23', '1b') + EXTENSION)).toMatchObject({ keyid: '01:04:00:24', extensions: [] });
  });

  test('fewer octets than a key identifier', () => {
    expect(layer(`${CLIENT} abcd`)['trailing']).toBe('ab:cd');
  });
});

describe('control messages', () => {
  const control = (flags: string, status: string, associd: string, data: string): string => {
    const octets = octetsOf(data).length;
    return `16 ${flags} 0044 ${status} ${associd} 0000 ${octets.toString(16).padStart(4, '0')} ${data} ${'00'.repeat((4 - (octets & 3)) & 3)}`;
  };

  test('a request', () => {
    expect(layer(control('02', '0000', '0000', ''))).toMatchObject({
      flags: { vn: 2, mode: 6 },
      ctrl_flags2: { raw: 2, r: false, error: false, more: false, opcode: 2 },
      ctrl_sequence: 0x44,
      ctrl_status: 0,
      ctrl_associd: 0,
      ctrl_count: 0,
    });
  });

  test.each<[string, string, Record<string, unknown>]>([
    [
      "the system's variables",
      control('82', '0618', '0000', '613d31'),
      { ctrl_sys_status: { raw: 0x618, li: 0, clksrc: 6, count: 1, code: 8 }, ctrl_text: 'a=1', ctrl_padding: '00' },
    ],
    [
      "a peer's variables",
      control('82', '961a', '0007', '61'),
      { ctrl_peer_status: { config: true, authenable: false, reach: true, selection: 6, count: 1, code: 10 } },
    ],
    ["a clock's variables", control('84', '0102', '0007', ''), { ctrl_clock_status: { status: 1, code: 2 } }],
    ['an error', control('c2', '0400', '0000', ''), { ctrl_error_status: { code: 4 } }],
    [
      'associations',
      control('81', '0618', '0000', '0001 961a 0002 8011'),
      {
        ctrl_items: [
          { associd: 1, peer_status: { reach: true } },
          { associd: 2, peer_status: { config: true, code: 1 } },
        ],
      },
    ],
  ])('a response with %s', (_, payload, expected) => {
    expect(layer(payload)).toMatchObject(expected);
    expect(issuesOf(payload)).toEqual([]);
  });
});

test('private messages', () => {
  expect(layer('97 81 03 1c 1001 0004 deadbeef')).toMatchObject({
    flags: { raw: 0x97, private: { raw: 2, r: true, more: false }, vn: 2, mode: 7 },
    priv_auth_seq: { auth: true, seq: 1 },
    priv_impl: 3,
    priv_reqcode: 0x1c,
    priv_err: 1,
    priv_numitems: 1,
    priv_reserved: 0,
    priv_itemsize: 4,
    priv_data: 'de:ad:be:ef',
  });
});

describe('bad input', () => {
  const TAIL = '00'.repeat(40);
  test.each([
    ['an extension field of length 0', `${CLIENT} 0104 0000 ${TAIL}`, ['extensionLength']],
    ['one of length 1', `${CLIENT} 0104 0001 ${TAIL}`, ['extensionLength']],
    ['one beyond the message', `${CLIENT} 0104 00ff ${TAIL}`, ['extensionLength']],
    ['a count beyond the message', '16 82 0044 0618 0000 0000 0010 6162', ['dataBeyondMessage']],
  ])('%s', (_, payload, codes) => {
    expect(issuesOf(payload)).toEqual(codes);
  });

  test.each([SERVER, '16 82 0044 0618 0000 0000 0003 613d31 00', '97 81 03 1c 1001 0004 deadbeef'])(
    'cut at each octet: %#',
    (payload) => {
      const frame = udpFrame(123, payload);
      for (let captured = UDP_PAYLOAD; captured < octetsOf(frame).length; captured++) {
        const layers = layersOf(frame, { captured });
        expect(headerGaps(layers)).toEqual([]);
        expect(layers.issues.at(0).code).toBe('truncated');
      }
    },
  );

  test('any octets at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (octets) => {
        const payload = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
        expect(headerGaps(layersOf(udpFrame(123, payload)))).toEqual([]);
        summary(payload);
      }),
    );
  });
});
