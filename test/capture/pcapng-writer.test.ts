import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WrittenSource } from '../../src/capture/capture-writer.ts';
import type { CaptureInterface } from '../../src/capture/interface.ts';
import { readPacketOptions } from '../../src/capture/pcapng-options.ts';
import { PcapngWriter } from '../../src/capture/pcapng-writer.ts';
import { writtenUnit } from '../../src/capture/timestamp-writer.ts';
import { capturesBelow, FIXTURES, hasShared, SHARED } from '../corpus.ts';
import {
  buildPcap,
  buildPcapng,
  concat,
  counter,
  enhancedPacket,
  type Frame,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  OctetWriter,
  type Option,
  obsoletePacket,
  sectionHeader,
  simplePacket,
  text,
} from './build-capture.ts';
import { type ReadResult, readWhole } from './read-packets.ts';
import { type WriteOptions, type WrittenCaptureFile, writePackets } from './write-packets.ts';

const FRAMES: readonly Frame[] = [
  { octets: Uint8Array.of(1, 2, 3, 4, 5), seconds: 1_700_000_000, nanos: 123_456_000, wireLength: 60 },
  { octets: new Uint8Array(0), seconds: 1_700_000_001, nanos: 999_999_000 },
  { octets: new Uint8Array(33).fill(7), seconds: 1_700_000_002, nanos: 0 },
];
const MARK = Uint8Array.of(9, 8, 7);

function write(captures: readonly Uint8Array[], options: WriteOptions = {}): Promise<WrittenCaptureFile> {
  const { consecutive = false } = options;
  const make = (sources: readonly WrittenSource[]): PcapngWriter =>
    new PcapngWriter(sources, { application: 'test 1', consecutive });
  return writePackets(captures, make, options);
}

/** Everything a reader tells of a capture that a pcapng file can tell too. */
function told({ reader, packets, cutOff, error }: ReadResult): unknown {
  expect({ cutOff, error }).toEqual({ cutOff: undefined, error: undefined });
  return {
    packets: packets.map(({ byteOffset: _, options, ...packet }) => ({
      ...packet,
      options: optionsOf(options, reader.interfaces[packet.interfaceId]),
    })),
    interfaces: reader.interfaces.map(({ byteOrder: _, ticks, droppedBeforePackets, ...described }) => ({
      ...described,
      ...(droppedBeforePackets === undefined ? {} : { dropped: droppedBeforePackets }),
      ticks: writtenUnit(ticks),
    })),
    sections: reader.sections.map(({ comments, hardware, operatingSystem }) => ({
      comments,
      hardware,
      operatingSystem,
    })),
    names: reader.names,
  };
}

function optionsOf(options: readonly number[], described: CaptureInterface | undefined): unknown {
  const octets = Uint8Array.from(options);
  return readPacketOptions(new DataView(octets.buffer), 0, octets.length, described?.byteOrder ?? 'little-endian');
}

const FLAGS = 0x00000101;

/** The options a packet block can have, numbers in the given byte order. */
function packetOptions(little: boolean): Option[] {
  const number = (value: bigint): Uint8Array => new OctetWriter(little).u64(value).build();
  return [
    [1, text('a comment')],
    [1, text('ein Kommentär, länger als ein Wort')],
    [2, new OctetWriter(little).u32(FLAGS).build()],
    [3, concat(Uint8Array.of(2), Uint8Array.of(0xde, 0xad, 0xbe, 0xef))],
    [4, number(2n ** 40n + 5n)],
    [5, number(0x1122334455667788n)],
    [6, new OctetWriter(little).u32(3).build()],
    [7, concat(Uint8Array.of(0), text('hardware'))],
  ];
}

