import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV4, inIpv4 } from '../ip-packets.ts';

const TCP = '8d d0 00 50 27 5d ca 6b 00 00 00 00 50 02 37 14 00 00 00 00';

test('AH stands between the header it protects and what follows', () => {
  const hex = inIpv4('33', `06 04 00 00 00 00 01 00 00 00 00 13 21 d3 a9 5c 5f fd 4d 18 46 22 b9 f8 ${TCP}`);
  const layers = dissectHex(hex, IPV4);
  expect(layers.map(({ layer }) => layer)).toEqual(['ip', 'ah', 'tcp']);
  expect(layers[1]).toEqual({
    layer: 'ah',
    range: [20, 44],
    next_header: 6,
    length: 4,
    reserved: '00:00',
    spi: 0x100,
    sequence: 19,
    icv: '21:d3:a9:5c:5f:fd:4d:18:46:22:b9:f8',
  });
  for (let captured = 20; captured <= 64; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV4, captured }))).toEqual([]);
  }
});

test('a tunnel within AH is named by the header outside of it', () => {
  const inner = inIpv4('06', TCP);
  const layers = dissectHex(inIpv4('33', `04 01 00 00 00 00 01 00 00 00 00 13 ${inner}`), IPV4);
  expect(layers[2]).toMatchObject({ layer: 'ip', tunnel: 'ipip' });
});

test('an AH length without room for its fixed fields is malformed', () => {
  const layers = layersOf(inIpv4('33', `06 00 00 00 00 00 01 00 00 00 00 13 ${TCP}`), IPV4);
  expect(layers.issues.at(0)).toMatchObject({ code: 'headerTooShort', needed: 1, available: 0, limit: 'ah.length' });
});
