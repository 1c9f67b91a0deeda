/** `flows`: conversations, as a table, JSON or comma-separated values. */

import type { PacketRun } from '../../capture/merge.ts';
import type { FlowInput } from '../../flow/flow-input.ts';
import type { FlowRecord } from '../../flow/flow-record.ts';
import { FlowTracker } from '../../flow/tracker.ts';
import { FLOW_CSV_HEADER, flowCsv } from '../../render/flow-csv.ts';
import { flowJson } from '../../render/flow-json.ts';
import { FlowTableText } from '../../render/flow-table.ts';
import { jsonString } from '../../render/safe-text.ts';
import { type Damage, type PacketOrigin, Points, readCaptures } from '../captures.ts';
import { dissectorFor } from '../dissection.ts';
import { type ExitCode, UsageError } from '../exit-codes.ts';
import { type FlowsOptions, trackerSettings } from '../flow-options.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import { styleFor } from '../terminal.ts';

/** Flows that settle the widths of the table's columns. */
const SAMPLE = 1000;

/** Runs the command and answers the exit status. */
export async function flows(paths: readonly string[], options: FlowsOptions, io: CommandIo): Promise<ExitCode> {
  if (options.json && options.csv) throw new UsageError('--json and --csv exclude each other');
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout);
  const points = new Points(paths);
  const isRanked = options.top !== undefined || options.sort !== undefined;
  const tracker = new FlowTracker(dissectorFor(options), {
    ...trackerSettings(options),
    // What gives way early is printed at once where the order does not matter.
    ...(options.json && !isRanked ? { onEvicted: (flow) => output.line(flowJson(flow)) } : {}),
  });
  const take = inputsOf(tracker, points, options);
  // Conversations do not cross captures, so that these need not be merged by time.
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    onRun: take,
    onWait: () => output.flush(),
    onDamage: (damage) => {
      if (options.json) output.line(warningJson(damage));
    },
  });
  print(tracker, options, output, io);
  if (tracker.evicted > 0) {
    const text = `${tracker.evicted} of ${tracker.made} flows gave way to newer ones (--max-flows)`;
    messages.notice('', options.json && !isRanked ? text : `${text} and are not shown`);
    if (options.json)
      output.line(`{"type":"warning","code":"max-flows","evicted":${tracker.evicted},"message":${jsonString(text)}}`);
  }
  if (tracker.pointsShared > 0) {
    messages.notice(
      '',
      `${tracker.pointsShared} interfaces are more than are told apart; their flows are those of the last one`,
    );
  }
  output.flush();
  return status;
}

/** Hands runs of packets to the tracker, each capture as an input of its own, pieces of one as the same. */
function inputsOf(
  tracker: FlowTracker,
  points: Points,
  { join = false, count = Number.POSITIVE_INFINITY }: FlowsOptions,
): (run: PacketRun, origin: PacketOrigin) => boolean {
  const inputs: FlowInput[] = [];
  let left = count;
  return (run, { index, input }) => {
    const origin: PacketOrigin = { index, input };
    const place = join ? 0 : index;
    const { reader } = input;
    inputs[place] ??= tracker.open({
      linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
      fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
      point: (id) => points.of(origin, id),
    });
    const taken = Math.min(run.end - run.start, left);
    inputs[place].add(reader.view, run.batch, run.start, run.start + taken);
    left -= taken;
    return left > 0;
  };
}

function print(tracker: FlowTracker, { json, csv, sort, top }: FlowsOptions, output: Output, io: CommandIo): void {
  const ranking = sort ?? (top === undefined ? undefined : 'bytes');
  const found = tracker.flows(ranking, top);
  if (json || csv) {
    if (csv) output.line(FLOW_CSV_HEADER);
    for (const flow of found) output.line(json ? flowJson(flow) : flowCsv(flow));
    return;
  }
  const sample: FlowRecord[] = [];
  for (let next = found.next(); !next.done; next = found.next()) {
    if (sample.push(next.value) === SAMPLE) break;
  }
  if (sample.length === 0) return;
  const hasPoints = tracker.points.length > 1;
  const table = new FlowTableText(sample, hasPoints, styleFor('auto', io), io.stdout.columns);
  output.line(table.header());
  for (const flow of sample) output.line(table.line(flow));
  for (const flow of found) output.line(table.line(flow));
}

function warningJson({ path, code, message, byteOffset }: Damage): string {
  const offset = byteOffset === undefined ? '' : `,"byteOffset":${byteOffset}`;
  return `{"type":"warning","code":"${code}"${offset},"capture":${jsonString(path)},"message":${jsonString(message)}}`;
}
