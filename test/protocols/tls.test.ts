import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { TCP_PAYLOAD, tcpFrame } from '../tcp-frame.ts';

type Json = Record<string, unknown>;

const tlsOf = (hex: string, port = 443, captured = Number.POSITIVE_INFINITY) =>
  dissectHex(tcpFrame(port, hex), { captured }).filter(({ layer }) => layer === 'tls');
const handshakeOf = (hex: string): Json[] => tlsOf(hex)[0]?.['handshake'] as Json[];
function summaries(hex: string, port = 443): (string | undefined)[] {
  const layers = layersOf(tcpFrame(port, hex));
  return [...Array(layers.count).keys()]
    .filter((row) => layers.protocolOf(row).name === 'tls')
    .map((row) => layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row));
}
const hexOfNumber = (value: number, octets: number): string => value.toString(16).padStart(octets * 2, '0');
const sized = (octets: number, hex: string): string => {
  const digits = hex.replace(/\s/g, '');
  return hexOfNumber(digits.length / 2, octets) + digits;
};
const record = (type: number, content: string, version = '0303'): string =>
  hexOfNumber(type, 1) + version + sized(2, content);
const handshake = (type: number, body: string): string => hexOfNumber(type, 1) + sized(3, body);

// RFC 8448 §3, "Simple 1-RTT Handshake".
const CLIENT_HELLO = `16 0301 00c4  01 0000c0 0303
  cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7  00  0006 1301 1303 1302  01 00  0091
  0000 000b 0009 00 0006 736572766572
  ff01 0001 00
  000a 0014 0012 001d 0017 0018 0019 0100 0101 0102 0103 0104
  0023 0000
  0033 0026 0024 001d 0020 99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c
  002b 0003 02 0304
  000d 0020 001e 0403 0503 0603 0203 0804 0805 0806 0401 0501 0601 0201 0402 0502 0602 0202
  002d 0002 01 01
  001c 0002 4001`;
const SERVER_HELLO = `16 0303 005a  02 000056 0303
  a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928  00  1301  00  002e
  0033 0024 001d 0020 c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f
  002b 0002 0304`;

test('ClientHello: every field and extension', () => {
  const [layer] = tlsOf(CLIENT_HELLO);
  expect(layer).toMatchObject({
    range: [TCP_PAYLOAD, TCP_PAYLOAD + 201],
    record_content_type: 22,
    record_version: 0x0301,
    record_length: 196,
  });
  expect(layer?.['handshake']).toMatchObject([
    {
      type: 1,
      length: 192,
      version: 0x0303,
      session_id_length: 0,
      cipher_suites_length: 6,
      ciphersuites: [{ ciphersuite: 0x1301 }, { ciphersuite: 0x1303 }, { ciphersuite: 0x1302 }],
      comp_methods_length: 1,
      comp_methods: [{ comp_method: 0 }],
      extensions_length: 145,
      extension: [
        { type: 0, len: 11, server_name_list_len: 9, server_names: [{ type: 0, len: 6, name: 'server' }] },
        { type: 65281, len: 1, reneg_info_len: 0 },
        {
          type: 10,
          supported_groups_length: 18,
          supported_groups: [29, 23, 24, 25, 256, 257, 258, 259, 260].map((group) => ({ group })),
        },
        { type: 35, len: 0 },
        {
          type: 51,
          key_share_client_length: 36,
          key_shares: [
            {
              group: 29,
              key_exchange_length: 32,
              key_exchange:
                '99:38:1d:e5:60:e4:bd:43:d2:3d:8e:43:5a:7d:ba:fe:b3:c0:6e:51:c1:3c:ae:4d:54:13:69:1e:52:9a:af:2c',
            },
          ],
        },
        { type: 43, supported_versions_len: 2, supported_versions: [{ version: 0x0304 }] },
        { type: 13, sig_hash_alg_len: 30 },
        { type: 45, psk_ke_modes_length: 1, psk_ke_modes: [{ mode: 1 }] },
        { type: 28, record_size_limit: 16385 },
      ],
      // printf of the sorted lists through sha256sum: 1301,1302,1303 and the extensions with the algorithms.
      ja4: 't13d030900_55b375c5d22e_59cd3dafc54d',
      ja4_r:
        't13d030900_1301,1302,1303_000a,000d,001c,0023,002b,002d,0033,ff01_0403,0503,0603,0203,0804,0805,0806,0401,0501,0601,0201,0402,0502,0602,0202',
    },
  ]);
  expect(summaries(CLIENT_HELLO)).toEqual(['ClientHello sni=server']);
});

