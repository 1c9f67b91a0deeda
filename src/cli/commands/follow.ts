/** `follow`: what both ends of one flow said, in order. */
import type { PacketRun } from '../../capture/merge.ts';
import type { InputDescription } from '../../flow/capture-point.ts';
import type { FlowInput } from '../../flow/flow-input.ts';
import type { FlowRecord } from '../../flow/flow-record.ts';
import { ObservedTracker } from '../../flow/observed-tracker.ts';
import type { ConversationReceiver, Side } from '../../flow/stream-direction.ts';
import { FlowFollower } from '../../flow/stream-follower.ts';
import { type StreamDirectionName, StreamHex, type StreamPrinter, StreamText } from '../../render/stream-text.ts';
import { type PacketOrigin, Points, readCaptures } from '../captures.ts';
import { dissectorFor } from '../dissection.ts';
import { ExitCode } from '../exit-codes.ts';
import { trackerSettings } from '../flow-options.ts';
import type { FollowOptions } from '../follow-options.ts';
import type { CommandIo } from '../io.ts';
import { Messages } from '../messages.ts';
import { Output } from '../output.ts';
import { styleFor } from '../terminal.ts';

/** Runs the command and answers the exit status. */
export async function follow(paths: readonly string[], options: FollowOptions, io: CommandIo): Promise<ExitCode> {
  const messages = new Messages(io, options.quiet);
  const output = new Output(io.stdout, options.format === 'text' && io.stdout.isTTY);
  const tracker = new ObservedTracker(dissectorFor(options), trackerSettings(options));
  const printer = printerFor(options, output, messages, io);
  const named = new NamedSides(tracker, options, printer);
  const follower = new FlowFollower(tracker, options.flow, named);
  named.follower = follower;
  const take = inputsOf(tracker, follower, new Points(paths), options);
  const status = await readCaptures(paths, {
    io,
    messages,
    join: true,
    onRun: take,
    printsPackets: true,
    onWait: () => output.flush(),
  });
  follower.close();
  printer.end();
  output.flush();
  if (tracker.made >= options.flow || status === ExitCode.interrupted) return status;
  const last = tracker.made === 0 ? 'there are none' : `the last one is ${tracker.made}`;
  messages.error('', `no flow ${options.flow}: ${last}`);
  return Math.max(status, ExitCode.usage) as ExitCode;
}

function inputsOf(
  tracker: ObservedTracker,
  follower: FlowFollower,
  points: Points,
  { join = false, count = Number.POSITIVE_INFINITY }: FollowOptions,
): (run: PacketRun, origin: PacketOrigin) => boolean {
  const inputs: { readonly input: FlowInput; readonly description: InputDescription }[] = [];
  let left = count;
  return ({ batch, start, end }, { index, input }) => {
    const place = join ? 0 : index;
    const { reader } = input;
    let known = inputs[place];
    if (known === undefined) {
      const origin: PacketOrigin = { index, input };
      const description: InputDescription = {
        linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
        fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
        point: (id) => points.of(origin, id),
      };
      known = { input: tracker.open(description), description };
      inputs[place] = known;
    }
    const taken = Math.min(end - start, left);
    follower.add(known.input, known.description, reader.view, batch, start, start + taken);
    left -= taken;
    return left > 0;
  };
}

/** Turns sides into directions, which the flow's record tells, and leaves out the one that was not asked for. */
class NamedSides implements ConversationReceiver {
  follower: FlowFollower | undefined;
  private readonly tracker: ObservedTracker;
  private readonly options: FollowOptions;
  private readonly printer: StreamPrinter;
  private client: Side | undefined;

  constructor(tracker: ObservedTracker, options: FollowOptions, printer: StreamPrinter) {
    this.tracker = tracker;
    this.options = options;
    this.printer = printer;
  }

  octets(side: Side, offset: number, view: DataView, start: number, end: number): void {
    const direction = this.directionOf(side);
    if (this.isAsked(direction)) this.printer.octets(direction, offset, view, start, end);
  }

  gap(side: Side, offset: number, length: number): void {
    const direction = this.directionOf(side);
    if (this.isAsked(direction)) this.printer.gap(direction, offset, length);
  }

  private isAsked(direction: StreamDirectionName): boolean {
    return (this.options.direction ?? direction) === direction;
  }

  private directionOf(side: Side): StreamDirectionName {
    if (this.client === undefined) {
      const client = recordOf(this.tracker, this.options.flow)?.client;
      this.client = client !== undefined && this.follower?.isSide(1, client.ip, client.port) ? 1 : 0;
    }
    return side === this.client ? 'c2s' : 's2c';
  }
}

function recordOf(tracker: ObservedTracker, id: number): FlowRecord | undefined {
  for (const flow of tracker.flows()) if (flow.id === id) return flow;
  return undefined;
}

/** The octets themselves; what is missing is told on standard error. */
class RawOctets implements StreamPrinter {
  private readonly io: CommandIo;
  private readonly messages: Messages;

  constructor(io: CommandIo, messages: Messages) {
    this.io = io;
    this.messages = messages;
  }

  octets(_direction: StreamDirectionName, _offset: number, view: DataView, start: number, end: number): void {
    this.io.stdout.writeOctets(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
  }

  gap(direction: StreamDirectionName, offset: number, length: number): void {
    this.messages.notice('', `${direction}: ${length} octets at offset ${offset} are missing`);
  }

  end(): void {}
}

function printerFor(
  { format, color }: FollowOptions,
  output: Output,
  messages: Messages,
  io: CommandIo,
): StreamPrinter {
  if (format === 'raw') return new RawOctets(io, messages);
  const print = (line: string): void => output.line(line);
  const style = styleFor(color, io);
  return format === 'hex' ? new StreamHex(style, print) : new StreamText(style, print);
}
