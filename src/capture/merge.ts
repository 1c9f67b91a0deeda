import { CaptureError, type CutOff } from './capture-error.ts';
import { type CaptureInput, InputError } from './input.ts';
import { type Packet, PacketBatch } from './packet.ts';
import { NO_TIME } from './timestamp.ts';

/** How an input ended. */
export interface InputEnd {
  readonly input: CaptureInput;
  /** Index of the input. */
  readonly index: number;
  /** Why it could not be read to its end. */
  readonly error?: CaptureError | InputError;
  /** The record its end cuts off. */
  readonly cutOff?: CutOff;
}

export interface PacketMergeOptions {
  /** Called once an input, when its last packet was taken; the other inputs go on. */
  readonly onEnd?: (end: InputEnd) => void;
  /** Called once for an input whose times go backwards; its packets keep their own sequence. */
  readonly onOutOfOrder?: (input: CaptureInput, index: number) => void;
  /** Whoever takes the runs cuts the packets behind them by itself, where it can: then runs are short. */
  readonly leavesRest?: boolean | undefined;
}

/** Consecutive packets of one input that come before all others: rows `start` to `end` of a batch. Reused. */
export interface PacketRun {
  /** Index of the input. */
  index: number;
  input: CaptureInput;
  batch: PacketBatch;
  /** First row. */
  start: number;
  /** End of the rows, exclusive. */
  end: number;
}

/** Packets of a short run: one is enough to hand the rest over by. */
const SHORT = 1;

/** One input and the packets of it that wait for their turn. */
class WaitingInput {
  readonly input: CaptureInput;
  readonly index: number;
  batch = new PacketBatch();
  /** The row whose turn comes next. */
  row = 0;
  ended = false;
  /** When its next packet takes its turn: its time, or that of the packet before it where it has none. */
  seconds = Number.NEGATIVE_INFINITY;
  nanos = 0;
  outOfOrder = false;

  constructor(input: CaptureInput, index: number) {
    this.input = input;
    this.index = index;
  }

  /** Takes few packets at a time where others can be cut by who takes these, and of a file whose format is not known yet. */
  leaveRest(): void {
    const { format, plainRecords } = this.input.reader;
    const isShort = format === undefined || plainRecords !== undefined;
    if (isShort !== (this.batch.capacity === SHORT)) this.batch = new PacketBatch(isShort ? SHORT : undefined);
  }

  get isEmpty(): boolean {
    return this.row === this.batch.count;
  }

  /** Takes the time of the row that comes next; true where it goes backwards. */
  readTurn(): boolean {
    const nanos = this.batch.nanos[this.row]!;
    if (nanos === NO_TIME) return false;
    const seconds = this.batch.seconds[this.row]!;
    const backwards = seconds < this.seconds || (seconds === this.seconds && nanos < this.nanos);
    this.seconds = seconds;
    this.nanos = nanos;
    return backwards;
  }

  /** Whether its next packet comes before another input's: by time, then in the order the inputs were given. */
  isBefore(other: WaitingInput): boolean {
    if (this.seconds !== other.seconds) return this.seconds < other.seconds;
    if (this.nanos !== other.nanos) return this.nanos < other.nanos;
    return this.index < other.index;
  }
}

/**
 * Merges inputs by the time of their packets: stable, streaming, with one batch of packets an input. A single input passes
 * through in whole batches, at no cost a packet.
 */
export class PacketMerge {
  readonly #inputs: WaitingInput[];
  readonly #options: PacketMergeOptions;
  #run: PacketRun | undefined;
  #taken = 0;

  constructor(inputs: readonly CaptureInput[], options: PacketMergeOptions = {}) {
    this.#inputs = inputs.map((input, index) => new WaitingInput(input, index));
    this.#options = options;
  }

