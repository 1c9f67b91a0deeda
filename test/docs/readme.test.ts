/** What README.md says of the command is so. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-names.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts';
import { runCli } from '../cli/run-cli.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('the number of fields is right', async () => {
  const { stdout } = await runCli(['fields']);
  const count = stdout.trim().split('\n').length;
  expect(readme).toContain(`there are ${count.toLocaleString('en')} of them`);
});

test.each(Object.keys(COMMANDS).filter((name) => name !== 'packets'))('%s has a row', (name) => {
  expect(readme).toMatch(new RegExp(`\\| \`netdissect ${name}[ \`]`));
});

test.each(Object.keys(EXIT_MEANINGS))('exit status %s is told', (status) => {
  expect(readme).toMatch(new RegExp(`(Exit status: |· )${status} `));
});
