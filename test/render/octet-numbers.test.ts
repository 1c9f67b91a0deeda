/** Numbers written as octets are the text that JavaScript makes of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTime } from '../../src/capture/timestamp.ts';
import { ipv4Text } from '../../src/dissect/value.ts';
import type { OctetNumbers } from '../../src/render/octet-numbers.ts';
import { chunkToText } from './flow-line.ts';

const { numbers, chunk, taken } = chunkToText();

/** What is written behind a text that stands there already, whatever stood there before. */
function written(write: (numbers: OctetNumbers, at: number) => number): string {
  for (let i = 0; i < 64; i++) chunk.view.setUint8(i, 0xff);
  const text = taken(write(numbers, chunk.putAscii(0, 'ab')));
  expect(text.slice(0, 2)).toBe('ab');
  return text.slice(2);
}

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 1e7 }),
  fc.integer({ min: 0, max: 9 }).chain((power) => fc.constantFrom(10 ** power, 10 ** power - 1, 10 ** power + 1)),
);

test('numbers of 32 bits', () => {
  const property = fc.property(word, (value) => {
    expect(written((to, at) => to.putWhole(at, value))).toBe(String(value));
    expect(written((to, at) => to.putWhole(at, value | 0))).toBe(String(value));
  });
  fc.assert(property, { numRuns: 5000, seed: 1 });
});

test('all numbers of three digits and fewer', () => {
  for (let value = 0; value <= 1000; value++) expect(written((to, at) => to.putWhole(at, value))).toBe(String(value));
});

test('any numbers', () => {
  const any = fc.oneof(word, fc.double(), fc.integer(), fc.constantFrom(-0, 2 ** 32, 2 ** 53));
  const property = fc.property(any, (value) => {
    expect(written((to, at) => to.putNumber(at, value))).toBe(String(value));
  });
  fc.assert(property, { numRuns: 2000, seed: 1 });
});

test('seconds are those of a division', () => {
  const nanos = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 53 - 1 }),
    fc.integer({ min: 0, max: 1e10 }),
    fc.integer({ min: 0, max: 5000 }),
    fc.integer({ min: 0, max: 1e10 }).map((micros) => micros * 1000),
    fc.integer({ min: 0, max: 1e6 }).map((seconds) => seconds * 1e9),
    fc.double(),
  );
  const property = fc.property(nanos, (value) => {
    expect(written((to, at) => to.putSeconds(at, value))).toBe(JSON.stringify(value / 1e9));
  });
  fc.assert(property, { numRuns: 10_000, seed: 1 });
});

test.each([
  [0, 0, '"1970-01-01T00:00:00.000000000Z"'],
  [1_720_000_000, 86_399e9 + 5, '"2024-07-04T09:46:39.000000005Z"'],
  [-1, 0, '"1969-12-31T23:59:59.000000000Z"'],
  [0, -1, '"1969-12-31T23:59:59.999999999Z"'],
  [2 ** 60, 0, '"+285428751-11-12T07:36:31.000000000Z"'],
  [-62_200_000_000, 0, '"-000002-12-17T14:13:20.000000000Z"'],
  // A quotient in doubles would be the next second.
  [1_720_000_000, 9_000_000e9 - 1, '"2024-10-15T13:46:39.999999999Z"'],
  [0, Number.NaN, 'null'],
])('the time %d and %d', (base, nanos, expected) => {
  expect(written((to, at) => to.putTime(at, base, nanos))).toBe(expected);
});

test('times of many days, in any order', () => {
  const second = fc.oneof(
    fc.integer({ min: 1_720_000_000, max: 1_720_200_000 }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.constantFrom(86_399, 86_400, -86_400, -86_401),
  );
  const property = fc.property(second, fc.integer({ min: 0, max: 999_999_999 }), (seconds, nanos) => {
    expect(written((to, at) => to.putTime(at, seconds, nanos))).toBe(JSON.stringify(formatTime(seconds, nanos)));
  });
  fc.assert(property, { numRuns: 5000, seed: 1 });
});

test('addresses', () => {
  const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 9, 10, 99, 100, 255));
  const property = fc.property(fc.tuple(octet, octet, octet, octet), (octets) => {
    const view = new DataView(Uint8Array.from(octets).buffer);
    expect(written((to, at) => to.putAddress(at, view.getInt32(0)))).toBe(ipv4Text(view, 0));
  });
  fc.assert(property, { numRuns: 2000, seed: 1 });
});

test('digests in base64', () => {
  const property = fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (octets) => {
    const view = new DataView(octets.buffer, octets.byteOffset);
    const digest = Int32Array.from({ length: 5 }, (_, i) => view.getInt32(4 * i));
    expect(written((to, at) => to.putBase64(at, digest))).toBe(Buffer.from(octets).toString('base64'));
  });
  fc.assert(property, { numRuns: 1000, seed: 1 });
});
