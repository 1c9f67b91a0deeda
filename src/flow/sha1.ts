/** SHA-1 of short messages, FIPS 180-4 §6.1: Community IDs are made with it; nothing here relies on its strength. */
import { digestBlock } from './sha1.generated.ts';

const BLOCK_WORDS = 16;
/** Words of the longest message: behind it stand a one bit and, in two words, its length. */
export const MOST_WORDS = BLOCK_WORDS - 3;
const ONE_BIT = 0x80000000 | 0;
const WORD_BITS = 32;

/** A digest's 160 bits, as big-endian words. */
export type Sha1Digest = Int32Array;

/** Digests one message after another. */
export class Sha1 {
  /** The message: big-endian words, from the first one on. */
  readonly message = new Int32Array(BLOCK_WORDS);
  private readonly result: Sha1Digest = new Int32Array(5);

  /** Digest of the first so many words of `message`, 0 to MOST_WORDS; overwrites those behind them. What is answered is overwritten by the next. */
  digest(words: number): Sha1Digest {
    const { message, result } = this;
    if (words > MOST_WORDS) throw new RangeError(`a message of ${words} words is more than one block of SHA-1`);
    message[words] = ONE_BIT;
    for (let i = words + 1; i < BLOCK_WORDS - 1; i++) message[i] = 0;
    message[BLOCK_WORDS - 1] = WORD_BITS * words;
    digestBlock(message, result);
    return result;
  }
}
