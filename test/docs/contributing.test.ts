/** The worked example of CONTRIBUTING.md compiles, and does what the text says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Protocol } from '../../src/dissect/protocol.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { layerObject } from '../../src/render/object.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const guide = readFileSync(join(project, 'CONTRIBUTING.md'), 'utf8');
const example = /```ts\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
// Within the project, so that its compiler settings and imports hold.
const folder = mkdtempSync(join(project, 'test/docs/.example-'));
const file = join(folder, 'pool.ts');
writeFileSync(file, example.replaceAll("'../dissect/", "'../../../src/dissect/"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it compiles under the project’s own settings', () => {
  const settings = { extends: '../../../tsconfig.base.json', compilerOptions: { noEmit: true }, files: ['pool.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const tsc = join(project, 'node_modules/.bin/tsc');
  expect(execFileSync(tsc, ['-p', folder], { encoding: 'utf8' })).toBe('');
});

test('it dissects its header and what is inside', async () => {
  const { pool } = (await import(/* @vite-ignore */ file)) as { pool: Protocol };
  const dissector = createDissector([...standardProtocols, pool]);
  const layers = dissector.createLayers();
  const octets = Uint8Array.from([
    ...[0x45, 0, 0, 52, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2],
    ...[0x9c, 0x40, 0x13, 0x8d, 0, 32, 0, 0],
    ...[0x18, 0, 0x01, 0x02],
    ...[0x45, 0, 0, 20, 0, 0, 0, 0, 64, 253, 0, 0, 10, 244, 1, 2, 10, 244, 2, 3],
  ]);
  dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, 101);
  expect(layerObject(layers, 2)).toMatchObject({
    layer: 'pool',
    tunnel: 'pool',
    id: 258,
    flags: { raw: 8, sticky: true },
  });
  expect(layerObject(layers, 3)).toMatchObject({ layer: 'ip', src: '10.244.1.2' });
});
