import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NoticeCode } from '../../src/capture/notice.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { blockTypeName } from '../../src/capture/pcapng-blocks.ts';
import { readPacketOptions } from '../../src/capture/pcapng-options.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { NO_TIME } from '../../src/capture/timestamp.ts';
import {
  block,
  buildPcapng,
  concat,
  counter,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  OctetWriter,
  obsoletePacket,
  sectionHeader,
  simplePacket,
  text,
} from './build-capture.ts';
import { cutAt, readChunks, readWhole } from './read-packets.ts';

const OCTETS = Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 0x05);
const TICKS = 1_720_000_000_123_456n;
const ORDERS = [
  ['little-endian', true],
  ['big-endian', false],
] as const;

describe.each(ORDERS)('%s', (byteOrder, little) => {
  const start = concat(sectionHeader({ little }), interfaceDescription({ little }));

  test('Enhanced Packet Block', () => {
    const { packets, reader, error } = readWhole(
      concat(start, enhancedPacket({ octets: OCTETS, ticks: TICKS, wireLength: 1400 }, little)),
    );
    expect(error).toBeUndefined();
    expect(reader.format).toBe('pcapng');
    expect(reader.byteOrder).toBe(byteOrder);
    expect(packets).toEqual([
      {
        octets: [...OCTETS],
        wireLength: 1400,
        seconds: 1_720_000_000,
        nanos: 123_456_000,
        interfaceId: 0,
        byteOffset: start.length,
        options: [],
      },
    ]);
  });

  test('Packet Block, with what was lost before it', () => {
    const { packets, reader } = readWhole(
      concat(
        start,
        obsoletePacket({ octets: OCTETS, ticks: TICKS, drops: 3 }, little),
        obsoletePacket({ octets: OCTETS, ticks: TICKS, drops: 0xffff }, little),
        obsoletePacket({ octets: OCTETS, ticks: TICKS, drops: 4 }, little),
      ),
    );
    expect(packets).toHaveLength(3);
    expect(packets[0]).toMatchObject({ octets: [...OCTETS], seconds: 1_720_000_000, nanos: 123_456_000 });
    expect(reader.interfaces[0]?.droppedBeforePackets).toBe(7);
  });

  test('Simple Packet Block: no time, and the first interface cuts it', () => {
    const described = interfaceDescription({ little, snapLength: 4 });
    const { packets } = readWhole(
      concat(sectionHeader({ little }), described, simplePacket(OCTETS.subarray(0, 4), 60, little)),
    );
    expect(packets).toEqual([
      expect.objectContaining({ octets: [0xde, 0xad, 0xbe, 0xef], wireLength: 60, seconds: 0, nanos: NO_TIME }),
    ]);
  });

  test('Simple Packet Block without a snap length: as long as it was, or as its block', () => {
    const { packets } = readWhole(
      concat(start, simplePacket(OCTETS, 5, little), simplePacket(Uint8Array.of(1, 2, 3, 4), 60, little)),
    );
    expect(packets.map(({ octets }) => octets.length)).toEqual([5, 4]);
  });

  test('options of a packet, decoded on demand', () => {
    const packet = enhancedPacket(
      {
        octets: OCTETS,
        options: [
          [1, text('first')],
          [2, new OctetWriter(little).u32(0x0001_0002).build()],
          [3, Uint8Array.of(2, 0xaa)],
          [4, counter(17n, little)],
          [5, counter(0xfedc_ba98_7654_3210n, little)],
          [6, new OctetWriter(little).u32(9).build()],
          [7, Uint8Array.of(0, 1)],
          [1, text('zweiter → Kommentar')],
          [4, Uint8Array.of(1)],
        ],
      },
      little,
    );
    const { packets } = readWhole(concat(start, packet));
    const octets = Uint8Array.from(packets[0]!.options);
    expect(readPacketOptions(new DataView(octets.buffer), 0, octets.length, byteOrder)).toEqual({
      comments: ['first', 'zweiter → Kommentar'],
      flags: 0x0001_0002,
      hashes: [Uint8Array.of(2, 0xaa)],
      dropCount: 17,
      packetId: 0xfedc_ba98_7654_3210n,
      queue: 9,
      verdicts: [Uint8Array.of(0, 1)],
    });
  });

  test('a section and an interface described', () => {
    const file = concat(
      sectionHeader({
        little,
        sectionLength: 1234n,
        options: [
          [1, text('why')],
          [2, text('machine')],
          [3, text('Linux 6.1')],
          [4, text('tcpdump')],
        ],
      }),
      interfaceDescription({
        little,
        linkType: 276,
        snapLength: 96,
        options: [
          [2, text('flannel.1\0')],
          [3, text('the overlay')],
          [8, counter(10_000_000_000n, little)],
          [9, Uint8Array.of(9)],
          [11, concat(Uint8Array.of(0), text('udp port 8472'))],
          [12, text('Linux')],
          [13, Uint8Array.of(32)],
          [14, counter(-7n, little)],
          [15, text('veth')],
          [1, text('a comment')],
        ],
      }),
      enhancedPacket({ octets: OCTETS, ticks: 8_000_000_001n }, little),
    );
    const { reader, packets } = readWhole(file);
    expect(reader.sections).toEqual([
      {
        byteOffset: 0,
        byteOrder,
        version: '1.0',
        comments: ['why'],
        hardware: 'machine',
        operatingSystem: 'Linux 6.1',
        application: 'tcpdump',
      },
    ]);
    expect(reader.interfaces).toEqual([
      {
        id: 0,
        section: 0,
        number: 0,
        byteOrder,
        linkType: 276,
        snapLength: 96,
        fcsOctets: 4,
        ticks: { binary: false, exponent: 9, perSecond: 1e9, offset: -7 },
        name: 'flannel.1',
        description: 'the overlay',
        comments: ['a comment'],
        filter: 'udp port 8472',
        hardware: 'veth',
        operatingSystem: 'Linux',
        speed: 10_000_000_000,
      },
    ]);
    expect(packets[0]).toMatchObject({ seconds: 1, nanos: 1 });
  });

  test('statistics of an interface: the last block counts', () => {
    const first = interfaceStatistics(0, [[4, counter(1n, little)]], little);
    const last = interfaceStatistics(
      0,
      [
        [4, counter(100n, little)],
        [5, counter(2n, little)],
        [6, counter(98n, little)],
        [7, counter(3n, little)],
        [8, counter(95n, little)],
      ],
      little,
    );
    const { reader } = readWhole(concat(start, first, last));
    expect(reader.interfaces[0]).toMatchObject({
      received: 100,
      dropped: 2,
      accepted: 98,
      droppedBySystem: 3,
      delivered: 95,
    });
  });

  test('names of addresses', () => {
    const v6 = Uint8Array.from({ length: 16 }, (_, index) => index);
    const { reader } = readWhole(
      concat(
        start,
        nameResolution(
          [
            [Uint8Array.of(10, 244, 1, 170), ['pod-m', 'pod-m.default.svc']],
            [v6, ['v6']],
          ],
          little,
        ),
      ),
    );
    expect(reader.names).toEqual([
      { address: Uint8Array.of(10, 244, 1, 170), names: ['pod-m', 'pod-m.default.svc'] },
      { address: v6, names: ['v6'] },
    ]);
  });
});

