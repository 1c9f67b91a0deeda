/** Writes the generated functions of flow tracking: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateKeyBatch } from '../../src/flow/generate-key-batch.ts';
import { generateSha1 } from '../../src/flow/generate-sha1.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../src/flow/${name}.generated.ts`, import.meta.url));

writeFileSync(pathOf('key-batch'), generateKeyBatch());
writeFileSync(pathOf('sha1'), generateSha1());
