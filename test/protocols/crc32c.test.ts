import { expect, test } from 'vitest';
import { crc32c } from '../../src/protocols/crc32c.ts';

/** RFC 3720 appendix B.4 has the first three; the last is the check value of the CRC catalogue. */
test.each([
  ['zeros', Array(32).fill(0), 0x8a9136aa],
  ['ones', Array(32).fill(0xff), 0x62a8ab43],
  ['rising octets', Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ['digits', [...'123456789'].map((digit) => digit.charCodeAt(0)), 0xe3069283],
])('%s', (_, octets, crc) => {
  const view = new DataView(Uint8Array.from(octets).buffer);
  expect(crc32c(view, 0, octets.length, 0, 0)).toBe(crc);
});

test('a stretch taken as zeros', () => {
  const octets = Uint8Array.from({ length: 32 }, (_, index) => (index >= 8 && index < 12 ? 0xab : 0));
  expect(crc32c(new DataView(octets.buffer), 0, 32, 8, 12)).toBe(0x8a9136aa);
});
