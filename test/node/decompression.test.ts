import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PacketMerge } from '../../src/capture/merge.ts';
import { openInput } from '../../src/node/capture-input.ts';
import { Xxh32 } from '../../src/node/xxhash.ts';
import { buildPcap, concat, type Frame, OctetWriter } from '../capture/build-capture.ts';

/** The packets that the files in `compressed` hold. */
const FRAMES: readonly Frame[] = Array.from({ length: 100 }, (_, index) => ({
  octets: Uint8Array.from({ length: 60 + (index % 40) }, (_, at) => (at * (index % 5)) & 0xff),
  seconds: index,
  nanos: 0,
}));
const CAPTURE = buildPcap(FRAMES);
const compressed = (name: string): Uint8Array => readFileSync(new URL(`compressed/${name}`, import.meta.url));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Read {
  readonly count: number;
  readonly octets: number;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly notices: string[];
}

/** Reads a file, or standard input in pieces of the given length. */
async function read(octets: Uint8Array, pieceLength = 0): Promise<Read> {
  const notices: string[] = [];
  const onNotice = (message: string): void => void notices.push(message);
  const path = join(folder, 'input');
  writeFileSync(path, octets);
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < octets.length; at += pieceLength) yield Buffer.from(octets.subarray(at, at + pieceLength));
  };
  const input =
    pieceLength === 0
      ? await openInput(path, { onNotice })
      : await openInput('-', { onNotice, stdin: Readable.from(pieces()) });
  let error: Read['error'];
  const merge = new PacketMerge([input], { onEnd: (end) => (error = end.error) });
  let count = 0;
  let total = 0;
  for (let run = await merge.nextRun(); run !== undefined; run = await merge.nextRun()) {
    count += run.end - run.start;
    for (let row = run.start; row < run.end; row++) total += run.batch.length[row] ?? 0;
  }
  input.close();
  return { count, octets: total, error, notices };
}

const ALL = {
  count: FRAMES.length,
  octets: FRAMES.reduce((sum, { octets }) => sum + octets.length, 0),
  error: undefined,
};

/** Octets as a zstd frame of blocks that are not compressed. */
function zstdStored(octets: Uint8Array, blockLength = 1000): Uint8Array {
  const writer = new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x38);
  for (let at = 0; at < octets.length; at += blockLength) {
    const block = octets.subarray(at, at + blockLength);
    const header = (block.length << 3) | (at + blockLength >= octets.length ? 1 : 0);
    writer.u8(header & 0xff, (header >>> 8) & 0xff, header >>> 16).octets(block);
  }
  return writer.build();
}

/** Octets as an lz4 frame of blocks that are not compressed; or of these blocks, each with its 4-octet length before it. */
function lz4Frame(blocks: Uint8Array, flags = 0x60): Uint8Array {
  const descriptor = Uint8Array.of(flags, 0x40);
  const checksum = (new Xxh32().update(descriptor).digest() >>> 8) & 0xff;
  return new OctetWriter(true).u32(0x184d2204).octets(descriptor).u8(checksum).octets(blocks).u32(0).build();
}

function lz4Stored(octets: Uint8Array): Uint8Array {
  return lz4Frame(
    new OctetWriter(true)
      .u32(0x80000000 + octets.length)
      .octets(octets)
      .build(),
  );
}

const SKIPPABLE = new OctetWriter(true).u32(0x184d2a53, 5).u8(1, 2, 3, 4, 5).build();
const half = Math.floor(CAPTURE.length / 2);

