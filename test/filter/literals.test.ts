/** Literals: addresses, octets, numbers and times, and the names near to a misspelt one. */
import { expect, test } from 'vitest';
import { ipv4Literal, ipv6Literal, macLiteral, octetsLiteral } from '../../src/dissect/address-literal.ts';
import { wholeNumber } from '../../src/filter/literal.ts';
import { nearNames } from '../../src/filter/near-names.ts';
import { durationLiteral, timeLiteral } from '../../src/filter/time-literal.ts';

const hexOf = (octets: string | undefined): string | undefined =>
  octets && Array.from(octets, (octet) => octet.charCodeAt(0).toString(16).padStart(2, '0')).join('');

test.each([
  ['10.244.1.170', { value: 0x0af401aa, bits: 32 }],
  ['255.255.255.255', { value: 0xffffffff, bits: 32 }],
  ['10.0.0.0/8', { value: 0x0a000000, bits: 8 }],
  ['0.0.0.0/0', { value: 0, bits: 0 }],
  ['10.0.0.0/255.128.0.0', { value: 0x0a000000, bits: 9 }],
  ['10.0.0.0/0.0.0.0', { value: 0x0a000000, bits: 0 }],
  ['10.0.0.0/255.0.255.0', undefined],
  ['10.0.0.0/33', undefined],
  ['10.0.0', undefined],
  ['10.0.0.256', undefined],
  ['10.0.0.01', undefined],
  ['10.0.0.1.2', undefined],
])('%s as an IPv4 address', (text, expected) => expect(ipv4Literal(text)).toEqual(expected));

test.each([
  ['::', '00000000000000000000000000000000', 128],
  ['::1', '00000000000000000000000000000001', 128],
  ['fe80::1', 'fe800000000000000000000000000001', 128],
  ['2001:DB8::/32', '20010db8000000000000000000000000', 32],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008', 128],
  ['1:2:3:4:5:6:7::', '00010002000300040005000600070000', 128],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', 128],
  ['1:2:3:4:5:6:7', undefined, undefined],
  ['1:2:3:4:5:6:7:8:9', undefined, undefined],
  ['1::2:3:4:5:6:7:8', undefined, undefined],
  ['::1::', undefined, undefined],
  ['::10000', undefined, undefined],
  ['::/129', undefined, undefined],
  ['10.0.0.1', undefined, undefined],
  ['1:2:3:4:5:6:10.0.0.1:8', undefined, undefined],
])('%s as an IPv6 address', (text, octets, bits) => {
  const literal = ipv6Literal(text);
  expect([hexOf(literal?.value), literal?.bits]).toEqual([octets, bits]);
});

test.each([
  ['0a:58:0a', '0a580a'],
  ['0a-58-0a', '0a580a'],
  ['0.1.0.d', '0001000d'],
  ['0a580a', '0a580a'],
  ['7a', '7a'],
  ['2', '02'],
  ['0a:58-0a', undefined],
  ['abc', undefined],
  ['0a:', undefined],
  ['xy', undefined],
])('%s as octets', (text, octets) => expect(hexOf(octetsLiteral(text))).toBe(octets));

test('a MAC address has separators', () => {
  expect(hexOf(macLiteral('0a:58:0a:f4:01:aa'))).toBe('0a580af401aa');
  expect(hexOf(macLiteral('0a58.0af4.01aa'))).toBe('0a580af401aa');
  expect(macLiteral('0a580af401aa')).toBeUndefined();
  expect(macLiteral('0a:58:0a:f4:01')).toBeUndefined();
});

test.each([
  ['0', 0],
  ['10', 10],
  ['012', 10],
  ['0xA', 10],
  ['0b1010', 10],
  ['18446744073709551615', 2n ** 64n - 1n],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['18446744073709551616', undefined],
  ['08', undefined],
  ['', undefined],
  ['0x', undefined],
  ['1e3', undefined],
])('%s as a number', (text, value) => expect(wholeNumber(text)).toBe(value));

const JULY = BigInt(Date.UTC(2024, 6, 3, 9, 46, 40)) * 1_000_000n;
const LOCAL = BigInt(new Date(2024, 6, 3, 9, 46, 40).getTime()) * 1_000_000n;

test.each([
  ['2024-07-03T09:46:40Z', JULY],
  ['2024-07-03 09:46:40 UTC', JULY],
  ['2024-07-03T09:46:40.123456789Z', JULY + 123_456_789n],
  ['2024-07-03T11:46:40+02:00', JULY],
  ['2024-07-03T04:16:40-0530', JULY],
  ['2024-07-03T09:46:40', LOCAL],
  ['2024-07-03 09:46:40', LOCAL],
  ['Jul 3, 2024 09:46:40 UTC', JULY],
  ['Jul  3, 2024 09:46:40.5', LOCAL + 500_000_000n],
  ['1720000000', JULY],
  ['1720000000.5', JULY + 500_000_000n],
  ['-1.5', -1_500_000_000n],
  ['2024-07-32', undefined],
  ['2023-02-29', undefined],
  ['2024-07-03T24:00:00Z', undefined],
  ['2024-07-03T09:60:00Z', undefined],
  ['Foo 3, 2024 09:46:40', undefined],
  ['tomorrow', undefined],
])('%s as a time', (text, value) => expect(timeLiteral(text)).toBe(value));

test.each([
  ['10', 10_000_000_000n],
  ['0.000000001', 1n],
  ['10.5', 10_500_000_000n],
  ['1.', 1_000_000_000n],
  ['.5', undefined],
  ['0.0000000001', undefined],
])('%s as a duration', (text, value) => expect(durationLiteral(text)).toBe(value));

test.each([
  ['ip.scr', ['ip.src']],
  ['IP.SRC', ['ip.src']],
  ['vni', ['vxlan.vni']],
  ['tcp.destport', ['tcp.dstport', 'udp.dstport']],
  ['zzzzzz', []],
  ['x'.repeat(1000), []],
])('names near %s', (word, names) => {
  const known = ['ip.src', 'ip.dst', 'tcp.dstport', 'udp.dstport', 'vxlan.vni', 'frame.len'];
  expect(nearNames(word, known)).toEqual(names);
});
