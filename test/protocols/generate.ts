/** Writes what is generated from the declarations of protocols: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { generateLooseSegments } from '../../src/protocols/generate-loose-segments.ts';
import { generateSoundLayers } from '../../src/protocols/generate-sound-layers.ts';

const PROTOCOLS = new URL('../../src/protocols/', import.meta.url);

writeFileSync(new URL('sound-layers.generated.ts', PROTOCOLS), generateSoundLayers());
writeFileSync(new URL('loose-segments.generated.ts', PROTOCOLS), generateLooseSegments());
