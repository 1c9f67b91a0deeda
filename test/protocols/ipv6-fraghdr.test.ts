import { expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';
import { IPV6, inIpv6 } from '../ip-packets.ts';

const UDP = 'c3 50 c3 51 00 20 00 00 01 02 03 04';

test.each([
  ['the first is dissected as far as it goes', '11 00 00 01 de ad be ef', ['ipv6', 'ipv6.fraghdr', 'udp']],
  ['a later one has no header to go on with', '11 00 05 a0 de ad be ef', ['ipv6', 'ipv6.fraghdr']],
  ['an atomic one is whole (RFC 6946)', '11 00 00 00 de ad be ef', ['ipv6', 'ipv6.fraghdr', 'udp']],
])('%s', (_, header, expected) => {
  const layers = dissectHex(inIpv6('2c', `${header} ${UDP}`), IPV6);
  expect(layers.map(({ layer }) => layer)).toEqual(expected);
});

test('fields', () => {
  const [, header] = dissectHex(inIpv6('2c', `11 00 05 a1 de ad be ef ${UDP}`), IPV6);
  expect(header).toMatchObject({
    nxt: 17,
    offset: 180,
    offset_oct: 1440,
    reserved_bits: 0,
    more: true,
    ident: 0xdeadbeef,
  });
});
