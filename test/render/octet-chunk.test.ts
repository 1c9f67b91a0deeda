/** Lines written to a chunk arrive whole and in order, however long they are and however many texts were kept. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOctetChunk, TOO_LONG } from '../../src/render/octet-chunk.ts';
import { LONGEST_KEPT } from '../../src/render/text-words.ts';
import { chunkToText } from './flow-line.ts';

test('texts of any length, one behind the other', () => {
  const { chunk, taken } = chunkToText();
  const texts = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer({ min: 0, max: 5000 }).map((length) => 'a'.repeat(length)),
      fc.integer({ min: 0, max: 90_000 }).map((length) => 'é'.repeat(length)),
    ),
    { maxLength: 30 },
  );
  const property = fc.property(texts, (all) => {
    let at = 0;
    for (const text of all) at = chunk.append(chunk.room(at), text);
    expect(taken(at)).toBe(Buffer.from(all.join('')).toString());
  });
  fc.assert(property, { numRuns: 200, seed: 1 });
});

test('what is handed over is written in large pieces', () => {
  const lengths: number[] = [];
  const chunk = createOctetChunk((octets) => lengths.push(octets.length));
  let at = 0;
  for (let i = 0; i < 100_000; i++) at = chunk.putAscii(chunk.room(at), '0123456789');
  chunk.flush(at);
  expect(lengths.reduce((sum, length) => sum + length)).toBe(1_000_000);
  expect(lengths.length).toBeLessThan(10);
});

test('kept texts', () => {
  const { chunk, taken } = chunkToText();
  const list = { first: '', second: 'x', third: 'é→'.repeat(30), longest: 'y'.repeat(LONGEST_KEPT) };
  const numbers = chunk.texts(list);
  expect(chunk.texts(list)).toBe(numbers);
  for (const name of ['first', 'second', 'third', 'longest'] as const) {
    expect(taken(chunk.put(0, numbers[name]))).toBe(list[name]);
  }
});

test('texts made of numbers, of which there are more than room for', () => {
  const { chunk, taken } = chunkToText();
  const list = { lasting: 'lasting' };
  const { lasting } = chunk.texts(list);
  const textOf = (number: number): string => `${number} ${'→'.repeat((number >>> 3) % 90)}`;
  let made = 0;
  const texts = chunk.textsOf((number) => {
    made++;
    return textOf(number);
  });
  const others = chunk.textsOf((number) => `other ${number}`);
  const long = chunk.textsOf((number) => 'a'.repeat(number));
  for (let i = 0; i < 20_000; i++) {
    const number = i % 2 === 0 ? i % 100 : Math.imul(i, 0x9e3779b1);
    expect(taken(chunk.put(0, texts(number)))).toBe(textOf(number));
    expect(taken(chunk.put(0, others(i % 3)))).toBe(`other ${i % 3}`);
  }
  expect(taken(chunk.put(0, lasting))).toBe('lasting');
  // The even ones are kept for a while.
  expect(made).toBeLessThan(15_000);
  expect(long(LONGEST_KEPT)).not.toBe(TOO_LONG);
  expect(long(LONGEST_KEPT + 1)).toBe(TOO_LONG);
});

test('lists of texts, as many as are asked for', () => {
  const { chunk, taken } = chunkToText();
  const lists = Array.from({ length: 40 }, (_, list) =>
    chunk.textsOf((number) => `${list}: ${number} ${'x'.repeat(900)}`),
  );
  for (let round = 0; round < 3; round++) {
    for (const [list, texts] of lists.entries()) {
      for (const number of [list, round, -1, 2 ** 40 + round]) {
        expect(taken(chunk.put(0, texts(number)))).toBe(`${list}: ${number} ${'x'.repeat(900)}`);
      }
    }
  }
});
