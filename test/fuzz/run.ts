/**
 * `npm run fuzz -- [--seconds 60] [--seed 1] [target]`: mutates inputs, keeps those that reach new code, and tells those that break a promise.
 * The seconds are shared out among the targets where none is named. Exit status 1 where anything was found.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type CoverageSum, ReachedCode } from './coverage.ts';
import { type Find, INPUT_AT, type LoopMessage, type LoopSettings, type LoopStatus, Shared } from './report.ts';
import { TARGETS } from './targets/index.ts';

/** Without a new input for so long, the one in work hangs. Far above any bound, for the machine may be busy. */
const HANGS_AFTER_MILLIS = 30_000;
/** Octets of objects the loop may hold; inputs are small, so more is a leak or a bomb. */
const HEAP_MEGABYTES = 768;
/** Times of which the least counts, after as many that warm the code up: what others make the machine do only adds. */
const TIMED_RUNS = 31;
const HEARTBEAT_MILLIS = 1000;

/** What a thread runs first: in Node 20 threads do not take over who loads TypeScript. */
const START = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./loop.ts', import.meta.url).href)});
})`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const names = positionals.length > 0 ? positionals : Object.keys(TARGETS);
for (const name of names) {
  if (!(name in TARGETS)) throw new Error(`no target '${name}', there are ${Object.keys(TARGETS).join(', ')}`);
}
const folder = mkdtempSync(join(tmpdir(), 'netdissect-fuzz-'));
const found = new Map<string, string>();
const code = new ReachedCode();

/** Writes a find as the smallest file that shows it. */
async function keep({ target: name, signature, input, words }: Find): Promise<void> {
  const target = await TARGETS[name]?.();
  if (target === undefined) return;
  if (signature === 'slow') {
    const millis = leastMillis(() => target.timed?.run(input));
    if (target.timed === undefined || millis <= target.timed.millisOf(input)) return;
    words = `${millis.toFixed(1)} ms, allowed are ${target.timed.millisOf(input).toFixed(1)}`;
  }
  if (found.has(`${name} ${signature}`)) return;
  const { octets, extension } = target.fixture(input);
  const path = join(folder, name, `${found.size + 1}.${extension}`);
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(path, octets);
  writeFileSync(`${path}.input`, input);
  writeFileSync(`${path}.words`, `${signature}\n${words}\n`);
  found.set(`${name} ${signature}`, path);
  console.log(`FOUND ${name}: ${signature}\n  ${words.split('\n').slice(0, 6).join('\n  ')}\n  ${path}`);
}

function leastMillis(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 2 * TIMED_RUNS; i++) {
    const before = performance.now();
    run();
    if (i >= TIMED_RUNS) least = Math.min(least, performance.now() - before);
  }
  return least;
}

/** Runs one loop to its end, or until an input hangs it; answers its last status. */
function loop(settings: LoopSettings): Promise<LoopStatus | undefined> {
  const state = new Int32Array(settings.shared, 0, INPUT_AT / 4);
  const inWork = (signature: string, words: string): Promise<void> => {
    const input = new Uint8Array(settings.shared, INPUT_AT, state[Shared.length]).slice();
    return keep({ target: settings.target, signature, input, words });
  };
  const worker = new Worker(START, {
    eval: true,
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  return new Promise((resolve) => {
    let last: LoopStatus | undefined;
    let executions = -1;
    let since = Date.now();
    const keeping: Promise<void>[] = [];
    const watch = setInterval(() => {
      const now = Atomics.load(state, Shared.executions);
      if (now !== executions) {
        executions = now;
        since = Date.now();
      } else if (now > 0 && Date.now() - since > HANGS_AFTER_MILLIS) {
        keeping.push(inWork('hangs', `no answer for ${HANGS_AFTER_MILLIS} ms`));
        void worker.terminate();
      }
    }, HEARTBEAT_MILLIS);
    worker.on('message', ({ find, status, functions }: LoopMessage) => {
      if (find !== undefined) keeping.push(keep(find));
      if (status !== undefined) last = status;
      if (functions !== undefined) code.add(functions);
    });
    worker.on('error', (error) => keeping.push(inWork(`ends the loop: ${error.message}`, error.stack ?? '')));
    worker.on('exit', async () => {
      clearInterval(watch);
      await Promise.all(keeping);
      resolve(last);
    });
  });
}

/** Words how much of the modules that were loaded was executed. */
const coverageText = ({ reached, known }: CoverageSum): string =>
  `${((100 * reached) / known).toFixed(1)} % of ${known} characters of src`;

const seconds = Number(values.seconds) / names.length;
let executions = 0;
for (const name of names) {
  const end = Date.now() + seconds * 1000;
  for (let seed = Number(values.seed); Date.now() < end; seed += 1_000_003) {
    const longest = (await TARGETS[name]?.())?.longest ?? 0;
    const shared = new SharedArrayBuffer(INPUT_AT + longest);
    const status = await loop({ target: name, seed, seconds: (end - Date.now()) / 1000, shared });
    if (status === undefined) continue;
    executions += status.executions;
    const heap = `heap ${Math.round(status.heap / 2 ** 20)} MiB`;
    console.log(
      `${name}: ${status.executions} executions, ${status.corpus} inputs, ${coverageText(status)} reached, ${heap}`,
    );
  }
}
const finds = `${found.size} finds${found.size > 0 ? ` in ${folder}` : ''}`;
console.log(
  `${names.length} targets, ${values.seconds} s: ${executions} executions, ${coverageText(code.sum())} reached, ${finds}`,
);
process.exitCode = found.size > 0 ? 1 : 0;
