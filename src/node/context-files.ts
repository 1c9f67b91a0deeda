/** Files of context on disk: single ones, and all that are below a folder. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../capture/input.ts';
import type { ContextFile, ContextWarning } from '../cluster/context/facts.ts';

/** Largest file that is read: a list of 100,000 pods has about a third of it. */
const LARGEST = 400 * 1024 * 1024;
/** Octets in which a NUL tells that a file is no text. */
const LOOKED_AT = 4096;

/** The files that could be read, and what became of the others. */
export interface ContextFiles {
  readonly files: readonly ContextFile[];
  readonly warnings: readonly ContextWarning[];
}

/** Reads the files, and those below the folders, in the order of their names. Throws InputError for a path that is not there. */
export function readContextFiles(paths: readonly string[]): ContextFiles {
  const files: ContextFile[] = [];
  const warnings: ContextWarning[] = [];
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      const read = readText(file);
      if ('text' in read) files.push(read);
      else warnings.push(read);
    }
  }
  return { files, warnings };
}

function filesBelow(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new InputError('ENOENT', path, `no file '${path}'`, { cause: error });
  }
  if (!isFolder) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(?:^|[/\\])\./.test(name))
    .sort()
    .map((name) => join(path, name))
    .filter((name) => !lstatSync(name).isDirectory());
}

function readText(path: string): ContextFile | ContextWarning {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { file: path, message: 'is no file' };
    if (stats.size > LARGEST) return { file: path, message: `is larger than ${LARGEST} octets` };
    const octets = readFileSync(path);
    if (octets.subarray(0, LOOKED_AT).includes(0)) return { file: path, message: 'is no text' };
    return { path, folder: basename(dirname(resolve(path))), text: octets.toString('utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    return { file: path, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