describe.each([
  ['a file', 0],
  ['standard input in small pieces', 7],
  ['standard input in one piece', 1_000_000],
])('%s', (_, pieceLength) => {
  test.each<[string, Uint8Array]>([
    ['zstd', compressed('capture.pcap.zst')],
    ['zstd that stores', zstdStored(CAPTURE)],
    ['zstd of two frames', concat(zstdStored(CAPTURE.subarray(0, half)), zstdStored(CAPTURE.subarray(half)))],
    [
      'zstd with a skippable frame',
      concat(zstdStored(CAPTURE.subarray(0, half)), SKIPPABLE, zstdStored(CAPTURE.subarray(half))),
    ],
    ['zstd with zeros after it', concat(compressed('capture.pcap.zst'), new Uint8Array(9))],
    ['lz4', compressed('capture.pcap.lz4')],
    ['lz4 with linked blocks and all checksums', compressed('linked.pcap.lz4')],
    ['lz4 that stores', lz4Stored(CAPTURE)],
    ['lz4 of two frames', concat(lz4Stored(CAPTURE.subarray(0, half)), SKIPPABLE, lz4Stored(CAPTURE.subarray(half)))],
  ])('%s', async (_name, octets) => {
    expect(await read(octets, pieceLength)).toEqual({ ...ALL, notices: [] });
  });

  test.each([
    ['xz', 'capture.pcap.xz'],
    ['bzip2', 'capture.pcap.bz2'],
  ])('%s, by the command of the system', async (command, name) => {
    if (spawnSync(command, ['--help']).error !== undefined) return console.warn(`no command ${command}: not tested`);
    expect(await read(compressed(name), pieceLength)).toEqual({ ...ALL, notices: [] });
  });
});

describe('cut off', () => {
  test.each([
    ['zstd', zstdStored(CAPTURE), /^cut off: zstd data ends at offset \d+ within a frame$/],
    [
      'lz4',
      concat(lz4Stored(CAPTURE.subarray(0, 8000)), lz4Stored(CAPTURE.subarray(8000))),
      /^cut off: lz4 data ends at offset \d+ within a frame$/,
    ],
    ['zstd in its checksum', compressed('capture.pcap.zst'), /^cut off: zstd data ends/],
    ['lz4 in its checksum', compressed('capture.pcap.lz4'), /^cut off: lz4 data ends/],
  ])('%s, after the packets before', async (name, octets, message) => {
    const isTrailer = name.endsWith('checksum');
    const { count, error } = await read(octets.subarray(0, isTrailer ? octets.length - 2 : 8500));
    expect(error?.message).toMatch(message);
    expect(error?.code).toBe('bad-compression');
    expect(count).toBeGreaterThan(isTrailer ? 99 : 80);
  });

  test('xz, as the command tells it', async () => {
    if (spawnSync('xz', ['--help']).error !== undefined) return console.warn('no command xz: not tested');
    const { error } = await read(compressed('capture.pcap.xz').subarray(0, 700));
    expect(error).toMatchObject({
      code: 'bad-compression',
      message: expect.stringMatching(/^xz data is damaged or cut off: xz: /),
    });
  });
});

