/** Runs the command in this process, with its output kept as text. */
import { Readable } from 'node:stream';
import { ClosedPipe, type CommandIo } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

/** What a call printed, and its exit status. */
export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  /** The same, undecoded. */
  readonly octets: Uint8Array;
  readonly stderr: string;
}

/** Surroundings of a call; by default no terminal, no colour, an empty standard input and a UTF-8 locale. */
export interface CliSurroundings {
  readonly columns?: number;
  readonly stdin?: Readable;
  readonly stdinIsTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted to interrupt the call. */
  readonly interrupted?: AbortSignal;
  /** Lines after which the reader of standard output goes away. */
  readonly closesAfter?: number;
  /** Hears of each piece that is written to standard output. */
  readonly onOutput?: (text: string) => void;
  /** What threads run; without it there are none. */
  readonly threadProgram?: string;
}

const LINE_END = 10;

/** Runs `netdissect` with these arguments. */
export async function runCli(argv: readonly string[], surroundings: CliSurroundings = {}): Promise<CliResult> {
  const {
    columns,
    stdin = Readable.from([]),
    stdinIsTTY = false,
    env = { LANG: 'C.UTF-8' },
    interrupted = new AbortController().signal,
    closesAfter,
    threadProgram,
    onOutput,
  } = surroundings;
  const octets: Buffer[] = [];
  let lines = 0;
  let stderr = '';
  const io: CommandIo = {
    stdout: {
      write: (text) => io.stdout.writeOctets(Buffer.from(text)),
      writeOctets: (written) => {
        if (closesAfter !== undefined && lines >= closesAfter) throw new ClosedPipe('closed');
        for (const octet of written) if (octet === LINE_END) lines += 1;
        octets.push(Buffer.from(written));
        onOutput?.(Buffer.from(written).toString());
      },
      isTTY: columns !== undefined,
      columns,
    },
    stderr: {
      write: (text) => {
        stderr += text;
      },
      writeOctets: () => {},
      isTTY: false,
      columns: undefined,
    },
    stdin,
    stdinIsTTY,
    env,
    interrupted,
    threadProgram,
  };
  const status = await main(argv, io);
  const written = Buffer.concat(octets);
  return { status, stdout: written.toString(), octets: written, stderr };
}