  /**
   * The next packets; undefined when all inputs have ended. The run holds until the next call. Synchronous where octets are at
   * hand.
   */
  nextRun(): PacketRun | undefined | Promise<PacketRun | undefined> {
    for (const waiting of this.#inputs) {
      if (waiting.ended || !waiting.isEmpty) continue;
      const filled = this.#fill(waiting);
      if (filled !== undefined) return filled.then(() => this.nextRun());
    }
    return this.#takeRun();
  }

  /**
   * Makes `packet` the next one of all inputs, and returns the index of its input; -1 when all have ended. The convenience of
   * `nextRun`: use one or the other.
   */
  next(packet: Packet): number | Promise<number> {
    const run = this.#run;
    if (run !== undefined && this.#taken < run.end) {
      packet.borrowRow(run.batch, this.#taken++, run.input.reader);
      return run.index;
    }
    const next = this.nextRun();
    return next instanceof Promise ? next.then((taken) => this.#first(taken, packet)) : this.#first(next, packet);
  }

  #first(run: PacketRun | undefined, packet: Packet): number {
    if (run === undefined) return -1;
    this.#taken = run.start + 1;
    packet.borrowRow(run.batch, run.start, run.input.reader);
    return run.index;
  }

  /** Reads the next batch of an input; a promise where its octets are still to come. */
  #fill(waiting: WaitingInput): Promise<void> | undefined {
    if (this.#options.leavesRest) waiting.leaveRest();
    const { input, batch } = waiting;
    waiting.row = 0;
    try {
      while (input.reader.nextBatch(batch) === 0) {
        const refilled = input.refill();
        if (refilled instanceof Promise)
          return refilled.then(
            (more) => this.#refilled(waiting, more),
            (error) => this.#end(waiting, error),
          );
        if (!refilled) return this.#end(waiting);
      }
    } catch (error) {
      return this.#end(waiting, error);
    }
    this.#readTurn(waiting);
    return undefined;
  }

  #refilled(waiting: WaitingInput, more: boolean): Promise<void> | undefined {
    return more ? this.#fill(waiting) : this.#end(waiting);
  }

  #end(waiting: WaitingInput, failure?: unknown): undefined {
    waiting.batch.count = 0;
    waiting.row = 0;
    waiting.ended = true;
    const end = endOf(waiting.input, waiting.index, failure);
    this.#options.onEnd?.(end);
  }

  /** The packets of the input whose turn it is, up to where another input's comes. */
  #takeRun(): PacketRun | undefined {
    let first: WaitingInput | undefined;
    let second: WaitingInput | undefined;
    for (const waiting of this.#inputs) {
      if (waiting.ended) continue;
      if (first === undefined || waiting.isBefore(first)) {
        second = first;
        first = waiting;
      } else if (second === undefined || waiting.isBefore(second)) second = waiting;
    }
    if (first === undefined) return undefined;
    const { index, input, batch, row: start } = first;
    if (this.#inputs.length === 1) first.row = batch.count;
    else this.#takeRows(first, second);
    const run = this.#run ?? { index, input, batch, start, end: 0 };
    run.index = index;
    run.input = input;
    run.batch = batch;
    run.start = start;
    run.end = first.row;
    this.#run = run;
    return run;
  }

  #takeRows(first: WaitingInput, second: WaitingInput | undefined): void {
    do {
      first.row++;
      if (first.isEmpty) return;
      this.#readTurn(first);
    } while (second === undefined || first.isBefore(second));
  }

  #readTurn(waiting: WaitingInput): void {
    if (this.#inputs.length === 1 || !waiting.readTurn() || waiting.outOfOrder) return;
    waiting.outOfOrder = true;
    this.#options.onOutOfOrder?.(waiting.input, waiting.index);
  }
}

/** How an input ended, by the failure met on the way or by what its reader says of the end. */
function endOf(input: CaptureInput, index: number, failure: unknown): InputEnd {
  try {
    if (failure !== undefined) throw failure;
    const cutOff = input.reader.end();
    return cutOff === undefined ? { input, index } : { input, index, cutOff };
  } catch (error) {
    if (error instanceof CaptureError || error instanceof InputError) return { input, index, error };
    throw error;
  }
}
