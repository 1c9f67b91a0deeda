import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CommunityIds, communityIdText } from '../../src/flow/community-id.ts';
import { generateSha1 } from '../../src/flow/generate-sha1.ts';
import { hasPorts } from '../../src/flow/ip-protocol.ts';
import { MOST_WORDS, Sha1 } from '../../src/flow/sha1.ts';

const GENERATED = new URL('../../src/flow/sha1.generated.ts', import.meta.url);

const word = (text: string): number => text.split('.').reduce((sum, octet) => (sum << 8) | Number(octet), 0);
const octetsOf = (words: ArrayLike<number>): Buffer => {
  const octets = Buffer.alloc(4 * words.length);
  for (let i = 0; i < words.length; i++) octets.writeInt32BE(words[i]! | 0, 4 * i);
  return octets;
};
const sha1Of = (octets: Uint8Array): string => createHash('sha1').update(octets).digest('hex');
const anyWord = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 1, 0x7fffffff, -0x80000000));

test('the generated rounds of SHA-1 are up to date', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(generateSha1());
});

test('SHA-1 of one message after another is that of Node', () => {
  const sha1 = new Sha1();
  const property = fc.property(fc.array(anyWord, { maxLength: MOST_WORDS }), (words) => {
    sha1.message.set(words);
    sha1.digest(words.length);
    expect(octetsOf(sha1.result).toString('hex')).toBe(sha1Of(octetsOf(words)));
  });
  fc.assert(property, { numRuns: 2000, seed: 1 });
});

test('a message of more than one block', () => {
  expect(() => new Sha1().digest(MOST_WORDS + 1)).toThrow(RangeError);
});

// The values are those of the specification's own baseline files.
test.each([
  ['128.232.110.120', '66.35.250.204', 6, 34855, 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['66.35.250.204', '128.232.110.120', 6, 80, 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  ['192.168.1.52', '8.8.8.8', 17, 54585, 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  ['192.168.0.89', '192.168.0.1', 1, 8, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  ['192.168.0.1', '192.168.0.89', 1, 0, 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
])('%s %s %i %i %i', (source, destination, protocol, first, second, id) => {
  const ids = new CommunityIds();
  ids.ends[0] = word(source);
  ids.ends[4] = word(destination);
  ids.make(1, protocol, first, second);
  expect(communityIdText(ids.digest)).toBe(id);
});

const port = fc.integer({ min: 0, max: 0xffff });
const addresses = fc.constantFrom(1, 4).chain((words) => {
  const address = fc.array(anyWord, { minLength: words, maxLength: words });
  return fc.tuple(address, fc.oneof(address, fc.constant(undefined)));
});

test('both directions have the digest of seed, ends in order, protocol and ports', () => {
  const ids = new CommunityIds();
  const protocols = fc.constantFrom(6, 17, 132, 89, 0, 255);
  const property = fc.property(addresses, protocols, port, port, ([a, other], protocol, portOfA, portOfB) => {
    const b = other ?? a;
    const ends = [
      { octets: octetsOf(a), port: portOfA },
      { octets: octetsOf(b), port: portOfB },
    ].sort((x, y) => Buffer.compare(x.octets, y.octets) || x.port - y.port);
    const ports = Buffer.alloc(hasPorts(protocol) ? 4 : 0);
    if (hasPorts(protocol)) for (const [i, end] of ends.entries()) ports.writeUInt16BE(end.port, 2 * i);
    const message = Buffer.concat([
      Buffer.alloc(2),
      ...ends.map(({ octets }) => octets),
      Buffer.of(protocol, 0),
      ports,
    ]);
    const digestOf = (source: number[], portOfSource: number, destination: number[], portOfDestination: number) => {
      ids.ends.set(source);
      ids.ends.set(destination, 4);
      ids.make(a.length, protocol, portOfSource, portOfDestination);
      return octetsOf(ids.digest).toString('hex');
    };
    expect(digestOf(a, portOfA, b, portOfB)).toBe(sha1Of(message));
    expect(digestOf(b, portOfB, a, portOfA)).toBe(sha1Of(message));
  });
  fc.assert(property, { numRuns: 1000, seed: 1 });
});
