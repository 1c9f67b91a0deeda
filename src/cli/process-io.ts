/** The process's own standard streams. */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { ExitCode } from './exit-codes.ts';
import { ClosedPipe, type CommandIo, type Interruption, type TextSink } from './io.ts';

/** Signals after which the work so far is ended in order. */
const INTERRUPTING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Seen from the bundle. */
const THREAD_PROGRAM = join(import.meta.dirname, '../../bin/thread.js');

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** Whether a descriptor is of a terminal. Node's module that tells takes 2 ms to load, and need not be asked of files, pipes and nothing. */
function isTerminal(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice()) return false;
    return stats.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev && isatty(descriptor);
  } catch {
    // A closed descriptor is none.
    return false;
  }
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes by descriptor: a call returns when everything is written, so that the reader's pace is ours and nothing piles up in memory. */
class DescriptorSink implements TextSink {
  private readonly descriptor: number;
  private isTerminal: boolean | undefined;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  get isTTY(): boolean {
    this.isTerminal ??= isTerminal(this.descriptor);
    return this.isTerminal;
  }

  get columns(): number | undefined {
    if (!this.isTTY) return undefined;
    return this.descriptor === STDOUT ? process.stdout.columns : process.stderr.columns;
  }

  write(text: string): void {
    this.writeOctets(Buffer.from(text, 'utf8'));
  }

  writeOctets(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) {
      try {
        at += writeSync(this.descriptor, octets, at);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        if (code === 'EPIPE') throw new ClosedPipe('nobody reads the output', { cause: error });
        // Another process may have made the shared pipe non-blocking; then a full one answers so.
        if (code !== 'EAGAIN') throw error;
        Atomics.wait(pause, 0, 0, 2);
      }
    }
  }
}

/**
 * One thread of Node's pool is enough to read ahead; four, each of which may wake on the processor that dissects, make it wait: 6 % of a pass of flows.
 * To be said before the pool is first used, on systems that hear of it then.
 */
function useOnePoolThread(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= '1';
}

/** Told by signals. An AbortController does no less, and takes 0.5 ms to load. */
class Interrupt implements Interruption {
  aborted = false;
  private readonly listeners = new Set<() => void>();

  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }

  abort(): void {
    this.aborted = true;
    for (const listener of this.listeners) listener();
  }
}

/** The surroundings of the real command. */
export function processIo(): CommandIo {
  useOnePoolThread();
  const interrupted = new Interrupt();
  for (const signal of INTERRUPTING) {
    process.on(signal, () => {
      // A second Ctrl-C ends at once.
      if (interrupted.aborted) process.exit(ExitCode.interrupted);
      interrupted.abort();
    });
  }
  return {
    stdout: new DescriptorSink(STDOUT),
    stderr: new DescriptorSink(STDERR),
    stdin: undefined,
    get stdinIsTTY() {
      return isTerminal(STDIN);
    },
    env: process.env,
    interrupted,
    threadProgram: THREAD_PROGRAM,
  };
}
