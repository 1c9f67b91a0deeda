import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReservedColumns } from '../../src/capture/columns.ts';
import { PacketMerge } from '../../src/capture/merge.ts';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { openInput } from '../../src/node/capture-input.ts';
import { ReadAhead } from '../../src/node/read-ahead.ts';
import { type ReadBufferSizes, ReadBuffers } from '../../src/node/read-buffers.ts';
import { buildPcap } from '../capture/build-capture.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function captureOf(lengths: readonly number[]): Uint8Array {
  return buildPcap(
    lengths.map((length, index) => ({
      octets: Uint8Array.from({ length }, (_, at) => (at * 7 + index) & 0xff),
      seconds: index,
      nanos: 0,
    })),
  );
}

/** Octets and places of a capture's packets, read ahead in pieces; `meanwhile` is called before each piece but the first. */
async function packetsOf(
  path: string,
  sizes: ReadBufferSizes,
  meanwhile?: (packets: number) => void,
  columns?: ReservedColumns,
): Promise<string[]> {
  const descriptor = openSync(path, 'r');
  const ahead = new ReadAhead(descriptor, 0, new ReadBuffers(columns, sizes));
  const reader = new CaptureReader({ bufferSize: 16 });
  const packet = new Packet();
  const packets: string[] = [];
  while ((await ahead.fill(reader)) > 0) {
    while (reader.next(packet))
      packets.push(
        `${packet.byteOffset} ${Buffer.from(packet.bytes.subarray(packet.start, packet.end)).toString('hex')}`,
      );
    meanwhile?.(packets.length);
  }
  await ahead.close();
  closeSync(descriptor);
  return packets;
}

/** The same, from all octets at once. */
function packetsIn(octets: Uint8Array): string[] {
  const reader = new CaptureReader();
  const packet = new Packet();
  const packets: string[] = [];
  reader.append(octets);
  while (reader.next(packet))
    packets.push(
      `${packet.byteOffset} ${Buffer.from(packet.bytes.subarray(packet.start, packet.end)).toString('hex')}`,
    );
  return packets;
}

test('pieces of any length give the packets that the whole file gives, with room in front of them or without', async () => {
  const path = join(folder, 'any.pcap');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 0, max: 400 }),
      fc.boolean(),
      async (lengths, piece, front, isReserved) => {
        const octets = captureOf(lengths);
        writeFileSync(path, octets);
        const columns = isReserved ? new ReservedColumns(10_000) : undefined;
        expect(await packetsOf(path, { piece, front }, undefined, columns)).toEqual(packetsIn(octets));
      },
    ),
    { seed: 11, numRuns: 200 },
  );
});

test('a file that grows while it is read ahead is read to its new end', async () => {
  const path = join(folder, 'grows.pcap');
  const lengths = Array.from({ length: 40 }, (_, index) => 50 + index);
  const octets = captureOf(lengths);
  writeFileSync(path, octets.subarray(0, 1500));
  let isGrown = false;
  const packets = await packetsOf(path, { piece: 1000, front: 200 }, (count) => {
    if (isGrown || count < 5) return;
    isGrown = true;
    appendFileSync(path, octets.subarray(1500));
  });
  expect(packets).toEqual(packetsIn(octets));
});

test('a file that is cut while it is read ahead gives what was read of it', async () => {
  const path = join(folder, 'cut.pcap');
  const octets = captureOf(Array.from({ length: 40 }, () => 100));
  writeFileSync(path, octets);
  const packets = await packetsOf(path, { piece: 300, front: 200 }, (count) => {
    if (count >= 10) truncateSync(path, 2000);
  });
  expect(packets.length).toBeGreaterThanOrEqual(10);
  expect(packets).toEqual(packetsIn(octets).slice(0, packets.length));
});

test('a read that fails is told, and nothing is lost that was read before it', async () => {
  const descriptor = openSync(folder, 'r');
  const ahead = new ReadAhead(descriptor, 0);
  await expect(ahead.fill(new CaptureReader())).rejects.toMatchObject({ code: 'EISDIR' });
  await ahead.close();
  closeSync(descriptor);
});

/** Longer than what is read at once and several pieces. */
test('a long file is read ahead to its end, and may be closed at any time', async () => {
  const path = join(folder, 'long.pcap');
  const record = captureOf([60_000]);
  const count = 160;
  writeFileSync(path, record);
  for (let i = 1; i < count; i++) appendFileSync(path, record.subarray(24));
  for (const most of [Number.POSITIVE_INFINITY, 40, 1]) {
    const input = await openInput(path);
    const merge = new PacketMerge([input]);
    let packets = 0;
    for (let run = await merge.nextRun(); run !== undefined && packets < most; run = await merge.nextRun()) {
      packets += run.end - run.start;
    }
    input.close();
    input.close();
    expect(packets).toBeGreaterThanOrEqual(Math.min(most, count));
    if (most === Number.POSITIVE_INFINITY) expect(packets).toBe(count);
  }
});
