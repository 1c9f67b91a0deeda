/** How `packets` shows a packet: as a line, a tree, annotated hex, JSON or columns. */
import type { Packet } from '../capture/packet.ts';
import { readPacketOptions } from '../capture/pcapng-options.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { ComputedField } from '../filter/computed-fields.ts';
import type { FilterContext } from '../filter/context.ts';
import { fieldColumn } from '../filter/field-column.ts';
import { Columns } from '../render/columns.ts';
import type { NameAddress } from '../render/conversation.ts';
import { PacketHex } from '../render/hex.ts';
import { PacketJson } from '../render/json.ts';
import { PacketLines } from '../render/line.ts';
import { LayerTree } from '../render/tree.ts';
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
  if (isJson(options)) return { print: jsonPrinter(surroundings, only), protocolIds: undefined, readsPacket: true };
  if (options.full) throw new UsageError('--full goes with --json');
  return { print: textPrinter(surroundings, only), protocolIds: undefined, readsPacket: false };
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
  const isDetailed = options.layers === true || options.hex === true;
  const width = io.stdout.columns;
  const line = new PacketLines(output.text, style, { width, nameOf });
  const tree = new LayerTree(output.text, style, only);
  const hex = new PacketHex(output.text, style, width, only);
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
    if (isDetailed) output.text.character(LINE_END);
    if (options.layers) tree.write(layers);
    if (options.hex) hex.write(layers);
    output.endLine();
  };
}

function jsonPrinter({ options, output }: PrinterSurroundings, only: ReadonlySet<string> | undefined): PrintPacket {
  const json = new PacketJson(output.text, options.full);
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
  return (context, { point, name, byteOrder }, { view, optionsStart, optionsEnd }) => {
    head.number = context.number;
    head.seconds = context.seconds;
    head.nanos = context.nanos;
    head.point = point;
    head.interface = name;
    head.captured = context.capturedLength;
    head.length = context.wireLength;
    head.comments =
      optionsEnd > optionsStart ? readPacketOptions(view, optionsStart, optionsEnd, byteOrder).comments : NO_COMMENTS;
    json.write(context.layers, head, only);
    output.endLine();
  };
}

function columnPrinter({ options, dissector, output, computed }: PrinterSurroundings): Printer {
  const { field: names } = options;
  if (names === undefined) throw new UsageError('-T fields needs at least one -e');
  const { header, ...settings } = columnSettings(options.columns);
  const columns = names.map((name) => fieldColumn(name, dissector, computed));
  const text = new Columns(output.text, columns, settings);
  if (header) output.line(names.join(settings.separator));
  const ids = columns.map(({ protocolIds }) => protocolIds);
  return {
    print: (context) => {
      text.write(context);
      output.endLine();
    },
    protocolIds: ids.includes(undefined) ? undefined : ids.flatMap((some) => some ?? []),
    readsPacket: false,
  };
}
