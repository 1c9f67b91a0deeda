/** Texts that follow from few numbers, kept once they were made: headers of successive packets are alike in most of their fields. */
import { encodeUtf8 } from '../capture/utf8.ts';
import { keepAt, LENGTH_BITS, LENGTH_MASK, LONGEST_KEPT, STEP, STEP_OCTETS, WORD, wordsOf } from './text-words.ts';

/** Numbers that a text may follow from beside its id. */
const KEYS = 6;
/** Columns of a slot, half a cache line: the id, the numbers, and the text's number. */
const TEXT = 1 + KEYS;
const SLOT = 8;
/** Texts kept at once; each has two places where it can be, in which the last two are. */
const SLOT_BITS = 14;
/** Words that all texts may take, and the most of them that are never forgotten; when the others are used up, all texts in these are forgotten. */
const WORDS = 65_536;
const MOST_LASTING = 32_768;
/** Number of no text. */
export const NOT_KEPT = -1;

/** What is kept, by an id (what it is the text of) and 32-bit numbers: two, or six. Numbers of texts hold until the next text is kept. */
export interface KeptTexts {
  /** Number of the text for these; NOT_KEPT where there is none. */
  find(id: number, first: number, second?: number): number;
  findBySix(
    id: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
    fifth: number,
    sixth: number,
  ): number;
  /** Keeps the text for what was asked for last and not found, unless it is longer than LONGEST_KEPT. */
  keep(octets: Uint8Array): void;
  /** Keeps a text for good. Answers its number; NOT_KEPT where there are too many of them, or it is too long. */
  keepForGood(text: string): number;
  /** Writes a text by its number to where there is room for LONGEST_KEPT octets and one step more; answers where it ended. */
  put(at: number, text: number): number;
}

/** Texts to be written to one view. What the functions use is closed over: V8 takes it for constants, which makes them twice as fast. */
export function createKeptTexts(view: DataView): KeptTexts {
  const slots = new Int32Array(SLOT << SLOT_BITS);
  const words = new Float64Array(WORDS);
  const wordOctets = new Uint8Array(words.buffer);
  let used = 0;
  /** Behind the texts that may be forgotten stand those that may not. */
  let end = WORDS;
  /** What was asked for last and not found, and where it would be. */
  const asked = new Int32Array(1 + KEYS);
  let askedSlot = 0;

  function isAt(
    slot: number,
    id: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
    fifth: number,
    sixth: number,
  ): boolean {
    return (
      slots[slot] === id &&
      slots[slot + 1] === first &&
      slots[slot + 2] === second &&
      slots[slot + 3] === third &&
      slots[slot + 4] === fourth &&
      slots[slot + 5] === fifth &&
      slots[slot + 6] === sixth
    );
  }

  function find(id: number, given: number, second = 0): number {
    const first = given | 0;
    const slot = placeOf(Math.imul(id, 0x9e3779b1) ^ Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0x27d4eb2f));
    if (slots[slot + 1] === first && slots[slot] === id && slots[slot + 2] === second) return slots[slot + TEXT]!;
    const other = slot + SLOT;
    if (slots[other + 1] === first && slots[other] === id && slots[other + 2] === second) return slots[other + TEXT]!;
    asked.fill(0);
    asked[0] = id;
    asked[1] = first;
    asked[2] = second;
    askedSlot = slot;
    return NOT_KEPT;
  }

  function findBySix(
    id: number,
    first: number,
    second: number,
    third: number,
    fourth: number,
    fifth: number,
    sixth: number,
  ): number {
    const early = Math.imul(id ^ first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ Math.imul(third, 0x27d4eb2f);
    const late = Math.imul(fourth, 0xc2b2ae3d) ^ Math.imul(fifth, 0x165667b1) ^ Math.imul(sixth, 0x2545f491);
    const slot = placeOf(early ^ (late >>> 13) ^ (late << 19));
    if (isAt(slot, id, first, second, third, fourth, fifth, sixth)) return slots[slot + TEXT]!;
    const other = slot + SLOT;
    if (isAt(other, id, first, second, third, fourth, fifth, sixth)) return slots[other + TEXT]!;
    asked[0] = id;
    asked[1] = first;
    asked[2] = second;
    asked[3] = third;
    asked[4] = fourth;
    asked[5] = fifth;
    asked[6] = sixth;
    askedSlot = slot;
    return NOT_KEPT;
  }

  function keep(octets: Uint8Array): void {
    const { length } = octets;
    if (length > LONGEST_KEPT) return;
    const count = wordsOf(length);
    if (used + count > end) {
      slots.fill(0);
      used = 0;
    }
    const slot = askedSlot;
    slots.copyWithin(slot + SLOT, slot, slot + SLOT);
    slots.set(asked, slot);
    slots[slot + TEXT] = keepAt(used, octets, wordOctets);
    used += count;
  }

  function keepForGood(text: string): number {
    const octets = encodeUtf8(text);
    const start = end - wordsOf(octets.length);
    if (octets.length > LONGEST_KEPT || WORDS - start > MOST_LASTING) return NOT_KEPT;
    if (start < used) {
      slots.fill(0);
      used = 0;
    }
    end = start;
    return keepAt(start, octets, wordOctets);
  }

  function put(at: number, text: number): number {
    const behind = at + (text & LENGTH_MASK);
    for (let to = at, from = text >>> LENGTH_BITS; to < behind; to += STEP_OCTETS, from += STEP) {
      view.setFloat64(to, words[from]!, true);
      view.setFloat64(to + WORD, words[from + 1]!, true);
      view.setFloat64(to + 2 * WORD, words[from + 2]!, true);
      view.setFloat64(to + 3 * WORD, words[from + 3]!, true);
    }
    return behind;
  }

  return { find, findBySix, keep, keepForGood, put };
}

/** The first of the two slots where a text can be. */
function placeOf(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return ((Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2d) >>> (32 - SLOT_BITS)) & ~1) * SLOT;
}
