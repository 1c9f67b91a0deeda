/** Options of `follow`. */
import { type Command, Option } from 'commander';
import { addFlowSettings, type FlowSettings, whole } from './flow-options.ts';
import { addCaptureOptions, type CaptureOptions } from './packet-options.ts';

/** How octets are shown. */
export const STREAM_FORMATS = ['text', 'hex', 'raw'] as const;

/** Which of the two ends is shown. */
export const STREAM_DIRECTIONS = ['c2s', 's2c'] as const;

export interface FollowOptions extends CaptureOptions, FlowSettings {
  readonly flow: number;
  readonly format: (typeof STREAM_FORMATS)[number];
  readonly direction: (typeof STREAM_DIRECTIONS)[number] | undefined;
}

/** Adds the options of `follow`. */
export function addFollowOptions(command: Command): Command {
  command
    .requiredOption('--flow <id>', 'the flow, by its id in what `flows` prints of the same captures', whole)
    .addOption(
      new Option('--format <format>', 'text, a hex dump, or the octets as they are')
        .choices([...STREAM_FORMATS])
        .default('text'),
    )
    .addOption(new Option('--direction <direction>', 'only what one end said').choices([...STREAM_DIRECTIONS]));
  return addCaptureOptions(addFlowSettings(command));
}
