/** The commands and their options, as commander knows them. */
import { Argument, Command, type CommanderError } from 'commander';
import { addClusterOptions, type ClusterOptions } from './cluster-options.ts';
import { COMMAND_NAMES, COMMANDS, type CommandName, DEFAULT_COMMAND } from './command-names.ts';
import type { FieldsOptions } from './commands/reference.ts';
import type { StatsOptions } from './commands/stats.ts';
import { SHELLS, type Shell } from './completion.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { addFlowsOptions, type FlowsOptions } from './flow-options.ts';
import { addFollowOptions, type FollowOptions } from './follow-options.ts';
import type { CommandIo } from './io.ts';
import { addCaptureOptions, addPacketsOptions, type PacketsOptions } from './packet-options.ts';

/** What a parsed call asks for; carried out by `main`. */
export type Call =
  | ReadingCall
  | { readonly command: 'fields'; readonly pattern: string; readonly options: FieldsOptions }
  | { readonly command: 'schema' }
  | { readonly command: 'completion'; readonly shell: Shell };

/** A call that reads captures. */
export type ReadingCall =
  | { readonly command: 'packets'; readonly paths: readonly string[]; readonly options: PacketsOptions }
  | { readonly command: 'flows'; readonly paths: readonly string[]; readonly options: FlowsOptions }
  | { readonly command: 'follow'; readonly paths: readonly string[]; readonly options: FollowOptions }
  | { readonly command: 'cluster'; readonly paths: readonly string[]; readonly options: ClusterOptions }
  | { readonly command: 'stats'; readonly paths: readonly string[]; readonly options: StatsOptions };

/** What those are told who ask for live capture. */
export const LIVE_CAPTURE = "live capture is tcpdump's job: ssh node tcpdump -i eth1 -U -w - | netdissect -";

const AFTER_HELP = `
A capture is a pcap or pcapng file, compressed or not, or - for standard input.
${LIVE_CAPTURE}
Commands come first: netdissect stats capture.cap

Exit status:
${Object.entries(EXIT_MEANINGS)
  .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
  .join('\n')}`;

/** What declares a command's operands and options on `command`, which hands what it is asked for to `onCall`. */
type Declare = (command: Command, onCall: (call: Call) => void) => Command;

const DECLARATIONS: Readonly<Record<CommandName, Declare>> = {
  packets: (command, onCall) =>
    addPacketsOptions(command.argument('[capture...]')).action((paths: string[], options: PacketsOptions) =>
      onCall({ command: 'packets', paths, options }),
    ),
  flows: (command, onCall) =>
    addFlowsOptions(command.argument('[capture...]')).action((paths: string[], options: FlowsOptions) =>
      onCall({ command: 'flows', paths, options }),
    ),
  follow: (command, onCall) =>
    addFollowOptions(command.argument('[capture...]')).action((paths: string[], options: FollowOptions) =>
      onCall({ command: 'follow', paths, options }),
    ),
  cluster: (command, onCall) =>
    addClusterOptions(command.argument('[capture...]')).action((paths: string[], options: ClusterOptions) =>
      onCall({ command: 'cluster', paths, options }),
    ),
  stats: (command, onCall) =>
    addCaptureOptions(
      command
        .argument('[capture...]')
        .option('--packets', 'only count the packets')
        .option('--json', 'one JSON object'),
    ).action((paths: string[], options: StatsOptions) => onCall({ command: 'stats', paths, options })),
  fields: (command, onCall) =>
    command
      .argument('[pattern]')
      .option('--markdown', 'as Markdown tables')
      .option('--json', 'one JSON object a line')
      .action((pattern: string | undefined, options: FieldsOptions) =>
        onCall({ command: 'fields', pattern: pattern ?? '', options }),
      ),
  schema: (command, onCall) => command.action(() => onCall({ command: 'schema' })),
  completion: (command, onCall) =>
    command
      .addArgument(new Argument('<shell>').choices(SHELLS))
      .action((shell: Shell) => onCall({ command: 'completion', shell })),
};

/**
 * Builds the program with the commands named; `onCall` receives what was asked for. A call needs its own only, and all of them take 2 ms.
 * Throws commander's `CommanderError` on help and wrong usage.
 */
export function createProgram(
  version: string,
  io: CommandIo,
  onCall: (call: Call) => void,
  names: readonly CommandName[] = COMMAND_NAMES,
): Command {
  const program = new Command('netdissect');
  const quietly = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        outputError: (text, write) => write(text.replace(/^error: /, 'netdissect: ')),
        getOutHelpWidth: () => io.stdout.columns ?? 80,
        getErrHelpWidth: () => io.stderr.columns ?? 80,
      })
      .showHelpAfterError('(netdissect --help shows the options)');
  quietly(program)
    .description('Dissects packet captures of Kubernetes overlay networks, down to the packets of the pods.')
    .usage('[command] [capture...] [options]')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', AFTER_HELP);
  for (const name of names) {
    const command = program.command(name, { isDefault: name === DEFAULT_COMMAND }).description(COMMANDS[name]);
    DECLARATIONS[name](quietly(command), onCall);
  }
  // The default command's options are what a newcomer looks for under the program's own help.
  const byDefault = program.commands.find((command) => command.name() === DEFAULT_COMMAND);
  program.configureHelp({
    visibleOptions: (command) =>
      command === program ? [...(byDefault?.options ?? []), ...program.options] : [...command.options],
  });
  return program;
}

/** Whether commander ended a call because it had answered it: help or version. */
export function wasAnswered(error: CommanderError): boolean {
  return error.exitCode === 0;
}