test('sections of different byte orders, each with its own interfaces', () => {
  const one = concat(
    sectionHeader({ little: true }),
    interfaceDescription({ little: true, options: [[2, text('a')]] }),
    interfaceDescription({ little: true, linkType: 101, options: [[2, text('b')]] }),
    enhancedPacket({ octets: OCTETS, interfaceNumber: 1 }, true),
  );
  const two = concat(
    sectionHeader({ little: false }),
    interfaceDescription({
      little: false,
      linkType: 113,
      options: [
        [2, text('c')],
        [9, Uint8Array.of(0)],
      ],
    }),
    enhancedPacket({ octets: OCTETS, interfaceNumber: 0, ticks: 5n }, false),
  );
  const { reader, packets, error } = readWhole(concat(one, two, one));
  expect(error).toBeUndefined();
  expect(packets.map(({ interfaceId, seconds }) => [interfaceId, seconds])).toEqual([
    [1, 0],
    [2, 5],
    [4, 0],
  ]);
  expect(reader.interfaces.map(({ name, linkType, section, number }) => [name, linkType, section, number])).toEqual([
    ['a', 1, 0, 0],
    ['b', 101, 0, 1],
    ['c', 113, 1, 0],
    ['a', 1, 2, 0],
    ['b', 101, 2, 1],
  ]);
  expect(reader.sections.map(({ byteOffset }) => byteOffset)).toEqual([0, one.length, one.length + two.length]);
});

