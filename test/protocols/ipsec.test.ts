import { expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';

const IPV4 = { linkType: 228 };
const TCP = '8d d0 00 50 27 5d ca 6b 00 00 00 00 50 02 37 14 00 00 00 00';

/** An IPv4 packet around a payload of the protocol. */
function packet(protocol: string, payload: string): string {
  const length = (20 + octetsOf(payload).length).toString(16).padStart(4, '0');
  return `45 00 ${length} 00 00 40 00 40 ${protocol} 00 00  0a 00 00 01 0a 00 00 02 ${payload}`;
}

test('AH stands between the header it protects and what follows', () => {
  const hex = packet('33', `06 04 00 00 00 00 01 00 00 00 00 13 21 d3 a9 5c 5f fd 4d 18 46 22 b9 f8 ${TCP}`);
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
  const inner = packet('06', TCP);
  const layers = dissectHex(packet('33', `04 01 00 00 00 00 01 00 00 00 00 13 ${inner}`), IPV4);
  expect(layers[2]).toMatchObject({ layer: 'ip', tunnel: 'ipip' });
});

test('an AH length without room for its fixed fields is malformed', () => {
  const layers = layersOf(packet('33', `06 00 00 00 00 00 01 00 00 00 00 13 ${TCP}`), IPV4);
  expect(layers.issues.at(0)).toMatchObject({ code: 'headerTooShort', needed: 1, available: 0, limit: 'ah.length' });
});

test('ESP hides what follows', () => {
  const layers = dissectHex(packet('32', '12 34 56 78 00 00 00 01 de ad be ef'), IPV4);
  expect(layers.slice(1)).toEqual([{ layer: 'esp', range: [20, 28], spi: 0x12345678, sequence: 1 }]);
});