/** Two interfaces, every option, statistics, names. */
function everything(little: boolean): Uint8Array {
  return concat(
    sectionHeader({
      little,
      options: [
        [1, text('first')],
        [1, text('second')],
        [2, text('PDP-11')],
        [3, text('2.11BSD')],
        [4, text('dumpcap')],
      ],
    }),
    interfaceDescription({
      little,
      snapLength: 96,
      options: [
        [1, text('of eth0')],
        [2, text('eth0')],
        [3, text('the first')],
        [8, counter(10_000_000_000n, little)],
        [9, Uint8Array.of(9)],
        [11, concat(Uint8Array.of(0), text('port 8472'))],
        [12, text('Linux')],
        [13, Uint8Array.of(4)],
        [14, counter(3600n, little)],
        [15, text('virtio')],
      ],
    }),
    interfaceDescription({ little, linkType: 101, options: [[9, Uint8Array.of(3)]] }),
    nameResolution([[Uint8Array.of(10, 0, 0, 1), ['one', 'uno']]], little),
    enhancedPacket(
      { octets: MARK, ticks: 1_700_000_000_123_456_789n, wireLength: 99, options: packetOptions(little) },
      little,
    ),
    enhancedPacket({ octets: MARK, ticks: 1_700_000_000_123n, interfaceNumber: 1 }, little),
    nameResolution([[new Uint8Array(16).fill(1), ['six']]], little),
    interfaceStatistics(
      0,
      [
        [4, counter(100n, little)],
        [5, counter(7n, little)],
        [7, counter(3n, little)],
      ],
      little,
    ),
    interfaceStatistics(
      1,
      [
        [6, counter(2n ** 33n, little)],
        [8, counter(1n, little)],
      ],
      little,
    ),
  );
}

