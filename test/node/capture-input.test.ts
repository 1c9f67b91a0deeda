import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaptureInput, InputError } from '../../src/capture/input.ts';
import { type InputEnd, PacketMerge } from '../../src/capture/merge.ts';
import { PacketBatch } from '../../src/capture/packet.ts';
import { openInput } from '../../src/node/capture-input.ts';
import { buildPcap, concat, type Frame, pcapHeader, pcapRecord } from '../capture/build-capture.ts';

const FRAMES: readonly Frame[] = Array.from({ length: 100 }, (_, index) => ({
  octets: Uint8Array.from({ length: 60 + (index % 40) }, (_, at) => (at * index) & 0xff),
  seconds: index,
  nanos: 0,
}));
const CAPTURE = buildPcap(FRAMES);
const GZIPPED = gzipSync(CAPTURE);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, octets: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, octets);
  return path;
}

interface Read {
  readonly count: number;
  readonly end: InputEnd | undefined;
  readonly notices: string[];
}

async function read(path: string, stdin?: Readable): Promise<Read> {
  const notices: string[] = [];
  const input = await openInput(path, { onNotice: (message) => notices.push(message), ...(stdin ? { stdin } : {}) });
  return { ...(await readAll(input)), notices };
}

async function readAll(input: CaptureInput): Promise<{ count: number; end: InputEnd | undefined }> {
  let end: InputEnd | undefined;
  let count = 0;
  const merge = new PacketMerge([input], { onEnd: (ended) => (end = ended) });
  for (let run = await merge.nextRun(); run !== undefined; run = await merge.nextRun()) count += run.end - run.start;
  input.close();
  return { count, end };
}

/** A stream of the octets in chunks of the given length. */
function streamOf(octets: Uint8Array, chunkLength: number): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < octets.length; at += chunkLength)
    chunks.push(Buffer.from(octets.subarray(at, at + chunkLength)));
  return Readable.from(chunks);
}

/** The same octets as a file, as a stream of small chunks, and as a stream in one chunk. */
const SOURCES: ReadonlyArray<readonly [string, (name: string, octets: Uint8Array) => Promise<Read>]> = [
  ['a file', (name, octets) => read(write(name, octets))],
  ['standard input, in small pieces', (_, octets) => read('-', streamOf(octets, 37))],
  ['standard input, in one piece', (_, octets) => read('-', streamOf(octets, octets.length))],
];

