/** Bundles the command: one file that is a function, which `bin/command.js` compiles and calls. */
import { type BuildResult, build } from 'esbuild';
import { numbers } from './bundle-numbers.ts';

/** Writes the bundle to `outfile`; the result tells what it was made from. */
export function bundleCommand(outfile: string): Promise<BuildResult<{ metafile: true }>> {
  return build({
    absWorkingDir: import.meta.dirname,
    entryPoints: ['src/cli/command.ts'],
    outfile,
    bundle: true,
    // Node's loader of ES modules takes 5 ms more to start, and can't keep what is compiled.
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    // To put the function around the text at run time would copy it, which takes 1 ms.
    banner: { js: '(function (exports, require, module, __dirname) {' },
    footer: { js: '})' },
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [numbers],
    metafile: true,
    logLevel: 'warning',
  });
}
