/** Constants, and the members of constant tables, as numbers in the bundle. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { numbers, withConstants, withNumbers } from '../../bundle-numbers.ts';
import { FlowFlag, Hot } from '../../src/flow/flow-columns.ts';

test.each([
  ['words[at + Hot.flags]', `words[at + (${Hot.flags})]`],
  ['state & ~(FlowFlag.handshakeTimed)', `state & ~((${FlowFlag.handshakeTimed}))`],
  ['const { flags } = Hot;', 'const { flags } = Hot;'],
  ['Hot.other + own.Hot.flags + Hot.flagsOf', 'Hot.other + own.Hot.flags + Hot.flagsOf'],
])('%s', (text, expected) => {
  expect(withNumbers(text)).toBe(expected);
});

test('a bundle of the hot path names no member of a table', async () => {
  const path = fileURLToPath(new URL('../../src/flow/packet-update.ts', import.meta.url));
  const plain = await build({ entryPoints: [path], bundle: true, write: false, format: 'esm' });
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [numbers],
  });
  const reads = /\b(Hot|HotTime|Cold|FlowFlag|TcpFlag|TcpOctet)\.\w/;
  expect(plain.outputFiles[0]?.text).toMatch(reads);
  expect(outputFiles[0]?.text).not.toMatch(reads);
});

test('constants of a module, and those it imports', () => {
  const module = `
import { type Layers, MAX_LAYERS } from '../dissect/layers.ts';
const COMMA = 0x2c;
export const MOST = 1_000;
const HALF = (MOST / 2) | (1 << 31);
const NANOS = 1.5e9;
const NOT_A_NUMBER = [MOST];
export function sum(MOST_SHADOWED: number, { count }: Layers) {
  return ((COMMA: number) => COMMA)(7) + MOST_SHADOWED + count + COMMA + MOST + MAX_LAYERS + HALF + NANOS + NOT_A_NUMBER[0]!;
}
`;
  const path = fileURLToPath(new URL('../../src/render/module.ts', import.meta.url));
  const text = withConstants(module, path);
  expect(text).toContain('(7) + MOST_SHADOWED + count + 44 + 1e3 + 128 + -2147483148 + 15e8 + NOT_A_NUMBER[0];');
  expect(text).toMatch(/\((\w+)\) => \1\)\(7\)/);
  expect(text).toMatch(/export \{\s*its_MOST as MOST/);
});
