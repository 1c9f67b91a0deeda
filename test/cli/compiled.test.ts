/** What `bin/command.js` keeps of a run: the next one starts from it, and does the same without it or with a broken one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { FIXTURES } from '../corpus.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const CAPTURE = join(FIXTURES, 'flannel-vxlan/node1-eth1.pcap');
const folder = mkdtempSync(join(tmpdir(), 'netdissect-compiled-'));
const commandFolder = join(folder, 'dist/command');

for (const part of ['bin', 'package.json', 'dist/command'])
  cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
for (const name of kept()) rmSync(join(commandFolder, name));
afterAll(() => rmSync(folder, { recursive: true }));

function kept(): string[] {
  return readdirSync(commandFolder).filter((name) => name.startsWith('command.cjs.'));
}

function run(...words: readonly string[]): string {
  return execFileSync(process.execPath, [join(folder, 'bin/netdissect.js'), ...words], { encoding: 'utf8' });
}

test.each([['--version'], ['--help'], ['flows', '--help'], ['fields', 'ip.src']])('%s leaves nothing', (...words) => {
  expect(run(...words)).not.toBe('');
  expect(kept()).toEqual([]);
});

test('a run that reads captures leaves a file for its command, with options or without, beside the bundle', () => {
  const nameFor = (command: string): string => `command.cjs.${command}.${process.versions.v8}-${process.arch}`;
  const first = run(CAPTURE);
  expect(kept()).toEqual([nameFor('packets')]);
  expect(run(CAPTURE)).toBe(first);
  expect(kept()).toEqual([nameFor('packets')]);
  run('flows', CAPTURE);
  expect(kept().sort()).toEqual([nameFor('flows'), nameFor('packets')]);
  run(CAPTURE, '--json');
  expect(kept().sort()).toEqual([nameFor('flows'), nameFor('packets-options'), nameFor('packets')]);
});

test.each([
  ['cut off', (path: string) => truncateSync(path, 1000)],
  ['empty', (path: string) => truncateSync(path, 0)],
  ['of something else', (path: string) => writeFileSync(path, 'not what V8 has made'.repeat(100))],
])('what was kept is %s', (_, spoil) => {
  const expected = run(CAPTURE);
  const name = kept().find((each) => each.includes('packets')) ?? '';
  spoil(join(commandFolder, name));
  expect(run(CAPTURE)).toBe(expected);
  expect(run(CAPTURE)).toBe(expected);
});

// The superuser may write everywhere.
test.skipIf(process.getuid?.() === 0)('a folder that may not be written to', () => {
  const expected = run(CAPTURE);
  for (const name of kept()) rmSync(join(commandFolder, name));
  chmodSync(commandFolder, 0o555);
  expect(run(CAPTURE)).toBe(expected);
  expect(kept()).toEqual([]);
  chmodSync(commandFolder, 0o755);
});
