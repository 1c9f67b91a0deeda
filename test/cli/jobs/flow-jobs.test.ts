import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildPcap } from '../../capture/build-capture.ts';
import { FIXTURES, packetsOf } from '../../corpus.ts';
import { type CliResult, runCli } from '../run-cli.ts';
import { bundleCommand, notingProgram } from './program.ts';

const SERVICE = `${FIXTURES}service-clusterip`;
const CNI0 = `${SERVICE}/node2-cni0.pcap`;
const ETH1 = `${SERVICE}/node2-eth1.pcap`;
const FRAGMENTS = `${FIXTURES}outer-fragmentation/node1-eth1.pcap`;
const BGP = `${FIXTURES}bgp-hold-timer-expired/node1-eth0.pcap`;
const LOSS = `${FIXTURES}loss/node1-eth1.pcap`;

let folder = '';
let log = '';
let program: string;
let cutOff = '';
let compressed = '';
let empty = '';
let old = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netdissect-jobs-'));
  log = join(folder, 'log');
  const thread = await bundleCommand(folder);
  program = notingProgram(folder, log, `require(${JSON.stringify(thread)});`);
  const file = (name: string, octets: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, octets);
    return path;
  };
  const octets = readFileSync(ETH1);
  cutOff = file('cut-off.pcap', octets.subarray(0, octets.length - 100));
  compressed = file('compressed.pcap.gz', gzipSync(readFileSync(LOSS)));
  empty = file('empty.pcap', new Uint8Array(0));
  const frames = packetsOf(CNI0).map(({ octets }, index) => ({ octets, seconds: 1_000_000_000, nanos: 1001 * index }));
  old = file('old.pcap', buildPcap(frames, { magic: 0xa1b23c4d }));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(log, { force: true }));

const started = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);

/** What a call prints one capture after the other, and what with as many threads as captures. */
async function both(words: readonly string[]): Promise<readonly [CliResult, CliResult]> {
  const alone = await runCli(['flows', '--jobs', '1', ...words], { threadProgram: program });
  expect(started()).toBe(0);
  const together = await runCli(['flows', '--jobs', '4', ...words], { threadProgram: program });
  return [alone, together];
}

/** The same captures in different orders, and every kind of output. */
const CALLS: readonly { readonly captures: () => readonly string[]; readonly options: readonly string[] }[] = [
  { captures: () => [CNI0, ETH1], options: [] },
  { captures: () => [ETH1, CNI0], options: ['--json'] },
  { captures: () => [CNI0, ETH1, BGP], options: ['--json', '--context', `${SERVICE}/context`] },
  { captures: () => [BGP, FRAGMENTS, ETH1], options: ['--csv'] },
  { captures: () => [FRAGMENTS, BGP], options: ['--json', '--sort', 'trouble'] },
  { captures: () => [CNI0, CNI0], options: ['--top', '3'] },
  { captures: () => [LOSS, BGP, CNI0], options: ['--json', '--where', 'application.protocol == dns'] },
  { captures: () => [LOSS, ETH1, BGP], options: ['--where', 'c2s.packets > 4', '--top', '5', '--sort', 'start'] },
  { captures: () => [compressed, CNI0], options: ['--json'] },
  { captures: () => [CNI0, compressed], options: ['--sort', 'duration'] },
  { captures: () => [cutOff, CNI0], options: ['--json'] },
  { captures: () => [CNI0, cutOff], options: ['--json'] },
  { captures: () => [CNI0, cutOff, BGP], options: ['--json', '-q'] },
  { captures: () => [CNI0, empty, cutOff], options: [] },
  { captures: () => [old, CNI0], options: ['--json'] },
  { captures: () => [CNI0, old], options: ['--json', '--sort', 'start'] },
];

describe('flows of several captures are the same by threads as one after the other', () => {
  test.each(CALLS)('$options', async ({ captures, options }) => {
    const [alone, together] = await both([...captures(), ...options]);
    expect(alone.stdout).not.toBe('');
    expect(started()).toBeGreaterThan(0);
    expect(together).toEqual(alone);
  });

  test('captures that cannot be opened are told first', async () => {
    const [alone, together] = await both([CNI0, `${folder}/none.pcap`, cutOff, '--json']);
    expect(started()).toBeGreaterThan(0);
    expect(alone.status).toBe(3);
    expect(together).toEqual(alone);
  });

  test('a first capture without packets, which tells no time to count from, leaves all to one thread', async () => {
    const alone = await runCli(['flows', empty, ETH1]);
    const together = await runCli(['flows', empty, ETH1, '--jobs', '2'], { threadProgram: program });
    expect(together).toEqual(alone);
  });
});

describe('where captures depend on each other, one thread reads them', () => {
  test.each([
    { why: 'pieces of one capture', options: ['--join'] },
    { why: 'a count of packets', options: ['-c', '20'] },
    { why: 'a filter that counts packets', options: ['-Y', 'frame.number > 10'] },
  ])('$why', async ({ options }) => {
    const alone = await runCli(['flows', '--json', CNI0, ETH1, ...options]);
    const together = await runCli(['flows', '--json', CNI0, ETH1, '--jobs', '2', ...options], {
      threadProgram: program,
    });
    expect(started()).toBe(0);
    expect(together).toEqual(alone);
  });

  test.each([1, 5, 10])('more flows than are held: %i', async (most) => {
    const [alone, together] = await both([CNI0, ETH1, BGP, '--json', '--max-flows', String(most)]);
    expect(together).toEqual(alone);
  });
});

test('threads that fail leave the work to the first one', async () => {
  const alone = await runCli(['flows', '--json', CNI0, ETH1]);
  const failing = notingProgram(folder, log, "throw new Error('no');");
  const together = await runCli(['flows', '--json', CNI0, ETH1, '--jobs', '2'], { threadProgram: failing });
  expect(started()).toBe(1);
  expect(together).toEqual(alone);
});

describe('no thread stays behind', () => {
  const run = (
    words: readonly string[],
    onStarted: (child: ReturnType<typeof spawn>) => void,
  ): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(folder, 'bin/netdissect.js'), 'flows', ...words], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onStarted(child);
      child.on('exit', (status) => resolve(status));
    });

  test('when the user interrupts', async () => {
    const thread = join(folder, 'bin/thread.js');
    const kept = readFileSync(thread);
    // A thread that never comes to an end.
    writeFileSync(
      thread,
      `require('node:fs').writeFileSync(${JSON.stringify(log)}, 'started\\n'); setInterval(() => {}, 1000);`,
    );
    const status = await run([CNI0, ETH1, '--jobs', '2'], (child) => {
      const waiting = setInterval(() => {
        if (started() === 0) return;
        clearInterval(waiting);
        child.kill('SIGINT');
      }, 20);
    });
    writeFileSync(thread, kept);
    expect(status).toBe(130);
  });

  test('when nobody reads the output', async () => {
    const status = await run([...Array.from({ length: 100 }, () => ETH1), '--json', '--jobs', '2'], (child) => {
      child.stdout?.once('data', () => child.stdout?.destroy());
    });
    expect(status).toBe(0);
  });
});
