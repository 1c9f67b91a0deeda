import { expect, test } from 'vitest';
import { communityId } from '../../src/flow/community-id.ts';
import { sha1 } from '../../src/flow/sha1.ts';

const octets = (text: string): Uint8Array => Uint8Array.from(text.split('.').map(Number));
const hex = (digest: Uint8Array): string => Buffer.from(digest).toString('hex');

// FIPS 180 examples: nothing, one block, two blocks, and lengths around the padding.
test.each([
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
  ['a'.repeat(55), 'c1c8bbdc22796e28c0e15163d20899b65621d65a'],
  ['a'.repeat(64), '0098ba824b5c16427bd7a1122a5a442a25ec644d'],
])('SHA-1 of %j', (text, digest) => {
  expect(hex(sha1(new TextEncoder().encode(text)))).toBe(digest);
});

// The values are those of the specification's own baseline files.
test.each([
  ['128.232.110.120', '66.35.250.204', 6, 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['66.35.250.204', '128.232.110.120', 6, 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['192.168.1.52', '8.8.8.8', 17, 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ['192.168.0.89', '192.168.0.1', 1, 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  ['192.168.0.1', '192.168.0.89', 1, 0, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
])('%s %s %i %i %i', (source, destination, protocol, first, second, id) => {
  expect(communityId(octets(source), octets(destination), protocol, first, second)).toBe(id);
});
