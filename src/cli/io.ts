/** What a command reads from and writes to; tests give their own. */
import type { Readable } from 'node:stream';

/** A place for text. Throws `ClosedPipe` when nobody reads any more. */
export interface TextSink {
  /** Writes all of it before it returns. */
  write(text: string): void;
  /** Writes octets, all of them before it returns; they are the caller's again then. */
  writeOctets(octets: Uint8Array): void;
  readonly isTTY: boolean;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
}

/** Whether the user has interrupted. An AbortSignal is one. */
export interface Interruption {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The surroundings of a call. */
export interface CommandIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Standard input; undefined stands for the process's own. */
  readonly stdin: Readable | undefined;
  readonly stdinIsTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupted: Interruption;
  /** Path of what threads of this process run, see `runThread`; undefined where everything is done by one. */
  readonly threadProgram?: string | undefined;
}

/** The reader of standard output has gone: everything wanted was delivered. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe';
}