describe('what is written reads as what was read', () => {
  test.each<[string, Uint8Array]>([
    ['every option, little-endian', everything(true)],
    ['every option, big-endian', everything(false)],
    ['two sections of different byte order', concat(everything(true), everything(false))],
    [
      'a section without packets between two',
      concat(everything(true), sectionHeader({ options: [[1, text('empty')]] }), everything(true)),
    ],
    ['interfaces only', concat(sectionHeader(), interfaceDescription(), interfaceDescription({ linkType: 113 }))],
    ['a section header only', sectionHeader()],
    [
      'packets without times',
      concat(
        sectionHeader(),
        interfaceDescription({ snapLength: 8 }),
        simplePacket(new Uint8Array(8), 20),
        simplePacket(MARK),
      ),
    ],
    [
      'a Packet Block with drops',
      concat(sectionHeader(), interfaceDescription(), obsoletePacket({ octets: MARK, ticks: 5n, drops: 4 })),
    ],
    [
      'an interface described between packets',
      concat(
        sectionHeader(),
        interfaceDescription(),
        enhancedPacket({ octets: MARK }),
        interfaceDescription({ linkType: 101 }),
        enhancedPacket({ octets: MARK, interfaceNumber: 1 }),
      ),
    ],
    [
      'times before 1970 by an offset',
      concat(
        sectionHeader(),
        interfaceDescription({ options: [[14, counter(-100n)]] }),
        enhancedPacket({ octets: MARK, ticks: 1_000_000n }),
      ),
    ],
    ['ticks of 2^-10 s', buildPcapng([{ octets: MARK, seconds: 7, nanos: 500_000_000 }], true, 0x8a)],
  ])('%s', async (_, octets) => {
    const { octets: written, losses } = await write([octets]);
    expect(losses).toEqual([]);
    expect(told(readWhole(written))).toEqual(told(readWhole(octets)));
  });

  test('pcap files of either precision', async () => {
    for (const magic of [0xa1b2c3d4, 0xa1b23c4d]) {
      const octets = buildPcap(FRAMES, { magic, snapLength: 128, linkType: 0x24000001 });
      const { octets: written } = await write([octets]);
      const expected = told(readWhole(octets)) as { sections: unknown };
      expect(told(readWhole(written))).toEqual({ ...expected, sections: [{ comments: [] }] });
    }
  });

  test('the number of a verdict is turned with its byte order', async () => {
    const verdict = (little: boolean): Uint8Array => concat(Uint8Array.of(1), counter(7n, little));
    const octets = concat(
      sectionHeader({ little: false }),
      interfaceDescription({ little: false }),
      enhancedPacket({ octets: MARK, options: [[7, verdict(false)]] }, false),
    );
    const { reader, packets } = readWhole((await write([octets])).octets);
    expect(optionsOf(packets[0]?.options ?? [], reader.interfaces[0])).toMatchObject({ verdicts: [verdict(true)] });
  });

  test('any sections, interfaces and packets, in any chunks', async () => {
    const frame = fc.record({
      octets: fc.uint8Array({ maxLength: 20 }),
      ticks: fc.bigInt({ min: 0n, max: 2n ** 62n }),
      comment: fc.option(
        fc.string({ maxLength: 9 }).filter((comment) => !comment.includes('\0')),
        { nil: undefined },
      ),
    });
    const section = fc.record({
      little: fc.boolean(),
      resolutions: fc.array(fc.constantFrom(6, 9), { minLength: 1, maxLength: 3 }),
      frames: fc.array(frame, { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(section, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 200 }),
        async (sections, chunkLength) => {
          const octets = concat(
            ...sections.flatMap(({ little, resolutions, frames }) => [
              sectionHeader({ little }),
              ...resolutions.map((resolution) =>
                interfaceDescription({ little, options: [[9, Uint8Array.of(resolution)]] }),
              ),
              ...frames.map(({ comment, ...packet }, index) => {
                const options: Option[] = comment === undefined ? [] : [[1, text(comment)]];
                return enhancedPacket({ ...packet, interfaceNumber: index % resolutions.length, options }, little);
              }),
            ]),
          );
          const { octets: written } = await write([octets], { chunkLength });
          expect(told(readWhole(written))).toEqual(told(readWhole(octets)));
        },
      ),
      { numRuns: 60 },
    );
  });

  const corpus = [
    ...capturesBelow(FIXTURES)
      .filter((_, index) => index % 10 === 0)
      .map((path) => join(FIXTURES, path)),
    ...capturesBelow(SHARED)
      .filter((path) => path.endsWith('.pcapng'))
      .map((path) => join(SHARED, path)),
  ];
  if (!hasShared) console.warn('captures of others are missing: only the lab’s are rewritten');
  test(`${corpus.length} captures of the corpus`, async () => {
    for (const path of corpus) {
      const octets = readFileSync(path);
      const original = readWhole(octets);
      if (original.error !== undefined || original.cutOff !== undefined || original.reader.format === undefined)
        continue;
      const { octets: written } = await write([octets]);
      const expected = told(original) as { sections: unknown[] };
      const sections = expected.sections.length === 0 ? [{ comments: [] }] : expected.sections;
      expect(told(readWhole(written)), path).toEqual({ ...expected, sections });
    }
  });
});

describe('several captures', () => {
  const early = buildPcap(FRAMES);
  const late = buildPcapng(FRAMES.map((frame) => ({ ...frame, seconds: frame.seconds + 1 })));

  test('merged, are interfaces of one section under names of their own', async () => {
    const { packets, reader } = readWhole((await write([early, late])).octets);
    expect(reader.interfaces.map(({ name }) => name)).toEqual(['p0:0', 'p1:0']);
    expect(packets.map(({ interfaceId, seconds }) => [interfaceId, seconds - 1_700_000_000])).toEqual([
      [0, 0],
      [1, 1],
      [0, 1],
      [0, 2],
      [1, 2],
      [1, 3],
    ]);
    expect(reader.sections.map(({ application }) => application)).toEqual(['test 1']);
  });

  test('keep names that only one of them has', async () => {
    const named = (name: string): Uint8Array =>
      concat(sectionHeader(), interfaceDescription({ options: [[2, text(name)]] }), enhancedPacket({ octets: MARK }));
    const namesOf = async (...names: string[]): Promise<unknown> =>
      readWhole((await write(names.map(named))).octets).reader.interfaces.map(({ name }) => name);
    expect(await namesOf('eth0', 'eth1')).toEqual(['eth0', 'eth1']);
    expect(await namesOf('eth0', 'eth0')).toEqual(['p0:0', 'p1:0']);
  });

  test('merged, keep all comments, statistics and names', async () => {
    const { reader } = readWhole((await write([everything(true), concat(everything(false), everything(true))])).octets);
    expect(reader.sections.map(({ comments }) => comments)).toEqual([['first', 'second', 'first', 'second']]);
    expect(reader.interfaces.map(({ dropped }) => dropped)).toEqual([7, undefined, 7, undefined, 7, undefined]);
    expect(reader.interfaces[4]?.comments).toEqual(['first', 'second', 'of eth0']);
    expect(reader.names).toHaveLength(6);
  });

  test('one after another, keep their sections', async () => {
    const { reader, packets } = readWhole(
      (await write([early, everything(false), early], { consecutive: true })).octets,
    );
    expect(reader.sections.map(({ application }) => application)).toEqual(['test 1', 'dumpcap', 'test 1']);
    expect(packets.map(({ interfaceId }) => interfaceId)).toEqual([0, 0, 0, 1, 2, 3, 3, 3]);
  });

  test('one that is no capture leaves no trace', async () => {
    const { octets } = await write([early, text('no capture, but a text that is long enough to be told')], {
      consecutive: true,
    });
    expect(readWhole(octets).reader.sections).toHaveLength(1);
  });
});

describe('what cannot be kept is told', () => {
  test.each<[string, Uint8Array, string]>([
    [
      'an option that is not to be copied',
      concat(sectionHeader(), interfaceDescription(), enhancedPacket({ octets: MARK, options: [[19_372, MARK]] })),
      '1 option was not written: not to be copied, or of a kind whose byte order is not known',
    ],
    [
      'an unknown option, big-endian',
      concat(
        sectionHeader({ little: false }),
        interfaceDescription({ little: false }),
        enhancedPacket({ octets: MARK, options: [[99, MARK]] }, false),
      ),
      '1 option was not written: not to be copied, or of a kind whose byte order is not known',
    ],
    [
      'seconds beyond 64 bits of nanoseconds',
      buildPcapng([{ octets: MARK, seconds: 2 ** 40, nanos: 0 }], true, 0x80 | 10),
      '1 time was beyond what pcapng can tell, and written as the nearest',
    ],
  ])('%s', async (_, octets, loss) => {
    const { octets: written, losses } = await write([octets]);
    expect(losses).toEqual([loss]);
    expect(readWhole(written).packets.length).toBe(readWhole(octets).packets.length);
  });

  test('packets without times of merged captures', async () => {
    const untimed = concat(sectionHeader(), interfaceDescription(), simplePacket(MARK));
    const { octets, losses } = await write([buildPcap(FRAMES), untimed]);
    expect(losses).toEqual(['1 packet without a time was written with the time 0']);
    expect(readWhole(octets).packets.map(({ seconds }) => seconds)).toContain(0);
  });
});

test('a comment longer than an option can be is cut between characters', async () => {
  const comment = `${'x'.repeat(65_534)}\u00e9`;
  const octets = concat(sectionHeader(), interfaceDescription({ options: [[3, text('x'.repeat(65_530))]] }));
  const writer = new PcapngWriter(
    [
      {
        capture: {
          format: 'pcapng',
          interfaces: [],
          names: [],
          sections: [{ byteOffset: 0, byteOrder: 'little-endian', version: '1.0', comments: [comment] }],
        },
        pointOf: () => '',
      },
    ],
    { application: '', consecutive: false },
  );
  writer.finish();
  expect(readWhole(concat(writer.take().slice(), octets)).reader.sections[0]?.comments).toEqual(['x'.repeat(65_534)]);
});
