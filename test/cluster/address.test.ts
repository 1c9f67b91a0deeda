import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressText,
  covers,
  ipv4Octets,
  isGroupMac,
  isPrivate,
  isRoutable,
  masked,
  type Prefix,
  PrefixMap,
  parseAddress,
  parsePrefix,
  prefixText,
} from '../../src/cluster/address.ts';

const prefix = (text: string): Prefix => {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
};
const octets = (text: string): string => prefix(text).octets;

describe('prefixes', () => {
  test.each([
    ['10.244.1.170/24', '10.244.1.0/24'],
    ['10.244.1.170', '10.244.1.170/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.168.92.144/26', '192.168.92.128/26'],
    ['192.168.92.144/255.255.255.192', '192.168.92.128/26'],
    ['fd00:10:244:1:ffff::9/64', 'fd00:10:244:1::/64'],
    ['2001:db8::1/127', '2001:db8::/127'],
  ])('%s is %s', (text, expected) => {
    expect(prefixText(prefix(text))).toBe(expected);
  });

  test.each(['', '10.244.1', '10.244.1.0/33', '10.244.1.256', 'node1', 'fd00::/129', '::1::2'])(
    '%j is none',
    (text) => {
      expect(parsePrefix(text)).toBeUndefined();
    },
  );

  test('an address has no prefix length, and its zone is left out', () => {
    expect(parseAddress('10.0.0.1/24')).toBeUndefined();
    expect(addressText(parseAddress('fe80::1%eth0') ?? '')).toBe('fe80::1');
  });

  test('what a prefix covers is what has its bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
        const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
        const isSame = (one & mask) >>> 0 === (other & mask) >>> 0;
        expect(covers({ octets: ipv4Octets(one), bits }, ipv4Octets(other))).toBe(isSame);
        expect(masked(ipv4Octets(one), bits)).toBe(ipv4Octets((one & mask) >>> 0));
      }),
    );
  });

  test('families do not mix', () => {
    expect(covers(prefix('0.0.0.0/0'), octets('fd00::1'))).toBe(false);
    expect(covers(prefix('::/0'), octets('10.0.0.1'))).toBe(false);
  });
});

test('the longest prefix wins, as a search through all of them finds it', () => {
  const entries = fc.array(fc.tuple(fc.nat(0xff), fc.integer({ min: 24, max: 32 })), { maxLength: 40 });
  fc.assert(
    fc.property(entries, fc.nat(0xff), (list, last) => {
      const map = new PrefixMap<string>();
      for (const [value, bits] of list)
        map.set({ octets: ipv4Octets(value), bits }, prefixText({ octets: ipv4Octets(value), bits }));
      const address = ipv4Octets(last);
      const covering = list
        .map(([value, bits]) => ({ octets: ipv4Octets(value), bits }))
        .filter((one) => covers(one, address))
        .sort((a, b) => b.bits - a.bits);
      expect(map.longest(address)).toBe(covering[0] === undefined ? undefined : prefixText(covering[0]));
    }),
  );
});

test.each([
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['100.64.0.1', true],
  ['9.135.91.57', false],
  ['fd00::1', true],
  ['2001:db8::1', false],
])('%s private: %s', (text, expected) => {
  expect(isPrivate(octets(text))).toBe(expected);
});

test.each([
  ['127.0.0.1', false],
  ['169.254.1.1', false],
  ['224.0.0.1', false],
  ['0.0.0.0', false],
  ['10.0.0.1', true],
  ['::1', false],
  ['fe80::1', false],
  ['ff02::1', false],
  ['fd00::1', true],
])('%s routable: %s', (text, expected) => {
  expect(isRoutable(octets(text))).toBe(expected);
});

test.each([
  ['33:33:00:00:00:01', true],
  ['ff:ff:ff:ff:ff:ff', true],
  ['ae:00:0a:f4:01:00', false],
])('%s names a group: %s', (mac, expected) => {
  expect(isGroupMac(mac)).toBe(expected);
});
