/**
 * Writes the members of constant tables as numbers where they are read: `words[at + Hot.flags]` becomes `words[at + 7]`. A bundle's modules begin when
 * they are first needed, so that V8 takes what they declare for variables, and would read a table's member at every step of the hot path.
 */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';
import * as columns from './src/flow/flow-columns.ts';
import * as queue from './src/flow/queue.ts';
import * as tcpHeader from './src/flow/tcp-header.ts';

const TABLES: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map(
  [columns, queue, tcpHeader].flatMap((module) =>
    Object.entries(module).filter(
      (entry): entry is [string, Record<string, number>] => typeof entry[1] === 'object' && isNumbers(entry[1]),
    ),
  ),
);

function isNumbers(table: object): boolean {
  return Object.values(table).every((value) => typeof value === 'number');
}

/** The text of a module with the tables' members as numbers. */
export function withNumbers(text: string): string {
  return text.replace(/(?<![\w.$])([A-Z]\w*)\.(\w+)\b(?!\s*=[^=])/g, (read, table: string, member: string) => {
    const value = TABLES.get(table)?.[member];
    return value === undefined ? read : `(${value})`;
  });
}

/** Rewrites the modules that read flows' columns. */
export const numbers: Plugin = {
  name: 'numbers',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/](flow|render)[\\/][\w-]+\.ts$/ }, ({ path }) => ({
      contents: withNumbers(readFileSync(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
