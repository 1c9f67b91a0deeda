import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';

const ADDRESSES = 'ffffffffffff 0a580af40101';
const IP = '45 00 0014 0000 4000 40 fd 0000 0a000001 0a000002';

test('a type from 1536 on is an EtherType', () => {
  expect(dissectHex(`${ADDRESSES} 0800 ${IP}`)[0]).toEqual({
    layer: 'eth',
    range: [0, 14],
    dst: 'ff:ff:ff:ff:ff:ff',
    src: '0a:58:0a:f4:01:01',
    type: 0x0800,
  });
});

test('up to 1500 it is a length, and what is behind that is padding', () => {
  const hex = `${ADDRESSES} 0003 424203 0000`;
  expect(dissectHex(hex)[0]).toMatchObject({ layer: 'eth', len: 3 });
  expect(dissectHex(hex)[0]).not.toHaveProperty('type');
  expect(layersOf(hex).end[1]).toBe(17);
});

test('tags: customer in service, each with its own identifier and what it carries', () => {
  const layers = dissectHex(`${ADDRESSES} 88a8 2064 8100 f00a 0800 ${IP}`);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ieee8021ad', 'vlan', 'ip']);
  expect(layers[1]).toMatchObject({ priority: 1, dei: false, id: 100, range: [14, 18] });
  expect(layers[2]).toMatchObject({ priority: 7, dei: true, id: 10, etype: 0x0800, range: [18, 22] });
});

test('a tag can carry a length too', () => {
  expect(dissectHex(`${ADDRESSES} 8100 0001 0003 424203`)[1]).toMatchObject({ layer: 'vlan', id: 1, len: 3 });
});

test.each(Array.from({ length: 14 }, (_, captured) => captured))('cut at octet %d, nothing is invented', (captured) => {
  const layers = layersOf(`${ADDRESSES} 0800 ${IP}`, { captured });
  expect(layers.count).toBe(1);
  expect(layers.issues.has(0, 'truncated')).toBe(true);
});
