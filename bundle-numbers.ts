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
import * as form from './src/render/form.ts';
import * as jsonForm from './src/render/json-form.ts';

const TABLES: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map(
  [columns, queue, tcpHeader, layers, plan, placedColumns, runs, form, jsonForm].flatMap((module) =>
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

/** A constant that a module declares for itself or, exported, for others. */
const DECLARATION = /^(export )?const ([A-Z][A-Z\d_]+) =\s+([^;]+);$/gm;
/** Names from another module of the project. */
const IMPORT = /^import \{([^}]*)\} from '(\.[^']*\.ts)';$/gm;
/** What is left of an expression of numbers when the names in it are written as numbers. */
const EXPRESSION = /^[\d\s()|&~<>+*/.-]+$/;

interface Constants {
  /** Numbers by the names they have in the module, imported ones included. */
  readonly known: ReadonlyMap<string, number>;
  /** Names of those that it exports. */
  readonly exported: ReadonlySet<string>;
}

/** The constant numbers of the module at a path, with the members of tables as numbers in its text. */
function constantsIn(text: string, path: string): Constants {
  const known = new Map<string, number>();
  const exported = new Set<string>();
  for (const [, list = '', from = ''] of text.matchAll(IMPORT)) {
    const imported = constantsOf(join(dirname(path), from));
    for (const name of namesIn(list)) {
      const value = imported.known.get(name);
      if (value !== undefined && imported.exported.has(name)) known.set(name, value);
    }
  }
  for (const [, isExported, name = '', expression = ''] of text.matchAll(DECLARATION)) {
    const value = numberOf(expression, known);
    if (value === undefined) continue;
    known.set(name, value);
    if (isExported !== undefined) exported.add(name);
  }
  return { known, exported };
}

/** What an expression of numbers and known names comes to; undefined where it is anything else. */
function numberOf(expression: string, known: ReadonlyMap<string, number>): number | undefined {
  const plain = expression
    .replace(/\b0x[\da-f_]+\b|\b\d[\d_]*(?:\.\d+)?(?:e\d+)?\b/g, (number) => String(Number(number.replaceAll('_', ''))))
    .replace(/\b[A-Z][A-Z\d_]+\b/g, (name) => (known.has(name) ? `(${known.get(name)})` : name));
  if (!EXPRESSION.test(plain)) return undefined;
  const value: unknown = Function(`return ${plain}`)();
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const modules = new Map<string, Constants>();

function constantsOf(path: string): Constants {
  const found = modules.get(path) ?? constantsIn(withNumbers(readFileSync(path, 'utf8')), path);
  modules.set(path, found);
  return found;
}

function namesIn(list: string): string[] {
  return list.split(',').map((name) => name.trim());
}

/** The text of the module at a path with its own constants, and those it imports, as numbers. */
export function withConstants(text: string, path: string): string {
  const { known, exported } = constantsIn(text, path);
  const freed = text
    .replace(DECLARATION, (declaration, _, name: string) => {
      if (!known.has(name)) return declaration;
      return exported.has(name) ? `const its_${name} = ${known.get(name)};\nexport { its_${name} as ${name} };` : '';
    })
    .replace(IMPORT, (_, list: string, from: string) => {
      const others = namesIn(list).filter((name) => !known.has(name));
      return `import { ${others.join(', ')} } from '${from}';`;
    });
  const define = Object.fromEntries(Array.from(known, ([name, value]) => [name, String(value)]));
  return transformSync(freed, { loader: 'ts', target: 'node20', define }).code;
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
