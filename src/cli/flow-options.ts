/** Options of `flows`, and those by which `follow` counts the same flows. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_IDLE, DEFAULT_MAX_FLOWS, DEFAULT_TCP_IDLE } from '../flow/flow-defaults.ts';
import { RANKINGS, type Ranking } from '../flow/flow-ranking.ts';
import { MOST_FLOWS } from '../flow/flow-table.ts';
import type { FlowOptions } from '../flow/tracker.ts';
import type { Jobs } from './jobs/slices.ts';
import { addCaptureOptions, addContextOption, type CaptureOptions } from './packet-options.ts';

/** What decides which packets are one flow, and with it the ids of flows. */
export interface FlowSettings {
  readonly idle: number | undefined;
  readonly maxFlows: number | undefined;
}

export interface FlowsOptions extends CaptureOptions, FlowSettings {
  readonly filter: string | undefined;
  readonly where: string | undefined;
  readonly context: readonly string[] | undefined;
  readonly numeric: boolean | undefined;
  readonly json: boolean | undefined;
  readonly csv: boolean | undefined;
  readonly top: number | undefined;
  readonly sort: Ranking | undefined;
  readonly jobs: Jobs | undefined;
}

/** Reads a number from 1 on. Throws commander's error. */
export function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('a whole number from 1 on is needed.');
  return number;
}

function seconds(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('a number of seconds above 0 is needed.');
  return number;
}

function flows(text: string): number {
  const number = whole(text);
  if (number > MOST_FLOWS) throw new InvalidArgumentError(`at most ${MOST_FLOWS} can be held.`);
  return number;
}

function jobs(text: string): Jobs {
  return text === 'auto' ? text : whole(text);
}

/** The settings as the tracker takes them. */
export function trackerSettings({ idle, maxFlows }: FlowSettings): FlowOptions {
  return {
    ...(idle === undefined ? {} : { idle, tcpIdle: idle }),
    ...(maxFlows === undefined ? {} : { maxFlows }),
  };
}

/** Whether it shows what was said: the table has no room for it, so nothing is read for it. */
export function readsApplications({ json, where }: FlowsOptions): boolean {
  return json === true || where?.includes('application') === true;
}

/** Adds the options that decide which packets are one flow. */
export function addFlowSettings(command: Command): Command {
  return command
    .option(
      '--idle <seconds>',
      `a new flow begins after so long without a packet (default ${DEFAULT_TCP_IDLE} for TCP, ${DEFAULT_IDLE} for others)`,
      seconds,
    )
    .option('--max-flows <n>', `flows held at once; the longest idle give way (default ${DEFAULT_MAX_FLOWS})`, flows);
}

/** Adds the options of `flows`. */
export function addFlowsOptions(command: Command): Command {
  command
    .option('-Y, --filter <expression>', 'count only these packets')
    .option('--where <expression>', "show only these flows: 'server.port == 80 && c2s.retransmissions > 0'")
    .option('--json', 'one JSON object a line')
    .option('--csv', 'comma-separated values with a header (RFC 4180)')
    .option(
      '--jobs <n>',
      'captures worked on at once, or auto: by their size and the machine (default); 1 takes one processor, reading included',
      jobs,
    )
    .option('--top <n>', 'only the n flows with the most of what --sort names', whole)
    .addOption(new Option('--sort <key>', 'most first; with --top, bytes unless told').choices(RANKINGS));
  return addCaptureOptions(
    addFlowSettings(addContextOption(command)).option('-n, --numeric', 'no names in place of addresses'),
  );
}
