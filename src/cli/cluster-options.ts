/** Options of `cluster`. */
import type { Command } from 'commander';
import { addCaptureOptions, addContextOption, type CaptureOptions } from './packet-options.ts';

export interface ClusterOptions extends CaptureOptions {
  readonly context: readonly string[] | undefined;
  readonly json: boolean | undefined;
  readonly collect: boolean | undefined;
}

/** Adds the options of `cluster`. */
export function addClusterOptions(command: Command): Command {
  return addCaptureOptions(
    addContextOption(command)
      .option('--json', 'one JSON object a line')
      .option('--collect', 'print a shell script that gathers what --context reads, and do nothing else'),
  );
}