describe('damaged', () => {
  const changed = (name: string, at: number, octet: number): Uint8Array => {
    const octets = Uint8Array.from(compressed(name));
    octets[at < 0 ? octets.length + at : at] = octet;
    return octets;
  };
  const lz4Block = (...block: number[]): Uint8Array =>
    lz4Frame(
      new OctetWriter(true)
        .u32(block.length)
        .u8(...block)
        .build(),
    );
  const zstdBlock = (...block: number[]): Uint8Array =>
    new OctetWriter(true)
      .u32(0xfd2fb528)
      .u8(0, 0, ...block)
      .build();
  test.each<[string, Uint8Array, RegExp]>([
    [
      'a checksum of zstd',
      changed('capture.pcap.zst', -1, 1),
      /zstd data is damaged at offset \d+: its checksum says \d+, its octets \d+$/,
    ],
    [
      'a checksum of lz4',
      changed('capture.pcap.lz4', -1, 1),
      /lz4 data is damaged at offset \d+: its checksum says \d+, its octets \d+$/,
    ],
    [
      'a checksum of an lz4 block',
      changed('linked.pcap.lz4', 300, 1),
      /lz4 data is damaged at offset \d+: its checksum says/,
    ],
    [
      'the header checksum of lz4',
      changed('capture.pcap.lz4', 6, 1),
      /lz4 data is damaged at offset 6: its header's checksum says 1,/,
    ],
    [
      'a version of lz4',
      changed('capture.pcap.lz4', 4, 0xc4),
      /lz4 data is damaged at offset 4: frame version 3, expected 1$/,
    ],
    [
      'a block size of lz4',
      changed('capture.pcap.lz4', 5, 0),
      /lz4 data is damaged at offset 5: block size code 0, expected 4 to 7$/,
    ],
    ['a block that is too long', lz4Frame(Uint8Array.of(1, 0, 1, 0)), /a block of 65537 octets, the limit is 65536$/],
    [
      'an offset before the beginning',
      lz4Block(0x10, 65, 2, 0, 0),
      /damaged at offset 13: an offset of 2 octets back$/,
    ],
    ['an offset of 0', lz4Block(0x10, 65, 0, 0, 0), /an offset of 0 octets back$/],
    ['literals beyond the block', lz4Block(0xf0, 255, 9, 65), /279 octets where fewer are left$/],
    [
      'a match beyond the limit',
      lz4Block(0x1f, 65, 1, 0, ...Array<number>(260).fill(255), 0),
      /octets where fewer are left$/,
    ],
    ['a reserved block of zstd', zstdBlock(7, 0, 0), /zstd data is damaged at offset 6: a block of the reserved type$/],
    ['a zstd block beyond its window', zstdBlock(3, 0xff, 0xff, 0), /a block of 2097120 octets, the limit is 1024$/],
    [
      'a reserved bit of zstd',
      new OctetWriter(true).u32(0xfd2fb528).u8(8, 0, 0, 0).build(),
      /a reserved bit of the frame header is set$/,
    ],
    [
      'a compressed block of zstd',
      concat(zstdStored(CAPTURE).subarray(0, 6 + 3 + 1000), Uint8Array.of(0x25, 0, 0, 0xff, 0xff, 0xff, 0xff)),
      /zstd data is damaged at offset 1009: ./,
    ],
  ])('%s', async (_, octets, message) => {
    const { error } = await read(octets);
    expect(error?.message).toMatch(message);
    expect(error?.code).toBe('bad-compression');
  });

  test('whatever octet is changed, packets before it are there and nothing is thrown but errors of captures', async () => {
    for (const name of ['capture.pcap.zst', 'capture.pcap.lz4', 'linked.pcap.lz4']) {
      const { length } = compressed(name);
      for (let at = 4; at < length; at += 13) {
        const { count, error } = await read(changed(name, at, 0x5a));
        expect(error === undefined ? count : 0, `${name} at ${at}`).toBeOneOf([0, FRAMES.length]);
      }
    }
  });
});

test('what follows the frames is ignored, and told', async () => {
  for (const [name, octets] of [
    ['zstd', zstdStored(CAPTURE)],
    ['lz4', lz4Stored(CAPTURE)],
  ] as const) {
    const { notices, ...rest } = await read(concat(octets, Uint8Array.of(1, 2, 3)));
    expect(rest).toEqual(ALL);
    expect(notices).toEqual([`octets after the ${name} data, from offset ${octets.length} on, are ignored`]);
  }
});

