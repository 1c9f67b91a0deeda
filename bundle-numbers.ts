/**
 * Writes constant numbers where they are read: `words[at + Hot.flags]` becomes `words[at + 7]`, `at + COMMA` becomes `at + 44`. A bundle's modules
 * begin when they are first needed, so that V8 takes what they declare for variables, and would read them at every step of the hot path.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Plugin, transformSync } from 'esbuild';
import * as layers from './src/dissect/layers.ts';
import * as plan from './src/dissect/plan.ts';
import * as columns from './src/flow/flow-columns.ts';
import * as queue from './src/flow/queue.ts';
import * as tcpHeader from './src/flow/tcp-header.ts';
import * as placedColumns from './src/render/columns.ts';
import * as runs from './src/render/field-runs.ts';

const TABLES: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map(
  [columns, queue, tcpHeader, layers, plan, placedColumns, runs].flatMap((module) =>
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

/** A number that a module declares for itself or, exported, for others. */
const DECLARATION = /^(export )?const ([A-Z][A-Z\d_]+) = (-?(?:0x[\da-f_]+|\d[\d_]*(?:\.\d+)?));$/gm;
/** Names from another module of the project. */
const IMPORT = /^import \{([^}]*)\} from '(\.[^']*\.ts)';$/gm;

/** The text of the module at a path with its own constants, and those it imports, as numbers. */
export function withConstants(text: string, path: string): string {
  const define: Record<string, string> = {};
  const freed = text
    .replace(DECLARATION, (_, exported: string | undefined, name: string, value: string) => {
      define[name] = plain(value);
      return exported === undefined ? '' : `const its_${name} = ${value};\nexport { its_${name} as ${name} };`;
    })
    .replace(IMPORT, (_, list: string, from: string) => {
      const numbers = exportedBy(join(dirname(path), from));
      const others = list.split(',').filter((name) => {
        const value = numbers.get(name.trim());
        if (value !== undefined) define[name.trim()] = value;
        return value === undefined;
      });
      return `import {${others.join(',')}} from '${from}';`;
    });
  return transformSync(freed, { loader: 'ts', target: 'node20', define }).code;
}

/** A number as JSON has it. */
function plain(value: string): string {
  return String(Number(value.replaceAll('_', '')));
}

const exported = new Map<string, ReadonlyMap<string, string>>();

/** The numbers that a module exports. */
function exportedBy(path: string): ReadonlyMap<string, string> {
  let numbers = exported.get(path);
  if (numbers === undefined) {
    const found = [...readFileSync(path, 'utf8').matchAll(DECLARATION)].filter(([, isExported]) => isExported);
    numbers = new Map(found.map(([, , name = '', value = '']) => [name, plain(value)]));
    exported.set(path, numbers);
  }
  return numbers;
}

/** Rewrites the project's modules. */
export const numbers: Plugin = {
  name: 'numbers',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/](\w+[\\/])+[\w.-]+\.ts$/ }, ({ path }) => ({
      contents: withConstants(withNumbers(readFileSync(path, 'utf8')), path),
      loader: 'js',
    }));
  },
};
