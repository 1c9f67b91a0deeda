/** `packets`: lists packets, or shows them as trees, annotated hex, JSON or columns. */
import type { CaptureInput } from '../../capture/input.ts';
import type { Packet } from '../../capture/packet.ts';
import { readPacketOptions } from '../../capture/pcapng-options.ts';
import { interfaceName } from '../../capture/point.ts';
import { formatTime, NO_TIME } from '../../capture/timestamp.ts';
import { createDissector, type Dissector } from '../../dissect/dissector.ts';
import type { Layers } from '../../dissect/layers.ts';
import { standardProtocols } from '../../protocols/index.ts';
import { Session } from '../../reassemble/session.ts';
import { Columns } from '../../render/columns.ts';
import { hexBreakdown } from '../../render/hex.ts';
import { packetJson } from '../../render/json.ts';
import { packetLine } from '../../render/line.ts';
import { jsonString } from '../../render/safe-text.ts';
import type { Style } from '../../render/style.ts';
import { TimeText } from '../../render/time-text.ts';
import { layerTree } from '../../render/tree.ts';
import { type Damage, type PacketOrigin, Points, readCaptures } from '../captures.ts';
import { parseDecodeAs } from '../decode-as.ts';
import { ExitCode, UsageError } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import { type CaptureOptions, columnSettings, type PacketsOptions } from '../packet-options.ts';
import { styleFor } from '../terminal.ts';

/** Columns assumed where there is no terminal. */
const PIPE_WIDTH = 80;

/** Prints one packet in the way the options ask for. */
type Printer = (layers: Layers, packet: Packet, number: number, origin: PacketOrigin) => void;

/** Runs the command and answers the exit status. */
export async function packets(paths: readonly string[], options: PacketsOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout, options.lineBuffered ?? false);
  const dissector = dissectorFor(options);
  const layers = dissector.createLayers();
  const points = new Points(paths);
  const print = printerFor(options, dissector, paths, points, output, io);
  const session = new Session();
  let number = 0;
  const status = await readCaptures(paths, {
    io,
    messages,
    join: options.join ?? false,
    onPacket: (packet, origin) => {
      number++;
      const description = origin.input.reader.interfaces[packet.interfaceId];
      const { view, start, end, wireLength } = packet;
      const linkType = description?.linkType ?? -1;
      session.at(number, packet.seconds, points.of(origin, packet.interfaceId));
      dissector.dissect(layers, view, start, end, wireLength, linkType, description?.fcsOctets ?? 0, session);
      verify(layers, options.check ?? false);
      print(layers, packet, number, origin);
      return number !== options.count;
    },
    onWait: () => output.flush(),
    onDamage: (damage) => {
      if (isJson(options)) output.line(warningJson(damage));
    },
  });
  output.flush();
  if (status === ExitCode.done && options.exitStatus && number === 0) return ExitCode.nothingMatched;
  return status;
}

function isJson(options: PacketsOptions): boolean {
  return options.json === true || options.format === 'json';
}

