/** The command line: from arguments to an exit status. */
import { ExitCode, UsageError } from './exit-codes.ts';
import { ClosedPipe, type CommandIo } from './io.ts';
import { Messages } from './messages.ts';
import { VERSION } from './version.ts';

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
  // Scripts ask for the version often, and alone: the parser, 20 ms of start, need not be loaded for it.
  if (argv.length === 1 && argv[0] === '--version') {
    io.stdout.write(`${VERSION}\n`);
    return ExitCode.done;
  }
  const { parseCall, helpText } = await import('./call.ts');
  const call = parseCall(argv, io);
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
      io.stderr.write(helpText(io));
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