test('ServerHello: the chosen version, suite and key share', () => {
  expect(handshakeOf(SERVER_HELLO)).toMatchObject([
    {
      type: 2,
      version: 0x0303,
      ciphersuite: 0x1301,
      comp_method: 0,
      extension: [
        { type: 51, key_shares: [{ group: 29, key_exchange_length: 32 }] },
        { type: 43, supported_versions: [{ version: 0x0304 }] },
      ],
    },
  ]);
  expect(summaries(SERVER_HELLO)).toEqual(['ServerHello TLS 1.3 TLS_AES_128_GCM_SHA256']);
});

test('HelloRetryRequest: the key share is a group alone', () => {
  // RFC 8446 §4.1.3: SHA-256 of "HelloRetryRequest".
  const random = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';
  const body = `0303 ${random} 00 1301 00 ${sized(2, '0033 0002 0017 002b 0002 0304 002c 0004 0002 abcd')}`;
  expect(handshakeOf(record(22, handshake(2, body)))[0]?.['extension']).toMatchObject([
    { type: 51, key_share_selected_group: 23 },
    { type: 43, supported_versions: [{ version: 0x0304 }] },
    { type: 44, cookie_len: 2, cookie: 'ab:cd' },
  ]);
});

describe('extensions of a ClientHello', () => {
  const withExtension = (type: number, data: string): Json | undefined => {
    const body = `0303 ${'00'.repeat(32)} 00 0002 1301 01 00 ${sized(2, hexOfNumber(type, 2) + sized(2, data))}`;
    const [message] = handshakeOf(record(22, handshake(1, body)));
    return (message?.['extension'] as Json[] | undefined)?.[0];
  };
  test.each([
    ['maximum fragment length', 1, '04', { max_fragment_length: 4 }],
    [
      'status request',
      5,
      '01 0000 0000',
      { status_request_type: 1, status_request_responder_ids_len: 0, status_request_exts_len: 0 },
    ],
    ['point formats', 11, '02 00 01', { ec_point_formats_length: 2, ec_point_formats: [{ format: 0 }, { format: 1 }] }],
    ['heartbeat', 15, '01', { heartbeat_mode: 1 }],
    [
      'ALPN',
      16,
      '000c 02 6832 08 687474702f312e31',
      {
        alpn_len: 12,
        alpn: [
          { str_len: 2, str: 'h2' },
          { str_len: 8, str: 'http/1.1' },
        ],
      },
    ],
    ['padding', 21, '000000', { padding_data: '00:00:00' }],
    ['certificate compression', 27, '02 0002', { algorithms_length: 2, algorithms: [{ algorithm: 2 }] }],
    [
      'pre-shared key',
      41,
      '0008 0002 abcd 00000007  0003 02 ef01',
      {
        psk_identities_length: 8,
        psk_identities: [{ identity_length: 2, identity: 'ab:cd', obfuscated_ticket_age: 7 }],
        psk_binders_len: 3,
        psk_binders: [{ length: 2, binder: 'ef:01' }],
      },
    ],
    ['algorithms of certificates', 50, '0002 0403', { sig_hash_alg_len: 2, sig_hash_algs: [{ algorithm: 0x0403 }] }],
    ['GREASE', 0x8a8a, '00', { type: 0x8a8a, data: '00' }],
    ['a list of half a number', 10, '0003 001d 00', { supported_groups: [{ group: 29 }], data: '00' }],
    [
      'a list that ends before its extension',
      10,
      '0002 001d ffff',
      { supported_groups: [{ group: 29 }], data: 'ff:ff' },
    ],
    ['a list that passes its extension', 16, '0009 02 6832', { alpn: [{ str_len: 2, str: 'h2' }] }],
    ['a string that passes its list', 16, '0003 09 6832', { alpn: [{ str_len: 9, str: 'h2' }] }],
    ['a length that is cut', 10, '00', { data: '00' }],
  ])('%s', (_, type, data, expected) => {
    expect(withExtension(type, data)).toMatchObject(expected);
  });
});

