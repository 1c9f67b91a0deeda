/** The command as a user has it, bundled into a folder of its own. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCommand as bundle } from '../../../bundle-command.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Bundles the command into `folder`; answers the path of what threads run. */
export async function bundleCommand(folder: string): Promise<string> {
  cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await bundle(join(folder, 'dist/command'));
  return join(folder, 'bin/thread.js');
}

let programs = 0;

/** Path of a program for threads that notes in `log` that it was started and then runs `after`. */
export function notingProgram(folder: string, log: string, after: string): string {
  const path = join(folder, `noting-${++programs}.cjs`);
  writeFileSync(path, `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'started\\n');\n${after}\n`);
  return path;
}
