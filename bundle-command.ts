/** Bundles the command: one file that is a function, which `bin/command.js` compiles and calls, and the packages that few runs need. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { numbers } from './bundle-numbers.ts';
import { VERSION } from './src/cli/version.ts';
import { compileFlowKernel } from './wasm/flow-kernel.ts';
import { compileLineKernel } from './wasm/line-kernel.ts';

/** Packages with files of their own beside the command's: regular expressions, YAML, tables and Zstandard, a quarter of it all. */
const BESIDE = ['cli-table3', 'fzstd', 're2js', 'js-yaml'];

const COMMON = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  // Node's loader of ES modules takes 5 ms more to start, and can't keep what is compiled.
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Writes the version where it is asked for: to read it from the package's manifest takes 0.1 ms at every start. */
const version: Plugin = {
  name: 'version',
  setup(bundling) {
    bundling.onLoad({ filter: /[\\/]src[\\/]cli[\\/]version\.ts$/ }, () => ({
      contents: `export const VERSION = ${JSON.stringify(VERSION)};`,
    }));
  },
};

/** Writes the bundles into `folder`; answers the paths of all files that went into them. */
export async function bundleCommand(folder: string): Promise<string[]> {
  const results = await Promise.all([
    build({
      ...COMMON,
      entryPoints: ['src/cli/command.ts'],
      outfile: join(folder, 'command.cjs'),
      external: BESIDE,
      supported: { 'dynamic-import': false },
      // To put the function around the text at run time would copy it, which takes 1 ms.
      banner: { js: '(function (exports, require, module, __dirname) {' },
      footer: { js: '})' },
      define: { 'import.meta.dirname': '__dirname' },
      plugins: [version, numbers],
    }),
    build({ ...COMMON, entryPoints: BESIDE, outdir: folder, outExtension: { '.js': '.cjs' }, entryNames: '[name]' }),
  ]);
  writeFileSync(join(folder, 'flow-kernel.wasm'), compileFlowKernel());
  writeFileSync(join(folder, 'line-kernel.wasm'), compileLineKernel());
  return results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
}
