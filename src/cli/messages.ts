/** What goes to standard error: notices and errors, each with the input it is about. */
import { safeText } from '../render/safe-text.ts';
import type { CommandIo } from './io.ts';

/** Name every message begins with. */
export const PROGRAM = 'netdissect';

/** Writes messages; notices are left out when quiet. */
export class Messages {
  private readonly io: CommandIo;
  /** Neither notices nor progress are wanted. */
  readonly quiet: boolean;
  /** Called before a message is written: what stands in its place is removed. */
  onWrite: (() => void) | undefined;

  constructor(io: CommandIo, quiet = false) {
    this.io = io;
    this.quiet = quiet;
  }

  /** Something worth knowing that doesn't change the outcome. `input` is the path it is about, '' for none. */
  notice(input: string, text: string): void {
    if (!this.quiet) this.error(input, text);
  }

  /** Messages that were written by another thread. */
  repeat(text: string): void {
    this.onWrite?.();
    this.io.stderr.write(text);
  }

  /** Something that makes the exit status what it is. */
  error(input: string, text: string): void {
    this.onWrite?.();
    const about = input === '' ? '' : `${inputName(input)}: `;
    const lines = `${about}${text}`.split('\n').map(safeText);
    this.io.stderr.write(`${PROGRAM}: ${lines.join('\n')}\n`);
  }
}

function inputName(path: string): string {
  return path === '-' ? 'standard input' : path;
}
