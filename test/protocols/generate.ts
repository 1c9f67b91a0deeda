/** Writes the generated function for rows of sound layers: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateSoundLayers } from '../../src/protocols/generate-sound-layers.ts';

export const GENERATED = fileURLToPath(new URL('../../src/protocols/sound-layers.generated.ts', import.meta.url));

writeFileSync(GENERATED, generateSoundLayers());