test('a server flight of TLS 1.2 in one record', () => {
  const certificates = handshake(11, sized(3, sized(3, '3082 0001 02') + sized(3, '3080')));
  const keyExchange = handshake(12, `03 001d ${sized(1, 'aabb')} 0804 ${sized(2, 'ccdd')}`);
  const request = handshake(13, `02 01 40 ${sized(2, '0403 0804')} ${sized(2, sized(2, '3000'))}`);
  const flight = certificates + keyExchange + request + handshake(14, '');
  expect(handshakeOf(record(22, flight))).toMatchObject([
    {
      type: 11,
      certificates_length: 13,
      certificates: [{ certificate_length: 5, certificate: '30:82:00:01:02' }, { certificate_length: 2 }],
    },
    {
      type: 12,
      server_curve_type: 3,
      server_named_curve: 29,
      server_point_len: 2,
      server_point: 'aa:bb',
      sig_hash_alg: 0x0804,
      sig_len: 2,
      sig: 'cc:dd',
    },
    {
      type: 13,
      cert_types: [{ cert_type: 1 }, { cert_type: 64 }],
      sig_hash_algs: [{ algorithm: 0x0403 }, { algorithm: 0x0804 }],
      dnames: [{ dname_len: 2, dname: '30:00' }],
    },
    { type: 14, length: 0 },
  ]);
  expect(summaries(record(22, flight))).toEqual([
    'Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone',
  ]);
});

test.each([
  ['ClientKeyExchange of a curve', handshake(16, sized(1, 'aabb')), { client_point_len: 2, client_point: 'aa:bb' }],
  ['ClientKeyExchange of RSA', handshake(16, sized(2, 'aabb')), { data: '00:02:aa:bb' }],
  [
    'NewSessionTicket',
    handshake(4, `00000e10 ${sized(2, 'ab')}`),
    { session_ticket_lifetime_hint: 3600, session_ticket: 'ab' },
  ],
  [
    'CertificateStatus',
    handshake(22, `01 ${sized(3, '3000')}`),
    { status_type: 1, ocsp_response_len: 2, ocsp_response: '30:00' },
  ],
  ['ServerKeyExchange of a group that is not named', handshake(12, '0002 aabb'), { data: '00:02:aa:bb' }],
])('%s', (_, message, expected) => {
  expect(handshakeOf(record(22, message))[0]).toMatchObject(expected);
});

describe('records that are no plain handshake', () => {
  const FINISHED = record(22, '00 00 00 00 00 00 00 00 c5 1f aa bb cc dd ee ff 01 02 03 04 05 06 07 08');
  test.each([
    ['Change Cipher Spec', record(20, '01'), { change_cipher_spec: 1 }, 'Change Cipher Spec len=1'],
    ['alert', record(21, '02 28'), { alert_level: 2, alert_desc: 40 }, 'Alert Fatal: Handshake Failure'],
    ['encrypted alert', record(21, '00'.repeat(26)), { opaque: Array(26).fill('00').join(':') }, 'Alert (encrypted)'],
    ['application data', record(23, 'abcd'), { app_data: 'ab:cd' }, 'Application Data len=2'],
    ['empty application data', record(23, ''), { record_length: 0 }, 'Application Data len=0'],
    [
      'heartbeat',
      record(24, '01 0002 6869 ffff'),
      { heartbeat_type: 1, heartbeat_payload_length: 2, heartbeat_payload: '68:69:ff:ff' },
      'Heartbeat len=7',
    ],
    ['encrypted heartbeat', record(24, 'c0 ff ee'), { opaque: 'c0:ff:ee' }, 'Heartbeat len=3'],
    ['Finished under a nonce of zeros', FINISHED, { handshake: [] }, 'Handshake (encrypted or continued)'],
  ])('%s', (_, hex, expected, summary) => {
    const [layer] = tlsOf(hex);
    expect(layer).toMatchObject(expected);
    expect(summaries(hex)).toEqual([summary]);
  });

  test('a handshake record behind Change Cipher Spec is encrypted whatever it looks like', () => {
    expect(tlsOf(record(20, '01') + record(22, handshake(14, '')))[1]).toMatchObject({
      opaque: '0e:00:00:00',
      handshake: [],
    });
  });

  test('a Certificate that goes on in the next record', () => {
    const begin = `0b 010000 00fffd 00fffa ${'30'.repeat(600)}`;
    expect(handshakeOf(record(22, begin))).toMatchObject([
      { type: 11, length: 65536, data: expect.stringMatching(/^00:ff:fd/) },
    ]);
    expect(tlsOf(record(22, `0b 010000 ${'30'.repeat(20)}`))[0]).toMatchObject({ handshake: [] });
  });
});

