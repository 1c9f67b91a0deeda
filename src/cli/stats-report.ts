/** What `stats` tells of captures beside a count: facts, the protocol hierarchy, and who speaks most. */
import type { Packet } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Layers } from '../dissect/layers.ts';
import { Hierarchy, hierarchyRows } from '../render/hierarchy.ts';
import { jsonText, safeText } from '../render/safe-text.ts';
import { busiest, type TalkerCount, Talkers } from '../render/talkers.ts';
import { type CaptureFacts, captureRecord, factLines, grouped } from './capture-facts.ts';
import type { PacketOrigin } from './captures.ts';
import type { StatsOptions } from './commands/stats.ts';
import { dissectorFor, dissectPacket } from './dissection.ts';
import type { CommandIo } from './io.ts';
import type { Output } from './output.ts';
import { plainTable, type TableColumn } from './plain-table.ts';
import { styleFor } from './terminal.ts';

/** End points and conversations that are shown, and stacks of protocols. */
const MOST_TALKERS = 10;
const MOST_STACKS = 200;

/** Gathers and prints it. */
export class StatsReport {
  private readonly facts: readonly CaptureFacts[];
  private readonly options: StatsOptions;
  private readonly output: Output;
  private readonly io: CommandIo;
  private readonly dissector: Dissector;
  private readonly layers: Layers;
  private readonly hierarchy = new Hierarchy();
  private readonly talkers = new Talkers();
  private taken = 0;

  constructor(facts: readonly CaptureFacts[], options: StatsOptions, output: Output, io: CommandIo) {
    this.facts = facts;
    this.options = options;
    this.output = output;
    this.io = io;
    this.dissector = dissectorFor(options);
    this.layers = this.dissector.createLayers();
  }

  /** Takes note of a packet; false after the last that is asked for. */
  readonly take = (packet: Packet, { index, input }: PacketOrigin): boolean => {
    const { layers } = this;
    this.facts[index]!.add(packet);
    dissectPacket(this.dissector, layers, packet, input);
    this.hierarchy.add(layers, packet.wireLength);
    this.talkers.add(layers, packet.wireLength);
    return ++this.taken !== this.options.count;
  };

  print(): void {
    if (this.options.json) this.output.line(jsonText(this.record()));
    else this.printText();
  }

  private record(): Record<string, unknown> {
    return {
      type: 'stats',
      captures: this.facts.map(captureRecord),
      protocols: hierarchyRows(this.hierarchy).map(({ path, packets, octets }) => ({
        protocols: path,
        packets,
        octets,
      })),
      endpoints: busiest(this.talkers.endpoints, MOST_TALKERS).map(([address, count]) => ({ address, ...count })),
      conversations: busiest(this.talkers.conversations, MOST_TALKERS).map(([, count]) => count),
    };
  }

  private printText(): void {
    const { facts, hierarchy, talkers, output } = this;
    const style = styleFor(this.options.color, this.io);
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
}
