/** Whole processes, measured in turns: what a machine does beside it meets both sides alike. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One process: its wall time and processor time in seconds, and the most memory it held in MB (undefined without GNU time). */
export interface Measured {
  readonly wall: number;
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

const GNU_TIME = '/usr/bin/time';
const hasGnuTime = existsSync(GNU_TIME);

/**
 * What processes find in their environment: all but the settings of Node's own, which are this machine's. NODE_EXTRA_CA_CERTS alone, where a system's
 * certificates are meant for downloads, makes each process of Node read them all: 36 of 59 ms of `node -e 0`.
 */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')));

/**
 * Runs a command with its output thrown away. Throws where it fails. With its `own` clock, the wall time is the number it ends standard error with, and
 * the processor time is not told.
 */
export function measure(command: string, words: readonly string[], clock: 'ours' | 'own' = 'ours'): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'netdissect-measure-'));
  const report = join(folder, 'time');
  const [file, rest] = hasGnuTime
    ? [GNU_TIME, ['-f', '%U %S %M', '-o', report, command, ...words]]
    : [command, [...words]];
  const nothing = openSync('/dev/null', 'w');
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(file, rest, {
    stdio: ['ignore', nothing, 'pipe'],
    encoding: 'utf8',
    env: environment,
  });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  closeSync(nothing);
  const told = hasGnuTime ? (readFileSync(report, 'utf8').trim().split('\n').at(-1) ?? '').split(' ').map(Number) : [];
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${status}: ${stderr.slice(0, 500)}`);
  const [user, system, kilobytes] = told;
  const isOwn = clock === 'own';
  return {
    wall: isOwn ? Number(stderr.trim().split('\n').at(-1)) : wall,
    cpu: isOwn || user === undefined || system === undefined ? undefined : user + system,
    memory: kilobytes === undefined ? undefined : kilobytes / 1000,
  };
}

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** The value in the middle, and those at a quarter and three quarters. */
export interface Quartiles {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export function quartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => {
    const place = part * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place % 1);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
