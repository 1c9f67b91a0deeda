/** `stats`: facts about captures and their protocol hierarchy. */
import Table from 'cli-table3';
import type { CaptureInput } from '../../capture/input.ts';
import { linkTypeName } from '../../capture/link-types.ts';
import { formatTime, NO_TIME } from '../../capture/timestamp.ts';
import { Hierarchy, hierarchyRows } from '../../render/hierarchy.ts';
import { safeText } from '../../render/safe-text.ts';
import type { Style } from '../../render/style.ts';
import { readCaptures } from '../captures.ts';
import { dissectorFor, dissectPacket } from '../dissection.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import type { CaptureOptions } from '../packet-options.ts';
import { styleFor } from '../terminal.ts';

export interface StatsOptions extends CaptureOptions {
  readonly packets: boolean | undefined;
  readonly json: boolean | undefined;
}

/** What is counted of one capture. */
class CaptureFacts {
  readonly path: string;
  input: CaptureInput | undefined;
  packets = 0;
  /** Octets captured and on the wire. */
  captured = 0;
  octets = 0;
  firstSeconds = Number.POSITIVE_INFINITY;
  firstNanos = 0;
  lastSeconds = Number.NEGATIVE_INFINITY;
  lastNanos = 0;
  /** Packets of which not all octets were captured. */
  cut = 0;

  constructor(path: string) {
    this.path = path;
  }

  addTime(seconds: number, nanos: number): void {
    if (nanos === NO_TIME) return;
    if (seconds < this.firstSeconds || (seconds === this.firstSeconds && nanos < this.firstNanos)) {
      this.firstSeconds = seconds;
      this.firstNanos = nanos;
    }
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanos > this.lastNanos)) {
      this.lastSeconds = seconds;
      this.lastNanos = nanos;
    }
  }

  get first(): string | undefined {
    return Number.isFinite(this.firstSeconds) ? formatTime(this.firstSeconds, this.firstNanos) : undefined;
  }

  get last(): string | undefined {
    return Number.isFinite(this.lastSeconds) ? formatTime(this.lastSeconds, this.lastNanos) : undefined;
  }

  /** Seconds between the first and the last packet. */
  get duration(): number {
    if (!Number.isFinite(this.firstSeconds)) return 0;
    return this.lastSeconds - this.firstSeconds + (this.lastNanos - this.firstNanos) / 1e9;
  }
}

/** Runs the command and answers the exit status. */
export async function stats(paths: readonly string[], options: StatsOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout);
  const facts = paths.map((path) => new CaptureFacts(path));
  const dissector = dissectorFor(options);
  const layers = dissector.createLayers();
  const hierarchy = new Hierarchy();
  let total = 0;
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    onPacket: (packet, { index, input }) => {
      const of = facts[index]!;
      of.packets++;
      total++;
      if (options.packets) return total !== options.count;
      of.captured += packet.end - packet.start;
      of.octets += packet.wireLength;
      if (packet.end - packet.start < packet.wireLength) of.cut++;
      of.addTime(packet.seconds, packet.nanos);
      dissectPacket(dissector, layers, packet, input);
      hierarchy.add(layers, packet.wireLength);
      return total !== options.count;
    },
    onEnd: (input, index) => {
      facts[index]!.input = input;
    },
  });
  if (options.packets)
    for (const { path, packets } of facts)
      output.line(paths.length === 1 ? String(packets) : `${packets}\t${safeText(path)}`);
  else if (options.json) output.line(JSON.stringify(statsRecord(facts, hierarchy)));
  else writeText(facts, hierarchy, output, styleFor(options.color, io));
  output.flush();
  return status;
}

