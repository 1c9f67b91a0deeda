/** `stats`: facts about captures and their protocol hierarchy. */
import { Hierarchy, hierarchyRows } from '../../render/hierarchy.ts';
import { jsonText, safeText } from '../../render/safe-text.ts';
import type { Style } from '../../render/style.ts';
import { busiest, type TalkerCount, Talkers } from '../../render/talkers.ts';
import { CaptureFacts, captureRecord, factLines, grouped } from '../capture-facts.ts';
import { readCaptures } from '../captures.ts';
import { dissectorFor, dissectPacket } from '../dissection.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import type { CaptureOptions } from '../packet-options.ts';
import { plainTable, type TableColumn } from '../plain-table.ts';
import { styleFor } from '../terminal.ts';

export interface StatsOptions extends CaptureOptions {
  readonly packets: boolean | undefined;
  readonly json: boolean | undefined;
}

/** End points and conversations that are shown, and stacks of protocols. */
const MOST_TALKERS = 10;
const MOST_STACKS = 200;

/** Runs the command and answers the exit status. */
export async function stats(paths: readonly string[], options: StatsOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout);
  const facts = paths.map((path) => new CaptureFacts(path));
  const dissector = dissectorFor(options);
  const layers = dissector.createLayers();
  const hierarchy = new Hierarchy();
  const talkers = new Talkers();
  let total = 0;
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    onPacket: (packet, { index, input }) => {
      const of = facts[index]!;
      of.add(packet);
      total++;
      if (options.packets) return total !== options.count;
      dissectPacket(dissector, layers, packet, input);
      hierarchy.add(layers, packet.wireLength);
      talkers.add(layers, packet.wireLength);
      return total !== options.count;
    },
    onEnd: (input, index) => {
      facts[index]!.input = input;
    },
  });
  if (options.packets)
    for (const { path, packets } of facts)
      output.line(paths.length === 1 ? String(packets) : `${packets}\t${safeText(path)}`);
  else if (options.json) output.line(jsonText(statsRecord(facts, hierarchy, talkers)));
  else writeText(facts, hierarchy, talkers, output, styleFor(options.color, io));
  output.flush();
  return status;
}

function statsRecord(facts: readonly CaptureFacts[], hierarchy: Hierarchy, talkers: Talkers): Record<string, unknown> {
  return {
    type: 'stats',
    captures: facts.map(captureRecord),
    protocols: hierarchyRows(hierarchy).map(({ path, packets, octets }) => ({ protocols: path, packets, octets })),
    endpoints: busiest(talkers.endpoints, MOST_TALKERS).map(([address, count]) => ({ address, ...count })),
    conversations: busiest(talkers.conversations, MOST_TALKERS).map(([, count]) => count),
  };
}

function writeText(
  facts: readonly CaptureFacts[],
  hierarchy: Hierarchy,
  talkers: Talkers,
  output: Output,
  style: Style,
): void {
  for (const of of facts) {
    output.line(style.strong(safeText(of.path === '-' ? 'standard input' : of.path)));
    for (const [name, value] of factLines(of)) output.line(`  ${name.padEnd(14)}${value}`);
    output.line('');
  }
  const whole = hierarchy.root.packets;
  const columns = (head: string): TableColumn[] => [
    { head },
    { head: 'packets', isNumber: true },
    { head: '%', isNumber: true },
    { head: 'octets', isNumber: true },
  ];
  const cells = ({ packets, octets }: TalkerCount): string[] => [
    grouped(packets),
    ((packets / whole) * 100).toFixed(1),
    grouped(octets),
  ];
  const stacks = hierarchyRows(hierarchy).map((row) => ['  '.repeat(row.depth) + row.name, ...cells(row)]);
  if (stacks.length > 0) output.line(plainTable(columns('protocol'), stacks.slice(0, MOST_STACKS), style));
  const ends = busiest(talkers.endpoints, MOST_TALKERS).map(([address, count]) => [address, ...cells(count)]);
  if (ends.length > 0) output.line(`\n${plainTable(columns('end point (innermost)'), ends, style)}`);
  const pairs = busiest(talkers.conversations, MOST_TALKERS).map(([, count]) => [
    count.between.join(` ${style.both} `),
    ...cells(count),
  ]);
  if (pairs.length > 0) output.line(`\n${plainTable(columns('conversation (innermost)'), pairs, style)}`);
  if (talkers.uncounted > 0) {
    output.line(
      style.dim(`\n${grouped(talkers.uncounted)} times an address or pair found no place among those counted`),
    );
  }
}
