/** One direction of a TCP connection, put in order from segments in any order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamBudget, StreamDirection, type StreamLimits } from '../../src/flow/stream-direction.ts';

const LIMITS: StreamLimits = { octets: 10_000, segments: 100, patience: 4 };

/** What a direction tells: text for octets, a number for the size of a gap. Offsets are checked on the way. */
class Told {
  readonly parts: (string | number)[] = [];
  private offset = 0;

  octets(side: number, offset: number, view: DataView, start: number, end: number): void {
    expect(side).toBe(1);
    expect(offset).toBe(this.offset);
    this.offset += end - start;
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(view.getUint8(at));
    if (typeof this.parts.at(-1) === 'string') this.parts.push(`${this.parts.pop()}${text}`);
    else this.parts.push(text);
  }

  gap(side: number, offset: number, length: number): void {
    expect(side).toBe(1);
    expect(offset).toBe(this.offset);
    expect(length).toBeGreaterThan(0);
    this.offset += length;
    this.parts.push(length);
  }
}

function direction(limits: Partial<StreamLimits> = {}, budget = new StreamBudget(1e6)) {
  const told = new Told();
  const stream = new StreamDirection(1, told, { ...LIMITS, ...limits }, budget);
  const add = (sequence: number, text: string, length = text.length): void => {
    // Octets around the segment show that nothing else is read, and wiping them that nothing borrowed is kept.
    const octets = new TextEncoder().encode(`<${text}>`);
    stream.add(sequence >>> 0, new DataView(octets.buffer), 1, octets.length - 1, length);
    octets.fill(0x21);
  };
  return { told, stream, add, budget };
}

describe('segments', () => {
  test.each<[name: string, segments: [sequence: number, text: string, length?: number][], told: (string | number)[]]>([
    [
      'in order',
      [
        [100, 'abc'],
        [103, 'def'],
      ],
      ['abcdef'],
    ],
    [
      'overtaken',
      [
        [100, 'abc'],
        [106, 'ghi'],
        [103, 'def'],
      ],
      ['abcdefghi'],
    ],
    [
      'sent twice',
      [
        [100, 'abc'],
        [100, 'abc'],
        [103, 'd'],
      ],
      ['abcd'],
    ],
    [
      'overlapping what was told: the first stay',
      [
        [100, 'abc'],
        [101, 'XYZ'],
      ],
      ['abcZ'],
    ],
    [
      'overlapping what is held: the first stay',
      [
        [100, 'a'],
        [103, 'def'],
        [101, 'WXYZVU'],
      ],
      ['aWXdefU'],
    ],
    [
      'held twice, the second longer on both sides',
      [
        [100, 'a'],
        [103, 'de'],
        [102, 'VXYZ'],
        [101, 'b'],
      ],
      ['abVdeZ'],
    ],
    [
      'never filled',
      [
        [100, 'a'],
        [105, 'fg'],
      ],
      ['a', 4, 'fg'],
    ],
    [
      'cut off by the snap length',
      [
        [100, 'ab', 10],
        [110, 'kl'],
      ],
      ['ab', 8, 'kl'],
    ],
    [
      'without any octet captured',
      [
        [100, '', 10],
        [110, 'kl'],
      ],
      [10, 'kl'],
    ],
    [
      'held and cut off',
      [
        [100, 'a'],
        [105, 'f', 3],
        [108, 'i'],
        [101, 'bcde'],
      ],
      ['abcdef', 2, 'i'],
    ],
    [
      'past the end of the sequence numbers',
      [
        [0xfffffffe, 'ab'],
        [2, 'ef'],
        [0, 'cd'],
      ],
      ['abcdef'],
    ],
    [
      'far outside of any window',
      [
        [100, 'a'],
        [100 + 2 ** 31 - 1, 'no'],
        [101, 'b'],
      ],
      ['ab'],
    ],
  ])('%s', (_, segments, expected) => {
    const { told, stream, add, budget } = direction();
    for (const [sequence, text, length] of segments) add(sequence, text, length);
    stream.close();
    expect(told.parts).toEqual(expected);
    expect(budget.held).toBe(0);
  });
});

test('every octet once, in order, whatever way the stream is cut, repeated and shuffled', () => {
  const cuts = fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 40 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), cuts, (initial, pieces) => {
      const text = Array.from({ length: 200 }, (_, i) => String.fromCharCode(0x41 + (i % 26))).join('');
      const { told, stream, add, budget } = direction();
      stream.begin(initial);
      for (const [at, length] of pieces) add(initial + at, text.slice(at, at + length));
      for (let at = 0; at < 200; at += 10) add(initial + at, text.slice(at, at + 10));
      expect(told.parts).toEqual([text]);
      expect(budget.held).toBe(0);
    }),
  );
});

describe('holes become gaps', () => {
  test('at the beginning, where the SYN told where that is', () => {
    const { told, stream, add } = direction();
    stream.begin(100);
    add(110, 'k');
    stream.close();
    expect(told.parts).toEqual([10, 'k']);
  });

  test('some packets after their receiver acknowledged them, not before', () => {
    const { told, stream, add } = direction();
    add(100, 'a');
    add(102, 'c');
    for (let i = 0; i < 20; i++) stream.pass();
    stream.acknowledge(103);
    for (let i = 0; i < LIMITS.patience; i++) stream.pass();
    expect(told.parts).toEqual(['a']);
    stream.pass();
    expect(told.parts).toEqual(['a', 1, 'c']);
    add(101, 'b');
    expect(told.parts).toEqual(['a', 1, 'c']);
  });

  test('at the end, by what was acknowledged and by the FIN', () => {
    const open = direction();
    open.add(100, 'a');
    open.stream.acknowledge(111);
    open.stream.close();
    expect(open.told.parts).toEqual(['a', 10]);

    const finished = direction();
    finished.add(100, 'a');
    finished.stream.finish(111);
    finished.stream.acknowledge(112);
    finished.stream.close();
    expect(finished.told.parts).toEqual(['a', 10]);

    const unseen = direction();
    unseen.add(100, 'a');
    unseen.stream.acknowledge(102);
    unseen.stream.close();
    expect(unseen.told.parts).toEqual(['a']);
  });

  test.each<[string, Partial<StreamLimits>, number]>([
    ['octets', { octets: 1000 }, 1e6],
    ['segments', { segments: 5 }, 1e6],
    ['octets of all streams', {}, 1000],
  ])('when more is held than the limit of %s', (_, limits, most) => {
    const { told, add, budget } = direction(limits, new StreamBudget(most));
    add(100, 'a');
    for (let i = 0; i < 20; i++) {
      add(200 + 100 * i, 'x'.repeat(50));
      expect(budget.held).toBeLessThanOrEqual(Math.min(most, 2000));
    }
    expect(told.parts.slice(0, 3)).toEqual(['a', 99, 'x'.repeat(50)]);
  });
});