test('records side by side are layers of their own, and the last may go on', () => {
  const frame = tcpFrame(443, `${SERVER_HELLO} ${record(20, '01')} 17 0303 0100 abcd`);
  const layers = layersOf(frame);
  expect(
    dissectHex(frame)
      .filter(({ layer }) => layer === 'tls')
      .map((layer) => layer['record_content_type']),
  ).toEqual([22, 20, 23]);
  expect(layers.issues.count).toBe(1);
  expect(layers.issues.at(0)).toMatchObject({ code: 'continues', needed: 261, available: 7, row: layers.count - 1 });
});

describe('what is TLS', () => {
  const DATA = record(23, 'ab'.repeat(40));
  test.each([
    ['the Kubernetes API', DATA, 6443, [undefined]],
    ['etcd', DATA, 2379, [undefined]],
    ['kubelet', DATA, 10250, [undefined]],
    ['a ClientHello on another port', CLIENT_HELLO, 31443, [true]],
    ['records up to the end on another port', DATA + DATA, 31443, [true, true]],
    ['a record that goes on, on another port', `${DATA} 17 0303 0500 ab`, 31443, [true, true]],
    ['versions that differ, on another port', DATA + record(23, 'ab'.repeat(40), '0302'), 31443, []],
    ['octets behind the record, on another port', `${DATA} ffff`, 31443, []],
    ['the middle of a record on port 443', 'abcdef0123', 443, []],
    ['a keep-alive octet on port 443', '00', 443, []],
    ['a version of 4', record(23, 'abcd', '0400'), 443, []],
    ['a length beyond what is allowed', '17 0303 4801 ab', 443, []],
    ['an empty handshake record', record(22, ''), 443, []],
    ['the beginning of a header on port 443', '17 0303', 443, [undefined]],
  ])('%s', (_, hex, port, guessed) => {
    expect(tlsOf(hex, port).map((layer) => layer['guessed'])).toEqual(guessed);
  });
});

describe('however it is cut or changed, fields neither overlap nor leave gaps before the end', () => {
  test.each([
    ['ClientHello', CLIENT_HELLO],
    ['ServerHello', SERVER_HELLO],
  ])('%s cut by the capture', (_, hex) => {
    for (let captured = TCP_PAYLOAD; captured < TCP_PAYLOAD + 201; captured++) {
      expect(headerGaps(layersOf(tcpFrame(443, hex), { captured }))).toEqual([]);
    }
  });

  test('octets changed at random', () => {
    const digits = CLIENT_HELLO.replace(/\s/g, '');
    const change = fc.tuple(fc.nat({ max: digits.length / 2 - 6 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let hex = digits;
        for (const [at, octet] of changes)
          hex = hex.slice(0, 10 + at * 2) + hexOfNumber(octet, 1) + hex.slice(12 + at * 2);
        expect(headerGaps(layersOf(tcpFrame(443, hex)))).toEqual([]);
        expect(summaries(hex)).toHaveLength(1);
      }),
    );
  });
});
