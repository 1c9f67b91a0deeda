/** Writes the manual page: `npm run man`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { commandTree } from '../src/cli/command-tree.ts';
import { manualPage } from '../src/cli/manual.ts';
import { processIo } from '../src/cli/process-io.ts';
import { createProgram } from '../src/cli/program.ts';
import { VERSION } from '../src/cli/version.ts';

const program = createProgram(VERSION, processIo(), () => {});
const folder = new URL('../man/', import.meta.url);
mkdirSync(folder, { recursive: true });
const page = manualPage({ version: VERSION, description: program.description(), commands: commandTree(program) });
writeFileSync(new URL('netdissect.1', folder), page);
