import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Xxh32, Xxh64 } from '../../src/node/xxhash.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the hash of a text', () => {
  test.each([
    ['', 0x02cc5d05, 0x51d8e999],
    ['a', 0x550d7456, 0xa98c6e5b],
    ['abc', 0x32d153ff, 0xad770999],
    ['Nobody inspects the spammish repetition', 0xe2293b2f, 0x8a378bf1],
  ])('%j', (text, hash32, hash64) => {
    expect(new Xxh32().update(octets(text)).digest()).toBe(hash32);
    expect(new Xxh64().update(octets(text)).digestLow()).toBe(hash64);
  });

  test('is the same however it is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(300)), (whole, cuts) => {
        const bounds = [0, ...cuts.map((at) => Math.min(at, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = bounds.slice(1).map((end, index) => whole.subarray(bounds[index], end));
        const cut32 = pieces.reduce((hash, piece) => hash.update(piece), new Xxh32());
        const cut64 = pieces.reduce((hash, piece) => hash.update(piece), new Xxh64());
        expect(cut32.digest()).toBe(new Xxh32().update(whole).digest());
        expect(cut64.digestLow()).toBe(new Xxh64().update(whole).digestLow());
      }),
    );
  });
});
