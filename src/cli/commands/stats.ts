/** `stats`: facts about captures and their protocol hierarchy. */
import { safeText } from '../../render/safe-text.ts';
import { CaptureFacts } from '../capture-facts.ts';
import { type CaptureLoop, readCaptures } from '../captures.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import type { CaptureOptions } from '../packet-options.ts';

export interface StatsOptions extends CaptureOptions {
  readonly packets: boolean | undefined;
  readonly json: boolean | undefined;
}

/** Runs the command and answers the exit status. */
export async function stats(paths: readonly string[], options: StatsOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout);
  const facts = paths.map((path) => new CaptureFacts(path));
  // To count needs none of the protocols, which take most of the time to start.
  const report = options.packets
    ? undefined
    : new (await import('../stats-report.ts')).StatsReport(facts, options, output, io);
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    ...(report === undefined ? counting(facts, options) : { onPacket: report.take }),
    onEnd: (input, index) => {
      facts[index]!.input = input;
    },
  });
  if (report !== undefined) report.print();
  else
    for (const { path, packets } of facts)
      output.line(paths.length === 1 ? String(packets) : `${packets}\t${safeText(path)}`);
  output.flush();
  return status;
}

/** Counts packets, without a look at any. */
function counting(
  facts: readonly CaptureFacts[],
  { count = Number.POSITIVE_INFINITY }: StatsOptions,
): Pick<CaptureLoop, 'onRun'> {
  let left = count;
  return {
    onRun: ({ start, end }, { index }) => {
      const taken = Math.min(end - start, left);
      facts[index]!.packets += taken;
      left -= taken;
      return left > 0;
    },
  };
}
