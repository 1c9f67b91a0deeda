/** SECURITY.md: every test and script it names is there, and every bound is the constant it says, in the file it says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const project = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(project, path), 'utf8');
const text = read('SECURITY.md');
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

/** Rows of the table below a heading, as cells. */
function rowsBelow(heading: string): string[][] {
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const codes = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

test('tests and scripts that are named are there', () => {
  const named = codes(text);
  const paths = named.filter((code) => /^(?:src|test)\//.test(code));
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  const runs = named.flatMap((code) => /^npm (?:run )?([\w:]+)/.exec(code)?.[1] ?? []);
  expect(runs.length).toBeGreaterThan(5);
  expect(runs.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every promise is held by something', () => {
  const promises = rowsBelow('What is promised');
  expect(promises.length).toBeGreaterThan(8);
  for (const [promise, heldBy] of promises) expect(codes(heldBy).length, promise).toBeGreaterThan(0);
});

/** The constants of a row, each with the file named behind it. */
function constantsOf(cell: string): { name: string; path: string }[] {
  const all = codes(cell);
  const isPath = (code: string): boolean => code.startsWith('src/');
  return all.flatMap((code, at) => {
    if (isPath(code)) return [];
    const behind = all.slice(at).filter(isPath);
    const before = all.slice(0, at).filter(isPath);
    return [{ name: code, path: behind[0] ?? before.at(-1) ?? '' }];
  });
}

const bounds = rowsBelow('Bounds').map(([what = '', bound = '', constant = '']) => ({ what, bound, constant }));

test.each(bounds)('$what', ({ constant }) => {
  const constants = constantsOf(constant);
  expect(constants.length).toBeGreaterThan(0);
  for (const { name, path } of constants) {
    expect(read(path), `${name} in ${path}`).toMatch(new RegExp(`^(?:export )?(?:const|function) ${name}\\b`, 'm'));
  }
});

/** Numbers as the sources have them. */
const VALUES: readonly (readonly [name: string, told: string])[] = [
  ['MAX_LAYERS', '128'],
  ['MAX_ISSUES', '16'],
  ['MAX_INTERFACES', '65,536'],
  ['DEFAULT_MAX_FLOWS', '1,000,000'],
  ['MAX_POINTS', '65,536'],
  ['MOST_PATHS', '65,536'],
  ['MAX_PAIRS', '16,384'],
  ['MOST_TEXT', '262,144'],
];

test.each(VALUES)('%s is %s', async (name, told) => {
  const row = bounds.find(({ constant }) => codes(constant).includes(name));
  const path = constantsOf(row?.constant ?? '').find((one) => one.name === name)?.path;
  const module = (await import(join(project, path ?? ''))) as Readonly<Record<string, number>>;
  expect(module[name]).toBe(Number(told.replaceAll(',', '')));
  expect(row?.bound).toContain(told);
});
