/** Results held against what the generator knows of its captures. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { CaptureWanted, Surroundings } from './contest.ts';

/** One figure as it should be, and as it was found. */
export interface Check {
  readonly what: string;
  readonly expected: number | string;
  readonly found: number | string;
}

interface DirectionSums {
  readonly packets: number;
  readonly ip_bytes: number;
  readonly payload_bytes: number;
  readonly retransmissions: number;
}

/** Checks what `flows`, `stats` and `--json` say of both workloads, and that threads and compression change nothing. */
export async function checkResults({ capture, program }: Surroundings): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of ['mix', 'small'] as const) {
    const { path, facts } = capture({ name, size: 1 });
    const found = await sumsOf(program(['netdissect', 'flows', '--json', '-q', path]));
    for (const key of ['flows', 'packets', 'ipBytes', 'payloadBytes', 'retransmissions'] as const) {
      checks.push({ what: `${name}: ${key}`, expected: facts[key], found: found[key] });
    }
    checks.push({
      what: `${name}: stats --packets`,
      expected: facts.packets,
      found: Number(output(program(['netdissect', 'stats', '--packets', path]))),
    });
  }
  const mix: CaptureWanted = { name: 'mix', size: 1 };
  const slice = capture({ name: 'mix', size: 'slice' });
  const lines = output(program(['netdissect', '--json', slice.path])).split('\n').length - 1;
  checks.push({ what: 'lines of --json', expected: slice.facts.packets, found: lines });
  const plain = digest(program(['netdissect', 'flows', '--top', '1000', '--csv', capture(mix).path]));
  const compressed = capture({ ...mix, compression: 'fast' }).path;
  const unzipped = digest(program(['netdissect', 'flows', '--top', '1000', '--csv', compressed]));
  checks.push({ what: 'flows of a compressed capture', expected: plain, found: unzipped });
  const both = [capture(mix).path, capture({ ...mix, variation: { seed: 2 } }).path];
  const [alone, together] = ['1', '2'].map((jobs) =>
    digest(program(['netdissect', 'flows', '--csv', '--jobs', jobs, ...both])),
  );
  checks.push({ what: 'flows of two captures at once', expected: alone ?? '', found: together ?? '' });
  return checks;
}

async function sumsOf(words: readonly string[]): Promise<Record<'flows' | keyof typeof SUMS, number>> {
  const sums = { flows: 0, packets: 0, ipBytes: 0, payloadBytes: 0, retransmissions: 0 };
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const { c2s, s2c } = JSON.parse(line) as { c2s: DirectionSums; s2c: DirectionSums };
    sums.flows++;
    for (const [key, name] of Object.entries(SUMS) as [keyof typeof SUMS, keyof DirectionSums][]) {
      sums[key] += c2s[name] + s2c[name];
    }
  }
  return sums;
}

const SUMS = {
  packets: 'packets',
  ipBytes: 'ip_bytes',
  payloadBytes: 'payload_bytes',
  retransmissions: 'retransmissions',
} as const satisfies Readonly<Record<string, keyof DirectionSums>>;

function output(words: readonly string[]): string {
  return execFileSync(words[0]!, words.slice(1), {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function digest(words: readonly string[]): string {
  return createHash('sha256').update(output(words)).digest('hex').slice(0, 12);
}
