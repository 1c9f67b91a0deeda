import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';

const RAW_IP = 101;
const IP = '45 00 0020 0000 4000 40 11 0000 0a000001 0a000002';
const PAYLOAD = '01020304';

test('the header, and what follows it as payload', () => {
  const layers = layersOf(`${IP} 9c40 9c41 000c beef ${PAYLOAD}`, { linkType: RAW_IP });
  expect(dissectHex(`${IP} 9c40 9c41 000c beef ${PAYLOAD}`, { linkType: RAW_IP })[1]).toEqual({
    layer: 'udp',
    range: [20, 28],
    srcport: 40000,
    dstport: 40001,
    length: 12,
    checksum: 0xbeef,
  });
  expect(layers.end[1]).toBe(32);
  expect(layers.issues.count).toBe(0);
});

test.each([
  ['below the header', '0007', 'lengthBelowHeader'],
  ['beyond the packet', '0010', 'lengthBeyondEnclosing'],
])('a length %s is told', (_, length, code) => {
  const layers = layersOf(`${IP} 9c40 9c41 ${length} beef ${PAYLOAD}`, { linkType: RAW_IP });
  expect(layers.issues.has(1, code)).toBe(true);
});

test('a shorter length leaves padding, a length of 0 reaches to the end', () => {
  const end = (length: string): number | undefined =>
    layersOf(`${IP} 9c40 9c41 ${length} beef ${PAYLOAD}`, { linkType: RAW_IP }).end[1];
  expect(end('000a')).toBe(30);
  expect(end('0000')).toBe(32);
});
