import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../src/protocols/sha256.ts';

// FIPS 180-4's examples, as published with the standard (csrc.nist.gov, "SHA256.pdf").
test.each([
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('SHA-256 of %j', (message, digest) => {
  expect(sha256Hex(new TextEncoder().encode(message))).toBe(digest);
});

test('any octets give the digest that OpenSSL gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      expect(sha256Hex(octets)).toBe(createHash('sha256').update(octets).digest('hex'));
    }),
  );
});
