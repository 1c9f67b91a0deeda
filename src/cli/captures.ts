/** The loop over the packets of all captures of a call. */
import { type CaptureError, CaptureErrorCode, describeCutOff } from '../capture/capture-error.ts';
import { type CaptureInput, InputError } from '../capture/input.ts';
import { type InputEnd, PacketMerge, type PacketRun } from '../capture/merge.ts';
import { Packet } from '../capture/packet.ts';
import { interfacePoint, pointNames } from '../capture/point.ts';
import { openInput } from '../node/capture-input.ts';
import type { FileReading } from '../node/file-source.ts';
import { commandNearTo } from './command-names.ts';
import { ExitCode } from './exit-codes.ts';
import type { CommandIo, Interruption } from './io.ts';
import type { Messages } from './messages.ts';
import { ProgressLine } from './progress.ts';

/** Where a packet came from. */
export interface PacketOrigin {
  /** Index of the capture among those of the call. */
  index: number;
  input: CaptureInput;
}

/** A capture that was opened. */
export interface OpenedCapture {
  readonly input: CaptureInput;
  /** Index of the capture among those of the call. */
  readonly index: number;
}

/** The dumps among the paths of a call. */
export interface PastedDumps {
  /** How many there are. */
  readonly count: number;
  /** Link type of their packets; recognised where it is not given. */
  readonly linkType: number | undefined;
}

/** What a loop over captures is given. */
export interface CaptureLoop extends FileReading {
  readonly io: CommandIo;
  readonly messages: Messages;
  /** The captures are consecutive pieces: read one after the other, not merged by time. */
  readonly join?: boolean;
  /** The last of the paths are pasted dumps rather than captures. */
  readonly dumps?: PastedDumps;
  /** Packets are printed as they are read: a terminal that shows them cannot show progress. */
  readonly printsPackets?: boolean;
  /** Called before the first packet with the captures that could be opened. */
  readonly onOpen?: (captures: readonly OpenedCapture[]) => void;
  /** Called for each packet, borrowed until it returns; false ends the loop. */
  readonly onPacket?: (packet: Packet, origin: PacketOrigin) => boolean;
  /** Called in its place for consecutive packets of one capture, borrowed until it returns; false ends the loop. */
  readonly onRun?: (run: PacketRun, origin: PacketOrigin) => boolean;
  /** `onRun` takes what a reader has at hand beyond the run, too. */
  readonly takesRest?: boolean;
  /** Called before the loop waits for octets. */
  readonly onWait?: () => void;
  /** Called when a capture could not be read to its end, beside the message. */
  readonly onDamage?: (damage: Damage) => void;
  /** Takes captures off the loop; with `join` only, for their packets are handed to nobody. */
  readonly elsewhere?: ReadElsewhere | undefined;
  /** Called once a capture has ended, in whatever way. */
  readonly onEnd?: (input: CaptureInput, index: number) => void;
}

/** Captures that other threads read. */
export interface ReadElsewhere {
  /** Exit status of a capture, once it was read and everything about it told; undefined where it is to be read here after all. */
  status(index: number): Promise<ExitCode | undefined>;
  /** Octets that other threads have read of it so far. */
  read(index: number): number;
}

/** How a capture failed: what a warning record says. */
export interface Damage {
  readonly path: string;
  readonly index: number;
  readonly code: string;
  readonly message: string;
  readonly byteOffset: number | undefined;
}

/** Milliseconds between two looks at how far other threads have come. */
const PROGRESS_INTERVAL = 200;

/** Errors that leave nothing to read; with packets before them they count as damage. */
const NOT_A_CAPTURE: readonly string[] = [
  CaptureErrorCode.empty,
  CaptureErrorCode.notACapture,
  CaptureErrorCode.unsupported,
  CaptureErrorCode.unsupportedVersion,
  CaptureErrorCode.headerCutOff,
];

