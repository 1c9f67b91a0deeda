import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NoticeCode } from '../../src/capture/notice.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import {
  buildPcap,
  concat,
  type Frame,
  IXIA_MICROSECOND_MAGIC,
  IXIA_NANOSECOND_MAGIC,
  MICROSECOND_MAGIC,
  MODIFIED_MAGIC,
  NANOSECOND_MAGIC,
  type PcapOptions,
  pcapHeader,
  pcapRecord,
} from './build-capture.ts';
import { cutAt, readChunks, readWhole } from './read-packets.ts';

const FRAMES: readonly Frame[] = [
  { octets: Uint8Array.of(1, 2, 3), seconds: 1_720_000_000, nanos: 123_456_000, wireLength: 60 },
  { octets: Uint8Array.of(), seconds: 1_720_000_001, nanos: 0 },
  { octets: Uint8Array.of(0xff), seconds: 4_294_967_295, nanos: 999_999_000 },
];

const EXPECTED = FRAMES.map(({ octets, seconds, nanos, wireLength = octets.length }) => ({
  octets: [...octets],
  seconds,
  nanos,
  wireLength,
}));

function essence(options: PcapOptions) {
  const { packets, error, cutOff } = readWhole(buildPcap(FRAMES, options));
  expect(error ?? cutOff).toBeUndefined();
  return packets.map(({ octets, seconds, nanos, wireLength }) => ({ octets, seconds, nanos, wireLength }));
}

describe('variants', () => {
  const ixiaLength = Uint8Array.of(0, 0, 0, 99);
  test.each<[string, PcapOptions, string]>([
    ['microseconds', { magic: MICROSECOND_MAGIC }, 'pcap'],
    ['nanoseconds', { magic: NANOSECOND_MAGIC }, 'pcap'],
    ['modified', { magic: MODIFIED_MAGIC, afterRecordHeader: new Uint8Array(8).fill(7) }, 'modified pcap'],
    ['Ixia software', { magic: IXIA_MICROSECOND_MAGIC, afterHeader: ixiaLength }, 'Ixia pcap'],
    ['Ixia hardware', { magic: IXIA_NANOSECOND_MAGIC, afterHeader: ixiaLength }, 'Ixia pcap'],
  ])('%s, in both byte orders', (_, options, variant) => {
    for (const little of [true, false]) {
      expect(essence({ ...options, little })).toEqual(EXPECTED);
      const { reader } = readWhole(buildPcap(FRAMES, { ...options, little }));
      expect(reader.pcapHeader?.variant).toBe(variant);
      expect(reader.byteOrder).toBe(little ? 'little-endian' : 'big-endian');
      expect(reader.format).toBe('pcap');
    }
  });

  test.each<[string, PcapOptions]>([
    ['2.2, original length first', { version: [2, 2], originalFirst: true }],
    ['2.3, as written', { version: [2, 3] }],
    ['2.3, original length first', { version: [2, 3], originalFirst: true }],
    ['543.0 of DG/UX', { version: [543, 0], originalFirst: true }],
    ['2.5, read as 2.4', { version: [2, 5] }],
  ])('version %s', (_, options) => {
    expect(essence(options)).toEqual(EXPECTED);
  });

  test('an unknown version is noted', () => {
    const { reader } = readWhole(buildPcap(FRAMES, { version: [2, 5] }));
    expect(reader.notices).toEqual([
      {
        code: NoticeCode.newerVersion,
        message: 'pcap version 2.5 at offset 4 is unknown, read as 2.4',
        byteOffset: 4,
        count: 1,
      },
    ]);
    expect(reader.version).toBe('2.5');
  });
});

describe('the interface', () => {
  test.each([
    [1, 1, undefined],
    [0x1400_0071, 113, 2],
    [0x2400_0001, 1, 4],
    [0x3000_0084, 132, undefined],
    [0xf800_0001, 1, undefined],
    [0x0400_0001, 1, 0],
  ])('link type field %i', (field, linkType, fcsOctets) => {
    const { reader } = readWhole(pcapHeader({ linkType: field, snapLength: 96 }));
    expect(reader.interfaces).toHaveLength(1);
    expect(reader.interfaces[0]).toMatchObject({ id: 0, linkType, snapLength: 96 });
    expect(reader.interfaces[0]?.fcsOctets).toBe(fcsOctets);
  });

  test('offsets of records are those of the file', () => {
    const { packets } = readWhole(buildPcap(FRAMES));
    expect(packets.map((packet) => packet.byteOffset)).toEqual([24, 43, 59]);
  });
});

