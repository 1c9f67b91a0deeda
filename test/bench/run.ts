/**
 * Measures our commands against peers: `npm run bench -- --size 100M --runs 9`. Prints a table and, with --json FILE, writes all figures. Peers that are not
 * installed are named with their Debian package and left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchCase, CASES, ROWS_ONLY } from './cases.ts';
import { isInstalled, type Measured, measure, quartiles } from './measure.ts';
import { ensureWorkload, type Workload } from './workload.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100M' },
    slice: { type: 'string', default: '30M' },
    runs: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    to: { type: 'string', default: join(tmpdir(), 'netdissect-bench') },
    /** Folder with the built program: bin and dist. */
    program: { type: 'string', default: fileURLToPath(new URL('../../', import.meta.url)) },
  },
});

function workload(name: BenchCase['workload'], size: string): Workload {
  return ensureWorkload(values.to, name, size);
}

interface Result {
  readonly name: string;
  readonly workload: string;
  readonly peer: string;
  readonly ours: readonly Measured[];
  readonly theirs: readonly Measured[];
  /** Our time by the peer's, run for run; by packet where the peer had a slice. */
  readonly ratio: ReturnType<typeof quartiles>;
  readonly cpuRatio: number | undefined;
  readonly atMost: number;
  readonly packetsPerSecond: number;
  readonly megabytesPerSecond: number;
}

function oursOf({ ours }: BenchCase, path: string): readonly string[] {
  const words = ours.map((word) => (word === 'F' ? path : word));
  if (words[0] !== ROWS_ONLY) return [join(values.program, 'bin/netdissect.js'), ...words];
  const rows = fileURLToPath(new URL('dissect-rows.mjs', import.meta.url));
  return [rows, join(values.program, 'dist'), ...words.slice(1)];
}

function run(one: BenchCase, runs: number): Result {
  const whole = workload(one.workload, values.size);
  const theirs = one.slice ? workload(one.workload, values.slice) : whole;
  const [program, ...words] = one.peer.map((word) => (word === 'F' ? theirs.path : word)) as [string, ...string[]];
  const scale = theirs.facts.packets / whole.facts.packets;
  const measured: { ours: Measured; theirs: Measured }[] = [];
  for (let i = 0; i < runs; i++) {
    measured.push({ ours: measure(process.execPath, oursOf(one, whole.path)), theirs: measure(program, words) });
  }
  const wall = quartiles(measured.map(({ ours }) => ours.wall)).median;
  const cpu = measured.map((pair) => (scale * (pair.ours.cpu ?? Number.NaN)) / (pair.theirs.cpu ?? Number.NaN));
  return {
    name: one.name,
    workload: one.workload,
    peer: one.peer.join(' '),
    ours: measured.map(({ ours }) => ours),
    theirs: measured.map((pair) => pair.theirs),
    ratio: quartiles(measured.map((pair) => (scale * pair.ours.wall) / pair.theirs.wall)),
    cpuRatio: cpu.some(Number.isNaN) ? undefined : quartiles(cpu).median,
    atMost: one.atMost,
    packetsPerSecond: whole.facts.packets / wall,
    megabytesPerSecond: whole.facts.octets / wall / 1e6,
  };
}

function line({
  name,
  workload: kind,
  peer,
  ours,
  ratio,
  cpuRatio,
  atMost,
  packetsPerSecond,
  megabytesPerSecond,
}: Result): string {
  const memory = quartiles(ours.map((one) => one.memory ?? Number.NaN)).median;
  const cells = [
    name.padEnd(16),
    kind.padEnd(6),
    `${(packetsPerSecond / 1e6).toFixed(2)} Mpkt/s`.padStart(13),
    `${megabytesPerSecond.toFixed(0)} MB/s`.padStart(10),
    `${memory.toFixed(0)} MB`.padStart(8),
    `${ratio.median.toPrecision(3)} (${ratio.low.toPrecision(2)}-${ratio.high.toPrecision(2)})`.padStart(20),
    (cpuRatio === undefined ? '' : cpuRatio.toPrecision(3)).padStart(8),
    atMost.toPrecision(3).padStart(8),
    ratio.median <= atMost ? 'holds ' : 'misses',
    peer.slice(0, 60),
  ];
  return cells.join(' ');
}

mkdirSync(values.to, { recursive: true });
console.log(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, workloads of ${values.size}, ${values.runs} runs in turns`,
);
console.log(
  'case             load         packets     octets   memory    time ÷ the peer’s    cpu ÷  at most        peer',
);
const results: Result[] = [];
for (const one of CASES.filter(({ name, workload: kind }) => `${name} ${kind}`.includes(values.only))) {
  if (!isInstalled(one.peer[0])) {
    console.log(`${one.name}: ${one.peer[0]} is not installed (Debian package ${one.package})`);
    continue;
  }
  const result = run(one, Number(values.runs));
  results.push(result);
  console.log(line(result));
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ size: values.size, node: process.version, results }, null, 1)}\n`);
