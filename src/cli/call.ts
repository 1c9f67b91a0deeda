/** What the words of a command line ask for. */
import { CommanderError } from 'commander';
import { COMMAND_NAMES, DEFAULT_COMMAND, isCommand } from './command-names.ts';
import { ExitCode, UsageError } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { type Call, createProgram, LIVE_CAPTURE, wasAnswered } from './program.ts';
import { VERSION } from './version.ts';

/** Words that the program itself answers. */
const OWN_OPTIONS: readonly string[] = ['-h', '--help', '--version', 'help'];

/** The call, or the exit status where the parser has answered. */
export function parseCall(argv: readonly string[], io: CommandIo): Call | ExitCode {
  const [first = ''] = argv;
  const isOwn = OWN_OPTIONS.includes(first);
  const name = isCommand(first) ? first : DEFAULT_COMMAND;
  const words = isOwn || name === first ? argv : [name, ...argv];
  if (words.includes('-i') || words.includes('--interface')) throw new UsageError(LIVE_CAPTURE);
  let call: Call | undefined;
  try {
    const onCall = (asked: Call): void => {
      call = asked;
    };
    createProgram(VERSION, io, onCall, isOwn ? COMMAND_NAMES : [name]).parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return wasAnswered(error) ? ExitCode.done : ExitCode.usage;
  }
  return call ?? ExitCode.usage;
}

/** The program's help. */
export function helpText(io: CommandIo): string {
  return createProgram(VERSION, io, () => {}).helpInformation();
}