describe('oddities are read and noted', () => {
  const octets = new Uint8Array(100);
  test.each<[string, Uint8Array, object]>([
    [
      'captured above original length',
      buildPcap([{ octets, seconds: 1, nanos: 0, wireLength: 60 }]),
      { code: NoticeCode.capturedExceedsWire, byteOffset: 24, count: 1 },
    ],
    [
      'captured above snap length',
      buildPcap([FRAMES[0]!, { octets, seconds: 1, nanos: 0 }, { octets, seconds: 1, nanos: 0 }], { snapLength: 96 }),
      { code: NoticeCode.capturedExceedsSnapLength, byteOffset: 43, count: 2 },
    ],
  ])('%s', (_, file, notice) => {
    const { reader, packets, error } = readWhole(file);
    expect(error).toBeUndefined();
    expect(packets.at(-1)?.octets).toHaveLength(100);
    expect(reader.notices).toEqual([expect.objectContaining(notice)]);
  });

  test.each([
    ['microseconds', MICROSECOND_MAGIC, { seconds: 12, nanos: 500_000_000 }],
    ['nanoseconds', NANOSECOND_MAGIC, { seconds: 10, nanos: 2_500_000 }],
  ])('a fraction of more than a second, in %s', (_, magic, expected) => {
    const record = pcapRecord({ octets, seconds: 10, nanos: 0 }, { magic });
    new DataView(record.buffer).setUint32(4, 2_500_000, true);
    const { packets, reader } = readWhole(concat(pcapHeader({ magic }), record));
    expect(packets[0]).toMatchObject(expected);
    expect(reader.notices.map(({ code }) => code)).toEqual(
      magic === MICROSECOND_MAGIC ? [NoticeCode.fractionOverflow] : [],
    );
  });

  test('the largest fraction there is', () => {
    const record = pcapRecord({ octets, seconds: 10, nanos: 0 }, { magic: NANOSECOND_MAGIC });
    new DataView(record.buffer).setUint32(4, 4_294_967_295, true);
    const { packets } = readWhole(concat(pcapHeader({ magic: NANOSECOND_MAGIC }), record));
    expect(packets[0]).toMatchObject({ seconds: 14, nanos: 294_967_295 });
  });

  test('snap length 0 is no limit', () => {
    const { reader, packets } = readWhole(buildPcap([{ octets, seconds: 1, nanos: 0 }], { snapLength: 0 }));
    expect(packets).toHaveLength(1);
    expect(reader.notices).toEqual([]);
  });
});

describe('record length limits', () => {
  function claim(length: number, options: PcapOptions = {}): string | undefined {
    const record = pcapRecord(FRAMES[1]!, options);
    new DataView(record.buffer).setUint32(8, length, true);
    return readWhole(concat(buildPcap([FRAMES[0]!], options), record)).error?.message;
  }

  test.each<[string, number, PcapOptions, number]>([
    ['usual', 262_145, {}, 262_144],
    ['two gigabytes', 2_147_483_647, {}, 262_144],
    ['four gigabytes', 4_294_967_295, {}, 262_144],
    ['D-Bus', 134_217_729, { linkType: 231 }, 134_217_728],
    ['USBPcap', 1_048_577, { linkType: 249 }, 1_048_576],
    ['EBHSCR', 8_388_609, { linkType: 279 }, 8_388_608],
    ['a greater snap length', 1_000_001, { snapLength: 1_000_000 }, 1_000_000],
    ['a snap length beyond belief', 300_000, { snapLength: 2_147_483_647 }, 262_144],
  ])('%s', (_, length, options, limit) => {
    expect(claim(length, options)).toBe(`record length ${length} at offset 43 exceeds the limit of ${limit}`);
    expect(claim(limit, options)).toBeUndefined();
  });

  test('packets before the damage come first, and the damage stays', () => {
    const record = pcapRecord(FRAMES[1]!);
    new DataView(record.buffer).setUint32(8, 0x7fffffff, true);
    const { packets, reader, error } = readWhole(concat(buildPcap(FRAMES), record), 256);
    expect(packets).toHaveLength(3);
    expect(error).toMatchObject({ code: 'record-too-long', byteOffset: 76 });
    expect(() => reader.end()).toThrow(error);
  });
});

const frame = fc.record({
  octets: fc.uint8Array({ maxLength: 40 }),
  seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
});

