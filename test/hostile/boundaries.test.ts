/** What the sources can reach at all: no network, no evaluation, and programs only where it is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));

/** Modules that connect, run programs or evaluate text, and globals that do, each with where it is wanted and for what. */
const REACHING: readonly (readonly [pattern: RegExp, wanted: readonly string[]])[] = [
  // A socket around the descriptor of a named pipe, which is the way to wait for it in the event loop.
  [/from 'node:net'/, ['node/capture-input.ts']],
  // The system's xz and bzip2, with fixed arguments.
  [/from 'node:child_process'/, ['node/system-decompressor.ts']],
  // An address that a program gives the library.
  [/\bfetch\(/, ['library/open-capture.ts']],
  [/from 'node:(?:https?|http2|dns|tls|dgram|vm|cluster|inspector|repl)/, []],
  [/\beval\(|\bnew (?:Function|WebSocket|XMLHttpRequest|EventSource)\b/, []],
];

test.each(REACHING)('%s is only where it is wanted', (pattern, wanted) => {
  const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && pattern.test(readFileSync(join(SOURCES, path), 'utf8')))
    .sort();
  expect(found.filter((path) => !wanted.includes(path))).toEqual([]);
});

/** Modules of Node's that the built command asks for, those of the libraries in it too: none connects to anything. */
const BUILT_IN = [
  'child_process',
  'crypto',
  'events',
  'fs',
  'net',
  'os',
  'path',
  'process',
  'tty',
  'url',
  'util',
  'worker_threads',
  'zlib',
];

test('the command with its libraries asks for no module that connects, and makes no code of text', () => {
  const folder = fileURLToPath(new URL('../../dist/command/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.cjs'));
  expect(files).toContain('command.cjs');
  const allowed = [...BUILT_IN, ...files.map((name) => name.slice(0, -'.cjs'.length))];
  for (const name of files) {
    const bundle = readFileSync(join(folder, name), 'utf8');
    const modules = [...bundle.matchAll(/\b(?:require|import)\("(?:node:)?([^"]+)"\)/g)].map(([, module]) => module);
    expect([...new Set(modules)].filter((module) => !allowed.includes(module ?? ''))).toEqual([]);
    // A method that is named so, as one of re2js is, is no call.
    const calls =
      /(?<![.\w$])(?:eval|fetch)\((?![^()]*\)\{)|\bnew (?:Function|WebSocket|XMLHttpRequest|EventSource)\b/g;
    expect(bundle.match(calls)).toBeNull();
  }
});
