import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-names.ts';
import { commandTree } from '../../src/cli/command-tree.ts';
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts';
import { manualPage } from '../../src/cli/manual.ts';
import { processIo } from '../../src/cli/process-io.ts';
import { createProgram } from '../../src/cli/program.ts';

const program = createProgram('1.2.3', processIo(), () => {});
const commands = commandTree(program);
const page = manualPage({ version: '1.2.3', description: program.description(), commands });

test('tells every command, every option and every exit status', () => {
  expect(commands.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
  for (const { name, options } of commands) {
    expect(page).toContain(`.SH ${name.toUpperCase()}\n`);
    for (const { long } of options) expect(page).toContain(`\\fB${long.replaceAll('-', '\\-')}\\fR`);
  }
  for (const code of Object.keys(EXIT_MEANINGS)) expect(page).toContain(`.TP\n.B ${code}\n`);
});

test('an option tells its choices and what holds without it', () => {
  expect(page).toMatch(
    /\.TP\n\\fB\\-\\-color\\fR \\fIwhen\\fR\nColours\. One of auto, always, never\. Default auto\.\n/,
  );
});

test('no text is taken for a request', () => {
  const requests = page.split('\n').filter((line) => /^[.']/.test(line));
  expect(requests.every((line) => /^\.(TH|SH|TP|PP|B|br)( |$)/.test(line))).toBe(true);
  expect(/[^\x20-\x7e\n]/.test(page)).toBe(false);
});

test.skipIf(spawnSync('man', ['--version']).status !== 0)('is formatted without a warning', () => {
  const { stdout, stderr } = spawnSync('man', ['--warnings', '-l', '-'], {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^NETDISSECT\(1\)/);
});