/** Reads all captures and answers the exit status they amount to. */
export async function readCaptures(paths: readonly string[], loop: CaptureLoop): Promise<ExitCode> {
  let code: ExitCode = ExitCode.done;
  const worse = (other: ExitCode): void => {
    if (other > code) code = other;
  };
  const opened: OpenedCapture[] = [];
  for (const [index, path] of paths.entries()) {
    const isDump = index >= paths.length - (loop.dumps?.count ?? 0);
    const input = await openOrReport(path, isDump, loop);
    if (input === undefined) worse(ExitCode.usage);
    else opened.push({ input, index });
  }
  const groups = loop.join ? opened.map((one) => [one]) : [opened];
  const progress = progressOf(opened, loop);
  try {
    loop.onOpen?.(opened);
    for (const group of groups) {
      const status = await statusElsewhere(group, loop, progress);
      if (loop.io.interrupted.aborted) return ExitCode.interrupted;
      if (status !== undefined) {
        worse(status);
        continue;
      }
      const goOn = await readGroup(group, loop, progress, worse);
      if (loop.io.interrupted.aborted) return ExitCode.interrupted;
      if (!goOn) break;
    }
  } finally {
    progress?.clear();
    for (const { input } of opened) input.close();
  }
  return code;
}

/** The status of a capture that another thread reads, waited for unless the user interrupts. */
async function statusElsewhere(
  group: readonly OpenedCapture[],
  { elsewhere, io }: CaptureLoop,
  progress: ProgressLine | undefined,
): Promise<ExitCode | undefined> {
  const [first] = group;
  if (elsewhere === undefined || first === undefined) return undefined;
  const updating = setInterval(() => progress?.update(), PROGRESS_INTERVAL);
  const status = await unlessInterrupted(elsewhere.status(first.index), io.interrupted);
  clearInterval(updating);
  return status;
}

/** The line that tells how far the reading has come, where somebody can see it. */
function progressOf(
  opened: readonly OpenedCapture[],
  { io, messages, printsPackets = false, elsewhere }: CaptureLoop,
): ProgressLine | undefined {
  const isSeen = io.stderr.isTTY && io.env['TERM'] !== 'dumb' && !(printsPackets && io.stdout.isTTY);
  if (!isSeen || messages.quiet) return undefined;
  const inputs = opened.map(({ input, index }) => ({
    progress: () => {
      const own = input.progress?.();
      return own && { ...own, read: Math.max(own.read, elsewhere?.read(index) ?? 0) };
    },
  }));
  const progress = new ProgressLine(io.stderr, inputs);
  messages.onWrite = () => progress.clear();
  return progress;
}

async function openOrReport(
  path: string,
  isDump: boolean,
  { io, messages, dumps, readsAhead, readLength, readBuffers }: CaptureLoop,
): Promise<CaptureInput | undefined> {
  try {
    const onNotice = (text: string): void => messages.notice(path, text);
    const { stdin, threadProgram } = io;
    const reading = { readsAhead, readLength, readBuffers };
    const options = { onNotice, threadProgram, ...reading, ...(stdin === undefined ? {} : { stdin }) };
    if (!isDump) return await openInput(path, options);
    const { openHexDump } = await import('../node/hex-dump-input.ts');
    return await openHexDump(path, { ...options, linkType: dumps?.linkType });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const near = error.code === 'ENOENT' ? commandNearTo(path) : undefined;
    const hint = near === undefined ? '' : `; did you mean the command '${near}'? commands come first`;
    messages.error('', `${error.message}${hint}`);
    return undefined;
  }
}

