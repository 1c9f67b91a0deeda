/** The commands and their options, as commander knows them. */
import { Argument, Command, type CommanderError } from 'commander';
import { addClusterOptions, type ClusterOptions } from './cluster-options.ts';
import { COMMANDS } from './command-names.ts';
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
  | { readonly command: 'packets'; readonly paths: readonly string[]; readonly options: PacketsOptions }
  | { readonly command: 'flows'; readonly paths: readonly string[]; readonly options: FlowsOptions }
  | { readonly command: 'follow'; readonly paths: readonly string[]; readonly options: FollowOptions }
  | { readonly command: 'cluster'; readonly paths: readonly string[]; readonly options: ClusterOptions }
  | { readonly command: 'stats'; readonly paths: readonly string[]; readonly options: StatsOptions }
  | { readonly command: 'fields'; readonly pattern: string; readonly options: FieldsOptions }
  | { readonly command: 'schema' }
  | { readonly command: 'completion'; readonly shell: Shell };

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

/** Builds the program; `onCall` receives what was asked for. Throws commander's `CommanderError` on help and wrong usage. */
export function createProgram(version: string, io: CommandIo, onCall: (call: Call) => void): Command {
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
  const packets = addPacketsOptions(
    quietly(program.command('packets [capture...]', { isDefault: true }).description(COMMANDS.packets)),
  ).action((paths: string[], options: PacketsOptions) => onCall({ command: 'packets', paths, options }));
  addFlowsOptions(quietly(program.command('flows [capture...]').description(COMMANDS.flows))).action(
    (paths: string[], options: FlowsOptions) => onCall({ command: 'flows', paths, options }),
  );
  addFollowOptions(quietly(program.command('follow [capture...]').description(COMMANDS.follow))).action(
    (paths: string[], options: FollowOptions) => onCall({ command: 'follow', paths, options }),
  );
  addClusterOptions(quietly(program.command('cluster [capture...]').description(COMMANDS.cluster))).action(
    (paths: string[], options: ClusterOptions) => onCall({ command: 'cluster', paths, options }),
  );
  addCaptureOptions(
    quietly(program.command('stats [capture...]').description(COMMANDS.stats))
      .option('--packets', 'only count the packets')
      .option('--json', 'one JSON object'),
  ).action((paths: string[], options: StatsOptions) => onCall({ command: 'stats', paths, options }));
  quietly(program.command('fields [pattern]').description(COMMANDS.fields))
    .option('--markdown', 'as Markdown tables')
    .option('--json', 'one JSON object a line')
    .action((pattern: string | undefined, options: FieldsOptions) =>
      onCall({ command: 'fields', pattern: pattern ?? '', options }),
    );
  quietly(program.command('schema').description(COMMANDS.schema)).action(() => onCall({ command: 'schema' }));
  quietly(program.command('completion').description(COMMANDS.completion))
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell: Shell) => onCall({ command: 'completion', shell }));
  // The default command's options are what a newcomer looks for under the program's own help.
  program.configureHelp({
    visibleOptions: (command) =>
      command === program ? [...packets.options, ...program.options] : [...command.options],
  });
  return program;
}

/** Whether commander ended a call because it had answered it: help or version. */
export function wasAnswered(error: CommanderError): boolean {
  return error.exitCode === 0;
}
