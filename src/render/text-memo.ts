/** Text that follows from two numbers, kept once it was written: headers of successive packets are alike in most of their fields. */
import { putWords, type TextBuffer } from './text-buffer.ts';
import { LONGEST_KEPT } from './text-words.ts';

/** Texts kept at once; each has two places where it can be, in which the last two are. */
const SLOT_BITS = 14;
const SLOTS = 1 << SLOT_BITS;
/** 64-bit words that all texts may take; when they are used up, all are forgotten. */
const WORDS = 64 * 1024;

/** What is kept, by `kind` (what it is the text of) and two 32-bit numbers. */
export class TextMemo {
  private readonly kinds = new Int32Array(SLOTS).fill(-1);
  private readonly firsts = new Int32Array(SLOTS);
  private readonly seconds = new Int32Array(SLOTS);
  private readonly starts = new Int32Array(SLOTS);
  private readonly lengths = new Int32Array(SLOTS);
  private readonly columns = [this.kinds, this.firsts, this.seconds, this.starts, this.lengths];
  private readonly words = new Float64Array(WORDS);
  private used = 0;

  /** Writes the text for these numbers; false where it is not kept. */
  write(out: TextBuffer, kind: number, first: number, second: number): boolean {
    const slot = this.find(kind, first, second);
    if (slot < 0) return false;
    out.copy(this.words, this.starts[slot]!, this.lengths[slot]!);
    return true;
  }

  /** Writes the text at a place that `find` answered to a view with room for `LONGEST_KEPT`, and answers where it ended. */
  put(target: DataView, at: number, slot: number): number {
    return putWords(target, at, this.words, this.starts[slot]!, this.lengths[slot]!);
  }

  /** Place of the text for these numbers; negative where it is not kept. */
  find(kind: number, first: number, second: number): number {
    const slot = slotOf(kind, first, second);
    if (this.isAt(slot, kind, first, second)) return slot;
    return this.isAt(slot ^ 1, kind, first, second) ? slot ^ 1 : -1;
  }

  private isAt(slot: number, kind: number, first: number, second: number): boolean {
    return this.firsts[slot] === (first | 0) && this.kinds[slot] === kind && this.seconds[slot] === (second | 0);
  }

  /** Keeps what was written to `out` from octet `from` on. */
  keep(out: TextBuffer, from: number, kind: number, first: number, second: number): void {
    const length = out.at - from;
    const count = (length + 7) >> 3;
    if (length > LONGEST_KEPT) return;
    if (this.used + count > WORDS) this.forget();
    const slot = slotOf(kind, first, second);
    for (const column of this.columns) column[slot ^ 1] = column[slot]!;
    this.kinds[slot] = kind;
    this.firsts[slot] = first;
    this.seconds[slot] = second;
    this.starts[slot] = this.used;
    this.lengths[slot] = length;
    // The buffer always has a word's room behind what was written; what stands there is not to make a NaN of the last word.
    out.octets.fill(0, out.at, from + 8 * count);
    for (let i = 0; i < count; i++) this.words[this.used + i] = out.view.getFloat64(from + 8 * i, true);
    this.used += count;
  }

  private forget(): void {
    this.kinds.fill(-1);
    this.used = 0;
  }
}

/** The first place of two. */
function slotOf(kind: number, first: number, second: number): number {
  const mixed = Math.imul(first ^ Math.imul(second ^ Math.imul(kind, 0x9e3779b1), 0x85ebca6b), 0xc2b2ae35);
  return (Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2d) >>> (32 - SLOT_BITS)) & ~1;
}
