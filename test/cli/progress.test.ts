import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureInput } from '../../src/capture/input.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { ProgressLine } from '../../src/cli/progress.ts';
import { openInput } from '../../src/node/capture-input.ts';
import { buildPcap } from '../capture/build-capture.ts';

/** A line over inputs that are read as far as `read` says, on a clock that the test turns. */
function line(totals: ReadonlyArray<number | undefined>): {
  at: (time: number, read?: number) => string;
  clear: () => string;
} {
  let written = '';
  let clock = 0;
  let octets = 0;
  const inputs = totals.map(
    (total): CaptureInput => ({
      name: 'file',
      reader: new CaptureReader(),
      refill: () => false,
      close: () => {},
      progress: () => (total === undefined ? undefined : { read: octets, total }),
    }),
  );
  const sink = { write: (text: string) => (written += text), writeOctets: () => {}, isTTY: true, columns: 80 };
  const progress = new ProgressLine(sink, inputs, () => clock);
  const taken = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return {
    at: (time, read = 0) => {
      clock = time;
      octets = read;
      progress.update();
      return taken();
    },
    clear: () => {
      progress.clear();
      return taken();
    },
  };
}

describe('the line', () => {
  test('is written when there was something to wait for, then now and then', () => {
    const { at } = line([200_000_000]);
    expect(at(100)).toBe('');
    expect(at(1000, 50_000_000)).toBe('\r\x1b[K25 % of 200.0 MB read');
    expect(at(1001, 60_000_000)).toBe('');
    expect(at(1300, 200_000_000)).toBe('\r\x1b[K100 % of 200.0 MB read');
  });

  test('counts all inputs', () => {
    expect(line([1_000_000, 3_000_000]).at(1000, 500_000)).toBe('\r\x1b[K25 % of 4.0 MB read');
  });

  test.each([
    ['a pipe', [undefined]],
    ['a pipe beside a file', [1000, undefined]],
    ['an empty file', [0]],
    ['none', []],
  ])('is not written for %s', (_, totals) => {
    expect(line(totals).at(1000)).toBe('');
  });

  test('is removed once', () => {
    const { at, clear } = line([1000]);
    expect(clear()).toBe('');
    at(1000);
    expect([clear(), clear()]).toEqual(['\r\x1b[K', '']);
  });
});

describe('how far an input was read', () => {
  const octets = buildPcap(
    Array.from({ length: 50 }, (_, seconds) => ({ octets: new Uint8Array(1000), seconds, nanos: 0 })),
  );
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['a file', octets],
    ['a compressed file, as it is stored', gzipSync(octets)],
  ])('%s', async (_, content) => {
    const path = join(folder, 'input');
    writeFileSync(path, content);
    const input = await openInput(path);
    expect(input.progress?.()).toEqual({ read: 0, total: content.length });
    while (await input.refill()) {}
    expect(input.progress?.()).toEqual({ read: content.length, total: content.length });
    input.close();
  });

  test('a pipe', async () => {
    const input = await openInput('-', { stdin: Readable.from([octets]) });
    await input.refill();
    expect(input.progress?.()).toBeUndefined();
    input.close();
  });
});
