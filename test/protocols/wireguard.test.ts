import { expect, test } from 'vitest';
import { base64Text } from '../../src/protocols/base64.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { gapsAtEveryLength, udpFrame } from '../frames.ts';
import { headerGaps } from '../header-gaps.ts';

const PORT = 51820;
const octets = (first: number, count: number): string =>
  Array.from({ length: count }, (_, index) => ((first + index) & 0xff).toString(16).padStart(2, '0')).join(' ');
const colons = (text: string): string => text.replaceAll(' ', ':');

const KEY = octets(0, 32);
const KEY_TEXT = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const CALM = '00 '.repeat(16);
const INITIATION = `01 00 00 00  d8 37 d0 30  ${KEY} ${octets(64, 48)} ${octets(16, 28)} ${octets(1, 16)}`;
const RESPONSE = `02 00 00 00  06 f4 7d ab  d8 37 d0 30  ${KEY} ${octets(64, 16)} ${octets(1, 16)}`;
const COOKIE = `03 00 00 00  d8 37 d0 30  ${octets(64, 24)} ${octets(128, 32)}`;
const DATA = `04 00 00 00  06 f4 7d ab  01 00 00 00 00 00 00 80  ${octets(0, 48)}`;

test.each([
  [
    'handshake initiation',
    `${INITIATION} ${CALM}`,
    {
      type: 1,
      sender: 0x30d037d8,
      ephemeral: KEY_TEXT,
      encrypted_static: colons(octets(64, 48)),
      encrypted_timestamp: colons(octets(16, 28)),
      mac1: colons(octets(1, 16)),
      mac2: Array(16).fill('00').join(':'),
    },
  ],
  [
    'handshake response',
    `${RESPONSE} ${CALM}`,
    {
      type: 2,
      sender: 0xab7df406,
      receiver: 0x30d037d8,
      ephemeral: KEY_TEXT,
      encrypted_empty: colons(octets(64, 16)),
      mac1: colons(octets(1, 16)),
      mac2: Array(16).fill('00').join(':'),
    },
  ],
  [
    'cookie reply',
    COOKIE,
    {
      type: 3,
      receiver: 0x30d037d8,
      nonce: colons(octets(64, 24)),
      encrypted_cookie: colons(octets(128, 32)),
    },
  ],
  [
    'transport data',
    DATA,
    { type: 4, receiver: 0xab7df406, counter: '9223372036854775809', encrypted_packet: colons(octets(0, 48)) },
  ],
])('%s', (_, message, fields) => {
  const frame = udpFrame(PORT, message);
  const [, , , layer] = dissectHex(frame);
  expect(layer).toEqual({
    layer: 'wg',
    range: [42, 42 + octetsOf(message).length],
    reserved: '00:00:00',
    ...fields,
  });
  expect(headerGaps(layersOf(frame))).toEqual([]);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([51821, 51871])("other tools' port %i", (port) => {
  expect(dissectHex(udpFrame(port, DATA)).at(-1)?.layer).toBe('wg');
});

test.each([
  ['reserved octets that are not zero', `01 00 01 00 ${INITIATION.slice(12)} ${CALM}`],
  ['an initiation of another length', `${INITIATION} ${CALM} 00`],
  ['data that is no multiple of 16', `${DATA} 00`],
  ['data too short for its tag', DATA.slice(0, DATA.length - 3 * 32 - 1)],
  ['an unknown type', `05${DATA.slice(2)}`],
  ['type 0', `00${DATA.slice(2)}`],
  ['three octets', '04 00 00'],
])('%s is not WireGuard', (_, message) => {
  expect(dissectHex(udpFrame(PORT, message)).at(-1)?.layer).toBe('udp');
});

test.each([
  ['an initiation', `${INITIATION} ${CALM}`, true],
  ['a response', `${RESPONSE} ${CALM}`, true],
  ['an initiation under load', `${INITIATION} ${octets(9, 16)}`, false],
  ['a cookie reply', COOKIE, false],
  ['data', DATA, false],
])('on a port nobody registered: %s', (_, message, isGuessed) => {
  const layers = dissectHex(udpFrame(40000, message));
  expect(layers[3]).toEqual(isGuessed ? expect.objectContaining({ layer: 'wg', guessed: true }) : undefined);
});

/** RFC 4648 §10. */
test.each([
  ['', ''],
  ['66', 'Zg=='],
  ['66 6f', 'Zm8='],
  ['66 6f 6f', 'Zm9v'],
  ['66 6f 6f 62 61 72', 'Zm9vYmFy'],
])('base64 of %s', (hex, text) => {
  const found = octetsOf(hex);
  expect(base64Text(new DataView(found.buffer), 0, found.length)).toBe(text);
});