async function readGroup(
  group: readonly OpenedCapture[],
  loop: CaptureLoop,
  progress: ProgressLine | undefined,
  worse: (code: ExitCode) => void,
): Promise<boolean> {
  const { messages } = loop;
  const inputs = group.map(({ input }) => input);
  const merge = new PacketMerge(inputs, {
    leavesRest: loop.takesRest,
    onEnd: (end) => {
      // An input that was given up has an end that says nothing.
      if (loop.io.interrupted.aborted) return;
      const index = group[end.index]?.index ?? 0;
      for (const { message, count } of end.input.reader.notices) {
        messages.notice(end.input.name, count === 1 ? message : `${message} (and ${count - 1} more)`);
      }
      report(end, index, loop, worse);
      loop.onEnd?.(end.input, index);
      // The next capture may need what this one was read with.
      end.input.close();
    },
    onOutOfOrder: (input) =>
      messages.notice(input.name, 'packets are not in the order of their times; they stay in sequence'),
  });
  const packet = new Packet();
  const origin: PacketOrigin = { index: 0, input: inputs[0]! };
  for (;;) {
    let next: PacketRun | undefined | Promise<PacketRun | undefined> = merge.nextRun();
    if (next instanceof Promise) {
      loop.onWait?.();
      next = await unlessInterrupted(next, loop.io.interrupted);
    }
    if (next === undefined) return true;
    if (loop.io.interrupted.aborted) return false;
    progress?.update();
    origin.index = group[next.index]?.index ?? 0;
    origin.input = next.input;
    if (loop.onRun !== undefined) {
      if (!loop.onRun(next, origin)) return false;
      continue;
    }
    for (let row = next.start; row < next.end; row++) {
      packet.borrowRow(next.batch, row, next.input.reader);
      if (loop.onPacket?.(packet, origin) === false) return false;
    }
  }
}

/** What the promise brings, or undefined as soon as the user interrupts: an idle pipe may bring nothing for long. */
function unlessInterrupted<T>(promise: Promise<T>, interrupted: Interruption): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const interrupt = (): void => resolve(undefined);
    if (interrupted.aborted) interrupt();
    interrupted.addEventListener('abort', interrupt);
    promise.then(resolve, reject).finally(() => interrupted.removeEventListener('abort', interrupt));
  });
}

function report(
  end: InputEnd,
  index: number,
  { messages, onDamage }: CaptureLoop,
  worse: (code: ExitCode) => void,
): void {
  const { error, cutOff, input } = end;
  if (cutOff !== undefined) {
    const message = describeCutOff(cutOff);
    messages.error(input.name, message);
    onDamage?.({ path: input.name, index, code: 'cut-off', message, byteOffset: cutOff.byteOffset });
    worse(ExitCode.damaged);
  } else if (error !== undefined) {
    const byteOffset = isCaptureError(error) ? error.byteOffset : undefined;
    messages.error(isCaptureError(error) ? input.name : '', error.message);
    onDamage?.({ path: input.name, index, code: error.code, message: error.message, byteOffset });
    const isUnreadable = !isCaptureError(error) || NOT_A_CAPTURE.includes(error.code) || byteOffset === 0;
    worse(isUnreadable ? ExitCode.usage : ExitCode.damaged);
  }
}

function isCaptureError(error: CaptureError | InputError): error is CaptureError {
  return 'byteOffset' in error;
}

/** Names of the points of a call's captures. */
export class Points {
  private readonly names: readonly string[];
  private readonly byInterface: string[][];
  private readonly counts: number[];

  constructor(paths: readonly string[]) {
    this.names = pointNames(paths);
    this.byInterface = paths.map(() => []);
    this.counts = paths.map(() => 0);
  }

  /** Name of the point where an interface of a capture took its packets. */
  of({ index, input }: PacketOrigin, interfaceId: number): string {
    const { interfaces } = input.reader;
    const known = this.byInterface[index]!;
    // A pcapng file may describe another interface at any time, and with it the names of all change.
    if (this.counts[index] !== interfaces.length) {
      this.counts[index] = interfaces.length;
      known.length = 0;
    }
    known[interfaceId] ??= interfacePoint(this.names[index] ?? '', interfaces, interfaceId);
    return known[interfaceId];
  }
}
