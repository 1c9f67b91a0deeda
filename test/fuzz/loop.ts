/** The fuzz loop of one target, in a thread of its own, so that an input that hangs can be told and ended from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { minimise } from './minimise.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import {
  type Find,
  INPUT_AT,
  type LoopMessage,
  type LoopSettings,
  type LoopStatus,
  Shared,
  signatureOf,
} from './report.ts';
import type { FuzzTarget } from './target.ts';
import { TARGETS } from './targets/index.ts';

/** Inputs between two looks at the coverage, which takes as long as some tens of inputs. */
const BATCH = 256;
/** Inputs found last that are preferred, and how often. */
const RECENT = 48;
/** Runs of which the median time counts. */
const TIMED_RUNS = 9;
const STATUS_EVERY_MILLIS = 5000;

const settings = workerData as LoopSettings;
const end = Date.now() + settings.seconds * 1000;
const state = new Int32Array(settings.shared, 0, INPUT_AT / 4);
const place = new Uint8Array(settings.shared, INPUT_AT);
const coverage = new Coverage();
const load = TARGETS[settings.target];
if (load === undefined) throw new Error(`no target '${settings.target}'`);
const target: FuzzTarget = await load();
// What loading alone reaches is nobody's find.
coverage.take(true);
const random = new Random(settings.seed);
const corpus: Uint8Array[] = [];
const told = new Set<string>();
let executions = 0;

function send(message: LoopMessage): void {
  parentPort?.postMessage(message);
}

/** Runs the target; the signature of what it throws, or undefined. */
async function fails(input: Uint8Array): Promise<{ signature: string; error: unknown } | undefined> {
  place.set(input);
  state[Shared.length] = input.length;
  Atomics.add(state, Shared.executions, 1);
  executions++;
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    return { signature: signatureOf(error), error };
  }
}

async function tell(signature: string, input: Uint8Array, words: string): Promise<void> {
  if (told.has(signature)) return;
  told.add(signature);
  const smallest = await minimise(input, async (smaller) => (await fails(smaller))?.signature === signature);
  send({ find: { target: settings.target, signature, input: smallest, words } });
}

async function attempt(input: Uint8Array): Promise<void> {
  const before = performance.now();
  const failure = await fails(input);
  const millis = performance.now() - before;
  if (failure !== undefined) {
    const { error } = failure;
    await tell(failure.signature, input, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { timed } = target;
  if (timed === undefined || millis <= timed.millisOf(input)) return;
  const median = medianMillis(() => timed.run(input), TIMED_RUNS);
  if (median > timed.millisOf(input)) send({ find: slow(input, median) });
}

/** Adds those of the inputs run last to the corpus that reach something new, if any did. */
async function keepNew(inputs: readonly Uint8Array[]): Promise<void> {
  const [only] = inputs;
  if (only === undefined || !coverage.take(inputs.length === 1)) return;
  if (inputs.length === 1) {
    corpus.push(only);
    return;
  }
  const half = inputs.length >> 1;
  for (const part of [inputs.slice(0, half), inputs.slice(half)]) {
    for (const input of part) await fails(input);
    await keepNew(part);
  }
}

function slow(input: Uint8Array, median: number): Find {
  return { target: settings.target, signature: 'slow', input, words: `${median.toFixed(1)} ms under coverage` };
}

function medianMillis(run: () => void, runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const before = performance.now();
    run();
    return performance.now() - before;
  });
  return times.sort((a, b) => a - b)[runs >> 1] ?? 0;
}

function status(): LoopStatus {
  return { executions, corpus: corpus.length, heap: process.memoryUsage().heapUsed, ...coverage.code.sum() };
}

const seeds = target.seeds().map((seed) => seed.subarray(0, target.longest));
for (let at = 0; at < seeds.length; at += BATCH) {
  const batch = seeds.slice(at, at + BATCH);
  for (const seed of batch) await attempt(seed);
  await keepNew(batch);
}
send({ status: status() });

let nextStatus = 0;
while (Date.now() < end) {
  const batch: Uint8Array[] = [];
  const others = { corpus: random.oneIn(4) ? seeds : corpus, words: target.words };
  for (let i = 0; i < BATCH; i++) {
    const from = random.oneIn(8) ? seeds : random.oneIn(2) ? corpus.slice(-RECENT) : corpus;
    const input = mutate(random.pick(from), random, others, target.longest);
    batch.push(input);
    await attempt(input);
  }
  await keepNew(batch);
  if (Date.now() >= nextStatus) {
    nextStatus = Date.now() + STATUS_EVERY_MILLIS;
    send({ status: status() });
  }
}
send({ status: status(), functions: coverage.code.functions });
