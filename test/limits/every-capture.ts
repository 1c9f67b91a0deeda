/**
 * `npm run test:captures [-- command…]`: runs the built command over every capture under ../shared/captures and every fixture, and fails where a
 * call throws, hangs, takes too long or too much memory. Says what it skips.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { capturesBelow, FIXTURES, hasShared, SHARED } from '../corpus.ts';

const COMMANDS: readonly (readonly string[])[] = [
  ['--layers'],
  ['--hex'],
  ['--json'],
  ['--json', '--full'],
  ['flows'],
  ['cluster'],
];
/** Seconds of the processor and megabytes that one call may take. */
const MOST_SECONDS = 10;
const MOST_MEGABYTES = 300;
/** A call that has not ended by then hangs. */
const HANGS_AFTER_MILLIS = 30_000;
/** Calls of one process: enough that its start does not count, few enough that its memory tells something. */
const BATCH = 100;
const PARALLEL = 2;

const RUNNER = fileURLToPath(new URL('measured-calls.js', import.meta.url));

/** How one call went; `fault` is '' where nothing is wrong with it. */
interface Outcome {
  readonly words: readonly string[];
  readonly seconds: number;
  /** Most memory of the process up to its end. */
  readonly megabytes: number;
  readonly fault: string;
}

/** Runs calls in one process; a call that hangs or ends the process is the last outcome. */
function runBatch(calls: readonly (readonly string[])[]): Promise<Outcome[]> {
  const child = spawn(process.execPath, [RUNNER], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(calls.map((words) => `${JSON.stringify(words)}\n`).join(''));
  const outcomes: Outcome[] = [];
  let killer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    clearTimeout(killer);
    killer = setTimeout(() => child.kill('SIGKILL'), HANGS_AFTER_MILLIS);
  };
  wait();
  createInterface({ input: child.stdout }).on('line', (line) => {
    outcomes.push(JSON.parse(line) as Outcome);
    wait();
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      const words = calls[outcomes.length];
      if (words !== undefined) {
        outcomes.push({ words, seconds: 0, megabytes: 0, fault: `ended the process: ${signal ?? code}` });
      }
      resolve(outcomes);
    });
  });
}

/** The outcome with what is wrong about its time and memory. */
function judged(outcome: Outcome): Outcome {
  const { seconds, megabytes, fault } = outcome;
  if (fault !== '') return outcome;
  if (seconds > MOST_SECONDS) return { ...outcome, fault: `${seconds.toFixed(1)} s` };
  return megabytes > MOST_MEGABYTES ? { ...outcome, fault: `${megabytes.toFixed(0)} MB` } : outcome;
}

/** The captures of others, by their index: compressed ones and those of other formats are among them. */
function sharedCaptures(): string[] {
  const [, ...lines] = readFileSync(join(SHARED, 'INDEX.tsv'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t')[0] ?? '');
}

const only = process.argv.slice(2);
if (!hasShared) console.log('skipped: ../shared/captures is missing');
const shared = hasShared ? sharedCaptures().map((path) => join(SHARED, path)) : [];
const paths = [...shared, ...capturesBelow(FIXTURES).map((path) => join(FIXTURES, path))];
const commands = COMMANDS.filter((words) => only.length === 0 || only.includes(words.join('').replaceAll('-', '')));
const queue = commands.flatMap((words) =>
  paths.map((path) => (words[0]?.startsWith('-') ? [path, ...words] : [...words, path])),
);
const total = queue.length;
const outcomes: Outcome[] = [];
const worker = async (): Promise<void> => {
  while (queue.length > 0) {
    const calls = queue.splice(0, BATCH);
    const done = await runBatch(calls);
    queue.unshift(...calls.slice(done.length));
    for (const outcome of done.map(judged)) {
      // The memory of a batch is not one call's: what passes the bound is looked at alone.
      const [alone = outcome] = outcome.megabytes > MOST_MEGABYTES ? await runBatch([outcome.words]) : [outcome];
      const final = judged(alone);
      outcomes.push(final);
      if (final.fault !== '') console.log(`${final.fault}: ${final.words.join(' ')}`);
    }
  }
};
await Promise.all(Array.from({ length: PARALLEL }, worker));
const slowest = outcomes.reduce((a, b) => (a.seconds > b.seconds ? a : b));
const largest = outcomes.reduce((a, b) => (a.megabytes > b.megabytes ? a : b));
const faults = outcomes.filter(({ fault }) => fault !== '').length;
console.log(`${paths.length} captures (${shared.length} of others), ${total} calls, ${faults} faults`);
console.log(`slowest ${slowest.seconds.toFixed(1)} s: ${slowest.words.join(' ')}`);
console.log(`largest ${largest.megabytes.toFixed(0)} MB: ${largest.words.join(' ')}`);
process.exitCode = faults > 0 ? 1 : 0;
