import { describe, expect, test } from 'vitest';
import { WriterError } from '../../src/capture/capture-writer.ts';
import { PcapWriter } from '../../src/capture/pcap-writer.ts';
import {
  buildPcap,
  buildPcapng,
  concat,
  enhancedPacket,
  type Frame,
  interfaceDescription,
  MICROSECOND_MAGIC,
  NANOSECOND_MAGIC,
  sectionHeader,
  simplePacket,
  text,
} from './build-capture.ts';
import { readWhole } from './read-packets.ts';
import { type WrittenCaptureFile, writePackets } from './write-packets.ts';

const FRAMES: readonly Frame[] = [
  { octets: Uint8Array.of(1, 2, 3, 4, 5), seconds: 1_700_000_000, nanos: 123_456_789, wireLength: 60 },
  { octets: new Uint8Array(0), seconds: 4_294_967_295, nanos: 999_999_999 },
];
const MICROSECOND_FRAMES = FRAMES.map((frame) => ({ ...frame, nanos: Math.floor(frame.nanos / 1000) * 1000 }));
const MARK = Uint8Array.of(9, 8, 7);

function write(...captures: readonly Uint8Array[]): Promise<WrittenCaptureFile> {
  return writePackets(captures, (sources) => new PcapWriter(sources));
}

describe('what is written reads as what was read', () => {
  test.each<[string, Uint8Array, number]>([
    ['pcap of microseconds', buildPcap(MICROSECOND_FRAMES), MICROSECOND_MAGIC],
    ['pcap of nanoseconds', buildPcap(FRAMES, { magic: NANOSECOND_MAGIC }), NANOSECOND_MAGIC],
    ['big-endian pcap', buildPcap(MICROSECOND_FRAMES, { little: false }), MICROSECOND_MAGIC],
    ['pcapng of microseconds', buildPcapng(MICROSECOND_FRAMES, true, 6), MICROSECOND_MAGIC],
    ['pcapng of nanoseconds', buildPcapng(FRAMES), NANOSECOND_MAGIC],
    [
      'pcapng of binary fractions',
      buildPcapng([{ octets: MARK, seconds: 1, nanos: 500_000_000 }], true, 0x8a),
      NANOSECOND_MAGIC,
    ],
  ])('%s', async (_, octets, magic) => {
    const { octets: written, losses } = await write(octets);
    expect(new DataView(written.buffer, written.byteOffset).getUint32(0, true)).toBe(magic);
    expect(losses).toEqual([]);
    const own = ({ packets }: ReturnType<typeof readWhole>): unknown =>
      packets.map(({ octets, wireLength, seconds, nanos }) => ({ octets, wireLength, seconds, nanos }));
    expect(own(readWhole(written))).toEqual(own(readWhole(octets)));
  });

  test.each([
    [
      'link type and frame check sequence',
      { linkType: 0x24000071, snapLength: 96 },
      { linkType: 113, fcsOctets: 4, snapLength: 96 },
    ],
    ['no limit of captured octets', { snapLength: 0 }, { linkType: 1, snapLength: 262_144 }],
  ])('%s', async (_, options, described) => {
    for (const frames of [FRAMES, []]) {
      const { octets } = await write(buildPcap(frames, options));
      expect(readWhole(octets).reader.interfaces[0]).toMatchObject(described);
    }
  });

  test('packets of several captures are one file', async () => {
    const { octets } = await write(buildPcap(MICROSECOND_FRAMES, { snapLength: 60 }), buildPcapng(FRAMES));
    const { packets, reader } = readWhole(octets);
    expect(packets.map(({ nanos }) => nanos)).toEqual([123_456_000, 123_456_789, 999_999_000, 999_999_999]);
    expect(reader.interfaces[0]?.snapLength).toBe(262_144);
  });
});

test('packets of two link types are refused, interfaces without packets are not', async () => {
  const ethernet = buildPcap(FRAMES);
  await expect(write(ethernet, buildPcap(FRAMES, { linkType: 101 }))).rejects.toThrow(
    new WriterError('a pcap file holds packets of one link type, these are of EN10MB and RAW; pcapng holds both'),
  );
  expect(readWhole((await write(ethernet, buildPcap([], { linkType: 101 }))).octets).packets).toHaveLength(2);
});

describe('what cannot be kept is told', () => {
  const comment = (octets: string): [number, Uint8Array] => [1, text(octets)];
  test.each<[string, Uint8Array, string]>([
    [
      'comments',
      concat(
        sectionHeader({ options: [comment('of the section')] }),
        interfaceDescription({ options: [comment('of the interface')] }),
        enhancedPacket({ octets: MARK, options: [comment('one'), comment('two')] }),
      ),
      '4 comments were not written: pcap has no place for them, pcapng does',
    ],
    [
      'packets without a time',
      concat(sectionHeader(), interfaceDescription(), simplePacket(MARK)),
      '1 packet without a time was written with the time 0',
    ],
    [
      'times after 2106',
      buildPcapng([{ octets: MARK, seconds: 2 ** 32, nanos: 5 }]),
      '1 time was beyond what pcap can tell, and written as the nearest',
    ],
    [
      'times of an interface that turns up late and counts finer',
      concat(
        sectionHeader(),
        interfaceDescription(),
        ...Array.from({ length: 200 }, () => enhancedPacket({ octets: new Uint8Array(100) })),
        interfaceDescription({ options: [[9, Uint8Array.of(9)]] }),
        enhancedPacket({ octets: MARK, interfaceNumber: 1, ticks: 1_001n }),
      ),
      '1 time was cut to microseconds, in which the file had begun to count',
    ],
    [
      'another frame check sequence',
      concat(
        sectionHeader(),
        interfaceDescription(),
        interfaceDescription({ options: [[13, Uint8Array.of(4)]] }),
        enhancedPacket({ octets: MARK }),
        enhancedPacket({ octets: MARK, interfaceNumber: 1 }),
      ),
      "1 packet has a frame check sequence of another length than the file's header tells",
    ],
  ])('%s', async (_, octets, loss) => {
    const { octets: written, losses } = await write(octets);
    expect(losses).toEqual([loss]);
    expect(readWhole(written).packets).toHaveLength(readWhole(octets).packets.length);
  });
});
