/** What is kept is what was given, or nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/capture/utf8.ts';
import { createKeptTexts, type KeptTexts, NOT_KEPT } from '../../src/render/kept-texts.ts';
import { LONGEST_KEPT } from '../../src/render/text-words.ts';

const octets = new Uint8Array(4096);
const kept = createKeptTexts(new DataView(octets.buffer));

function written(text: number): string {
  const at = 7;
  return decodeUtf8(octets.slice(at, kept.put(at, text)));
}

type Numbers = readonly [id: number, a: number, b: number, c: number, d: number, e: number, f: number];
const textFor = (numbers: readonly number[], length: number): string =>
  `${numbers.join(' ')} ${'→'.repeat(length)}`.slice(0, LONGEST_KEPT / 3);

/** Looks for a text and keeps it where it is not there; answers whether it was. */
function meet(find: (texts: KeptTexts) => number, text: string): boolean {
  const known = find(kept);
  if (known !== NOT_KEPT) {
    expect(written(known)).toBe(text);
    return true;
  }
  kept.keep(encodeUtf8(text));
  expect(written(find(kept))).toBe(text);
  return false;
}

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());

test('by two numbers and by six', () => {
  let found = 0;
  const numbers = fc.tuple(fc.integer({ min: 1, max: 3 }), number, number, number, number, number, number);
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, fc.nat(300), fc.boolean()), { maxLength: 60 }), (all) => {
      for (const [six, , isShort] of all) {
        const [id, a, b, c, d, e, f] = six as Numbers;
        const isThere = isShort
          ? meet((texts) => texts.find(id, a, b), textFor([id, a, b], a & 63))
          : meet((texts) => texts.findBySix(id + 3, a, b, c, d, e, f), textFor(six, f & 63));
        if (isThere) found++;
      }
    }),
    { seed: 3, numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(100);
});

test('a text that is too long', () => {
  expect(kept.find(9, 1)).toBe(NOT_KEPT);
  kept.keep(new Uint8Array(LONGEST_KEPT + 1).fill(65));
  expect(kept.find(9, 1)).toBe(NOT_KEPT);
});

test('unsigned numbers are those with the same bits', () => {
  expect(kept.find(10, 0xfedcba98)).toBe(NOT_KEPT);
  kept.keep(encodeUtf8('kept'));
  expect(written(kept.find(10, 0xfedcba98 | 0))).toBe('kept');
});

test('what is kept for good, beside more than there is room for', () => {
  const own = createKeptTexts(new DataView(octets.buffer));
  const texts = Array.from({ length: 5000 }, (_, i) => `${i} ${'x'.repeat(i % 90)}`);
  const numbers = texts.map((text) => {
    own.find(1, Number.parseInt(text, 10));
    own.keep(encodeUtf8('y'.repeat(LONGEST_KEPT)));
    return own.keepForGood(text);
  });
  const keptForGood = numbers.filter((text) => text !== NOT_KEPT);
  expect(keptForGood.length).toBeGreaterThan(1000);
  expect(keptForGood.length).toBeLessThan(texts.length);
  expect(own.keepForGood('z'.repeat(LONGEST_KEPT + 1))).toBe(NOT_KEPT);
  for (const [i, text] of numbers.entries()) {
    if (text !== NOT_KEPT) expect(decodeUtf8(octets.slice(7, own.put(7, text)))).toBe(texts[i]);
  }
});
