/**
 * Lines as octets at the greatest speed: written into one buffer that never grows, at places that callers keep in their locals, and handed over when it
 * is full. What the functions here use is closed over: made once a process, V8 has the addresses of all of it in its code, which makes lines twice as
 * fast as functions that are given their buffer.
 */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { encodeUtf8 } from '../capture/utf8.ts';
import { keepAt, LENGTH_BITS, LENGTH_MASK, LONGEST_KEPT, STEP, STEP_OCTETS, WORD, wordsOf } from './text-words.ts';

/** Octets gathered before they are handed over: few system calls, and little enough to stay in the processor's caches. */
const HAND_OVER_AT = 128 * 1024;
/** Octets that may be written behind the place `room` answers: more than any part of a line whose length is bounded. */
export const ROOM = 8192;

/** 64-bit words of texts kept at once; when they are used up, those that were made of numbers are forgotten. */
const TEXT_WORDS = 32 * 1024;

/** Characters up to which a text is looked at one by one before it is given to the encoder. */
const SHORT = 1024;
const LAST_ASCII = 0x7f;

/** Lists of texts made of numbers whose last ones lie in the chunk's columns, and how many these are of each. */
const LISTS = 8;
export const RECENT = 32;

/** Number of a text that is too long to be kept. */
export const TOO_LONG = -1;

/** What lines are written with. All that write answer where they ended. */
export interface OctetChunk {
  readonly view: DataView;
  /** Keeps texts, of `LONGEST_KEPT` octets at most, for as long as the chunk is used; the same list once. Answers their numbers. */
  texts<K extends string>(texts: Readonly<Record<K, string>>): Readonly<Record<K, number>>;
  /** Makes a function that answers the numbers of texts made of numbers: to be written before the next is asked for. */
  textsOf(make: (number: number) => string): (number: number) => number;
  /** Writes a text by its number. */
  put(at: number, text: number): number;
  /** Writes ASCII characters, for which there is room. */
  putAscii(at: number, text: string): number;
  /** Writes any text; there is room behind it. */
  append(at: number, text: string): number;
  /** Writes any number of octets; there is room behind them. */
  appendOctets(at: number, octets: Uint8Array): number;
  /** Where the next line begins, behind one that ended at `at`: with room for it. */
  room(at: number): number;
  /** Hands over what was written up to `at`; the next line begins at 0. */
  flush(at: number): void;
}

/**
 * @param handOver takes octets that are the chunk's again when it returns
 * @param columns where they come from
 */
export function createOctetChunk(handOver: (octets: Uint8Array) => void, columns: Columns = SEPARATE): OctetChunk {
  const octets = columns.octets(HAND_OVER_AT + ROOM);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const words = columns.float64(TEXT_WORDS);
  const wordOctets = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  /** Numbers that texts were asked for lately, of each list some, and the numbers of these texts. */
  const asked = columns.float64(RECENT * LISTS);
  const answers = columns.int32(RECENT * LISTS);
  /** The same of lists behind those. */
  const moreAsked: Float64Array[] = [];
  asked.fill(Number.NaN);
  const lists = new Map<object, Readonly<Record<string, number>>>();
  const made: Map<number, number>[] = [];
  let used = 0;
  /** Words used when the last list was kept. */
  let lasting = 0;

  /** @throws RangeError where there are more lists of texts than there is room for */
  const keep = (encoded: Uint8Array): number => {
    const start = used;
    used += wordsOf(encoded.length);
    return keepAt(start, encoded, wordOctets);
  };

  const forget = (): void => {
    for (const numbers of made) numbers.clear();
    for (const recent of [asked, ...moreAsked]) recent.fill(Number.NaN);
    used = lasting;
  };

  const flush = (at: number): void => {
    if (at > 0) handOver(octets.subarray(0, at));
  };

  const room = (at: number): number => {
    if (at < HAND_OVER_AT) return at;
    flush(at);
    return 0;
  };

  const appendOctets = (at: number, more: Uint8Array): number => {
    if (at + more.length <= HAND_OVER_AT) {
      octets.set(more, at);
      return at + more.length;
    }
    flush(at);
    handOver(more);
    return 0;
  };

  function put(at: number, text: number): number {
    const end = at + (text & LENGTH_MASK);
    for (let to = at, from = text >>> LENGTH_BITS; to < end; to += STEP_OCTETS, from += STEP) {
      view.setFloat64(to, words[from]!, true);
      view.setFloat64(to + WORD, words[from + 1]!, true);
      view.setFloat64(to + 2 * WORD, words[from + 2]!, true);
      view.setFloat64(to + 3 * WORD, words[from + 3]!, true);
    }
    return end;
  }

  return {
    view,
    flush,
    room,
    appendOctets,

    texts<K extends string>(texts: Readonly<Record<K, string>>) {
      const known = lists.get(texts);
      if (known !== undefined) return known as Record<K, number>;
      const numbers = Object.fromEntries(
        Object.entries<string>(texts).map(([key, text]) => [key, keep(encodeUtf8(text))]),
      ) as Record<K, number>;
      lasting = used;
      lists.set(texts, numbers);
      return numbers;
    },

    textsOf(make) {
      const numbers = new Map<number, number>();
      const first = RECENT * (made.push(numbers) - 1);
      const find = (number: number): number => {
        const known = numbers.get(number);
        if (known !== undefined) return known;
        const encoded = encodeUtf8(make(number));
        if (encoded.length > LONGEST_KEPT) return TOO_LONG;
        if (used + wordsOf(encoded.length) > TEXT_WORDS) forget();
        const kept = keep(encoded);
        numbers.set(number, kept);
        return kept;
      };
      if (first < asked.length) return recentText(asked, answers, first, find);
      const more = new Float64Array(RECENT).fill(Number.NaN);
      moreAsked.push(more);
      return recentText(more, new Int32Array(RECENT), 0, find);
    },

    put,

    putAscii(at, text) {
      for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
      return at + text.length;
    },

    append(at, text) {
      if (text.length <= SHORT && at < HAND_OVER_AT) {
        let to = at;
        for (let i = 0; i < text.length; i++) {
          const code = text.charCodeAt(i);
          if (code > LAST_ASCII) break;
          view.setUint8(to++, code);
        }
        if (to - at === text.length) return to;
      }
      return appendOctets(at, encodeUtf8(text));
    },
  };
}

/**
 * Makes what answers numbers of texts, some of them from a list of those asked for lately, whose places are found by the lowest and the highest bits
 * that numbers of flows differ in.
 *
 * @param first of the list's places
 * @param find answers the number of any text
 */
function recentText(
  asked: Float64Array,
  answers: Int32Array,
  first: number,
  find: (number: number) => number,
): (number: number) => number {
  function ask(at: number, number: number): number {
    const answer = find(number);
    asked[at] = number;
    answers[at] = answer;
    return answer;
  }

  return (number) => {
    const bits = number | 0;
    const at = first + ((bits ^ (bits >>> 9) ^ (bits >>> 20) ^ (bits >>> 27)) & (RECENT - 1));
    return asked[at] === number ? answers[at]! : ask(at, number);
  };
}
