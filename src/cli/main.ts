/** The command line: from arguments to an exit status. */
import { ExitCode, UsageError } from './exit-codes.ts';
import { ClosedPipe, type CommandIo } from './io.ts';
import { Messages } from './messages.ts';
import type { ReadingCall } from './program.ts';

/**
 * Runs a call and answers its exit status; never throws for anything a user can do.
 *
 * @param onRead called where the call has read captures, not where it was wrong or asked for help
 */
export async function main(argv: readonly string[], io: CommandIo, onRead?: () => void): Promise<ExitCode> {
  try {
    return await run(argv, io, onRead);
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

async function run(argv: readonly string[], io: CommandIo, onRead?: () => void): Promise<ExitCode> {
  const { parseCall, helpText } = await import('./call.ts');
  const call = parseCall(argv, io);
  if (typeof call === 'number') return call;
  if (call.command === 'fields') {
    return (await import('./commands/reference.ts')).fields(call.pattern, call.options, io);
  }
  if (call.command === 'schema') return (await import('./commands/reference.ts')).schema(io);
  if (call.command === 'completion') return (await import('./commands/completion.ts')).completion(call.shell, io);
  const paths = pathsOf(call, io);
  if (paths === undefined) {
    io.stderr.write(helpText(io));
    return ExitCode.usage;
  }
  const status = await read(call, paths, io);
  if (status !== ExitCode.usage) onRead?.();
  return status;
}

/** The captures that a call reads; undefined where it names none and nothing is piped into it. */
function pathsOf(call: ReadingCall, io: CommandIo): readonly string[] | undefined {
  const dumps = call.command === 'packets' ? (call.options.fromHex ?? []) : [];
  const paths = [...call.paths, ...(call.options.read ?? []), ...dumps];
  const needsNone = call.command === 'cluster' && (call.options.collect || call.options.context !== undefined);
  if (paths.length > 0 || needsNone) return paths;
  return io.stdinIsTTY ? undefined : ['-'];
}

async function read(call: ReadingCall, paths: readonly string[], io: CommandIo): Promise<ExitCode> {
  switch (call.command) {
    case 'packets':
      return (await import('./commands/packets.ts')).packets(paths, call.options, io);
    case 'flows': {
      // Threads get ready while this one loads what it needs itself.
      const jobs = (await import('./jobs/flow-jobs.ts')).flowJobs(paths, call.options, io);
      const { flows } = await import('./commands/flows.ts');
      return flows(paths, call.options, io, jobs).finally(() => jobs?.close());
    }
    case 'follow':
      return (await import('./commands/follow.ts')).follow(paths, call.options, io);
    case 'cluster':
      return (await import('./commands/cluster.ts')).cluster(paths, call.options, io);
    case 'stats':
      return (await import('./commands/stats.ts')).stats(paths, call.options, io);
  }
}
