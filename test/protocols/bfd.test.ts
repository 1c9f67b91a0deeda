import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { etherFrame, gapsAtEveryLength, udpFrame } from '../frames.ts';
import { headerGaps } from '../header-gaps.ts';

const SINGLE_HOP = 3784;
/** Discriminators and intervals of a session. */
const SESSION = '74 29 ab f9  d4 3a 40 c1  00 04 93 e0  00 04 93 e0  00 00 00 00';

test('a session that is up', () => {
  const frame = udpFrame(SINGLE_HOP, `20 c8 03 18 ${SESSION}`);
  expect(dissectHex(frame)[3]).toEqual({
    layer: 'bfd',
    range: [42, 66],
    version: 1,
    diag: 0,
    flags: { raw: 0xc8, sta: 3, p: false, f: false, c: true, a: false, d: false, m: false },
    detect_time_multiplier: 3,
    message_length: 24,
    my_discriminator: 0x7429abf9,
    your_discriminator: 0xd43a40c1,
    desired_min_tx_interval: 300000,
    required_min_rx_interval: 300000,
    required_min_echo_interval: 0,
    session: 'single-hop',
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  [3784, 'single-hop'],
  [4784, 'multihop'],
  [6784, 'link aggregation member'],
  [7784, 'seamless'],
])('port %i is of a session that is %s', (port, session) => {
  expect(dissectHex(udpFrame(port, `20 c0 03 18 ${SESSION}`))[3]).toMatchObject({ layer: 'bfd', session });
});

test('in a pseudowire there is no port', () => {
  const layers = dissectHex(etherFrame(0x8847, `00 00 d1 ff  10 00 00 07  20 c0 03 18 ${SESSION}`));
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'mpls', 'pwach', 'bfd']);
  expect(layers[3]).not.toHaveProperty('session');
});

test.each([
  [
    'simple password',
    '21',
    '01 09 02 73 65 63 72 65 74',
    { auth_type: 1, auth_len: 9, auth_key: 2, auth_password: 'secret' },
  ],
  [
    'keyed MD5',
    '30',
    `02 18 02 00 00 00 00 05 ${'ab'.repeat(16)}`,
    { auth_type: 2, auth_len: 24, auth_reserved: 0, auth_seq_num: 5, checksum: Array(16).fill('ab').join(':') },
  ],
  [
    'meticulous keyed SHA1',
    '34',
    `05 1c 02 00 00 00 00 05 ${'cd'.repeat(20)}`,
    { auth_type: 5, auth_seq_num: 5, checksum: Array(20).fill('cd').join(':') },
  ],
  ['an unknown type', '1d', '63 05 02 ab cd', { auth_type: 99, auth_len: 5, unknown: 'ab:cd' }],
  ['a password of length 0', '1b', '01 03 02', { auth_type: 1, auth_len: 3 }],
  ['octets behind the section', '1d', '01 04 02 61 ff', { auth_password: 'a', unknown: 'ff' }],
  ['a section too short to tell', '1a', '01 02', { unknown: '01:02' }],
])('authentication: %s', (_, length, section, fields) => {
  const frame = udpFrame(SINGLE_HOP, `20 44 05 ${length} ${SESSION} ${section}`);
  expect(dissectHex(frame)[3]).toMatchObject({ flags: { a: true, sta: 1 }, ...fields });
  const layers = layersOf(frame);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.count).toBe(0);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['length 0', '01 00 02 61', 0],
  ['a length that passes the packet', '01 ff 02 61', 255],
  ["a length that is not its type's", '02 04 02 61', 4],
])('authentication with %s', (_, section, available) => {
  const frame = udpFrame(SINGLE_HOP, `20 44 05 1c ${SESSION} ${section}`);
  expect(dissectHex(frame)[3]).toMatchObject({ auth_key: 2, unknown: '61' });
  const layers = layersOf(frame);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'authenticationLength', available, limit: 'bfd.auth.len' });
});

test.each([
  ['another version', `00 c0 03 18 ${SESSION}`, 'unknownVersion'],
  ['a length below the mandatory section', `20 c0 03 17 ${SESSION}`, 'lengthBelowMandatory'],
  ['a length beyond the packet', `20 c0 03 30 ${SESSION}`, 'malformed'],
])('%s', (_, packet, code) => {
  const frame = udpFrame(SINGLE_HOP, packet);
  expect(layersOf(frame).issues.at(0)).toMatchObject({ row: 3, code });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('octets of the authentication are unknown without its bit', () => {
  expect(dissectHex(udpFrame(SINGLE_HOP, `20 c0 03 1a ${SESSION} be ef`))[3]).toMatchObject({ unknown: 'be:ef' });
});

test('echo packets are opaque', () => {
  const frame = udpFrame(3785, '01 02 03');
  expect(dissectHex(frame)[3]).toEqual({ layer: 'bfd_echo', range: [42, 45], packet: '01:02:03' });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});
