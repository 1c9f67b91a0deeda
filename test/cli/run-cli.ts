/** Runs the command in this process, with its output kept as text. */
import { Readable } from 'node:stream';
import { ClosedPipe, type CommandIo } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

/** What a call printed, and its exit status. */
export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Surroundings of a call; by default no terminal, no colour, an empty standard input and a UTF-8 locale. */
export interface CliSurroundings {
  readonly columns?: number;
  readonly stdin?: Readable;
  readonly stdinIsTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Lines after which the reader of standard output goes away. */
  readonly closesAfter?: number;
}

/** Runs `netdissect` with these arguments. */
export async function runCli(argv: readonly string[], surroundings: CliSurroundings = {}): Promise<CliResult> {
  const {
    columns,
    stdin = Readable.from([]),
    stdinIsTTY = false,
    env = { LANG: 'C.UTF-8' },
    closesAfter,
  } = surroundings;
  let stdout = '';
  let stderr = '';
  const io: CommandIo = {
    stdout: {
      write: (text) => {
        if (closesAfter !== undefined && stdout.split('\n').length > closesAfter) throw new ClosedPipe('closed');
        stdout += text;
      },
      isTTY: columns !== undefined,
      columns,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      isTTY: false,
      columns: undefined,
    },
    stdin,
    stdinIsTTY,
    env,
    interrupted: new AbortController().signal,
  };
  const status = await main(argv, io);
  return { status, stdout, stderr };
}
