/** `-w`: the packets of a call as a capture file. */
import { type CaptureWriter, WriterError, type WrittenSource } from '../capture/capture-writer.ts';
import type { Packet } from '../capture/packet.ts';
import { PcapWriter } from '../capture/pcap-writer.ts';
import { PcapngWriter } from '../capture/pcapng-writer.ts';
import { OutputError, OutputFile } from '../node/output-file.ts';
import type { OpenedCapture, PacketOrigin, Points } from './captures.ts';
import { ExitCode, UsageError } from './exit-codes.ts';
import { type FileFormat, fileFormatOf } from './file-formats.ts';
import type { CommandIo } from './io.ts';
import { type Messages, PROGRAM } from './messages.ts';
import type { PacketsOptions } from './packet-options.ts';
import { VERSION } from './version.ts';

const STANDARD_OUTPUT = '-';
const COMPRESSED_EXTENSION = /\.(gz|zst|lz4|xz|bz2)$/i;

/** Octets gathered before they are written. */
const FLUSH_AT = 256 * 1024;

/** Where the octets go. */
type OctetSink = Pick<OutputFile, 'write' | 'commit' | 'discard'>;

/** What is asked for. */
export interface FileRequest {
  readonly path: string;
  /** By the extension where it is not given; pcapng where that says nothing. */
  readonly format: FileFormat | undefined;
  /** The captures are read one after another. */
  readonly join: boolean;
  /** Write each packet as soon as it is there. */
  readonly everyPacket: boolean;
}

/** A capture file that is being written. */
export class CaptureFile {
  readonly #request: FileRequest;
  readonly #messages: Messages;
  readonly #points: Points;
  readonly #sink: OctetSink;
  /** Positions of the captures among the sources, by their index in the call. */
  readonly #positions = new Map<number, number>();
  #writer: CaptureWriter | undefined;

  /** @throws UsageError where the file cannot be made */
  constructor(request: FileRequest, points: Points, io: CommandIo, messages: Messages) {
    this.#request = request;
    this.#points = points;
    this.#messages = messages;
    if (COMPRESSED_EXTENSION.test(request.path)) {
      throw new UsageError(`-w writes no compressed files: '${request.path}'`);
    }
    this.#sink = asUsage(() => (request.path === STANDARD_OUTPUT ? standardOutput(io) : new OutputFile(request.path)));
  }

  /** Takes note of the captures whose packets come. */
  open(captures: readonly OpenedCapture[]): void {
    const sources = captures.map(({ input, index }, position): WrittenSource => {
      this.#positions.set(index, position);
      return { capture: input.reader, pointOf: (id) => this.#points.of({ index, input }, id) };
    });
    const { path, format = fileFormatOf(path), join } = this.#request;
    const application = `${PROGRAM} ${VERSION}`;
    this.#writer =
      format === 'pcap' ? new PcapWriter(sources) : new PcapngWriter(sources, { application, consecutive: join });
  }

  /** @throws UsageError where the format cannot hold the packet, or the file cannot be written */
  add(packet: Packet, { index }: PacketOrigin): void {
    const position = this.#positions.get(index) ?? 0;
    asUsage(() => this.#writer?.add(packet, position));
    if (this.#request.everyPacket || (this.#writer?.waiting ?? 0) >= FLUSH_AT) this.flush();
  }

  /** Writes what was gathered. */
  flush(): void {
    const { waiting } = this.#writer ?? { waiting: 0 };
    if (this.#writer !== undefined && waiting > 0) {
      const octets = this.#writer.take();
      asUsage(() => this.#sink.write(octets));
    }
  }

  /** Completes the file where the captures were read, even if not to their ends; else removes it. */
  finish(status: ExitCode): void {
    if (this.#writer === undefined || status === ExitCode.usage || status === ExitCode.interrupted)
      return this.discard();
    this.#writer.finish();
    this.flush();
    asUsage(() => this.#sink.commit());
    for (const loss of this.#writer.losses()) this.#messages.notice(this.#request.path, loss);
  }

  /** Removes what was written; does nothing after `finish`. */
  discard(): void {
    this.#sink.discard();
  }
}

/** The file a call asks for with `-w`; undefined where it asks for none. Throws UsageError. */
export function captureFileFor(
  options: PacketsOptions,
  points: Points,
  io: CommandIo,
  messages: Messages,
): CaptureFile | undefined {
  const { write: path, fileFormat: format, join = false, lineBuffered: everyPacket = false } = options;
  if (path === undefined) {
    if (format !== undefined) throw new UsageError('-F goes with -w');
    return undefined;
  }
  if (path === STANDARD_OUTPUT && printsBesideFile(options)) {
    throw new UsageError('-w - leaves standard output to the capture file: nothing else can be printed there');
  }
  return new CaptureFile({ path, format, join, everyPacket }, points, io, messages);
}

/** Whether a call with `-w` asks for its packets to be printed too. */
export function printsBesideFile({ layers, hex, json, format }: PacketsOptions): boolean {
  return layers === true || hex === true || json === true || format !== undefined;
}

/** Runs the body with the file and removes it if the body throws. */
export async function whileWriting(file: CaptureFile | undefined, body: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    const status = await body();
    file?.finish(status);
    return status;
  } finally {
    file?.discard();
  }
}

function standardOutput({ stdout }: CommandIo): OctetSink {
  if (stdout.isTTY) throw new UsageError('-w - would write octets to the terminal; send it to a file or a program');
  return { write: (octets) => stdout.writeOctets(octets), commit: nothing, discard: nothing };
}

function nothing(): void {}

function asUsage<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof OutputError || error instanceof WriterError)) throw error;
    throw new UsageError(`-w: ${error.message}`, { cause: error });
  }
}
