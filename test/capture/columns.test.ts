import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Columns, CountedColumns, MODULE_OCTETS, ReservedColumns, SEPARATE } from '../../src/capture/columns.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { buildPcap } from './build-capture.ts';

type Column = Int32Array | Float64Array | Uint16Array | Uint8Array;
const KINDS = ['int32', 'float64', 'uint16', 'octets'] as const;
const LONG = 1024 * 1024;

function take(columns: Columns, kind: (typeof KINDS)[number], length: number): Column {
  return columns[kind](length);
}

test.each([
  ['int32', Int32Array],
  ['float64', Float64Array],
  ['uint16', Uint16Array],
  ['octets', Uint8Array],
] as const)('%s gives cleared columns of as many numbers as asked for', (kind, type) => {
  for (const columns of [SEPARATE, new ReservedColumns(1000)]) {
    const column = take(columns, kind, 5);
    expect(column).toBeInstanceOf(type);
    expect([...column]).toEqual([0, 0, 0, 0, 0]);
  }
  expect(take(SEPARATE, kind, 5).buffer).not.toBe(take(SEPARATE, kind, 5).buffer);
});

const wanted = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    length: fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: LONG / 8 - 5, max: LONG + 5 })),
  }),
  { maxLength: 12 },
);

describe('a reserve', () => {
  test('holds all columns that were counted, aligned, apart from each other and behind what is the module’s', () => {
    fc.assert(
      fc.property(wanted, fc.nat({ max: 10_000 }), (pieces, seed) => {
        const counted = new CountedColumns();
        for (const { kind, length } of pieces) expect(take(counted, kind, length)).toHaveLength(0);
        const reserve = new ReservedColumns(counted.total);
        // The count holds for any order.
        const turned = [...pieces.slice(seed % (pieces.length + 1)), ...pieces.slice(0, seed % (pieces.length + 1))];
        let end = MODULE_OCTETS;
        for (const { kind, length } of turned) {
          const column = take(reserve, kind, length);
          expect(column).toHaveLength(length);
          expect(column.buffer).toBe(reserve.memory.buffer);
          expect(column.byteOffset % (column.byteLength < LONG ? 64 : 4096)).toBe(0);
          expect(column.byteOffset).toBeGreaterThanOrEqual(end);
          end = column.byteOffset + column.byteLength;
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  test('is shared memory of whole pages', () => {
    const { buffer } = new ReservedColumns(1).memory;
    expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffer.byteLength).toBe(2 * 65_536);
  });

  test('that is used up says so in figures, and still gives what is left', () => {
    const reserve = new ReservedColumns(256);
    reserve.int32(33);
    expect(() => reserve.float64(9)).toThrow(
      new RangeError('72 octets of columns asked for, 124 of the 65792 reserved are left'),
    );
    expect(reserve.float64(8)).toHaveLength(8);
    expect(() => reserve.octets(1)).toThrow(RangeError);
  });

  test('beyond what 32-bit addresses reach is refused', () => {
    expect(() => new ReservedColumns(2 ** 32)).toThrow(
      new RangeError('no memory of 4295032832 octets: 4294967296 are the most'),
    );
  });
});

test('a batch in a reserve is filled as a separate one is', () => {
  const counted = new CountedColumns();
  new PacketBatch(3, counted);
  const reserve = new ReservedColumns(counted.total);
  const batches = [new PacketBatch(3), new PacketBatch(3, reserve)];
  const octets = buildPcap([1, 2].map((seconds) => ({ octets: new Uint8Array(60 + seconds), seconds, nanos: 7000 })));
  for (const batch of batches) {
    const reader = new CaptureReader();
    reader.append(octets);
    expect(reader.nextBatch(batch)).toBe(2);
  }
  expect(batches[1]).toEqual(batches[0]);
  expect([...batches[1]!.length]).toEqual([61, 62, 0]);
  for (const column of Object.values(batches[1]!)) {
    if (typeof column === 'object') expect(column.buffer).toBe(reserve.memory.buffer);
  }
});
