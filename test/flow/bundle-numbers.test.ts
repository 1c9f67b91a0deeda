/** The members of constant tables as numbers in the bundle. */
import { expect, test } from 'vitest';
import { withNumbers } from '../../bundle-numbers.ts';
import { FlowFlag, Hot } from '../../src/flow/flow-columns.ts';

test.each([
  ['words[at + Hot.flags]', `words[at + (${Hot.flags})]`],
  ['state & ~(FlowFlag.handshakeTimed)', `state & ~((${FlowFlag.handshakeTimed}))`],
  ['const { flags } = Hot;', 'const { flags } = Hot;'],
  ['Hot.other + own.Hot.flags + Hot.flagsOf', 'Hot.other + own.Hot.flags + Hot.flagsOf'],
])('%s', (text, expected) => {
  expect(withNumbers(text)).toBe(expected);
});
