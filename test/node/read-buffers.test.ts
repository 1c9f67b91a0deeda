/** Several captures, one after the other, through the same buffers of one memory. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountedColumns, ReservedColumns } from '../../src/capture/columns.ts';
import type { CaptureInput } from '../../src/capture/input.ts';
import { type InputEnd, PacketMerge } from '../../src/capture/merge.ts';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { FRONT } from '../../src/node/byte-source.ts';
import { openInput } from '../../src/node/capture-input.ts';
import { ReadAhead } from '../../src/node/read-ahead.ts';
import { ReadBuffers, readBufferOctets } from '../../src/node/read-buffers.ts';
import { pcapHeader } from '../capture/build-capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SIZES = { piece: 256 * 1024, front: 64 * 1024 };
const BUFFER = SIZES.piece + SIZES.front;

function reserveFor(sizes = SIZES): { columns: ReservedColumns; buffers: ReadBuffers } {
  const counted = new CountedColumns();
  new ReadBuffers(counted, sizes);
  const columns = new ReservedColumns(counted.total);
  return { columns, buffers: new ReadBuffers(columns, sizes) };
}

/** All buffers at hand, which are given back. */
function atHand(buffers: ReadBuffers): Uint8Array[] {
  const taken = Array.from({ length: 4 }, () => buffers.take());
  for (const buffer of taken) buffers.give(buffer);
  return taken;
}

/** Whether a reserve's three buffers are all at hand: a fourth is another one. */
function isWhole(buffers: ReadBuffers, { memory }: ReservedColumns): boolean {
  const found = atHand(buffers);
  const own = found.filter(({ buffer }) => buffer === memory.buffer);
  return own.length === 3 && new Set(own.map(({ byteOffset }) => byteOffset)).size === 3;
}

const LENGTH = 5000;
const HEADER = 24;
const RECORD_HEADER = 16;
const RECORD = RECORD_HEADER + LENGTH;
/** As many are longer than what is read at once, and than several pieces that are read ahead. */
const MANY = 900;

/** Packet `index` is `length` octets of its number. */
function captureOf(count: number, length = LENGTH): Uint8Array {
  const octets = new Uint8Array(HEADER + count * (RECORD_HEADER + length));
  const view = new DataView(octets.buffer);
  octets.set(pcapHeader());
  for (let index = 0, at = HEADER; index < count; index++, at += RECORD_HEADER + length) {
    view.setUint32(at, index, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    octets.fill(index, at + RECORD_HEADER, at + RECORD_HEADER + length);
  }
  return octets;
}

/** The same with a length that no record can have in place of that of record `index`. */
function damaged(count: number, index: number): Uint8Array {
  const octets = captureOf(count);
  octets.fill(0xff, HEADER + index * RECORD + 8, HEADER + index * RECORD + 16);
  return octets;
}

interface Reading {
  /** Closed. */
  readonly input: CaptureInput;
  readonly packets: number;
  /** Packets whose octets are those that were written. */
  readonly sound: number;
  /** Packets in the reserve. */
  readonly reserved: number;
  readonly end: InputEnd | undefined;
}

/** Reads a capture, or the first packets of it. */
async function readAll(
  octets: Uint8Array,
  readBuffers: ReadBuffers,
  { memory }: ReservedColumns,
  { readsAhead = true, most = Number.POSITIVE_INFINITY } = {},
): Promise<Reading> {
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, octets);
  const input = await openInput(path, { readsAhead, readBuffers });
  const { reader } = input;
  let end: InputEnd | undefined;
  let packets = 0;
  let sound = 0;
  let reserved = 0;
  const merge = new PacketMerge([input], {
    onEnd: (ending) => {
      end = ending;
    },
  });
  for (let run = await merge.nextRun(); run !== undefined && packets < most; run = await merge.nextRun()) {
    for (let row = run.start; row < run.end; row++) {
      const start = run.batch.start[row]!;
      const own = reader.bytes.subarray(start, start + run.batch.length[row]!);
      if (own[0] === (packets & 0xff) && own.at(-1) === own[0]) sound++;
      if (reader.view.buffer === memory.buffer) reserved++;
      packets++;
    }
  }
  input.close();
  return { input, packets, sound, reserved, end };
}

