/** Addresses are themselves, whichever were asked for before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../src/capture/utf8.ts';
import { ipv6Text } from '../../src/dissect/value.ts';
import { Ipv6Texts, LONGEST_IPV6 } from '../../src/render/ipv6-texts.ts';

test('addresses that differ in any of their octets', () => {
  const octet = fc.constantFrom(0, 0, 1, 0xfe, 0xff);
  const address = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const alike = fc.array(octet, { minLength: 16, maxLength: 16 }).map((octets) => Uint8Array.from(octets));
  const texts = new Ipv6Texts();
  fc.assert(
    fc.property(fc.oneof(address, alike), fc.nat(15), octet, (octets, place, other) => {
      const view = new DataView(octets.buffer, octets.byteOffset, 16);
      for (let times = 0; times < 3; times++) {
        const text = texts.textOf(view, 0);
        expect(decodeUtf8(text)).toBe(ipv6Text(view, 0));
        expect(text.length).toBeLessThanOrEqual(LONGEST_IPV6);
        octets[place] = other;
      }
    }),
    { seed: 7, numRuns: 2000 },
  );
});
