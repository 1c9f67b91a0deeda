import { expect, test } from 'vitest';
import { tcp, tcpFlagWords } from '../../src/protocols/tcp.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';

const RAW_IP = 101;
const IP = '45 00 0028 0000 4000 40 06 0000 0a000001 0a000002';
const HEADER = '9c40 0051 00000001 fffffffe 5f ff fade beef 0007';

function dissectIp(hex: string, captured = Number.POSITIVE_INFINITY): ReturnType<typeof dissectHex> {
  return dissectHex(hex, { linkType: RAW_IP, captured });
}

test('every bit of the fixed header', () => {
  expect(dissectIp(`${IP} ${HEADER}`)[1]).toEqual({
    layer: 'tcp',
    range: [20, 40],
    srcport: 40000,
    dstport: 81,
    seq_raw: 1,
    ack_raw: 0xfffffffe,
    hdr_len: 20,
    flags: {
      raw: 0xfff,
      res: true,
      ae: true,
      cwr: true,
      ece: true,
      urg: true,
      ack: true,
      push: true,
      reset: true,
      syn: true,
      fin: true,
    },
    window_size_value: 0xfade,
    checksum: 0xbeef,
    urgent_pointer: 7,
    options: [],
  });
});

test('a header length below 20 octets is malformed', () => {
  const layers = layersOf(`${IP} ${HEADER.replace('5f', '4f')}`, { linkType: RAW_IP });
  expect(layers.issues.has(1, 'headerTooShort')).toBe(true);
});

test('cut off, the fields before the cut are there', () => {
  const whole: Record<string, unknown> = dissectIp(`${IP} ${HEADER}`)[1] ?? {};
  for (let captured = 21; captured < 40; captured++) {
    const cut: Record<string, unknown> = dissectIp(`${IP} ${HEADER}`, captured)[1] ?? {};
    const { range, options, ...fields } = cut;
    expect(range).toEqual([20, captured]);
    expect(options).toEqual([]);
    for (const [key, value] of Object.entries(fields)) expect(value).toEqual(whole[key]);
  }
});

test.each([
  ['02', 'SYN'],
  ['12', 'SYN, ACK'],
  ['18', 'PSH, ACK'],
  ['04', 'RST'],
  ['00', 'none'],
])('the flags %s in words: %s', (flags, words) => {
  const octets = octetsOf(`0000 0000 00000000 00000000 50 ${flags} 0000 0000 0000`);
  expect(tcpFlagWords(new DataView(octets.buffer), 0)).toBe(words);
});

test('the next protocol goes by the destination port before the source port', () => {
  expect(tcp.nextPorts).toBe('tcpPort');
  const http = `${'GET / HTTP/1.1\r\n\r\n'
    .split('')
    .map((character) => character.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')}`;
  const total = (40 + http.length / 2).toString(16).padStart(4, '0');
  const to80 = `${IP.replace('0028', total)} ${HEADER.replace('0051', '0050').replace('5f ff', '50 18')} ${http}`;
  expect(dissectIp(to80).map(({ layer }) => layer)).toEqual(['ip', 'tcp', 'http']);
});
