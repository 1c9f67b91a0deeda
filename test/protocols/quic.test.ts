import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { UDP_PAYLOAD, udpFrame } from '../tcp-frame.ts';

const quicOf = (hex: string, port = 443) => dissectHex(udpFrame(port, hex)).filter(({ layer }) => layer === 'quic');
function summaryOf(hex: string): string | undefined {
  const layers = layersOf(udpFrame(443, hex));
  const row = layers.count - 1;
  return layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

// RFC 9001 appendix A.2: header of the client's Initial; here with zeros for what is encrypted.
const INITIAL = `c0 00000001 08 8394c8f03e515708 00 00 449e ${'00'.repeat(1182)}`;
// RFC 9001 appendix A.4, and the same in version 2: RFC 9369 appendix A.4.
const RETRY = 'ff 00000001 00 08 f067a5502a4262b5 746f6b656e 04a265ba2eff4d829058fb3f0f2496ba';
const RETRY_V2 = 'cf 6b3343cf 00 08 f067a5502a4262b5 746f6b656e c8646ce8bfe33952d955543665dcc7b6';
const HANDSHAKE = 'e3 00000001 02 aabb 01 cc 14 0102030405060708090a0b0c0d0e0f1011121314';

test('Initial: connection IDs, token and length', () => {
  expect(quicOf(INITIAL)).toMatchObject([
    {
      range: [UDP_PAYLOAD, UDP_PAYLOAD + 1200],
      packets: [
        {
          packet_length: 1200,
          header_form: 1,
          fixed_bit: true,
          long_packet_type: 0,
          type_specific_bits: 0,
          version: 1,
          dcil: 8,
          dcid: '83:94:c8:f0:3e:51:57:08',
          scil: 0,
          token_length: 0,
          length: 1182,
        },
      ],
    },
  ]);
  expect(summaryOf(INITIAL)).toBe('Initial version=1 dcid=8394c8f03e515708');
});

test.each([
  ['version 1', RETRY, { long_packet_type: 3, retry_integrity_tag: '04:a2:65:ba:2e:ff:4d:82:90:58:fb:3f:0f:24:96:ba' }],
  [
    'version 2',
    RETRY_V2,
    { long_packet_type_v2: 0, retry_integrity_tag: 'c8:64:6c:e8:bf:e3:39:52:d9:55:54:36:65:dc:c7:b6' },
  ],
])('Retry of %s', (_, hex, expected) => {
  expect(quicOf(hex)[0]?.['packets']).toMatchObject([
    { scid: 'f0:67:a5:50:2a:42:62:b5', retry_token: '74:6f:6b:65:6e', ...expected },
  ]);
  expect(summaryOf(hex)).toMatch(/^Retry version=[12] scid=f067a5502a4262b5$/);
});

test('Version Negotiation lists versions', () => {
  const hex = 'f5 00000000 00 08 9d5728481287a3b4 00000001 1a2a3a4a';
  expect(quicOf(hex)[0]?.['packets']).toMatchObject([
    { header_form: 1, vn_unused: 0x75, version: 0, supported_versions: [{ version: 1 }, { version: 0x1a2a3a4a }] },
  ]);
  expect(quicOf(hex)[0]?.['packets']).not.toMatchObject([{ fixed_bit: expect.anything() }]);
  expect(quicOf(`${hex} 00`)[0]?.['packets']).toMatchObject([{ undecoded: '00' }]);
  expect(summaryOf(hex)).toBe('Version Negotiation scid=9d5728481287a3b4');
});

// RFC 9001 appendix A.5: a packet with a short header, of the least size there is.
const SHORT = '4c fe4189655e5cd55c41f69080575d7999c25a5bfb';

test('a short header, of which only the first bits are told', () => {
  expect(quicOf(SHORT)).toMatchObject([
    {
      layer: 'quic',
      range: [UDP_PAYLOAD, UDP_PAYLOAD + 21],
      packets: [
        {
          packet_length: 21,
          header_form: 0,
          fixed_bit: true,
          spin_bit: false,
          protected_bits: 12,
          behind_short_header: 'fe:41:89:65:5e:5c:d5:5c:41:f6:90:80:57:5d:79:99:c2:5a:5b:fb',
        },
      ],
    },
  ]);
  expect(summaryOf(SHORT)).toBe('1-RTT');
});

test('packets that share a datagram; one with a short header ends it', () => {
  const hex = `${HANDSHAKE} ${SHORT}`;
  expect(quicOf(hex)).toMatchObject([{ packets: [{ long_packet_type: 2 }, { header_form: 0, packet_length: 21 }] }]);
  expect(summaryOf(hex)).toBe('Handshake version=1 dcid=aabb scid=cc, 1-RTT');
});

test('packets that share a datagram, with octets behind them that are none', () => {
  const initial = `c3 00000001 02 aabb 01 cc 02 6869 4014 ${'11'.repeat(20)}`;
  const hex = `${initial} ${HANDSHAKE} 41 aabb 99`;
  expect(quicOf(hex)).toMatchObject([
    {
      packets: [
        {
          long_packet_type: 0,
          token_length: 2,
          token: '68:69',
          length: 20,
          remaining_payload: Array(20).fill('11').join(':'),
        },
        { long_packet_type: 2, length: 20 },
      ],
      rest: '41:aa:bb:99',
    },
  ]);
  expect(summaryOf(hex)).toBe('Initial version=1 dcid=aabb scid=cc, Handshake');
});

test.each([
  ['of the packet', 'e3 00000001 00 00 4100 0102', { needed: 256, available: 2 }],
  ['of the token, in 62 bits', 'c0 00000001 00 00 c000000100000000 0102', { needed: 2 ** 32, available: 2 }],
  ['that is not whole itself', 'e3 00000001 00 00 80 0102', { needed: 4, available: 3 }],
])('a length beyond the datagram: %s', (_, hex, issue) => {
  const layers = layersOf(udpFrame(443, hex));
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'overrun', ...issue });
});