describe('blocks that are not read', () => {
  const start = concat(sectionHeader(), interfaceDescription());
  const packet = enhancedPacket({ octets: OCTETS });

  test('are skipped and counted by type', () => {
    const secrets = block(10, Uint8Array.of(1, 2, 3, 4));
    const custom = block(0xbad, Uint8Array.of(0, 0, 0x7f, 0xff, 1));
    const { reader, packets } = readWhole(
      concat(start, secrets, packet, custom, block(0x7777, OCTETS), packet, secrets),
    );
    expect(packets).toHaveLength(2);
    expect([...reader.skippedBlocks].map(([type, count]) => [blockTypeName(type ?? -1), count])).toEqual([
      ['Decryption Secrets Block', 2],
      ['Custom Block', 1],
      ['block type 0x00007777', 1],
    ]);
  });

  test('of 4 GB stream through a buffer that stays small', () => {
    const length = 0xffff_fffc;
    const reader = new CaptureReader();
    reader.append(concat(start, new OctetWriter(true).u32(0x7777, length).build()));
    const chunk = new Uint8Array(8 * 1024 * 1024);
    for (let left = length - 12; left > 0; ) {
      const room = reader.space(chunk.length);
      const count = Math.min(room.length, left);
      reader.commit(count);
      left -= count;
      expect(drain(reader)).toBe(0);
    }
    reader.append(new OctetWriter(true).u32(length).build());
    reader.append(packet);
    expect(drain(reader)).toBe(1);
    expect(reader.bytes.length).toBeLessThanOrEqual(2 * chunk.length);
    expect(reader.end()).toBeUndefined();
  });

  test('cut off: how much of it was there', () => {
    const unknown = block(0x7777, new Uint8Array(100));
    for (const available of [8, 9, 60, 107, 111]) {
      const { cutOff } = readWhole(concat(start, unknown.subarray(0, available)));
      expect(cutOff).toEqual({ byteOffset: start.length, needed: 112, available });
    }
  });

  test('of many types share a counter beyond the first', () => {
    const unknown = Array.from({ length: 300 }, (_, index) => block(0x10000 + index, new Uint8Array(0)));
    const { reader } = readWhole(concat(start, ...unknown));
    expect(reader.skippedBlocks.size).toBe(257);
    expect(reader.skippedBlocks.get(undefined)).toBe(44);
  });
});

/** Packets that are there. */
function drain(reader: CaptureReader): number {
  const batch = new PacketBatch();
  let count = 0;
  while (reader.nextBatch(batch) > 0) count += batch.count;
  return count;
}

