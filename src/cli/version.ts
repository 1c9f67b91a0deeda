/** The version, as the package's own manifest states it. */
import { createRequire } from 'node:module';

interface Manifest {
  readonly version: string;
}

const manifest = createRequire(import.meta.url)('../../package.json') as Manifest;

export const VERSION: string = manifest.version;