/** Makes the dissector a call asks for. Throws UsageError when `-d` names an unknown protocol. */
export function dissectorFor({ decodeAs = [] }: Pick<CaptureOptions, 'decodeAs'>): Dissector {
  const overrides = decodeAs.flatMap((rule) => parseDecodeAs(rule));
  try {
    return createDissector(standardProtocols, overrides);
  } catch (error) {
    throw new UsageError(`-d: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function verify(layers: Layers, transport: boolean): void {
  for (let row = 0; row < layers.count; row++) {
    const { verify: verifyLayer } = layers.protocolOf(row);
    if (verifyLayer !== undefined && layers.status[row] === 0) verifyLayer(layers, row, transport);
  }
}

function printerFor(
  options: PacketsOptions,
  dissector: Dissector,
  paths: readonly string[],
  points: Points,
  output: Output,
  io: CommandIo,
): Printer {
  if (options.format === 'fields') return columnPrinter(options, dissector, output);
  if (options.field !== undefined) throw new UsageError('-e goes with -T fields');
  const only = options.only === undefined ? undefined : knownProtocols(options.only, dissector);
  if (isJson(options)) return jsonPrinter(options, only, points, output);
  if (options.full) throw new UsageError('--full goes with --json');
  const style = styleFor(options.color, io);
  return textPrinter(options, only, paths, points, output, style, io);
}

function knownProtocols(names: readonly string[], dissector: Dissector): ReadonlySet<string> {
  for (const name of names) {
    if (dissector.named(name) === 0) throw new UsageError(`--only: no protocol is named '${name}'`);
  }
  return new Set(names);
}

function textPrinter(
  options: PacketsOptions,
  only: ReadonlySet<string> | undefined,
  paths: readonly string[],
  points: Points,
  output: Output,
  style: Style,
  io: CommandIo,
): Printer {
  const time = new TimeText(options.time);
  const showsPoint = paths.length > 1 && !options.join;
  const isDetailed = options.layers === true || options.hex === true;
  return (layers, packet, number, origin) => {
    const name = points.of(origin, packet.interfaceId);
    const length = packet.wireLength;
    const captured = packet.end - packet.start;
    const point = showsPoint || name.includes(':') ? name : '';
    const head = { number, time: time.of(packet.seconds, packet.nanos), length, captured, point };
    const lines = [packetLine(layers, head, style, io.stdout.columns)];
    if (options.layers) lines.push(...layerTree(layers, style, only));
    if (options.hex) lines.push(...hexBreakdown(layers, style, io.stdout.columns ?? PIPE_WIDTH, only));
    if (isDetailed) lines.push('');
    output.line(lines.join('\n'));
  };
}

function jsonPrinter(
  options: PacketsOptions,
  only: ReadonlySet<string> | undefined,
  points: Points,
  output: Output,
): Printer {
  const recordOptions = { full: options.full ?? false, ...(only === undefined ? {} : { only }) };
  return (layers, packet, number, origin) => {
    const { input } = origin;
    const description = input.reader.interfaces[packet.interfaceId];
    const head = {
      number,
      time: formatTime(packet.seconds, packet.nanos),
      point: points.of(origin, packet.interfaceId),
      interface: description?.name === undefined ? undefined : interfaceName(description),
      captured: packet.end - packet.start,
      length: packet.wireLength,
      comments: packet.optionsEnd > packet.optionsStart ? commentsOf(packet, input) : [],
    };
    output.line(packetJson(layers, head, recordOptions));
  };
}

function commentsOf(packet: Packet, { reader }: CaptureInput): readonly string[] {
  const order = reader.interfaces[packet.interfaceId]?.byteOrder ?? 'little-endian';
  return readPacketOptions(packet.view, packet.optionsStart, packet.optionsEnd, order).comments;
}

function columnPrinter(options: PacketsOptions, dissector: Dissector, output: Output): Printer {
  const { field: names } = options;
  if (names === undefined) throw new UsageError('-T fields needs at least one -e');
  const settings = columnSettings(options.columns);
  let columns: Columns;
  try {
    columns = new Columns(names, dissector.protocols, settings.occurrence);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`-e: no field is named '${error.message}'; netdissect fields lists them`, { cause: error });
  }
  if (settings.header) output.line(names.join(settings.separator));
  return (layers, packet, number) => {
    const captured = packet.end - packet.start;
    const timeEpoch = packet.nanos === NO_TIME ? '' : `${packet.seconds}.${String(packet.nanos).padStart(9, '0')}`;
    const facts = { number, length: packet.wireLength, captured, timeEpoch };
    output.line(columns.of(layers, facts).join(settings.separator));
  };
}

function warningJson({ path, code, message, byteOffset }: Damage): string {
  const offset = byteOffset === undefined ? '' : `,"byteOffset":${byteOffset}`;
  return `{"type":"warning","code":"${code}"${offset},"capture":${jsonString(path)},"message":${jsonString(message)}}`;
}
