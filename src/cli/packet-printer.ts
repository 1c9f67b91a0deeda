/** How `packets` shows a packet: as a line, a tree, annotated hex, JSON or columns. */
import type { Packet } from '../capture/packet.ts';
import { readPacketOptions } from '../capture/pcapng-options.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { ComputedField } from '../filter/computed-fields.ts';
import type { FilterContext } from '../filter/context.ts';
import { fieldColumn } from '../filter/field-column.ts';
import { columnLines } from '../render/columns.ts';
import type { NameAddress } from '../render/conversation.ts';
import { PacketHex } from '../render/hex.ts';
import { packetJsonLines } from '../render/json.ts';
import { PacketLines } from '../render/line.ts';
import { createOctetNumbers } from '../render/octet-numbers.ts';
import { LayerTree } from '../render/tree.ts';
import { ChunkLines } from './chunk-lines.ts';
import { UsageError } from './exit-codes.ts';
import type { InterfaceFacts } from './interface-facts.ts';
import type { CommandIo } from './io.ts';
import type { Output } from './output.ts';
import { columnSettings, type PacketsOptions } from './packet-options.ts';
import { styleFor } from './terminal.ts';

const LINE_END = 10;
const NO_COMMENTS: readonly string[] = [];

/** Prints one packet, whose layers are in the context; `packet` is borrowed where the printer reads it. */
export type PrintPacket = (context: FilterContext, facts: InterfaceFacts, packet: Packet) => void;

/** How packets are printed. */
export interface Printer {
  readonly print: PrintPacket;
  /** Ids of the protocols of whose layers it tells; undefined for all. */
  readonly protocolIds: readonly number[] | undefined;
  /** Whether it reads the packet itself, beside what the context tells. */
  readonly readsPacket: boolean;
  /** Hands over to the output what it keeps back. */
  readonly flush: () => void;
}

/** What printers need to know of a call. */
export interface PrinterSurroundings {
  readonly options: PacketsOptions;
  readonly dissector: Dissector;
  readonly paths: readonly string[];
  readonly output: Output;
  readonly io: CommandIo;
  /** Fields that columns may have beside the declared ones. */
  readonly computed: readonly ComputedField[];
  readonly nameOf: NameAddress;
}

/** What printers of all layers have in common. */
const EVERY_LAYER = { protocolIds: undefined };

/** Whether a call asks for JSON. */
export function isJson(options: PacketsOptions): boolean {
  return options.json === true || options.format === 'json';
}

/** Whether what a call prints tells what is wrong with packets. */
export function tellsIssues({ format }: PacketsOptions): boolean {
  return format !== 'fields';
}

/** Makes the printer a call asks for. Throws UsageError where its options contradict each other. */
export function printerFor(surroundings: PrinterSurroundings): Printer {
  const { options, dissector } = surroundings;
  if (options.format === 'fields') return columnPrinter(surroundings);
  if (options.field !== undefined) throw new UsageError('-e goes with -T fields');
  const only = options.only === undefined ? undefined : knownProtocols(options.only, dissector);
  if (isJson(options)) return jsonPrinter(surroundings, only);
  if (options.full) throw new UsageError('--full goes with --json');
  return { ...EVERY_LAYER, print: textPrinter(surroundings, only), readsPacket: false, flush: () => undefined };
}

function knownProtocols(names: readonly string[], dissector: Dissector): ReadonlySet<string> {
  for (const name of names) {
    if (dissector.named(name) === 0) throw new UsageError(`--only: no protocol is named '${name}'`);
  }
  return new Set(names);
}

function textPrinter(surroundings: PrinterSurroundings, only: ReadonlySet<string> | undefined): PrintPacket {
  const { options, paths, output, io, nameOf } = surroundings;
  const style = styleFor(options.color, io);
  const showsPoint = paths.length > 1 && !options.join;
  const width = io.stdout.columns;
  const line = new PacketLines(output.text, style, { width, nameOf });
  // Made where they are asked for: their tables take 0.6 ms.
  const tree = options.layers ? new LayerTree(output.text, style, only) : undefined;
  const hex = options.hex ? new PacketHex(output.text, style, width, only) : undefined;
  return (context, { point }) => {
    const { layers } = context;
    const head = {
      number: context.number,
      time: { format: options.time, times: context },
      length: context.wireLength,
      captured: context.capturedLength,
      point: showsPoint || point.includes(':') ? point : '',
    };
    line.write(layers, head);
    if (tree !== undefined || hex !== undefined) output.text.character(LINE_END);
    tree?.write(layers);
    hex?.write(layers);
    output.endLine();
  };
}

function jsonPrinter({ options, output }: PrinterSurroundings, only: ReadonlySet<string> | undefined): Printer {
  const lines = new ChunkLines(output, options.lineBuffered);
  const { chunk } = lines;
  const put = packetJsonLines(chunk, createOctetNumbers(chunk), options.full);
  const head = {
    number: 0,
    seconds: 0,
    nanos: 0,
    point: '',
    interface: undefined as string | undefined,
    captured: 0,
    length: 0,
    comments: NO_COMMENTS,
  };
  const print: PrintPacket = (context, { point, name, byteOrder }, { view, optionsStart, optionsEnd }) => {
    head.number = context.number;
    head.seconds = context.seconds;
    head.nanos = context.nanos;
    head.point = point;
    head.interface = name;
    head.captured = context.capturedLength;
    head.length = context.wireLength;
    head.comments =
      optionsEnd > optionsStart ? readPacketOptions(view, optionsStart, optionsEnd, byteOrder).comments : NO_COMMENTS;
    lines.end(put(lines.at, context.layers, head, only));
  };
  return { ...EVERY_LAYER, print, readsPacket: true, flush: () => lines.flush() };
}

function columnPrinter({ options, dissector, output, computed }: PrinterSurroundings): Printer {
  const { field: names } = options;
  if (names === undefined) throw new UsageError('-T fields needs at least one -e');
  const { header, ...settings } = columnSettings(options.columns);
  const columns = names.map((name) => fieldColumn(name, dissector, computed));
  const lines = new ChunkLines(output, options.lineBuffered);
  const { chunk } = lines;
  const put = columnLines(chunk, createOctetNumbers(chunk), columns, settings);
  if (header) output.line(names.join(settings.separator));
  const ids = columns.map(({ protocolIds }) => protocolIds);
  return {
    print: (context) => lines.end(put(lines.at, context)),
    protocolIds: ids.includes(undefined) ? undefined : ids.flatMap((some) => some ?? []),
    readsPacket: false,
    flush: () => lines.flush(),
  };
}
