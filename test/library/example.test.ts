/** The documentation's examples run as they are written. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { examples, fromSources } from './example.ts';
import { VXLAN } from './fixtures.ts';

describe.each(examples())('$from', ({ program, missing }) => {
  test.skipIf(program === undefined)(
    `runs in Node${program === undefined ? ` (skipped: ${missing})` : ''}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'netdissect-example-'));
      try {
        copyFileSync(VXLAN, join(folder, 'capture.cap'));
        writeFileSync(join(folder, 'example.ts'), program ?? '');
        await build({
          absWorkingDir: folder,
          entryPoints: ['example.ts'],
          outfile: 'example.mjs',
          bundle: true,
          format: 'esm',
          platform: 'node',
          external: ['re2js'],
          plugins: [fromSources('node')],
        });
        const out = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' });
        expect(out).not.toBe('');
        expect(out).not.toContain('undefined');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
