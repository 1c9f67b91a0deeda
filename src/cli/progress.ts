/** How far the reading of long files has come: one line on standard error that is written over and over. */
import type { CaptureInput } from '../capture/input.ts';
import type { TextSink } from './io.ts';

/** Milliseconds before the line is shown first, for most files are read by then, and between two of its states. */
const PATIENCE = 700;
const INTERVAL = 200;

const CLEAR = '\r\x1b[K';
const MEGABYTE = 1e6;

/** The line, as long as there is something to tell. */
export class ProgressLine {
  readonly #sink: TextSink;
  readonly #inputs: readonly Pick<CaptureInput, 'progress'>[];
  readonly #now: () => number;
  #next: number;
  #isShown = false;

  /**
   * @param inputs whose octets are counted together; nothing is shown where the length of one is not known
   * @param now a clock in milliseconds
   */
  constructor(
    sink: TextSink,
    inputs: readonly Pick<CaptureInput, 'progress'>[],
    now: () => number = () => performance.now(),
  ) {
    this.#sink = sink;
    this.#inputs = inputs;
    this.#now = now;
    this.#next = now() + PATIENCE;
  }

  /** Shows the state of now, if the last one is old enough. */
  update(): void {
    const now = this.#now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL;
    let read = 0;
    let total = 0;
    for (const input of this.#inputs) {
      const progress = input.progress?.();
      if (progress === undefined) return;
      read += progress.read;
      total += progress.total;
    }
    if (total === 0) return;
    const percent = Math.min(100, Math.floor((read / total) * 100));
    const line = `${percent} % of ${(total / MEGABYTE).toFixed(1)} MB read`;
    this.#sink.write(`${CLEAR}${line}`);
    this.#isShown = true;
  }

  /** Removes the line, so that something else can be written. */
  clear(): void {
    if (this.#isShown) this.#sink.write(CLEAR);
    this.#isShown = false;
  }
}