describe('what is not to be had here', () => {
  test.each([
    [
      'a window of 2 GiB',
      [0, 21 << 3],
      'zstd-compressed with a window of 2147483648 octets; first run: zstd -dc --long=31 FILE | netdissect -',
    ],
    [
      'a dictionary of zstd',
      [1, 0x38, 7],
      'zstd-compressed with a dictionary; first run: zstd -dc -D DICTIONARY FILE | netdissect -',
    ],
  ])('%s', async (_, header, message) => {
    const octets = new OctetWriter(true)
      .u32(0xfd2fb528)
      .u8(...header, 1, 0, 0)
      .build();
    expect((await read(octets)).error).toMatchObject({ code: 'unsupported', message });
  });

  test('a dictionary of lz4', async () => {
    const descriptor = Uint8Array.of(0x61, 0x40, 7, 0, 0, 0);
    const checksum = (new Xxh32().update(descriptor).digest() >>> 8) & 0xff;
    const octets = new OctetWriter(true).u32(0x184d2204).octets(descriptor).u8(checksum).u32(0).build();
    const message = 'lz4-compressed with a dictionary; first run: lz4 -dc -D DICTIONARY FILE | netdissect -';
    expect((await read(octets)).error).toMatchObject({ code: 'unsupported', message });
  });

  test.each(['xz', 'bzip2'])('the command %s', async (command) => {
    vi.stubEnv('PATH', folder);
    try {
      const { error } = await read(compressed(`capture.pcap.${command === 'xz' ? 'xz' : 'bz2'}`));
      const message = `${command}-compressed, and there is no command '${command}' here; decompress it first: ${command} -dc FILE | netdissect -`;
      expect(error).toMatchObject({ code: 'unsupported', message });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test('a reader that stops early ends the command', async () => {
  if (spawnSync('xz', ['--help']).error !== undefined) return console.warn('no command xz: not tested');
  const path = join(folder, 'long.pcap');
  writeFileSync(path, Buffer.concat([CAPTURE.subarray(0, 24), Buffer.alloc(20_000_000)]));
  execFileSync('xz', ['-0', '-f', path]);
  const input = await openInput(`${path}.xz`);
  await input.refill();
  input.close();
  expect(input.reader.bytes.length).toBeLessThan(4_000_000);
  await vi.waitFor(() => {
    const { stdout } = spawnSync('ps', ['-o', 'comm=', '--ppid', String(process.pid)], { encoding: 'utf8' });
    expect(stdout ?? '').not.toMatch(/^xz$/m);
  });
});

test('a frame that expands without end is taken piece by piece', async () => {
  const repeated = Uint8Array.of(((0x20000 << 3) & 0xff) | 2, ((0x20000 << 3) >>> 8) & 0xff, (0x20000 << 3) >>> 16, 0);
  const header = new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x38).build();
  const path = join(folder, 'bomb.zst');
  const blocks = Buffer.concat(Array.from({ length: 2000 }, () => repeated));
  writeFileSync(path, concat(header, Uint8Array.of(24 << 3, 0, 0), CAPTURE.subarray(0, 24), blocks));
  const input = await openInput(path);
  for (let refills = 0; refills < 50; refills++) await input.refill();
  expect(input.reader.bytes.length).toBeLessThan(16_000_000);
  input.close();
});

test('a frame of many small blocks with the greatest window ends: the window is not moved for each', async () => {
  const header = new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x78).build();
  const start = concat(Uint8Array.of(24 << 3, 0, 0), CAPTURE.subarray(0, 24));
  // A zero each: sixteen are a record of no octets.
  const blocks = Buffer.concat(Array.from({ length: 20_000 }, () => Uint8Array.of((1 << 3) | 2, 0, 0, 0)));
  expect(await read(concat(header, start, blocks, Uint8Array.of(1, 0, 0)))).toMatchObject({
    count: 1250,
    error: undefined,
  });
});

test('many frames of an octet with the greatest window end: no window is made for each', async () => {
  const header = new OctetWriter(true).u32(0xfd2fb528).u8(0, 0x78).build();
  const frames = Buffer.concat(
    Array.from({ length: 16 * 500 }, () => concat(header, Uint8Array.of((1 << 3) | 1, 0, 0, 0))),
  );
  expect(await read(concat(zstdStored(CAPTURE.subarray(0, 24)), frames))).toMatchObject({
    count: 500,
    error: undefined,
  });
});

test('what is referred to at a distance of megabytes is there', async () => {
  if (spawnSync('zstd', ['--version']).error !== undefined) return console.warn('no command zstd: not tested');
  // Octets that do not compress, then the same ones from a place that moves: matches of every distance up to their number.
  const random = Uint8Array.from({ length: 3_000_000 }, (_, at) => (Math.imul(at, 0x9e3779b1) ^ (at >>> 3)) >>> 13);
  const records: Frame[] = Array.from({ length: 120 }, (_, index) => {
    const from = (index * 1_234_567) % 2_800_000;
    return { octets: random.slice(from, from + 100_000), seconds: index, nanos: 0 };
  });
  const capture = buildPcap(records);
  const path = join(folder, 'far.pcap');
  writeFileSync(path, capture);
  execFileSync('zstd', ['-q', '-3', '--long=25', path]);
  const reads = [await openInput(path), await openInput(`${path}.zst`)];
  const [plain, decompressed] = await Promise.all(
    reads.map(async (input) => {
      const hash = createHash('sha256');
      const merge = new PacketMerge([input]);
      for (let run = await merge.nextRun(); run !== undefined; run = await merge.nextRun()) {
        for (let row = run.start; row < run.end; row++) {
          const at = run.batch.start[row] ?? 0;
          hash.update(input.reader.bytes.subarray(at, at + (run.batch.length[row] ?? 0)));
        }
      }
      input.close();
      return hash.digest('hex');
    }),
  );
  expect(decompressed).toBe(plain);
});