describe('what is QUIC', () => {
  test.each([
    ['version 1 on another port', INITIAL, 8443, [true]],
    ['a Retry on another port', RETRY_V2, 8443, [true]],
    ['a length that does not fit, on another port', HANDSHAKE.slice(0, -2), 8443, []],
    ['no connection IDs, on another port', `e3 00000001 00 00 14 ${'00'.repeat(20)}`, 8443, []],
    ['a reserved version on another port', INITIAL.replace('00000001', '1a2a3a4a'), 8443, []],
    ['a reserved version on port 443', INITIAL.replace('00000001', '1a2a3a4a'), 443, [undefined]],
    ['draft 29', INITIAL.replace('00000001', 'ff00001d'), 443, [undefined]],
    ['a short header', SHORT, 443, [undefined]],
    ['a short header on another port', SHORT, 8443, []],
    ['a short header with too little behind it', SHORT.slice(0, -2), 443, []],
    ['a short header without the fixed bit', SHORT.replace('4c', '0c'), 443, []],
    ['a version nobody knows', INITIAL.replace('00000001', '51303433'), 443, []],
    ['no fixed bit', INITIAL.replace('c0', '80'), 443, []],
    ['a connection ID of 21 octets', `c0 00000001 15 ${'00'.repeat(40)}`, 443, []],
    ['too little', 'c0 00000001', 443, []],
  ])('%s', (_, hex, port, guessed) => {
    expect(quicOf(hex, port).map((layer) => layer['guessed'])).toEqual(guessed);
  });
});

describe('however it is cut or changed, the fields tile the datagram', () => {
  const WHOLE = `c3 00000001 02 aabb 01 cc 02 6869 4014 ${'11'.repeat(20)} ${HANDSHAKE} 41 aabb 99`;
  test('cut by the capture', () => {
    for (const hex of [WHOLE, RETRY]) {
      const octets = hex.replace(/\s/g, '').length / 2;
      for (let captured = UDP_PAYLOAD; captured <= UDP_PAYLOAD + octets; captured++) {
        const layers = layersOf(udpFrame(443, hex), { captured });
        expect(headerGaps(layers)).toEqual([]);
        expect(layers.issues.has(layers.count - 1, 'overrun')).toBe(false);
      }
    }
  });

  test('octets changed at random', () => {
    const digits = WHOLE.replace(/\s/g, '');
    const change = fc.tuple(fc.nat({ max: digits.length / 2 - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let hex = digits;
        for (const [at, octet] of changes) {
          hex = hex.slice(0, at * 2) + octet.toString(16).padStart(2, '0') + hex.slice(at * 2 + 2);
        }
        expect(headerGaps(layersOf(udpFrame(443, hex)))).toEqual([]);
      }),
    );
  });
});