test('any chunks, any batches, any byte order: the same packets', () => {
  const build = fc.record({
    frames: fc.array(frame, { maxLength: 12 }),
    little: fc.boolean(),
    magic: fc.constantFrom(MICROSECOND_MAGIC, NANOSECOND_MAGIC),
  });
  const cuts = fc.array(fc.nat(400), { maxLength: 8 });
  fc.assert(
    fc.property(build, cuts, fc.integer({ min: 0, max: 5 }), ({ frames, little, magic }, offsets, rows) => {
      const file = buildPcap(frames, { little, magic });
      const { packets, error, cutOff } = readChunks(
        cutAt(
          file,
          offsets.map((at) => Math.min(at, file.length)),
        ),
        rows,
      );
      expect(error ?? cutOff).toBeUndefined();
      expect(packets).toEqual(readWhole(file).packets);
      expect(packets.map(({ octets, seconds, nanos }) => ({ octets, seconds, nanos }))).toEqual(
        frames.map(({ octets, seconds, nanos }) => ({ octets: [...octets], seconds, nanos })),
      );
    }),
  );
});

test('cut off anywhere: the packets before the cut, and what is missing', () => {
  const file = buildPcap(FRAMES);
  const ends = [24, 43, 59, 76];
  for (let length = 24; length < file.length; length++) {
    const { packets, cutOff, error } = readWhole(file.subarray(0, length));
    const whole = ends.findLastIndex((end) => end <= length);
    const at = ends[whole]!;
    const needed = length - at < 16 ? 16 : ends[whole + 1]! - at;
    expect(error).toBeUndefined();
    expect(packets).toHaveLength(whole);
    expect(cutOff).toEqual(length === at ? undefined : { byteOffset: at, needed, available: length - at });
  }
});

describe('packets that are cut one by one', () => {
  /** Cuts as many as it can one by one, and asks for a batch where it can't, as whoever works on packets at once does. */
  function cutOneByOne(octets: Uint8Array, piece: number): { rows: string[]; oneByOne: number; notices: number } {
    const reader = new CaptureReader({ bufferSize: 16 });
    const batch = new PacketBatch(2);
    const rows: string[] = [];
    let oneByOne = 0;
    const keep = (row: number): void => {
      const { start, length, wireLength, seconds, nanos, interfaceId, byteOffset, optionsStart, optionsEnd } = batch;
      const octets = reader.bytes.subarray(start[row]!, start[row]! + length[row]!);
      const facts = [wireLength, seconds, nanos, interfaceId, byteOffset, optionsStart, optionsEnd].map(
        (column) => column[row],
      );
      rows.push(`${octets} ${facts}`);
    };
    for (let at = 0; at < octets.length; at += piece) {
      reader.append(octets.subarray(at, at + piece));
      while (reader.nextBatch(batch) > 0) {
        for (let row = 0; row < batch.count; row++) keep(row);
        const cut = reader.cutter(batch);
        for (let row = 0; cut?.(row % 2); row++) {
          expect(batch.count).toBe((row % 2) + 1);
          keep(row % 2);
          oneByOne++;
        }
      }
    }
    return { rows, oneByOne, notices: reader.notices.reduce((sum, { count }) => sum + count, 0) };
  }

  const record = fc.record({
    octets: fc.uint8Array({ maxLength: 40 }),
    seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
    wireLength: fc.integer({ min: 0, max: 60 }),
  });

  test('are those of batches, odd records among them', () => {
    let oneByOne = 0;
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.record({ little: fc.boolean(), snapLength: fc.constantFrom(0, 20, 65_535), originalFirst: fc.boolean() }),
        fc.integer({ min: 1, max: 300 }),
        (frames, options, piece) => {
          const octets = buildPcap(frames, options.originalFirst ? { ...options, version: [2, 2] } : options);
          const cut = cutOneByOne(octets, piece);
          const whole = readWhole(octets);
          const expected = whole.packets.map(
            ({ octets, wireLength, seconds, nanos, interfaceId, byteOffset }) =>
              `${octets} ${[wireLength, seconds, nanos, interfaceId, byteOffset, 0, 0]}`,
          );
          expect(cut.rows).toEqual(expected);
          expect(cut.notices).toBe(whole.reader.notices.reduce((sum, { count }) => sum + count, 0));
          oneByOne += cut.oneByOne;
        },
      ),
      { seed: 5, numRuns: 500 },
    );
    expect(oneByOne).toBeGreaterThan(100);
  });
});
