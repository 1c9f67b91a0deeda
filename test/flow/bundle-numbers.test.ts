/** The members of constant tables as numbers in the bundle. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { numbers, withNumbers } from '../../bundle-numbers.ts';
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
