import { expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';
import { IPV4, inIpv4 } from '../ip-packets.ts';

test('ESP hides what follows', () => {
  const layers = dissectHex(inIpv4('32', '12 34 56 78 00 00 00 01 de ad be ef'), IPV4);
  expect(layers.slice(1)).toEqual([{ layer: 'esp', range: [20, 28], spi: 0x12345678, sequence: 1 }]);
});
