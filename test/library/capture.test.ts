/** Reading captures with the library: the same packets as on the command line, from any source, up to where a capture is damaged. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { InputError } from '../../src/capture/input.ts';
import { FilterError } from '../../src/filter/filter-error.ts';
import { type Capture, readCapture } from '../../src/library/capture.ts';
import { compileFilter } from '../../src/library/filter.ts';
import type { DissectedPacket } from '../../src/library/packet.ts';
import { packetJson } from '../../src/library/render.ts';
import { createSession } from '../../src/library/session.ts';
import type { ReadableOctets } from '../../src/library/source.ts';
import { openCapture } from '../../src/node/open-capture.ts';
import { buildPcap } from '../capture/build-capture.ts';
import { runCli } from '../cli/run-cli.ts';
import { COMPRESSED, CUT, FRAGMENTS, RING, SEVERAL, SNAPPED, VXLAN } from './fixtures.ts';

async function packetsOf(capture: Capture): Promise<DissectedPacket[]> {
  const packets: DissectedPacket[] = [];
  for await (const packet of capture) packets.push(packet);
  return packets;
}

async function numbersOf(capture: Capture): Promise<number[]> {
  return (await packetsOf(capture)).map(({ number }) => number);
}

/** What the command line prints of a capture. */
async function printed(path: string, ...options: string[]): Promise<string[]> {
  const { stdout } = await runCli([path, '--json', ...options]);
  return stdout.trimEnd().split('\n');
}

/** Frames of a capture, the last with a record header that tells more octets than any format allows. */
function damaged(): Uint8Array {
  const frame = { octets: new Uint8Array(60), seconds: 1, nanos: 0 };
  const capture = buildPcap([frame, frame, frame]);
  new DataView(capture.buffer).setUint32(24 + 2 * 76 + 8, 0x7fffffff, true);
  return capture;
}

describe('packets are those of the command line', () => {
  test.each([VXLAN, SEVERAL, SNAPPED, FRAGMENTS])('%s', async (path) => {
    const expected = await printed(path);
    expect(expected.length).toBeGreaterThan(3);
    const packets = await packetsOf(await openCapture(path));
    // All were read before the first is looked at: what they own is their own.
    expect(packets.map((packet) => packetJson(packet))).toEqual(expected);
    expect(packets.map((packet) => JSON.stringify(packet))).toEqual(
      expected.map((line) => JSON.stringify(JSON.parse(line))),
    );
    const borrowed: string[] = [];
    const capture = await openCapture(path);
    await capture.forEach((packet) => {
      borrowed.push(packetJson(packet));
    });
    expect(borrowed).toEqual(expected);
  });

  test('with checksums over payloads where they are asked for', async () => {
    const packets = await packetsOf(await openCapture(VXLAN, { check: true }));
    expect(packets.map((packet) => packetJson(packet))).toEqual(await printed(VXLAN, '--check'));
  });
});