describe.each(SOURCES)('%s', (_, readOctets) => {
  const half = 24 + Math.floor(CAPTURE.length / 2);

  test.each<[string, Uint8Array]>([
    ['plain', CAPTURE],
    ['gzip', GZIPPED],
    ['gzip that stores', gzipSync(CAPTURE, { level: 0 })],
    ['gzip of two members', concat(gzipSync(CAPTURE.subarray(0, half)), gzipSync(CAPTURE.subarray(half)))],
    ['gzip with an empty member between', concat(gzipSync(CAPTURE), gzipSync(new Uint8Array(0)))],
    ['gzip with zeros after it', concat(GZIPPED, new Uint8Array(700))],
    ['gzip with every optional header field', withHeaderFields(GZIPPED)],
  ])('%s', async (name, octets) => {
    const { count, end, notices } = await readOctets(name, octets);
    expect(end?.error?.message ?? end?.cutOff).toBeUndefined();
    expect(notices).toEqual([]);
    expect(count).toBe(FRAMES.length);
  });

  test('gzip with something else after it', async () => {
    const { count, end, notices } = await readOctets('trailing.gz', concat(GZIPPED, Uint8Array.of(104, 105, 33)));
    expect(count).toBe(FRAMES.length);
    expect(end?.error).toBeUndefined();
    expect(notices).toEqual([`octets after the gzip data, from offset ${GZIPPED.length} on, are ignored`]);
  });

  test('gzip cut off', async () => {
    const cut = gzipSync(CAPTURE, { level: 0 }).subarray(0, half);
    const { count, end } = await readOctets('cut.gz', cut);
    expect(count).toBeGreaterThan(FRAMES.length / 2 - 10);
    expect(end?.error).toMatchObject({
      code: 'bad-compression',
      message: `cut off: gzip data ends at offset ${half} within a member`,
    });
  });

  test('gzip cut off within its trailer, after all packets', async () => {
    const { count, end } = await readOctets('cut.gz', GZIPPED.subarray(0, GZIPPED.length - 3));
    expect(count).toBe(FRAMES.length);
    expect(end?.error?.message).toMatch(/^cut off: gzip data ends at offset \d+ within a member$/);
  });

  test('gzip with a wrong checksum, after all packets', async () => {
    const octets = Uint8Array.from(GZIPPED);
    octets.set([1, 2, 3, 4], octets.length - 8);
    const { count, end } = await readOctets('checksum.gz', octets);
    expect(count).toBe(FRAMES.length);
    expect(end?.error?.message).toMatch(
      new RegExp(`^gzip data is damaged at offset ${octets.length - 8}: its checksum says 67305985, its octets \\d+$`),
    );
  });

  test('damaged deflate data, after all packets before it', async () => {
    const sound = deflateRawSync(CAPTURE, { finishFlush: constants.Z_SYNC_FLUSH });
    const reservedBlockType = Uint8Array.of(0x07);
    const octets = concat(GZIPPED.subarray(0, 10), sound, reservedBlockType, new Uint8Array(100));
    const { count, end } = await readOctets('deflate.gz', octets);
    expect(count).toBe(FRAMES.length);
    expect(end?.error?.message).toMatch(/^gzip data is damaged at offset \d+: invalid block type$/);
  });

  test('damaged in the second member, after all packets of the first', async () => {
    const second = concat(GZIPPED.subarray(0, 10), Uint8Array.of(0x07), new Uint8Array(10));
    const { count, end } = await readOctets('second.gz', concat(GZIPPED, second));
    expect(count).toBe(FRAMES.length);
    expect(end?.error?.message).toBe(`gzip data is damaged at offset ${GZIPPED.length + 10}: invalid block type`);
  });

  test('empty', async () => {
    const { end } = await readOctets('empty', new Uint8Array(0));
    expect(end?.error).toMatchObject({ code: 'empty', message: 'empty: no capture header' });
  });

  test('a capture cut off', async () => {
    const { count, end } = await readOctets('cut.pcap', CAPTURE.subarray(0, CAPTURE.length - 1));
    expect(count).toBe(FRAMES.length - 1);
    expect(end?.cutOff).toBeDefined();
  });
});

/** The header of RFC 1952 with FEXTRA, FNAME, FCOMMENT and FHCRC. */
function withHeaderFields(gzipped: Uint8Array): Uint8Array {
  const header = Uint8Array.from(gzipped.subarray(0, 10));
  header[3] = 0x1e;
  const extra = Uint8Array.of(3, 0, 9, 9, 9);
  const texts = new TextEncoder().encode('name.pcap\0a comment\0');
  return concat(header, extra, texts, Uint8Array.of(0, 0), gzipped.subarray(10));
}

test('a gzip header with an endless name', async () => {
  const header = Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0);
  const { end } = await read(write('name.gz', concat(header, new Uint8Array(70_000).fill(65))));
  expect(end?.error?.message).toBe('gzip data is damaged at offset 10: a name of more than 65536 octets');
});

test('a gzip method other than deflate', async () => {
  const { end } = await read(write('method.gz', Uint8Array.of(0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0)));
  expect(end?.error?.message).toBe('gzip data is damaged at offset 0: compression method 7, expected 8');
});

describe('what cannot be opened', () => {
  test('a file that is not there', async () => {
    await expect(openInput('no/such.pcap')).rejects.toMatchObject({
      name: 'InputError',
      code: 'ENOENT',
      path: 'no/such.pcap',
      message: "no file 'no/such.pcap'",
    });
  });

  test('a path through a file', async () => {
    const path = join(write('plain.pcap', CAPTURE), 'x');
    await expect(openInput(path)).rejects.toThrow(`no file '${path}'`);
  });

  test('a directory', async () => {
    await expect(openInput(folder)).rejects.toThrow(new InputError('EISDIR', folder, `'${folder}' is a directory`));
  });

  test('a path that is too long', async () => {
    const path = 'x'.repeat(5000);
    await expect(openInput(path)).rejects.toThrow(`'${path}' cannot be read: ENAMETOOLONG`);
  });

  test('standard input that fails', async () => {
    const failure = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    const stdin = new Readable({ read: () => stdin.destroy(failure) });
    const { end } = await read('-', stdin);
    expect(end?.error).toMatchObject({
      name: 'InputError',
      code: 'EIO',
      message: "'-' cannot be read: EIO: i/o error, read",
    });
  });
});

