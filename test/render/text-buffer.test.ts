/** What is written as octets is the text that strings would make. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hexOctets, ipv4Text } from '../../src/dissect/value.ts';
import { putNine } from '../../src/render/put.ts';
import { fixedText, TextBuffer } from '../../src/render/text-buffer.ts';
import { TextMemo } from '../../src/render/text-memo.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const octets = fc.uint8Array({ minLength: 4, maxLength: 40 });

/** What a fresh buffer holds after `write`, behind a text that is there already. */
function written(write: (out: TextBuffer) => void): string {
  const out = new TextBuffer();
  out.text('ab→');
  const from = out.at;
  write(out);
  expect(out.textFrom(0).startsWith('ab→')).toBe(true);
  return out.textFrom(from);
}

const view = (of: Uint8Array): DataView => new DataView(of.buffer, of.byteOffset, of.length);

test('texts, with unpaired surrogates as U+FFFD', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      expect(written((out) => out.text(text))).toBe(Buffer.from(text).toString());
      expect(written((out) => out.fixed(fixedText(text)))).toBe(Buffer.from(text).toString());
    }),
  );
});

test('numbers', () => {
  const any = fc.oneof(word, fc.double(), fc.integer(), fc.constantFrom(-0, 2 ** 32, 2 ** 53, 99, 100, 4294967295));
  fc.assert(
    fc.property(any, (value) => {
      expect(written((out) => out.number(value))).toBe(String(value));
    }),
  );
  fc.assert(
    fc.property(word, fc.integer({ min: 1, max: 10 }), (value, count) => {
      expect(written((out) => out.digits(value, count))).toBe(String(value).padStart(count, '0').slice(-count));
    }),
  );
  fc.assert(
    fc.property(word, (value) => {
      expect(written((out) => out.hexDigits(value, 8))).toBe(value.toString(16).padStart(8, '0'));
    }),
  );
});

test('addresses and octets', () => {
  fc.assert(
    fc.property(octets, (some) => {
      expect(written((out) => out.ipv4(view(some), 0))).toBe(ipv4Text(view(some), 0));
      expect(written((out) => out.hexOctets(view(some), 1, some.length))).toBe(hexOctets(view(some), 1, some.length));
    }),
  );
});

test('a text longer than the buffer', () => {
  const long = 'é'.repeat(100_000);
  expect(written((out) => out.text(long))).toBe(long);
  expect(written((out) => out.fixed(fixedText(long)))).toBe(long);
});

test('what is kept is what was written, or nothing', () => {
  const memo = new TextMemo();
  const textOf = (kind: number, first: number, second: number): string =>
    `${kind}: ${first}/${second} ${'→'.repeat(second % 90)}`;
  let hits = 0;
  // More texts than there is room for, so that some give way, and all are forgotten now and then.
  for (let i = 0; i < 80_000; i++) {
    const of = [i % 7, i % 2 === 0 ? i % 40 : Math.imul(i, 0x9e3779b1), i % 11] as const;
    const out = new TextBuffer();
    if (memo.write(out, ...of)) {
      hits++;
      expect(out.textFrom(0)).toBe(textOf(...of));
    } else {
      out.text(textOf(...of));
      memo.keep(out, 0, ...of);
    }
    expect(memo.write(out, ...of)).toBe(true);
  }
  expect(memo.write(new TextBuffer(), 99, 0, 0)).toBe(false);
  expect(hits).toBeGreaterThan(10_000);
});

test('nine digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (value) => {
      const out = new TextBuffer();
      out.at = putNine(out.view, 0, value);
      expect(out.textFrom(0)).toBe(String(value).padStart(9, '0'));
    }),
  );
});
