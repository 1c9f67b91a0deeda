/**
 * Texts kept as 64-bit floating-point numbers, for to copy them is the fastest a loop can do: UTF-8 has no octet 0xff and none from 0xf0 on before
 * 0x7f, so that none of them is a NaN, the only numbers whose bits a copy may change. Who copies has a loop of its own, closed over its words and its
 * view: V8 takes what a function closes over for constants only where there is one such function.
 */

/** Octets of the words in which texts are copied, and words that they are copied by. */
export const WORD = 8;
export const STEP = 4;
export const STEP_OCTETS = STEP * WORD;
/** Parts of a text's number: its first word, and its octets below. */
export const LENGTH_BITS = 12;
export const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
/** Octets of the longest text that is kept. */
export const LONGEST_KEPT = 1024;

/** Words that a text of so many octets takes. */
export function wordsOf(length: number): number {
  return STEP * Math.ceil(length / STEP_OCTETS);
}

/** Writes a text to the words from one on, whose octets are given, and answers its number. */
export function keepAt(word: number, text: Uint8Array, octets: Uint8Array): number {
  const { length } = text;
  octets.fill(0, word * WORD, (word + wordsOf(length)) * WORD).set(text, word * WORD);
  return (word << LENGTH_BITS) | length;
}
