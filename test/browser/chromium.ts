/** A Chromium to test with: Debian's, installed where it is missing and that is allowed. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What Debian and others call it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const INSTALL_TIMEOUT = 8 * 60_000;

/** Flags for a browser that talks to nobody but the test. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function installed(): string | undefined {
  return NAMES.map(onPath).find((path) => path !== undefined);
}

/** Runs apt-get; answers what went wrong, if anything. */
function aptGet(...argv: string[]): string | undefined {
  const { status, error, stderr } = spawnSync('apt-get', ['-qq', ...argv], {
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `apt-get ${argv[0]} failed: ${stderr.trim().split('\n').at(-1)}`;
}

/** Path of the browser, or why there is none. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const present = installed();
  if (present !== undefined) return { path: present };
  if (process.getuid?.() !== 0) return { missing: 'no Chromium is installed, and only root can install one' };
  if (!existsSync('/usr/bin/apt-get')) return { missing: 'no Chromium is installed, and there is no apt-get' };
  process.stdout.write('installing Chromium …\n');
  const failed = aptGet('update') ?? aptGet('install', '--yes', '--no-install-recommends', 'chromium');
  const path = installed();
  return path === undefined ? { missing: `no Chromium could be installed: ${failed ?? 'unknown reason'}` } : { path };
}
