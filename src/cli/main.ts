/** The command line: from arguments to an exit status. */
import { CommanderError } from 'commander';
import { isCommand } from './command-names.ts';
import { ExitCode, UsageError } from './exit-codes.ts';
import { ClosedPipe, type CommandIo } from './io.ts';
import { Messages } from './messages.ts';
import { type Call, createProgram, LIVE_CAPTURE, wasAnswered } from './program.ts';
import { VERSION } from './version.ts';

/** Words that the program itself answers. */
const OWN_OPTIONS: readonly string[] = ['-h', '--help', '--version', 'help'];

/** Runs a call and answers its exit status; never throws for anything a user can do. */
export async function main(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  try {
    return await run(argv, io);
  } catch (error) {
    if (error instanceof ClosedPipe) return ExitCode.done;
    if (error instanceof UsageError) {
      new Messages(io).error('', error.message);
      return ExitCode.usage;
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOSPC' || code === 'EIO' || code === 'EFBIG') {
      new Messages(io).error('', `the output cannot be written: ${error instanceof Error ? error.message : code}`);
      return ExitCode.usage;
    }
    throw error;
  }
}

async function run(argv: readonly string[], io: CommandIo): Promise<ExitCode> {
  // Scripts ask for the version often, and alone: the parser need not be made for it.
  if (argv.length === 1 && argv[0] === '--version') {
    io.stdout.write(`${VERSION}\n`);
    return ExitCode.done;
  }
  const call = parse(argv, io);
  if (typeof call === 'number') return call;
  if (call.command === 'fields') {
    return (await import('./commands/reference.ts')).fields(call.pattern, call.options, io);
  }
  if (call.command === 'schema') return (await import('./commands/reference.ts')).schema(io);
  if (call.command === 'completion') return (await import('./commands/completion.ts')).completion(call.shell, io);
  const dumps = call.command === 'packets' ? (call.options.fromHex ?? []) : [];
  let paths = [...call.paths, ...(call.options.read ?? []), ...dumps];
  const needsNone = call.command === 'cluster' && (call.options.collect || call.options.context !== undefined);
  if (paths.length === 0 && !needsNone) {
    if (io.stdinIsTTY) {
      io.stderr.write(createProgram(VERSION, io, () => {}).helpInformation());
      return ExitCode.usage;
    }
    paths = ['-'];
  }
  switch (call.command) {
    case 'packets':
      return (await import('./commands/packets.ts')).packets(paths, call.options, io);
    case 'flows':
      return (await import('./commands/flows.ts')).flows(paths, call.options, io);
    case 'follow':
      return (await import('./commands/follow.ts')).follow(paths, call.options, io);
    case 'cluster':
      return (await import('./commands/cluster.ts')).cluster(paths, call.options, io);
    case 'stats':
      return (await import('./commands/stats.ts')).stats(paths, call.options, io);
  }
}

/** The call, or the exit status where the parser has answered. */
function parse(argv: readonly string[], io: CommandIo): Call | ExitCode {
  const [first] = argv;
  const hasCommand = first !== undefined && (isCommand(first) || OWN_OPTIONS.includes(first));
  const words = hasCommand ? argv : ['packets', ...argv];
  if (words.includes('-i') || words.includes('--interface')) throw new UsageError(LIVE_CAPTURE);
  let call: Call | undefined;
  try {
    createProgram(VERSION, io, (asked) => {
      call = asked;
    }).parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return wasAnswered(error) ? ExitCode.done : ExitCode.usage;
  }
  return call ?? ExitCode.usage;
}
