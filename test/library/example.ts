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

/** The documents with examples that run everywhere: all `ts` blocks of one, the first under a heading of the other. */
const DOCUMENTS: readonly { readonly path: string; readonly heading: string; readonly most: number }[] = [
  { path: 'README.md', heading: '## As a library', most: 1 },
  { path: 'docs/library.md', heading: '# The library', most: Number.POSITIVE_INFINITY },
];

/** The examples of the documents, in their order. */
export function examples(): Example[] {
  return DOCUMENTS.flatMap(({ path, heading, most }) => {
    const text = existsSync(project + path) ? readFileSync(project + path, 'utf8') : '';
    const start = text.indexOf(`${heading}\n`);
    const section = start < 0 ? '' : text.slice(start);
    const programs = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, program]) => program).slice(0, most);
    const missing = `${path} has no ts block under “${heading}”`;
    if (programs.length === 0) return [{ from: path, program: undefined, missing }];
    return programs.map((program, index) => ({ from: `${path}, example ${index + 1}`, program, missing }));
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
