import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/command-names.ts';
import { SHELLS } from '../../src/cli/completion.ts';
import { runCli } from './run-cli.ts';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;
const missing = SHELLS.filter((shell) => !has(shell));
if (missing.length > 0) console.warn(`not installed, so their completion is not run: ${missing.join(', ')}`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-'));
  // What scripts ask for names of fields.
  const stub = join(folder, 'netdissect');
  writeFileSync(stub, '#!/bin/sh\nprintf "vxlan.vni  24 bits  VNI\\nvxlan.gbp  16 bits  Group\\n" | grep "$2"\n');
  chmodSync(stub, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function script(shell: string): Promise<string> {
  const { stdout, status } = await runCli(['completion', shell]);
  expect(status).toBe(0);
  return stdout;
}

/** What a shell offers for the last of these words. */
type Offer = (line: readonly string[]) => string[];

const run = (shell: string, program: string): string[] => {
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const { stdout, stderr } = spawnSync(shell, ['-c', program], { encoding: 'utf8', env, cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
};

const OFFERS: Readonly<Record<string, (script: string) => Offer>> = {
  bash: (source) => (line) => {
    const words = line.map((word) => `'${word}'`).join(' ');
    return run(
      'bash',
      `${source}\nCOMP_WORDS=(${words}) COMP_CWORD=${line.length - 1}; _netdissect; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  },
  fish: (source) => (line) => {
    writeFileSync(join(folder, 'completion.fish'), source);
    const offered = run('fish', `source ${folder}/completion.fish; complete -C '${line.join(' ')}'`);
    return offered.map((word) => word.split('\t')[0] ?? '');
  },
};

describe.each(Object.entries(OFFERS).filter(([shell]) => has(shell)))('%s', (shell, offersOf) => {
  test.each<[string, string[], string[]]>([
    ['commands', ['netdissect', 'st'], ['stats']],
    ['options of the default command', ['netdissect', 'a.pcap', '--la'], ['--layers']],
    ['options of a command', ['netdissect', 'stats', '--pack'], ['--packets']],
    ['choices', ['netdissect', 'a.pcap', '-T', ''], ['fields', 'json', 'text']],
    ['choices of a command', ['netdissect', 'completion', 'z'], ['zsh']],
    ['fields', ['netdissect', 'a.pcap', '-e', 'vxlan.v'], ['vxlan.vni']],
  ])('completes %s', async (_, line, offered) => {
    const found = offersOf(await script(shell))(line);
    expect(found.filter((word) => !word.startsWith('netdissect')).sort()).toEqual(offered);
  });
});

test.skipIf(!has('bash'))('bash completes lists of protocols', async () => {
  expect(OFFERS['bash']?.(await script('bash'))(['netdissect', 'a.pcap', '--only', 'tcp,vx'])).toContain('tcp,vxlan');
});

describe.each(SHELLS)('the script for %s', (shell) => {
  test.skipIf(!has(shell))('is read without complaint', async () => {
    const path = join(folder, `script.${shell}`);
    writeFileSync(path, await script(shell));
    const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('knows every command and option', async () => {
    const text = await script(shell);
    for (const name of Object.keys(COMMANDS)) expect(text).toContain(name);
    const { stdout: help } = await runCli(['packets', '--help']);
    for (const [, long = ''] of help.matchAll(/ --([a-z-]+)/g)) expect(text, long).toContain(long);
  });
});

test.each([['tcsh'], ['']])('another shell is none: %j', async (shell) => {
  expect(await runCli(shell === '' ? ['completion'] : ['completion', shell])).toMatchObject({ status: 2, stdout: '' });
});
