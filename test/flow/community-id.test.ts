import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CommunityIds, communityIdText } from '../../src/flow/community-id.ts';
import { createSha1, MOST_OCTETS } from '../../src/flow/sha1.ts';

const word = (text: string): Int32Array =>
  Int32Array.of(text.split('.').reduce((sum, octet) => (sum << 8) | Number(octet), 0));
const hex = (digest: Int32Array): string =>
  [...digest].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
const view = (text: string): DataView => new DataView(new TextEncoder().encode(text).buffer);

// FIPS 180 examples: nothing, one block, and the longest that fits one.
test.each([
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['a'.repeat(MOST_OCTETS), 'c1c8bbdc22796e28c0e15163d20899b65621d65a'],
])('SHA-1 of %j', (text, digest) => {
  expect(hex(createSha1()(view(text), text.length))).toBe(digest);
});

test('SHA-1 of messages of every length, by one function, are those of Node', () => {
  const sha1 = createSha1();
  for (let length = 0; length <= MOST_OCTETS; length++) {
    const text = 'netdissect'.repeat(6).slice(0, length);
    expect(hex(sha1(view(text), length))).toBe(createHash('sha1').update(text).digest('hex'));
  }
  expect(() => sha1(view('a'.repeat(56)), 56)).toThrow(RangeError);
});

// The values are those of the specification's own baseline files.
test.each([
  ['128.232.110.120', '66.35.250.204', 6, 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['66.35.250.204', '128.232.110.120', 6, 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['192.168.1.52', '8.8.8.8', 17, 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ['192.168.0.89', '192.168.0.1', 1, 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  ['192.168.0.1', '192.168.0.89', 1, 0, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
])('%s %s %i %i %i', (source, destination, protocol, first, second, id) => {
  const digest = new CommunityIds().digest(word(source), word(destination), 1, protocol, first, second);
  expect(communityIdText(digest)).toBe(id);
});
