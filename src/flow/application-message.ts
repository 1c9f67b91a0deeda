/** Messages of an application protocol in the octets of one direction, put together where they span segments. */
import type { Side } from './stream-direction.ts';

/** What a parser is told of the packet in hand. */
export interface MessageOrigin {
  readonly side: Side;
  /** Nanoseconds since the tracker's first second; NaN without a time. */
  readonly time: number;
  /** Address of the sender, in its usual notation. */
  readonly from: () => string;
}

/** Reads the messages of one flow. */
export interface ApplicationParser<A> {
  /** Octets of a message that are put together; of a longer one the beginning is read, and the rest passed over. */
  readonly longest: number;
  /**
   * Reads the message that begins at `start`. Answers its octets, which may reach beyond `end`; 0 where more of it is needed to read it and
   * `isAll` is false; -1 where none begins here, or its end can't be told: then a later segment that begins with one is waited for.
   */
  message(view: DataView, start: number, end: number, origin: MessageOrigin, isAll: boolean): number;
  /** Whether nothing more is wanted of the flow. */
  readonly isDone: boolean;
  /** What was found; undefined for nothing. */
  facts(): A | undefined;
}

/** Cuts one direction into messages. */
export class MessageReader {
  private readonly parser: ApplicationParser<unknown>;
  /** Octets of the message in hand that are passed over. */
  private skip = 0;
  /** The place where the next message begins is not known. */
  private isLost = false;
  private buffer = new Uint8Array(0);
  private filled = 0;

  constructor(parser: ApplicationParser<unknown>) {
    this.parser = parser;
  }

  /** Takes the octets [start, end) of `view`, which come next. */
  take(view: DataView, start: number, end: number, origin: MessageOrigin): void {
    const skipped = Math.min(this.skip, end - start);
    this.skip -= skipped;
    if (start + skipped === end) return;
    if (this.filled === 0) {
      const at = this.read(view, start + skipped, end, origin);
      if (at < end) this.keep(view, at, end);
      return;
    }
    this.keep(view, start + skipped, end);
    const gathered = new DataView(this.buffer.buffer, 0, this.filled);
    const filled = this.filled;
    const at = this.read(gathered, 0, filled, origin);
    this.filled = filled - at;
    if (this.filled === 0) this.buffer = new Uint8Array(0);
    else this.buffer.copyWithin(0, at, filled);
  }

  /** Octets are missing. */
  gap(length: number): void {
    const isWithin = length <= this.skip;
    this.skip = isWithin ? this.skip - length : 0;
    if (isWithin) return;
    this.isLost = true;
    this.filled = 0;
  }

  /** Reads messages from `start` on, and answers where the octets of an unfinished one begin. */
  private read(view: DataView, start: number, end: number, origin: MessageOrigin): number {
    const { parser } = this;
    let at = start;
    while (at < end && !parser.isDone) {
      const isAll = end - at >= parser.longest;
      const length = parser.message(view, at, end, origin, isAll);
      if (length === 0 && !isAll) {
        if (!this.isLost || at === start) return at;
        return end;
      }
      this.isLost = length <= 0;
      if (length <= 0) return end;
      if (length > end - at) {
        this.skip = length - (end - at);
        return end;
      }
      at += length;
    }
    return end;
  }

  private keep(view: DataView, start: number, end: number): void {
    const filled = this.filled + end - start;
    if (filled > this.buffer.length) {
      const larger = new Uint8Array(Math.max(filled, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, this.filled));
      this.buffer = larger;
    }
    this.buffer.set(new Uint8Array(view.buffer, view.byteOffset + start, end - start), this.filled);
    this.filled = filled;
  }
}
