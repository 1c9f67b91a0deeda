/** Makes `dist/command`: the command, and the licences of the packages that it contains. Run by `npm run bundle`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommand } from './bundle-command.ts';

const FOLDER = 'dist/command';

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const inputs = await bundleCommand(FOLDER);

const packages = new Set<string>();
for (const input of inputs) {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  if (name !== undefined) packages.add(name);
}
const licences = [...packages].sort().map((name) => {
  const folder = join('node_modules', name);
  const file = ['LICENSE', 'LICENSE-MIT.txt', 'license']
    .map((word) => join(folder, word))
    .find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${folder} has no licence that could be passed on`);
  return `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`;
});
writeFileSync(join(FOLDER, 'LICENSES'), licences.join('\n---\n\n'));
