/** Writes the generated batch function of flow tracking: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateKeyBatch } from '../../src/flow/generate-key-batch.ts';

export const GENERATED = fileURLToPath(new URL('../../src/flow/key-batch.generated.ts', import.meta.url));

writeFileSync(GENERATED, generateKeyBatch());