describe('filters', () => {
  test.each([
    'tcp.flags.syn == 1',
    'inner.tcp.dstport == 80 && frame.time_relative > 0.001',
    'host 10.244.1.170',
    'frame.protocols matches "vxlan.*tcp"',
    'frame.time_delta < 0.0005',
  ])('%s', async (filter) => {
    const expected = (await printed(VXLAN, '-Y', filter)).filter(Boolean).map((line) => JSON.parse(line).number);
    expect(await numbersOf((await openCapture(VXLAN)).filter(filter))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
    const isWanted = await compileFilter(filter);
    const packets = await packetsOf(await openCapture(VXLAN));
    expect(packets.filter(isWanted).map(({ number }) => number)).toEqual(expected);
    expect(packets.length).toBeGreaterThan(expected.length);
  });

  test('one behind the other select what all of them do', async () => {
    const both = (await openCapture(VXLAN))
      .filter('tcp')
      .filter('tcp.flags.syn == 1')
      .filter(({ context }) => context.number > 1);
    const syns = await numbersOf((await openCapture(VXLAN)).filter('tcp.flags.syn == 1'));
    expect(await numbersOf(both)).toEqual(syns.filter((number) => number > 1));
  });

  test('a wrong one is told at once, with its place', async () => {
    const capture = await openCapture(VXLAN);
    expect(() => capture.filter('tcp.port = 80 &&')).toThrow(FilterError);
    expect(() => capture.filter('tcp.prt == 80')).toThrow(/tcp\.prt/);
    capture.close();
    await expect(compileFilter('tcp.prt == 80')).rejects.toThrow(FilterError);
  });

  test('a wrong regular expression is told when the capture is read', async () => {
    const capture = (await openCapture(VXLAN)).filter('frame.protocols matches "("');
    await expect(packetsOf(capture)).rejects.toThrow(FilterError);
  });
});

describe('sources', () => {
  const octets = new Uint8Array(readFileSync(VXLAN));
  const pieces = [octets.subarray(0, 7), octets.subarray(7, 5000), octets.subarray(5000)];
  async function* generated(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  /** A stream as Safari has it: with a reader, but not to be iterated. */
  const bare = (): ReadableOctets => {
    const stream = new Blob([octets]).stream();
    return { getReader: () => stream.getReader() };
  };

  test.each([
    ['octets', () => octets],
    ['an ArrayBuffer', () => octets.slice().buffer],
    ['chunks', () => pieces],
    ['an asynchronous generator', generated],
    ['a Blob', () => new Blob([octets])],
    ['a ReadableStream', () => new Blob([octets]).stream()],
    ['a stream that can’t be iterated', bare],
    ['a response', () => new Response(octets)],
  ])('%s', async (_, source) => {
    const lines = (await packetsOf(readCapture(source(), { name: VXLAN }))).map((packet) => packetJson(packet));
    expect(lines).toEqual(await printed(VXLAN));
  });

  test('what is compressed: recognised in a file, decompressed by the platform elsewhere', async () => {
    const expected = await printed(COMPRESSED);
    const texts = async (capture: Capture): Promise<string[]> =>
      (await packetsOf(capture)).map((packet) => packetJson(packet));
    expect(await texts(await openCapture(COMPRESSED))).toEqual(expected);
    const compressed = new Blob([readFileSync(COMPRESSED)]);
    const stream = compressed.stream().pipeThrough(new DecompressionStream('gzip'));
    expect(await texts(readCapture(stream, { name: COMPRESSED }))).toEqual(expected);
    await expect(packetsOf(readCapture(compressed))).rejects.toThrow(/gzip-compressed/);
  });

  test('a File gives the capture its name, octets none', async () => {
    const [named] = await packetsOf(readCapture(new File([octets], 'node1-eth1.pcap')));
    expect(named?.point).toBe('node1-eth1');
    const [renamed] = await packetsOf(await openCapture(VXLAN, { name: 'web.pcap' }));
    expect(renamed?.point).toBe('web');
    const [unnamed] = await packetsOf(readCapture(octets));
    expect(unnamed?.point).toBe('');
  });

  test('those that are left early are given back', async () => {
    let isClosed = false;
    function* chunks(): Generator<Uint8Array> {
      try {
        yield* pieces;
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of readCapture(chunks())) break;
    expect(isClosed).toBe(true);
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(octets),
      cancel: () => {
        isCancelled = true;
      },
    });
    let seen = 0;
    const onlyOne = (): boolean => ++seen < 1;
    await readCapture(stream).forEach(onlyOne);
    expect([seen, isCancelled]).toEqual([1, true]);
  });

  test('a path without a file', async () => {
    await expect(openCapture('no-such.pcap')).rejects.toThrow(InputError);
  });

  test('the URL of a file', async () => {
    const [first] = await packetsOf(await openCapture(new URL(`file://${VXLAN}`)));
    expect(first?.point).toBe('node1-eth1');
  });
});

describe('the end of a capture', () => {
  test('damage is thrown, once all packets before it were given', async () => {
    const numbers: number[] = [];
    const reading = (async () => {
      for await (const { number } of readCapture(damaged())) numbers.push(number);
    })();
    await expect(reading).rejects.toThrow(CaptureError);
    await expect(reading).rejects.toMatchObject({ code: 'record-too-long', byteOffset: 24 + 2 * 76 });
    expect(numbers).toEqual([1, 2]);
    const borrowed: number[] = [];
    const visiting = readCapture(damaged()).forEach(({ number }) => {
      borrowed.push(number);
    });
    await expect(visiting).rejects.toThrow(CaptureError);
    expect(borrowed).toEqual([1, 2]);
  });

  test('a last record that is cut off is told, not thrown', async () => {
    const capture = await openCapture(CUT);
    expect((await packetsOf(capture)).length).toBeGreaterThan(0);
    expect(capture.cutOff).toMatchObject({ needed: expect.any(Number), available: expect.any(Number) });
    const whole = await openCapture(VXLAN);
    await packetsOf(whole);
    expect(whole.cutOff).toBeUndefined();
  });

  test('what is no capture is an error before any packet', async () => {
    await expect(
      packetsOf(readCapture(new TextEncoder().encode('hello, this is text and no capture'))),
    ).rejects.toMatchObject({
      code: 'not-a-capture',
    });
    await expect(packetsOf(readCapture([]))).rejects.toMatchObject({ code: 'empty' });
  });

  test('what the source throws comes through', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(readFileSync(VXLAN)).subarray(0, 400);
      throw new Error('the line went dead');
    }
    const seen: number[] = [];
    await expect(
      readCapture(failing()).forEach(({ number }) => {
        seen.push(number);
      }),
    ).rejects.toThrow('the line went dead');
    expect(seen.length).toBeGreaterThan(0);
  });

  test('a capture is read once', async () => {
    const capture = await openCapture(VXLAN);
    await packetsOf(capture);
    await expect(packetsOf(capture)).rejects.toThrow('read once');
    await expect(numbersOf(capture.filter('tcp'))).rejects.toThrow('read once');
  });
});

describe('sessions', () => {
  test('captures that share one are numbered on, and put together', async () => {
    const session = createSession();
    const numbers: number[] = [];
    for (const path of RING) numbers.push(...(await numbersOf(await openCapture(path, { session }))));
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test('fragments are put together unless it is refused', async () => {
    const whole = await packetsOf(await openCapture(FRAGMENTS));
    const pieces = await packetsOf(await openCapture(FRAGMENTS, { reassemble: false }));
    const joined = whole.filter(({ layers }) => layers.some(({ source }) => source === 1));
    expect(joined.length).toBeGreaterThan(0);
    expect(pieces.some(({ layers }) => layers.some(({ source }) => source === 1))).toBe(false);
    const [first] = joined;
    const frames = first?.layers.find(({ source }) => source === 1)?.frames;
    expect(frames).toContain(first?.number);
  });

  test('frames that a program brings itself', async () => {
    const expected = await packetsOf(await openCapture(FRAGMENTS));
    const session = createSession();
    const again = expected.map(({ bytes, seconds = 0, nanos = 0, length, point }) =>
      session.dissect(bytes, 'EN10MB', { seconds, nanos, length, point }),
    );
    expect(again.map((packet) => packetJson(packet))).toEqual(expected.map((packet) => packetJson(packet)));
  });
});
