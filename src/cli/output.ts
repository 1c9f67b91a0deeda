/** Data on its way to standard output, in large pieces. */
import type { TextSink } from './io.ts';

/** Characters gathered before they are written: one system call for some hundred lines. */
const FLUSH_AT = 64 * 1024;

/** Gathers lines; `flush` hands them over. */
export class Output {
  private readonly sink: TextSink;
  private readonly everyLine: boolean;
  private pending = '';

  /** @param everyLine hand over each line at once */
  constructor(sink: TextSink, everyLine = false) {
    this.sink = sink;
    this.everyLine = everyLine;
  }

  /** Adds a line (or several, joined by line ends); the last line end is added here. */
  line(text: string): void {
    this.pending += text;
    this.pending += '\n';
    if (this.everyLine || this.pending.length >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.pending === '') return;
    const text = this.pending;
    this.pending = '';
    this.sink.write(text);
  }
}
