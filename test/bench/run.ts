/**
 * Measures our commands against peers: `npm run bench -- --size 100M --runs 9`. Prints tables; `--json FILE` writes all figures, `--write` also BENCHMARKS.md.
 * `--only flows,rows` holds some of the contests, `--from FILE` none, but takes the figures of an earlier run. Peers that are not installed are named with
 * their Debian package and left out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { type CaptureWanted, type ContestResult, hold, type Surroundings } from './contest.ts';
import { contests } from './contests.ts';
import { thisMachine } from './machine.ts';
import { type Bench, checksText, contestText, markdown } from './report.ts';
import { checkResults } from './truth.ts';
import { ensureWorkload, sizeOf, sizeText, type Workload } from './workload.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100M' },
    slice: { type: 'string', default: '30M' },
    runs: { type: 'string', default: '9' },
    only: { type: 'string' },
    json: { type: 'string' },
    from: { type: 'string' },
    write: { type: 'boolean', default: false },
    to: { type: 'string', default: join(tmpdir(), 'netdissect-bench') },
    /** Folder with the built program: bin and dist. */
    program: { type: 'string', default: ROOT },
  },
});

/** The workload, written if it is not there yet, and compressed where that is wanted. */
function capture({ name, size, variation, compression }: CaptureWanted): Workload {
  const text = size === 'slice' ? values.slice : sizeText(sizeOf(values.size) * size);
  const workload = ensureWorkload(values.to, name, text, variation);
  if (compression === undefined) return workload;
  const folder = join(values.to, `gzip-${compression}`);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${text}.pcap.gz`);
  const level = compression === 'fast' ? '-1' : '-6';
  if (!existsSync(path))
    execFileSync('sh', ['-c', `gzip ${level} < "$1" > "$2.part" && mv "$2.part" "$2"`, 'sh', workload.path, path]);
  return { path, facts: workload.facts };
}

const rows = join(values.to, 'dissect-rows.cjs');

function program([first = '', ...words]: readonly string[]): readonly string[] {
  if (first === 'netdissect') return [process.execPath, join(values.program, 'bin/netdissect.js'), ...words];
  if (first === 'rows') return [process.execPath, rows, ...words];
  if (first === 'node') return [process.execPath, ...words];
  return [first, ...words];
}

async function bench(): Promise<Bench> {
  mkdirSync(values.to, { recursive: true });
  buildSync({
    entryPoints: [join(ROOT, 'test/bench/dissect-rows.ts')],
    outfile: rows,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minify: true,
    logLevel: 'warning',
  });
  const wanted = values.only?.split(',');
  const surroundings: Surroundings = { capture, program };
  const results: ContestResult[] = [];
  for (const contest of contests(sizeOf(values.size), values.to)) {
    if (wanted !== undefined && !wanted.includes(contest.section)) continue;
    const result = hold(contest, Number(values.runs), surroundings);
    console.log(contestText(result));
    results.push(result);
  }
  const checks = wanted === undefined || wanted.includes('truth') ? await checkResults(surroundings) : [];
  if (checks.length > 0) console.log(checksText(checks));
  return {
    command: `npm run bench -- ${process.argv
      .slice(2)
      .filter((word) => !/^\/|^--(to|json|program)$/.test(word))
      .join(' ')}`,
    machine: thisMachine(),
    size: values.size,
    slice: values.slice,
    runs: Number(values.runs),
    contests: results,
    checks,
  };
}

const found = values.from === undefined ? await bench() : (JSON.parse(readFileSync(values.from, 'utf8')) as Bench);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 1)}\n`);
if (values.write) writeFileSync(join(ROOT, 'BENCHMARKS.md'), markdown(found));
if (found.checks.some((check) => check.expected !== check.found)) process.exitCode = 1;
