/** What a run loads before it does anything: a short run is mostly start. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { FIXTURES } from '../corpus.ts';
import { bundleCommand } from './jobs/program.ts';

const CAPTURE = join(FIXTURES, 'flannel-vxlan/node1-eth1.pcap');
const folder = mkdtempSync(join(tmpdir(), 'netdissect-start-'));
await bundleCommand(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const program = join(folder, 'bin/netdissect.js');

test.each([
  ['re2js', ['-Y', 'frame.protocols ~ "ip:u.p:vxlan"', CAPTURE], /vxlan 1/],
  ['js-yaml', ['--context', join(FIXTURES, 'flannel-vxlan/context'), CAPTURE], /default\/web/],
  ['cli-table3', ['stats', CAPTURE], /vxlan/],
])('%s is found beside the command', (name, words, printed) => {
  expect(readdirSync(join(folder, 'dist/command'))).toContain(`${name}.cjs`);
  expect(execFileSync(process.execPath, [program, ...words], { encoding: 'utf8' })).toMatch(printed);
});

/** Modules of Node's that a run has loaded beyond those that every run does, by their names. */
function loadedBy(...words: readonly string[]): string[] {
  const list = join(folder, 'loaded.json');
  const noting = join(folder, 'noting.cjs');
  writeFileSync(
    noting,
    `const before = new Set(process.moduleLoadList);
    process.on('exit', () => {
      const loaded = process.moduleLoadList.filter((name) => !before.has(name));
      require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(loaded));
    });`,
  );
  execFileSync(process.execPath, ['--require', noting, program, ...words]);
  const loaded = JSON.parse(readFileSync(list, 'utf8')) as string[];
  return loaded.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice('NativeModule '.length));
}

test.each([[[]], [['--json']], [['flows']], [['flows', '--json', '-Y', 'tcp']], [['stats', '--packets']]])(
  '%j loads no streams, threads, sockets or terminals for a file',
  (options) => {
    const loaded = loadedBy(...options, CAPTURE);
    expect(loaded).toContain('vm');
    expect(loaded).not.toContain('module');
    expect(loaded.filter((name) => /stream|worker|net|tty|zlib|child_process|crypto|^os$/.test(name))).toEqual([]);
  },
);

test('what is compressed loads what decompresses it', () => {
  const path = join(folder, 'capture.pcap.gz');
  writeFileSync(path, gzipSync(readFileSync(CAPTURE)));
  expect(loadedBy(path)).toContain('zlib');
});
