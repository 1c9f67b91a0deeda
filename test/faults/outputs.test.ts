/** Outputs that cannot be written, or that nobody reads any more; the built command, in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FIXTURES } from '../corpus.ts';

const NETDISSECT = fileURLToPath(new URL('../../bin/netdissect.js', import.meta.url));
const CAPTURE = `${FIXTURES}flannel-vxlan/node1-eth1.pcap`;
const FULL = '/dev/full';
const hasFull = existsSync(FULL);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Runs the command with standard output going to a file. */
function runInto(path: string, words: readonly string[]): Ended {
  const stdout = openSync(path, 'w');
  try {
    const { status, stderr } = spawnSync(process.execPath, [NETDISSECT, ...words], {
      stdio: ['ignore', stdout, 'pipe'],
    });
    return { status, stderr: stderr.toString() };
  } finally {
    closeSync(stdout);
  }
}

/** Runs the command and stops reading its output after the first piece. */
function runAndLeave(words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [NETDISSECT, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stderr })));
}

const COMMANDS: readonly (readonly string[])[] = [
  [CAPTURE],
  [CAPTURE, '--layers'],
  [CAPTURE, '--hex'],
  [CAPTURE, '--json'],
  ['stats', CAPTURE],
  ['flows', CAPTURE],
  ['fields'],
  ['schema'],
  ['--help'],
];

describe.skipIf(!hasFull)(`a full disk (skipped where there is no ${FULL})`, () => {
  test.each(COMMANDS)('%s %s', (...words) => {
    const { status, stderr } = runInto(FULL, words);
    expect(stderr).toMatch(/^netdissect: the output cannot be written: ENOSPC/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  test('a capture written to it', () => {
    const { status, stderr } = runInto(join(folder, 'out'), [CAPTURE, '-w', FULL]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `netdissect: -w: '${FULL}' cannot be written: no space left\n`,
    });
  });
});

test.each([[[CAPTURE, '--hex']], [[CAPTURE, '--json', '--full']], [[CAPTURE, '-l']], [['fields']], [['schema']]])(
  'whoever reads %s may go away',
  async (words) => {
    expect(await runAndLeave(words)).toEqual({ status: 0, stderr: '' });
  },
);

test('a run that fails leaves no file behind -w, and keeps the one that was there', () => {
  const target = join(folder, 'out.pcapng');
  expect(runInto(join(folder, 'log'), [join(folder, 'none.pcap'), '-w', target]).status).toBe(2);
  expect(readdirSync(folder)).toEqual(['log']);
  writeFileSync(target, 'before');
  expect(runInto(join(folder, 'log'), [join(folder, 'none.pcap'), '-w', target]).status).toBe(2);
  expect(readdirSync(folder).sort()).toEqual(['log', 'out.pcapng']);
});

/** Runs the command where no file may grow beyond so many blocks of 512 or 1,024 octets; the system calls that like a full disk. */
function runLimited(blocks: number, words: readonly string[]): Ended {
  const script = `ulimit -f ${blocks} && exec "$0" "$@"`;
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, NETDISSECT, ...words]);
  return { status, stderr: stderr.toString() };
}

describe.skipIf(process.platform === 'win32')('a disk that fills while a capture is written', () => {
  const target = (): string => join(folder, 'out.pcapng');
  const long = (): string => {
    const path = join(folder, 'long.pcap');
    const octets = readFileSync(CAPTURE);
    // The header, then the same records again and again.
    writeFileSync(path, Buffer.concat([octets, ...Array.from({ length: 40 }, () => octets.subarray(24))]));
    return path;
  };

  test('leaves no half file', () => {
    const path = long();
    const { status, stderr } = runLimited(20, [path, '-w', target()]);
    expect(stderr).toMatch(/^netdissect: -w: '.*out\.pcapng' cannot be written: .*\n$/);
    expect(status).toBe(2);
    expect(readdirSync(folder)).toEqual(['long.pcap']);
  });

  test('leaves the file that was there', () => {
    const path = long();
    writeFileSync(target(), 'before');
    expect(runLimited(20, [path, '-w', target()]).status).toBe(2);
    expect(readFileSync(target(), 'utf8')).toBe('before');
    expect(readdirSync(folder).sort()).toEqual(['long.pcap', 'out.pcapng']);
  });

  test('tells of standard output, too', () => {
    const script = `ulimit -f 20 && exec "$0" "$@" > ${join(folder, 'out.json')}`;
    const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, NETDISSECT, long(), '--json']);
    expect(stderr.toString()).toMatch(/^netdissect: the output cannot be written: EFBIG/);
    expect(status).toBe(2);
  });
});
