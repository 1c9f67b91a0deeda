/** Inputs that cannot be read, or that change while they are: what is there is printed, and the exit status tells the rest. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { FileSource } from '../../src/node/file-source.ts';
import { buildPcap, type Frame } from '../capture/build-capture.ts';
import { runCli } from '../cli/run-cli.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** Nothing is closed to root, who runs the command as somebody else, where that one may run Node. */
const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };
const canBeAnother = isRoot && spawnSync(process.execPath, ['-e', '0'], NOBODY).status === 0;

const FRAMES: Frame[] = Array.from({ length: 50 }, (_, index) => ({
  octets: new Uint8Array(60).fill(index),
  seconds: index,
  nanos: 0,
}));
const CAPTURE = buildPcap(FRAMES);
const HEADER = 24;
const RECORD = 16 + 60;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const lines = (text: string): number => text.split('\n').length - 1;

function write(name: string, octets: Uint8Array): string {
  writeFileSync(at(name), octets);
  return at(name);
}

describe('what is no file to read', () => {
  test('a directory, and one behind a link', async () => {
    mkdirSync(at('folder'));
    symlinkSync(at('folder'), at('link'));
    for (const path of [at('folder'), at('link')]) {
      expect(await runCli([path])).toMatchObject({ status: 2, stderr: `netdissect: '${path}' is a directory\n` });
    }
  });

  test('a link to nothing, and a loop of links', async () => {
    symlinkSync(at('gone'), at('dangling'));
    symlinkSync(at('loop'), at('loop'));
    expect(await runCli([at('dangling')])).toMatchObject({
      status: 2,
      stderr: `netdissect: no file '${at('dangling')}'\n`,
    });
    const { status, stderr } = await runCli([at('loop')]);
    expect({ status, isOneLine: lines(stderr) }).toEqual({ status: 2, isOneLine: 1 });
  });

  test.skipIf(isRoot && !canBeAnother)('a file without permission', () => {
    const path = write('closed.pcap', CAPTURE);
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    // The project may stand in a folder of root's own.
    for (const part of ['bin', 'package.json', 'dist/command'])
      cpSync(join(PROJECT, part), at(part), { recursive: true });
    const options = isRoot ? { ...NOBODY, env: { ...process.env, HOME: folder } } : {};
    const { status, stderr } = spawnSync(process.execPath, [at('bin/netdissect.js'), path], options);
    expect(stderr.toString()).toBe(`netdissect: '${path}' cannot be read: permission denied\n`);
    expect(status).toBe(2);
  });

  test.skipIf(!existsSync('/proc/self/mem'))('a file whose reading fails (skipped without /proc)', async () => {
    const { status, stderr } = await runCli(['/proc/self/mem']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^netdissect: '\/proc\/self\/mem' cannot be read: EIO/);
    expect(lines(stderr)).toBe(1);
  });

  test('an empty file', async () => {
    const path = write('empty.pcap', new Uint8Array(0));
    expect(await runCli([path])).toMatchObject({
      status: 2,
      stderr: `netdissect: ${path}: empty: no capture header\n`,
    });
  });

  test('an endless device', async () => {
    expect(await runCli(['/dev/zero'])).toMatchObject({ status: 2, stdout: '' });
    expect(await runCli(['/dev/null'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('pipes', () => {
  test('one whose writer goes away in the middle of a record', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const call = runCli([at('pipe')]);
    const writer = await open(at('pipe'), 'w');
    await writer.write(CAPTURE.subarray(0, HEADER + 3 * RECORD + 20));
    await writer.close();
    const { status, stdout, stderr } = await call;
    expect({ status, lines: lines(stdout) }).toEqual({ status: 3, lines: 3 });
    expect(stderr).toContain('cut off: the record at offset 252 needs 76 octets, 20 are there');
  });

  test('standard input that fails', async () => {
    const chunks = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from(CAPTURE.subarray(0, HEADER + 2 * RECORD));
      throw Object.assign(new Error('read failed'), { code: 'EIO' });
    };
    const { status, stdout } = await runCli(['-'], { stdin: Readable.from(chunks()) });
    expect({ status, lines: lines(stdout) }).toEqual({ status: 2, lines: 2 });
  });
});

/** What is read of a file that changes after its first piece was read. */
function readWhile(path: string, change: () => void): { packets: number; cutOff: boolean } {
  const source = new FileSource(openSync(path, 'r'));
  const reader = new CaptureReader();
  const packet = new Packet();
  let packets = 0;
  source.fill(reader);
  change();
  do {
    while (reader.next(packet)) packets++;
  } while (source.fill(reader));
  source.close();
  return { packets, cutOff: reader.end() !== undefined };
}

describe('files that change while they are read', () => {
  /** More than one piece that is read at once. */
  const frames = Array.from({ length: 3000 }, (_, i) => ({ octets: new Uint8Array(60), seconds: i, nanos: 0 }));
  const long = buildPcap(frames);

  test('one that grows is read to its new end', () => {
    const path = write('grows.pcap', CAPTURE);
    expect(readWhile(path, () => appendFileSync(path, CAPTURE.subarray(HEADER)))).toEqual({
      packets: 100,
      cutOff: false,
    });
  });

  test('one that is cut tells that it is cut off', () => {
    const path = write('cut.pcap', long);
    const { packets, cutOff } = readWhile(path, () => truncateSync(path, HEADER + 2000 * RECORD + 7));
    expect(cutOff).toBe(true);
    expect(packets).toBeGreaterThan(0);
    expect(packets).toBeLessThanOrEqual(2000);
  });

  test('one that is emptied gives what was read of it', () => {
    const path = write('emptied.pcap', long);
    expect(readWhile(path, () => truncateSync(path, 0)).packets).toBeGreaterThan(0);
  });
});

test.each([0, 1, 15, 16, 17, RECORD - 1])('a capture being written: %i octets of its last record', async (octets) => {
  const path = write('being-written.pcap', CAPTURE.subarray(0, HEADER + 4 * RECORD + octets));
  for (const words of [[path], [path, '--json', '-q']]) {
    const { status, stdout } = await runCli(words);
    expect(status).toBe(octets === 0 ? 0 : 3);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('"warning"'))).toHaveLength(4);
  }
  expect(readFileSync(path)).toHaveLength(HEADER + 4 * RECORD + octets);
});
