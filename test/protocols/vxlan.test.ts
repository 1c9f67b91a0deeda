import { expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';

const OUTER = `
  fe ee cf 97 ef 06  52 24 00 ad 41 39  08 00                              # eth
  45 00 00 6e 6d 4d 00 00 40 11 00 00  09 87 90 a8  09 87 5b 39            # ip 9.135.144.168 → 9.135.91.57
`;
const INNER = `
  f6 0f 4e 1b 4c 33  06 87 4f 9f 7c 80  08 00
  45 00 00 3c 8a 23 40 00 3f 06 98 24  0a f4 02 09  0a f4 01 aa
  8d d0 00 50 27 5d ca 6b 00 00 00 00 a0 02 37 14 13 0c 00 00
  02 04 05 82 04 02 08 0a 0a 5f 6c 4d 00 00 00 00 01 03 03 07
`;

test('flannel: VNI 1 on port 8472, with the pods inside', () => {
  const layers = dissectHex(`${OUTER} 92 42 21 18 00 5a 00 00  08 00 00 00 00 00 01 00 ${INNER}`);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'vxlan', 'eth', 'ip', 'tcp']);
  expect(layers[3]).toMatchObject({
    range: [42, 50],
    tunnel: 'vxlan',
    vni: 1,
    flags: { raw: 0x0800, i: true, g: false },
  });
  expect(layers[5]).toMatchObject({ src: '10.244.2.9', dst: '10.244.1.170', range: [64, 84] });
  expect(layers[6]).toMatchObject({
    srcport: 36304,
    dstport: 80,
    window_size_value: 14100,
    flags: { syn: true, ack: false },
    options: [
      { kind: 2, len: 4, mss_val: 1410 },
      { kind: 4, len: 2 },
      { kind: 8, len: 10, timestamp_tsval: 174025805, timestamp_tsecr: 0 },
      { kind: 1 },
      { kind: 3, len: 3, wscale_shift: 7 },
    ],
  });
});

test.each([
  ['on a port nobody registered', '92 42 9c 40 00 5a 00 00', '08 00 00 00 00 00 01 00', true],
  ['with a reserved bit set there', '92 42 9c 40 00 5a 00 00', '08 00 00 01 00 00 01 00', undefined],
  ['without the I bit there', '92 42 9c 40 00 5a 00 00', '00 00 00 00 00 00 01 00', undefined],
])('%s', (_, udp, vxlan, guessed) => {
  const layer = dissectHex(`${OUTER} ${udp} ${vxlan} ${INNER}`).find((candidate) => candidate.layer === 'vxlan');
  expect(layer?.['guessed']).toBe(guessed);
  expect(layer === undefined).toBe(guessed === undefined);
});
