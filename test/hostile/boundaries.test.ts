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