describe.each([true, false])('read ahead: %s', (readsAhead) => {
  test.each<[string, Uint8Array, number]>([
    ['a short capture', captureOf(3), 3],
    ['a long capture', captureOf(MANY), MANY],
    ['a capture that ends with a piece', captureOf(MANY).subarray(0, 1024 * 1024 + 4 * SIZES.piece), 418],
    ['a capture that is cut off', captureOf(MANY).subarray(0, HEADER + (MANY - 1) * RECORD + 100), MANY - 1],
    ['a capture that is damaged early', damaged(MANY, 5), 5],
    ['a capture that is damaged late', damaged(MANY, 800), 800],
    ['an empty file', new Uint8Array(0), 0],
    ['a file that is no capture', new Uint8Array(3_000_000), 0],
  ])('%s is read into the reserve, time and again, and gives its buffers back', async (_, octets, count) => {
    const { columns, buffers } = reserveFor();
    for (let time = 0; time < 4; time++) {
      const { packets, sound, reserved } = await readAll(octets, buffers, columns, { readsAhead });
      expect({ packets, sound, reserved }).toEqual({ packets: count, sound: count, reserved: count });
      await expect.poll(() => isWhole(buffers, columns)).toBe(true);
    }
  });

  test('a capture that is left early gives its buffers back', async () => {
    const { columns, buffers } = reserveFor();
    for (const most of [1, 250, 600]) {
      await readAll(captureOf(MANY), buffers, columns, { readsAhead, most });
      await expect.poll(() => isWhole(buffers, columns)).toBe(true);
    }
  });

  test('records longer than a buffer are read elsewhere, and the buffers stay', async () => {
    const { columns, buffers } = reserveFor({ piece: 128 * 1024, front: 32 * 1024 });
    for (let time = 0; time < 3; time++) {
      const { packets, sound, end } = await readAll(captureOf(8, 200 * 1024), buffers, columns, { readsAhead });
      expect({ packets, sound }).toEqual({ packets: 8, sound: 8 });
      expect(end?.error).toBeUndefined();
      await expect.poll(() => isWhole(buffers, columns)).toBe(true);
    }
  });
});

test.each([true, false])('reads are as long as they are without a reserve; read ahead: %s', async (readsAhead) => {
  const path = join(folder, 'lengths.pcap');
  writeFileSync(path, captureOf(4 * MANY));
  const reads: number[][] = [];
  for (const readBuffers of [undefined, new ReadBuffers(new ReservedColumns(readBufferOctets()))]) {
    const input = await openInput(path, { readsAhead, readBuffers });
    const packet = new Packet();
    const ends: number[] = [];
    do {
      ends.push(input.progress?.()?.read ?? -1);
      while (input.reader.next(packet));
    } while (await input.refill());
    input.close();
    reads.push(ends);
  }
  expect(reads[0]?.length).toBeGreaterThan(5);
  expect(reads[1]).toEqual(reads[0]);
});

test('what a capture leaves over can be told after its buffer has gone', async () => {
  const { columns, buffers } = reserveFor();
  const { input } = await readAll(captureOf(MANY).subarray(0, HEADER + 700 * RECORD + 100), buffers, columns);
  expect(input.reader.bytes).toHaveLength(100);
  expect(input.reader.end()).toEqual({ byteOffset: HEADER + 700 * RECORD, needed: RECORD, available: 100 });
});

test('captures read at the same time get buffers of their own where those of the reserve are taken', async () => {
  const { columns, buffers } = reserveFor();
  const paths = [0, 1, 2].map((index) => join(folder, `together-${index}.pcap`));
  for (const path of paths) writeFileSync(path, captureOf(MANY));
  const inputs = await Promise.all(paths.map((path) => openInput(path, { readBuffers: buffers })));
  const merge = new PacketMerge(inputs);
  const counts = [0, 0, 0];
  for (let run = await merge.nextRun(); run !== undefined; run = await merge.nextRun()) {
    const { bytes } = run.input.reader;
    for (let row = run.start; row < run.end; row++) {
      expect(bytes[run.batch.start[row]!]).toBe(counts[run.index]! & 0xff);
      counts[run.index]!++;
    }
  }
  for (const input of inputs) input.close();
  expect(counts).toEqual([MANY, MANY, MANY]);
  await expect.poll(() => isWhole(buffers, columns)).toBe(true);
});

test('a read that fails gives its buffers back', async () => {
  const { columns, buffers } = reserveFor();
  const descriptor = openSync(folder, 'r');
  const ahead = new ReadAhead(descriptor, 0, buffers);
  await expect(ahead.fill(new CaptureReader())).rejects.toMatchObject({ code: 'EISDIR' });
  await ahead.close();
  closeSync(descriptor);
  await setImmediate();
  expect(isWhole(buffers, columns)).toBe(true);
});

test('buffers of others are not kept', () => {
  const { columns, buffers } = reserveFor();
  buffers.give(new Uint8Array(BUFFER));
  expect(isWhole(buffers, columns)).toBe(true);
  expect(atHand(buffers).map(({ length }) => length)).toEqual([BUFFER, BUFFER, BUFFER, BUFFER]);
});

test('a reserve for the buffers holds them', () => {
  const octets = readBufferOctets();
  const columns = new ReservedColumns(octets);
  const buffers = new ReadBuffers(columns);
  expect(isWhole(buffers, columns)).toBe(true);
  expect(buffers.sizes.front).toBe(FRONT);
  expect(() => new ReadBuffers(new ReservedColumns(octets - 3 * 4096))).toThrow(RangeError);
});
