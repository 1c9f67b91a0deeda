import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildPcap, concat } from '../../capture/build-capture.ts';
import { runCli } from '../run-cli.ts';
import { bundleCommand, notingProgram } from './program.ts';

let folder = '';
let log = '';
let program: string;
let capture: Uint8Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-thread-'));
  log = join(folder, 'log');
  const thread = await bundleCommand(folder);
  program = notingProgram(folder, log, `require(${JSON.stringify(thread)});`);
  // What looks random does not become smaller, and so the file is long enough for a thread.
  let state = 1;
  const frame = Uint8Array.from({ length: 60_000 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  });
  frame.set([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xfe, 0x08, 0x00, 0x45, 0, 0xea, 0x52]);
  const parts: Uint8Array[] = [buildPcap([])];
  for (let second = 0; second < 160; second++) {
    frame[30] = second;
    parts.push(buildPcap([{ octets: frame, seconds: second, nanos: 0 }]).subarray(24));
  }
  capture = concat(...parts);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(log, { force: true }));

const LONG = { level: 1 } as const;

test.each<{ readonly what: string; readonly made: () => Uint8Array; readonly status: number }>([
  { what: 'a long file', made: () => gzipSync(capture, LONG), status: 0 },
  {
    what: 'several members',
    made: () => concat(gzipSync(capture.subarray(0, 5e6), LONG), gzipSync(capture.subarray(5e6), LONG)),
    status: 0,
  },
  {
    what: 'octets behind the data',
    made: () => concat(gzipSync(capture, LONG), Uint8Array.of(1, 2, 3)),
    status: 0,
  },
  { what: 'a file that is cut off', made: () => gzipSync(capture, LONG).subarray(0, 9e6), status: 3 },
  {
    what: 'a damaged file',
    made: () => {
      const octets = gzipSync(capture, { level: 9 });
      octets.fill(0xff, 8.9e6, 8.9e6 + 50);
      return octets;
    },
    status: 3,
  },
  {
    what: 'a wrong checksum',
    made: () => {
      const octets = gzipSync(capture, LONG);
      octets[octets.length - 6] = (octets[octets.length - 6] ?? 0) ^ 0xff;
      return octets;
    },
    status: 3,
  },
])('$what is decompressed by a thread as it is without', async ({ made, status }) => {
  const path = join(folder, 'capture.pcap.gz');
  writeFileSync(path, made());
  const words = ['flows', '--json', '--sort', 'start', path];
  const alone = await runCli(words);
  expect(existsSync(log)).toBe(false);
  const beside = await runCli(words, { threadProgram: program });
  expect(readFileSync(log, 'utf8')).toBe('started\n');
  expect(beside).toEqual(alone);
  expect(alone.status).toBe(status);
  expect(alone.stdout.split('\n').length).toBeGreaterThan(100);
});

test('a thread that fails is told, not waited for', async () => {
  const path = join(folder, 'capture.pcap.gz');
  writeFileSync(path, gzipSync(capture, LONG));
  const failing = notingProgram(folder, log, "throw new Error('no');");
  await expect(runCli(['flows', path], { threadProgram: failing })).rejects.toThrow('no');
});

test('reading that ends early ends the thread', async () => {
  const path = join(folder, 'capture.pcap.gz');
  writeFileSync(path, gzipSync(capture, LONG));
  const { status, stdout } = await runCli(['stats', '--packets', '-c', '3', path], { threadProgram: program });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '3\n' });
});