describe('damage', () => {
  const start = concat(sectionHeader(), interfaceDescription());
  const good = enhancedPacket({ octets: OCTETS });
  const at = start.length + good.length;

  /** A block of a packet after one that can be read, with a 32-bit word overwritten. */
  function damaged(octets: Uint8Array, ...words: ReadonlyArray<readonly [offset: number, value: number]>): Uint8Array {
    const copy = octets.slice();
    for (const [offset, value] of words) new DataView(copy.buffer).setUint32(offset, value, true);
    return concat(start, good, copy);
  }

  test.each<[string, Uint8Array, string]>([
    [
      'a block length below its minimum',
      damaged(good, [4, 7]),
      `block length 7 at offset ${at} is below the 32-octet minimum`,
    ],
    [
      'a length below that of any block',
      damaged(block(0x7777, OCTETS), [4, 7]),
      `block length 7 at offset ${at} is below the 12-octet minimum`,
    ],
    [
      'an interface description too short',
      damaged(interfaceDescription(), [4, 16]),
      `block length 16 at offset ${at} is below the 20-octet minimum`,
    ],
    [
      'a trailer that differs',
      damaged(good, [36, 44]),
      `block length 40 at offset ${at} differs from 44 in its trailer`,
    ],
    [
      'a trailer that differs, of a skipped block',
      damaged(block(0x7777, OCTETS), [16, 24]),
      `block length 20 at offset ${at} differs from 24 in its trailer`,
    ],
    [
      'two gigabytes of block',
      damaged(good, [4, 0x7fff_fffc]),
      `block length 2147483644 at offset ${at} exceeds the limit of 1048581`,
    ],
    [
      'two gigabytes of packet',
      damaged(good, [4, 0x7fff_fffc], [20, 0x7fff_0000]),
      `captured length 2147418112 at offset ${at} exceeds the limit of 262144`,
    ],
    [
      'a packet longer than its block',
      damaged(good, [20, 9]),
      `captured length 9 at offset ${at} exceeds the 8 octets its block has for it`,
    ],
    [
      'a section header of a gigabyte',
      damaged(sectionHeader(), [4, 0x4000_0000]),
      `block length 1073741824 at offset ${at} exceeds the limit of 16777216`,
    ],
    [
      'an interface that is not described',
      damaged(good, [8, 1]),
      `packet at offset ${at} is of interface 1, but its section describes 1`,
    ],
    [
      'the largest interface number',
      damaged(good, [8, 0xffff_ffff]),
      `packet at offset ${at} is of interface 4294967295, but its section describes 1`,
    ],
    [
      'a byte-order magic that is none',
      damaged(sectionHeader(), [8, 0x0102_0304]),
      `byte-order magic of the section at offset ${at} is 04030201, expected 1a2b3c4d or 4d3c2b1a`,
    ],
    [
      'a version of the future',
      concat(start, good, sectionHeader({ version: [2, 0] })),
      `pcapng version 2.0 of the section at offset ${at} is unknown, expected 1.0`,
    ],
  ])('%s', (_, file, message) => {
    for (const rows of [0, 1, 256]) {
      const { packets, error, reader } = readWhole(file, rows);
      expect(packets).toHaveLength(1);
      expect(error?.message).toBe(message);
      expect(error?.byteOffset).toBe(at);
      expect(() => reader.end()).toThrow(message);
    }
  });

  test('a packet before any interface', () => {
    expect(readWhole(concat(sectionHeader(), good)).error?.message).toBe(
      'packet at offset 28 is of interface 0, but its section describes 0',
    );
  });

  test('the interfaces of the section before do not count', () => {
    expect(readWhole(concat(start, good, sectionHeader(), good)).error?.code).toBe('unknown-interface');
  });

  test('one interface more than are kept', () => {
    const one = interfaceDescription();
    const many = new Uint8Array(28 + 65_537 * one.length);
    many.set(sectionHeader());
    for (let index = 0; index < 65_537; index++) many.set(one, 28 + index * one.length);
    const { error, reader } = readChunks([many]);
    expect(reader.interfaces).toHaveLength(65_536);
    expect(error?.message).toBe('interface at offset 1310748 is one more than the limit of 65536');
  });
});

describe('oddities are read and noted', () => {
  const start = concat(sectionHeader(), interfaceDescription());
  const good = enhancedPacket({ octets: OCTETS });

  test('lengths that are no multiple of 4, as some writers leave them', () => {
    const unaligned = good.slice();
    const view = new DataView(unaligned.buffer);
    view.setUint32(4, unaligned.length - 3, true);
    view.setUint32(unaligned.length - 4, unaligned.length - 3, true);
    const { packets, reader, error } = readWhole(concat(start, unaligned, good));
    expect(error).toBeUndefined();
    expect(packets.map(({ octets }) => octets)).toEqual([[...OCTETS], [...OCTETS]]);
    expect(reader.notices).toEqual([
      {
        code: NoticeCode.unalignedBlockLength,
        message: 'block length 37 at offset 48 is not a multiple of 4, rounded up',
        byteOffset: 48,
        count: 1,
      },
    ]);
  });

  test('more octets captured than there were', () => {
    const { packets, reader } = readWhole(concat(start, enhancedPacket({ octets: OCTETS, wireLength: 2 })));
    expect(packets[0]).toMatchObject({ octets: [...OCTETS], wireLength: 2 });
    expect(reader.notices.map(({ code }) => code)).toEqual([NoticeCode.capturedExceedsWire]);
  });

  test('options longer than their block', () => {
    const described = interfaceDescription({ options: [[2, text('eth0')]] });
    new DataView(described.buffer).setUint16(18, 400, true);
    const { packets, reader, error } = readWhole(concat(sectionHeader(), described, good));
    expect(error).toBeUndefined();
    expect(packets).toHaveLength(1);
    expect(reader.interfaces[0]?.name).toBeUndefined();
    expect(reader.notices).toEqual([
      {
        code: NoticeCode.optionTooLong,
        message: 'option at offset 44 is longer than its block',
        byteOffset: 44,
        count: 1,
      },
    ]);
  });

  test('an if_tsresol of two octets', () => {
    const described = interfaceDescription({ options: [[9, Uint8Array.of(9, 9)]] });
    const { reader } = readWhole(concat(sectionHeader(), described));
    expect(reader.interfaces[0]?.ticks.exponent).toBe(6);
    expect(reader.notices[0]?.message).toBe('if_tsresol of the interface at offset 28 has 2 octets, expected 1');
  });

  test('statistics of an interface that is not described', () => {
    const { reader, error } = readWhole(concat(start, interfaceStatistics(5, [])));
    expect(error).toBeUndefined();
    expect(reader.notices[0]?.message).toBe('statistics at offset 48 are of interface 5, which is not described');
  });

  test('a name record longer than its block', () => {
    const names = nameResolution([[Uint8Array.of(1, 2, 3, 4), ['x']]]);
    new DataView(names.buffer).setUint16(10, 100, true);
    const { reader, error } = readWhole(concat(start, names));
    expect(error).toBeUndefined();
    expect(reader.names).toEqual([]);
    expect(reader.notices[0]?.message).toBe('name record of 100 octets in the block at offset 48 exceeds its block');
  });

  test('a name resolution block longer than is kept', () => {
    const { reader, error, packets } = readWhole(concat(start, block(4, new Uint8Array(0)), good));
    expect(error).toBeUndefined();
    expect(packets).toHaveLength(1);
    expect(reader.notices).toEqual([]);
    const long = new Uint8Array(16 * 1024 * 1024 + 12);
    new DataView(long.buffer).setUint32(0, 4, true);
    new DataView(long.buffer).setUint32(4, long.length, true);
    new DataView(long.buffer).setUint32(long.length - 4, long.length, true);
    const read = readChunks([start, long, good]);
    expect(read.packets).toHaveLength(1);
    expect(read.reader.notices[0]?.code).toBe(NoticeCode.blockTooLong);
    expect(read.reader.skippedBlocks.get(4)).toBe(1);
  });
});

