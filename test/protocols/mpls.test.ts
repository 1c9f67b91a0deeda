import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { etherFrame, gapsAtEveryLength, udpFrame } from '../frames.ts';

const MPLS = 0x8847;
const INNER_IP = '45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';
const INNER_IPV6 = `60 00 00 00 00 00 3b 40  ${'20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01'.repeat(2)}`;
const INNER_ETHERNET = `00 1b 00 00 00 04  02 00 00 00 00 03  08 00 ${INNER_IP}`;

test('a stack of two labels', () => {
  const frame = etherFrame(MPLS, `03 e8 0a 7e  00 06 55 01 ${INNER_IP}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'mpls', 'ip']);
  expect(layers[1]).toEqual({
    layer: 'mpls',
    range: [14, 22],
    stack: [
      { label: 16000, exp: 5, bottom: false, ttl: 126 },
      { label: 101, exp: 2, bottom: true, ttl: 1 },
    ],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

/** A stack of one entry with the label. */
const entry = (label: number) => `${((label << 4) | 1).toString(16).padStart(6, '0')} 40`;

test.each([
  ['IPv4 by its looks', entry(100), INNER_IP, ['ip'], true],
  ['IPv6 by its looks', entry(100), INNER_IPV6, ['ipv6'], true],
  ['IPv4 by its label', entry(0), INNER_IP, ['ip'], undefined],
  ['IPv6 by its label', entry(2), INNER_IPV6, ['ipv6'], undefined],
  ['Ethernet behind a control word', entry(100), `00 00 00 07 ${INNER_ETHERNET}`, ['pwethcw', 'eth', 'ip'], true],
  ['Ethernet by its looks', entry(100), INNER_ETHERNET, ['eth', 'ip'], true],
  ['an associated channel by its looks', entry(100), `10 00 00 21 ${INNER_IP}`, ['pwach', 'ip'], true],
  ['a generic associated channel', entry(13), `10 00 00 57 ${INNER_IPV6}`, ['pwach', 'ipv6'], undefined],
  ['a channel of another type', entry(13), `10 00 7f ff ${INNER_IP}`, ['pwach'], undefined],
])('%s', (_, stack, payload, names, guessed) => {
  const frame = etherFrame(MPLS, `${stack} ${payload}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'mpls', ...names]);
  expect(layers[2]?.['guessed']).toBe(guessed);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('a payload that looks like nothing known', () => {
  expect(dissectHex(etherFrame(MPLS, `${entry(100)} ${'ff'.repeat(40)}`))).toHaveLength(2);
  expect(dissectHex(etherFrame(MPLS, `${entry(14)} ${INNER_IP}`))).toHaveLength(2);
  expect(dissectHex(etherFrame(MPLS, entry(100)))).toHaveLength(2);
});

test('the control word', () => {
  expect(dissectHex(etherFrame(MPLS, `${entry(100)} 00 00 00 07 ${INNER_ETHERNET}`))[2]).toEqual({
    layer: 'pwethcw',
    range: [18, 22],
    guessed: true,
    nibble: 0,
    reserved: 0,
    sequence_number: 7,
  });
});

test('the associated channel header', () => {
  expect(dissectHex(etherFrame(MPLS, `${entry(13)} 10 00 00 21 ${INNER_IP}`))[2]).toEqual({
    layer: 'pwach',
    range: [18, 22],
    nibble: 1,
    ver: 0,
    res: 0,
    channel_type: 0x21,
  });
  expect(layersOf(etherFrame(MPLS, `${entry(13)} 20 00 00 21`)).issues.at(0)).toMatchObject({ code: 'nibbleNot1' });
});

test('a stack without a bottom is malformed', () => {
  const frame = etherFrame(MPLS, '03 e8 00 7e  00 06 40 01');
  const layers = layersOf(frame);
  expect(layers.count).toBe(2);
  expect(layers.issues.at(0)).toMatchObject({ row: 1, code: 'malformed', needed: 9, available: 8 });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('in UDP', () => {
  const layers = dissectHex(udpFrame(6635, `${entry(100)} ${INNER_IP}`));
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'mpls', 'ip']);
});
