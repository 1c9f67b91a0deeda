/** Options of `cluster`. */
import type { Command } from 'commander';
import { addCaptureOptions, type CaptureOptions } from './packet-options.ts';

export interface ClusterOptions extends CaptureOptions {
  readonly context: readonly string[] | undefined;
  readonly json: boolean | undefined;
  readonly collect: boolean | undefined;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Adds the option of every command that names pods, nodes and services. */
export function addContextOption(command: Command): Command {
  return command.option(
    '--context <path>',
    'a file, or a folder of files, from kubectl, ip, bridge, …: who is who (cluster --collect gathers them)',
    collect,
  );
}

/** Adds the options of `cluster`. */
export function addClusterOptions(command: Command): Command {
  return addCaptureOptions(
    addContextOption(command)
      .option('--json', 'one JSON object a line')
      .option('--collect', 'print a shell script that gathers what --context reads, and do nothing else'),
  );
}
