/** The examples in the documentation, as programs. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** An example, and where it stands. */
export interface Example {
  readonly from: string;
  /** The program, or why there is none. */
  readonly program: string | undefined;
  readonly missing: string;
}

/** The documents whose first example of the library runs everywhere, with the heading it stands under. */
const DOCUMENTS: readonly (readonly [path: string, heading: string])[] = [
  ['README.md', '## As a library'],
  ['docs/library.md', '# The library'],
];

/** The first `ts` block under the heading of each document. */
export function examples(): Example[] {
  return DOCUMENTS.map(([path, heading]) => {
    const text = existsSync(project + path) ? readFileSync(project + path, 'utf8') : '';
    const start = text.indexOf(`${heading}\n`);
    const section = start < 0 ? '' : text.slice(start);
    const program = /```ts\n([\s\S]*?)```/.exec(section)?.[1];
    return { from: `${path}, “${heading}”`, program, missing: `${path} has no ts block under “${heading}”` };
  });
}

/** Lets a bundle import the library by its name from the sources: `index.ts` for browsers, `node.ts` for Node, as the package does. */
export function fromSources(platform: 'browser' | 'node'): Plugin {
  return {
    name: 'netdissect-from-sources',
    setup(build) {
      build.onResolve({ filter: /^netdissect(\/node)?$/ }, ({ path }) => {
        const isNode = platform === 'node' || path === 'netdissect/node';
        return { path: `${project}src/${isNode ? 'node' : 'index'}.ts` };
      });
    },
  };
}