describe('pipes', () => {
  test.each([
    ['plain', CAPTURE],
    ['gzipped', GZIPPED],
  ])('a named pipe, %s', async (name, octets) => {
    const source = write(`${name}.source`, octets);
    const pipe = join(folder, `${name}.fifo`);
    const maker = spawn('sh', ['-c', `mkfifo '${pipe}' && echo made && sleep 0.1 && cat '${source}' > '${pipe}'`]);
    await once(maker.stdout, 'data');
    expect(await read(pipe)).toMatchObject({ count: FRAMES.length, notices: [] });
  });

  test('a named pipe that nobody writes to can be given up', async () => {
    const pipe = join(folder, 'idle.fifo');
    execFileSync('mkfifo', [pipe]);
    const input = await openInput(pipe);
    const refilled = input.refill();
    await new Promise((resolve) => setTimeout(resolve, 20));
    input.close();
    expect(await refilled).toBe(false);
  });

  test('packets come as soon as they are written', async () => {
    const stdin = new Readable({ read() {} });
    const input = await openInput('-', { stdin });
    const merge = new PacketMerge([input]);
    const firstRecord = 24 + 16 + 60;
    stdin.push(Buffer.from(CAPTURE.subarray(0, firstRecord)));
    const run = await merge.nextRun();
    expect(run && run.end - run.start).toBe(1);
    input.close();
    expect(stdin.destroyed).toBe(true);
  });

  test('a stream that is faster than its reader is paused', async () => {
    let pushed = 0;
    const stdin = new Readable({
      highWaterMark: 1024,
      read() {
        pushed++;
        this.push(pushed > 500 ? null : Buffer.alloc(64 * 1024));
      },
    });
    const input = await openInput('-', { stdin });
    await input.refill();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pushed).toBeLessThan(40);
    input.close();
  });
});

describe('files', () => {
  /** Whether each refill of a file of 26 MB was a promise, and the packets in it. */
  async function refills(readsAhead: boolean): Promise<{ readonly promised: boolean[]; readonly packets: number }> {
    const record = pcapRecord({ octets: new Uint8Array(65_520), seconds: 0, nanos: 0 });
    const records = Array.from({ length: 400 }, () => record);
    const input = await openInput(write('long.pcap', Buffer.concat([pcapHeader(), ...records])), { readsAhead });
    const batch = new PacketBatch();
    const promised: boolean[] = [];
    let packets = 0;
    for (let more = true; more; ) {
      const refilled = input.refill();
      promised.push(refilled instanceof Promise);
      more = await refilled;
      while (input.reader.nextBatch(batch) > 0) packets += batch.count;
    }
    input.close();
    return { promised, packets };
  }

  test('the first refills are synchronous; those of a long file let the event loop breathe', async () => {
    const { promised, packets } = await refills(true);
    expect(packets).toBe(400);
    // A megabyte in pieces of a quarter, then two megabytes at a time.
    expect(promised.indexOf(true)).toBe(promised.lastIndexOf(false) + 1);
    expect(promised.indexOf(true)).toBeLessThan(6);
    expect(promised.length).toBeLessThan(20);
  });

  test('a file that is not read ahead lets the event loop breathe, too', async () => {
    const { promised, packets } = await refills(false);
    expect(packets).toBe(400);
    // Sixteen megabytes in pieces of a quarter, each less what was left of the one before.
    expect(promised.indexOf(true)).toBe(64);
    expect(promised.filter((isPromise) => isPromise).length).toBe(1);
  });

  test('closing twice does no harm', async () => {
    for (const octets of [CAPTURE, GZIPPED]) {
      const input = await openInput(write('twice.pcap', octets));
      await input.refill();
      input.close();
      input.close();
    }
  });

  test('merged from files, gzip and standard input', async () => {
    const inputs = [
      await openInput(write('one.pcap', CAPTURE)),
      await openInput(write('two.pcap.gz', GZIPPED)),
      await openInput('-', { stdin: streamOf(CAPTURE, 1000) }),
    ];
    const merge = new PacketMerge(inputs);
    const order: number[] = [];
    for (let run = await merge.nextRun(); run !== undefined; run = await merge.nextRun()) {
      for (let row = run.start; row < run.end; row++) order.push(run.index);
    }
    expect(order).toEqual(FRAMES.flatMap(() => [0, 1, 2]));
  });
});
