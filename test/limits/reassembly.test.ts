/** Floods of what is to be put together: memory is bounded, and what was given up is told. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { lossesOf } from '../../src/reassemble/losses.ts';
import { Session } from '../../src/reassemble/session.ts';
import { buildPcap } from '../capture/build-capture.ts';
import { runCli } from '../cli/run-cli.ts';

const IPV4_LINK = 228;
const dissector = createDissector(standardProtocols);

/** Heap and buffers in use after what can be collected was. */
function octetsInUse(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** An IPv4 header from 10.0.0.1 to 10.0.0.2 before a payload of so many octets, of which the writer sets some. */
function packet(protocol: number, length: number, write: (view: DataView) => void): Uint8Array {
  const octets = new Uint8Array(20 + length);
  const view = new DataView(octets.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, octets.length);
  view.setUint8(8, 64);
  view.setUint8(9, protocol);
  view.setUint32(12, 0x0a000001);
  view.setUint32(16, 0x0a000002);
  write(view);
  return octets;
}

/** Fragment of a packet: `identification` counts up, with its high bits in the source address. */
const fragment = (identification: number, offset: number, length: number): Uint8Array =>
  packet(253, length, (view) => {
    view.setUint16(4, identification & 0xffff);
    view.setUint16(6, 0x2000 | (offset >> 3));
    view.setUint16(12, identification >> 16);
  });

/** Segment of a stream from a port to 80. */
const segment = (port: number, sequence: number, text: string): Uint8Array =>
  packet(6, 20 + text.length, (view) => {
    view.setUint16(20, port);
    view.setUint16(22, 80);
    view.setUint32(24, sequence);
    view.setUint16(32, 0x5010);
    for (let i = 0; i < text.length; i++) view.setUint8(40 + i, text.charCodeAt(i));
  });

/** Feeds the frames to one session and answers it with the memory it holds. */
function flood(frames: Iterable<Uint8Array>): { session: Session; held: number; rows: number } {
  const session = new Session();
  const layers = dissector.createLayers();
  const before = octetsInUse();
  let number = 0;
  for (const octets of frames) {
    session.at(++number, 0, 'point');
    dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, IPV4_LINK, 0, session);
  }
  return { session, held: octetsInUse() - before, rows: layers.count };
}

/** What a session may hold, far below what the floods send. */
const HELD = 160 * 1024 * 1024;

describe('floods', () => {
  test('a hundred thousand first fragments', () => {
    const { session, held } = flood(range(100_000, (i) => fragment(i, 0, 1000)));
    expect(held).toBeLessThan(HELD);
    expect(session.fragments.abandoned).toBeGreaterThan(98_000);
    expect(lossesOf(session).map(({ code }) => code)).toEqual(['fragments-abandoned']);
  });

  test('packets in the smallest fragments, each with holes', () => {
    const { session, held } = flood(range(200_000, (i) => fragment(Math.floor(i / 400), (i % 400) * 16, 8)));
    expect(held).toBeLessThan(HELD);
    expect(session.fragments.abandoned).toBeGreaterThan(0);
  });

  test('a packet of more pieces than a packet may have', () => {
    const { session } = flood(range(600, (i) => fragment(1, i * 16, 8)));
    expect(session.fragments.abandoned).toBe(1);
  });

  test('fifty thousand streams, each with an unfinished message', () => {
    const head = `GET /${'a'.repeat(500)} HTTP/1.1\r\n`;
    const { session, held } = flood(range(50_000, (i) => segment(1000 + i, 1, head)));
    expect(held).toBeLessThan(HELD);
    expect(session.segments.abandoned).toBe(40_000);
    expect(lossesOf(session).map(({ code }) => code)).toEqual(['messages-abandoned']);
  });

  test('a message behind a hole that stays', () => {
    const head = 'GET / HTTP/1.1\r\n';
    const frames = [segment(1, 1, head), ...range(80, (i) => segment(1, 1000 + i * 10, 'Host: a\r\n'))];
    expect(flood(frames).session.segments.abandoned).toBe(1);
  });

  test('a head that never ends, octet by octet', () => {
    const head = 'GET / HTTP/1.1\r\nA: ';
    const frames = function* (): Generator<Uint8Array> {
      yield segment(1, 1, head);
      for (let i = 0; i < 20_000; i++) yield segment(1, 1 + head.length + i, 'a');
    };
    const { held, rows } = flood(frames());
    expect(held).toBeLessThan(HELD);
    expect(rows).toBe(2);
  });
});

function* range<T>(count: number, make: (index: number) => T): Generator<T> {
  for (let i = 0; i < count; i++) yield make(i);
}

test('a fragment beyond the longest packet is told with it', () => {
  const layers = dissector.createLayers();
  const octets = fragment(1, 65_528, 400);
  dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, IPV4_LINK, 0, new Session());
  expect(layers.issues.has(0, 'fragmentBeyondPacket')).toBe(true);
});

describe('what was given up is told at the end', () => {
  const frames = [...range(1200, (i) => ({ octets: fragment(i, 0, 8), seconds: 1, nanos: 0 }))];
  const capture = buildPcap(frames, { linkType: IPV4_LINK });
  const words = '176 packets were not put together: more fragments at once than are kept';

  test('on standard error', async () => {
    const { status, stderr } = await runCli(['-'], { stdin: Readable.from([capture]) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: `netdissect: ${words}\n` });
  });

  test('as the last record', async () => {
    const { stdout } = await runCli(['-', '--json', '-q'], { stdin: Readable.from([capture]) });
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toEqual({ type: 'warning', code: 'fragments-abandoned', message: words });
  });
});
