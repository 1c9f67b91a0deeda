import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeCutOff } from '../../src/capture/capture-error.ts';
import { Packet, PacketBatch } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import {
  buildPcap,
  buildPcapng,
  concat,
  interfaceDescription,
  NANOSECOND_MAGIC,
  pcapHeader,
  sectionHeader,
  text,
} from './build-capture.ts';
import { readChunks, readWhole } from './read-packets.ts';

const NOT_A_CAPTURE = 'not a capture: expected a pcap or pcapng header at offset 0, found';

describe('what is no capture says what it is', () => {
  test.each<[string, Uint8Array, string, string]>([
    ['nothing', new Uint8Array(0), 'empty', 'empty: no capture header'],
    ['one octet', Uint8Array.of(0xd4), 'not-a-capture', `${NOT_A_CAPTURE} octets d4`],
    ['short text', text('hi\n'), 'not-a-capture', `${NOT_A_CAPTURE} text: "hi\\n"`],
    [
      'long text',
      text('#!/bin/sh\n# a script that is longer than what is shown of it\n'),
      'not-a-capture',
      `${NOT_A_CAPTURE} text: "#!/bin/sh\\n# a script that is lon"`,
    ],
    [
      'text that begins like a section header',
      text('\n\r\r\nhello, this is no capture at all'),
      'not-a-capture',
      `${NOT_A_CAPTURE} text: "\\n\\r\\r\\nhello, this is no capture at"`,
    ],
    [
      'octets that would harm a terminal',
      text('\u001b[2J\u001b]0;owned\u0007 and more text to follow'),
      'not-a-capture',
      `${NOT_A_CAPTURE} octets 1b 5b 32 4a 1b 5d 30 3b 6f 77 6e 65 64 07 20 61`,
    ],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), 'not-a-capture', `${NOT_A_CAPTURE} gzip-compressed data`],
    ['zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), 'not-a-capture', `${NOT_A_CAPTURE} zstd-compressed data`],
    [
      'snoop',
      concat(text('snoop'), new Uint8Array(27)),
      'not-a-capture',
      `${NOT_A_CAPTURE} a snoop capture, which is not supported`,
    ],
    [
      'a pcap variant that libpcap reserves only',
      pcapHeader({ magic: 0xa1b234cd }),
      'unsupported',
      "Mesquita's modified pcap (magic number 0xa1b234cd) is not supported",
    ],
    [
      'an archaic version',
      pcapHeader({ version: [1, 4] }),
      'unsupported-version',
      'pcap version 1.4 at offset 4 is older than 2.0',
    ],
    [
      'reserved bits of the link type',
      pcapHeader({ linkType: 0x0030_0000 }),
      'bad-header',
      'reserved bits 0x00300000 of the link type at offset 20 are not zero',
    ],
    [
      'a pcap header cut off',
      pcapHeader().subarray(0, 23),
      'header-cut-off',
      'cut off: the capture header needs 24 octets, 23 are there',
    ],
    [
      'a section header cut off before its byte order',
      sectionHeader().subarray(0, 11),
      'header-cut-off',
      'cut off: the capture header needs 28 octets, 11 are there',
    ],
    [
      'a section header cut off',
      sectionHeader({ options: [[1, text('0123456789')]] }).subarray(0, 40),
      'header-cut-off',
      'cut off: the capture header needs 48 octets, 40 are there',
    ],
  ])('%s', (_, octets, code, message) => {
    expect(readWhole(octets).error).toMatchObject({ code, message });
    expect(readChunks([...octets].map((octet) => Uint8Array.of(octet))).error).toMatchObject({ code, message });
  });
});

test.each([
  ['pcap', pcapHeader()],
  ['pcapng', sectionHeader()],
  ['pcapng with an interface', concat(sectionHeader(), interfaceDescription())],
])('a %s header without packets is a capture', (_, octets) => {
  const { packets, error, cutOff } = readWhole(octets);
  expect([packets, error, cutOff]).toEqual([[], undefined, undefined]);
});

test('a cut-off record in words', () => {
  expect(describeCutOff({ byteOffset: 24, needed: 116, available: 20 })).toBe(
    'cut off: the record at offset 24 needs 116 octets, 20 are there',
  );
});

test('space lends what was asked for, and commit takes no more than was lent', () => {
  const reader = new CaptureReader({ bufferSize: 8 });
  expect(reader.space(3).length).toBe(8);
  expect(reader.space(100).length).toBeGreaterThanOrEqual(100);
  expect(() => reader.commit(1000)).toThrow(RangeError);
  expect(() => reader.commit(-1)).toThrow(RangeError);
});

test('the buffer stays as small as the longest record allows', () => {
  const frames = Array.from({ length: 1000 }, (_, index) => ({
    octets: new Uint8Array(900),
    seconds: index,
    nanos: 0,
  }));
  const file = buildPcap(frames);
  const reader = new CaptureReader({ bufferSize: 64 });
  const batch = new PacketBatch();
  let count = 0;
  for (let at = 0; at < file.length; at += 50) {
    reader.append(file.subarray(at, at + 50));
    while (reader.nextBatch(batch) > 0) count += batch.count;
  }
  expect(count).toBe(1000);
  expect(reader.bytes.length).toBeLessThan(4096);
});

test('a packet is borrowed: its octets are those of the reader', () => {
  const reader = new CaptureReader();
  reader.append(buildPcap([{ octets: Uint8Array.of(7), seconds: 1, nanos: 0 }]));
  const packet = new Packet();
  expect(reader.next(packet)).toBe(true);
  expect(packet.view).toBe(reader.view);
  expect(packet.bytes).toBe(reader.bytes);
  expect(packet.view.getUint8(packet.start)).toBe(7);
  expect(reader.next(packet)).toBe(false);
  expect(reader.inputPosition).toBe(41);
});

test('a batch without rows is refused', () => {
  expect(() => new PacketBatch(0)).toThrow(RangeError);
});

test('the same frames in whole microseconds are the same packets in every container', () => {
  const frame = fc.record({
    octets: fc.uint8Array({ maxLength: 50 }),
    seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
    wireLength: fc.integer({ min: 50, max: 70_000 }),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
      const containers = [true, false].flatMap((little) => [
        buildPcap(frames, { little }),
        buildPcap(frames, { little, magic: NANOSECOND_MAGIC }),
        buildPcapng(frames, little, 6),
        buildPcapng(frames, little, 9),
        buildPcapng(frames, little, 7),
      ]);
      const expected = frames.map(({ octets, ...rest }) => ({ octets: [...octets], ...rest }));
      for (const container of containers) {
        const { packets, error } = readWhole(container);
        expect(error).toBeUndefined();
        expect(packets).toEqual(expected.map((packet) => expect.objectContaining(packet)));
      }
    }),
  );
});