const frame = fc.record({
  octets: fc.uint8Array({ maxLength: 30 }),
  seconds: fc.integer({ min: 0, max: 2 ** 33 }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
});

test('any chunks, any batches, either byte order: the same packets', () => {
  const cuts = fc.array(fc.nat(900), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 12 }),
      fc.boolean(),
      cuts,
      fc.integer({ min: 0, max: 5 }),
      (frames, little, offsets, rows) => {
        const unknown = block(0x7777, new Uint8Array(50), little);
        const file = concat(buildPcapng(frames, little), unknown, sectionHeader({ little: !little }));
        const { packets, error, cutOff, reader } = readChunks(
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
        expect(reader.skippedBlocks.get(0x7777)).toBe(1);
        expect(reader.sections).toHaveLength(2);
      },
    ),
  );
});

test('cut off anywhere: the packets before the cut, and where the cut block began', () => {
  const blocks = [
    sectionHeader(),
    interfaceDescription(),
    enhancedPacket({ octets: OCTETS }),
    simplePacket(OCTETS),
    sectionHeader(),
  ];
  const starts = blocks.map((_, index) => concat(...blocks.slice(0, index)).length);
  const file = concat(...blocks);
  for (let length = 28; length < file.length; length++) {
    const { packets, cutOff, error } = readWhole(file.subarray(0, length));
    expect(error).toBeUndefined();
    expect(packets).toHaveLength([3, 4].filter((index) => length >= (starts[index] ?? file.length)).length);
    const at = starts.findLast((start) => start <= length);
    expect(cutOff?.byteOffset).toBe(at === length ? undefined : at);
  }
});

test('mutated octets never crash, hang or hand out a packet beyond the buffer', () => {
  const file = concat(
    sectionHeader({ options: [[1, text('comment')]] }),
    interfaceDescription({
      options: [
        [2, text('eth0')],
        [9, Uint8Array.of(9)],
      ],
    }),
    enhancedPacket({ octets: OCTETS, options: [[1, text('x')]] }),
    nameResolution([[Uint8Array.of(1, 2, 3, 4), ['n']]]),
    simplePacket(OCTETS),
    obsoletePacket({ octets: OCTETS }),
    interfaceStatistics(0, [[4, counter(1n)]]),
  );
  const mutation = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const copy = file.slice();
      for (const [index, octet] of mutations) copy[index] = octet;
      const { packets } = readWhole(copy);
      for (const { octets } of packets) expect(octets.length).toBeLessThanOrEqual(copy.length);
    }),
    { numRuns: 2000 },
  );
});
