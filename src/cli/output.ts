/** Data on its way to standard output, in large pieces. */
import { TextBuffer } from '../render/text-buffer.ts';
import type { TextSink } from './io.ts';

/** Octets gathered before they are written: few system calls, and little enough to stay in the processor's caches. */
const FLUSH_AT = 128 * 1024;

const LINE_END = 10;

/** Gathers lines; `flush` hands them over. */
export class Output {
  /** What is not handed over yet. A line is written here and ended with `endLine`, or given to `line` as a whole. */
  readonly text = new TextBuffer();
  private readonly sink: TextSink;
  private readonly everyLine: boolean;

  /** @param everyLine hand over each line at once */
  constructor(sink: TextSink, everyLine = false) {
    this.sink = sink;
    this.everyLine = everyLine;
  }

  /** Adds a line (or several, joined by line ends); the last line end is added here. */
  line(text: string): void {
    this.text.text(text);
    this.endLine();
  }

  /** Ends the line that was written to `text`. */
  endLine(): void {
    this.text.character(LINE_END);
    if (this.everyLine || this.text.at >= FLUSH_AT) this.flush();
  }

  /** Hands over octets that were written elsewhere, behind all that was gathered; they are the caller's again then. */
  octets(octets: Uint8Array): void {
    this.flush();
    this.sink.writeOctets(octets);
  }

  flush(): void {
    const { text } = this;
    if (text.at === 0) return;
    const written = text.octets.subarray(0, text.at);
    text.at = 0;
    this.sink.writeOctets(written);
  }
}