function captureRecord(of: CaptureFacts): Record<string, unknown> {
  const reader = of.input?.reader;
  return {
    capture: of.path,
    format: reader?.format,
    version: reader?.version,
    byte_order: reader?.byteOrder,
    packets: of.packets,
    captured_octets: of.captured,
    octets: of.octets,
    cut_packets: of.cut,
    start: of.first,
    end: of.last,
    duration: of.duration,
    interfaces: (reader?.interfaces ?? []).map((one) => ({
      name: one.name,
      description: one.description,
      link_type: linkTypeName(one.linkType),
      snap_length: one.snapLength,
      filter: one.filter,
      received: one.received,
      dropped: one.dropped,
    })),
    sections: reader?.sections.map(({ hardware, operatingSystem, application, comments }) => ({
      hardware,
      operating_system: operatingSystem,
      application,
      comments,
    })),
    skipped_blocks: [...(reader?.skippedBlocks ?? [])].map(([type, count]) => ({ type, count })),
  };
}

function statsRecord(facts: readonly CaptureFacts[], hierarchy: Hierarchy): Record<string, unknown> {
  const protocols = hierarchyRows(hierarchy).map(({ path, packets, octets }) => ({ protocols: path, packets, octets }));
  return { type: 'stats', captures: facts.map(captureRecord), protocols };
}

/** A table without lines: columns two blanks apart. */
const NO_LINES = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid'
    .split(' ')
    .map((part) => [part, '']),
);

function writeText(facts: readonly CaptureFacts[], hierarchy: Hierarchy, output: Output, style: Style): void {
  for (const of of facts) {
    output.line(style.strong(safeText(of.path === '-' ? 'standard input' : of.path)));
    for (const [name, value] of factLines(of)) output.line(`  ${name.padEnd(14)}${value}`);
    output.line('');
  }
  const rows = hierarchyRows(hierarchy);
  if (rows.length === 0) return;
  const whole = hierarchy.root.packets;
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    head: ['protocol', 'packets', '%', 'octets'].map((head) => style.dim(head)),
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const { name, depth, packets, octets } of rows) {
    table.push(['  '.repeat(depth) + name, grouped(packets), ((packets / whole) * 100).toFixed(1), grouped(octets)]);
  }
  output.line(table.toString());
}

/** A number with thin groups of three digits. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

function factLines(of: CaptureFacts): [string, string][] {
  const reader = of.input?.reader;
  const lines: [string, string][] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') lines.push([name, safeText(value)]);
  };
  const { duration } = of;
  const order = reader?.byteOrder;
  add(
    'format',
    reader?.format && `${reader.format}${reader.version ? ` ${reader.version}` : ''}${order ? `, ${order}` : ''}`,
  );
  for (const one of reader?.interfaces.slice(0, 16) ?? []) {
    const drops = one.dropped === undefined ? '' : `, ${grouped(one.dropped)} dropped`;
    const filter = one.filter === undefined ? '' : `, filter '${one.filter}'`;
    const snap = one.snapLength === 0 ? '' : `, snap length ${grouped(one.snapLength)}`;
    add('interface', `${one.name ?? `if${one.number}`}: ${linkTypeName(one.linkType)}${snap}${filter}${drops}`);
  }
  for (const section of reader?.sections ?? []) {
    add('hardware', section.hardware);
    add('system', section.operatingSystem);
    add('application', section.application);
    for (const comment of section.comments) add('comment', comment);
  }
  add('packets', grouped(of.packets) + (of.cut === 0 ? '' : ` (${grouped(of.cut)} cut by the snap length)`));
  add('octets', `${grouped(of.octets)} on the wire, ${grouped(of.captured)} captured`);
  add('first', of.first);
  add('last', of.last);
  add('duration', `${duration.toFixed(6)} s`);
  if (duration > 0) {
    add(
      'rate',
      `${grouped(Math.round(of.packets / duration))} packets/s, ${grouped(Math.round((of.octets * 8) / duration))} bits/s`,
    );
  }
  if (of.packets > 0) add('mean size', `${(of.octets / of.packets).toFixed(1)} octets`);
  for (const [type, count] of reader?.skippedBlocks ?? []) {
    add('skipped', `${grouped(count)} blocks of type ${type === undefined ? 'other' : `0x${type.toString(16)}`}`);
  }
  return lines;
}
