import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CaptureInput, InputError } from '../../src/capture/input.ts';
import { type InputEnd, PacketMerge } from '../../src/capture/merge.ts';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import {
  buildPcap,
  concat,
  enhancedPacket,
  type Frame,
  interfaceDescription,
  sectionHeader,
  simplePacket,
} from './build-capture.ts';

/** Hands the octets over in pieces; every other piece as a promise, if asked to. */
function inputOf(name: string, octets: Uint8Array, pieceLength = octets.length, promises = false): CaptureInput {
  const reader = new CaptureReader();
  let at = 0;
  let pieces = 0;
  return {
    name,
    reader,
    refill() {
      const piece = octets.subarray(at, at + Math.max(1, pieceLength));
      at += piece.length;
      reader.append(piece);
      const more = piece.length > 0;
      return promises && ++pieces % 2 === 0 ? Promise.resolve(more) : more;
    },
    close() {},
  };
}

interface Merged {
  readonly order: string[];
  readonly ends: InputEnd[];
  readonly outOfOrder: string[];
}

/** Each packet as its input's name and its first octet. */
async function merge(inputs: readonly CaptureInput[]): Promise<Merged> {
  const ends: InputEnd[] = [];
  const outOfOrder: string[] = [];
  const order: string[] = [];
  const merged = new PacketMerge(inputs, {
    onEnd: (end) => ends.push(end),
    onOutOfOrder: ({ name }) => outOfOrder.push(name),
  });
  const packet = new Packet();
  for (;;) {
    const index = await merged.next(packet);
    if (index < 0) return { order, ends, outOfOrder };
    order.push(`${inputs[index]?.name}${packet.bytes[packet.start]}`);
  }
}

/** Frames of one octet, their number, at the given times in seconds. */
function at(...seconds: readonly number[]): Frame[] {
  return seconds.map((second, index) => ({
    octets: Uint8Array.of(index),
    seconds: Math.floor(second),
    nanos: Math.round((second % 1) * 1e6) * 1000,
  }));
}

describe('order', () => {
  test.each<[string, Record<string, number[]>, string[], string[]]>([
    ['by time', { a: [1, 3, 5], b: [2, 4] }, ['a0', 'b0', 'a1', 'b1', 'a2'], []],
    ['by microseconds', { a: [1.000_002], b: [1.000_001] }, ['b0', 'a0'], []],
    ['at the same time as the inputs were given', { a: [1, 1, 2], b: [1, 2] }, ['a0', 'a1', 'b0', 'a2', 'b1'], []],
    ['an input out of order in its own sequence', { a: [5, 1, 6], b: [2, 7] }, ['b0', 'a0', 'a1', 'a2', 'b1'], ['a']],
    ['told once an input', { a: [5, 1, 4, 2], b: [9] }, ['a0', 'a1', 'a2', 'a3', 'b0'], ['a']],
    ['one input only, as it is', { a: [5, 1, 6] }, ['a0', 'a1', 'a2'], []],
    ['an input without packets', { a: [], b: [1] }, ['b0'], []],
  ])('%s', async (_, times, order, outOfOrder) => {
    const inputs = Object.entries(times).map(([name, seconds]) => inputOf(name, buildPcap(at(...seconds))));
    expect(await merge(inputs)).toMatchObject({ order, outOfOrder });
  });

  test('a packet without a time follows the one before it', async () => {
    const packet = (octet: number, ticks: bigint) => enhancedPacket({ octets: Uint8Array.of(octet), ticks });
    const a = concat(
      sectionHeader(),
      interfaceDescription(),
      packet(0, 1_000_000n),
      simplePacket(Uint8Array.of(1)),
      packet(2, 3_000_000n),
    );
    const b = concat(sectionHeader(), interfaceDescription(), packet(0, 2_000_000n));
    expect((await merge([inputOf('a', a), inputOf('b', b)])).order).toEqual(['a0', 'a1', 'b0', 'a2']);
  });
});

test('sorted inputs merge into one sorted sequence, whatever pieces they come in', async () => {
  const times = fc
    .array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 })
    .map((seconds) => seconds.sort((x, y) => x - y));
  await fc.assert(
    fc.asyncProperty(
      fc.array(times, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 200 }),
      async (all, piece) => {
        const inputs = all.map((seconds, index) =>
          inputOf(`${index}:`, buildPcap(at(...seconds)), piece, index % 2 === 0),
        );
        const expected = all
          .flatMap((seconds, index) => seconds.map((second, number) => ({ second, index, name: `${index}:${number}` })))
          .sort((x, y) => x.second - y.second || x.index - y.index)
          .map(({ name }) => name);
        const { order, ends, outOfOrder } = await merge(inputs);
        expect(order).toEqual(expected);
        expect(ends).toHaveLength(all.length);
        expect(outOfOrder).toEqual([]);
      },
    ),
  );
});

describe('ends', () => {
  const good = buildPcap(at(1, 2));
  const damagedRecord = new Uint8Array(16).fill(0xff);

  test('an input that is damaged or cut off ends alone, and says how', async () => {
    const failing: CaptureInput = {
      ...inputOf('f', good),
      refill() {
        throw new InputError('EIO', 'f', "'f' cannot be read: i/o error");
      },
    };
    const inputs = [
      inputOf('a', concat(good, damagedRecord)),
      inputOf('b', good.subarray(0, good.length - 1)),
      inputOf('c', good),
      inputOf('d', new Uint8Array(0)),
      failing,
    ];
    const { order, ends } = await merge(inputs);
    expect(order).toEqual(['a0', 'b0', 'c0', 'a1', 'c1']);
    const endOf = (name: string) => ends.find(({ input }) => input.name === name);
    expect(endOf('a')?.error).toMatchObject({ code: 'record-too-long', byteOffset: good.length });
    expect(endOf('b')?.cutOff).toEqual({ byteOffset: 41, needed: 17, available: 16 });
    expect(endOf('c')).toEqual({ input: inputs[2], index: 2 });
    expect(endOf('d')?.error?.message).toBe('empty: no capture header');
    expect(endOf('f')?.error).toBeInstanceOf(InputError);
  });

  test('a failure later than now ends its input too', async () => {
    const late: CaptureInput = {
      ...inputOf('l', good),
      refill: () => Promise.reject(new InputError('EIO', 'l', 'late')),
    };
    const { order, ends } = await merge([late, inputOf('a', good)]);
    expect(order).toEqual(['a0', 'a1']);
    expect(ends.map(({ error }) => error?.message)).toEqual(['late', undefined]);
  });

  test('what is no failure of an input is not taken for one', async () => {
    const broken: CaptureInput = {
      ...inputOf('x', good),
      refill() {
        throw new TypeError('a mistake');
      },
    };
    await expect(merge([broken])).rejects.toThrow('a mistake');
  });

  test('no inputs, no packets', async () => {
    expect(await merge([])).toEqual({ order: [], ends: [], outOfOrder: [] });
  });
});

test('a single input passes in whole batches', async () => {
  const merged = new PacketMerge([inputOf('a', buildPcap(at(...Array.from({ length: 600 }, (_, index) => index))))]);
  const lengths: number[] = [];
  for (let run = await merged.nextRun(); run !== undefined; run = await merged.nextRun())
    lengths.push(run.end - run.start);
  expect(lengths).toEqual([256, 256, 88]);
});
