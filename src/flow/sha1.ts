/** SHA-1 of short messages, FIPS 180-4 §6.1: Community IDs are made with it; nothing here relies on its strength. */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { digestBlock } from './sha1.generated.ts';

const BLOCK_WORDS = 16;
const DIGEST_WORDS = 5;
/** Words of the longest message: behind it stand a one bit and, in two words, its length. */
export const MOST_WORDS = BLOCK_WORDS - 3;
const ONE_BIT = 0x80000000 | 0;
const WORD_BITS = 32;

/** A digest's 160 bits, as big-endian words. */
export type Sha1Digest = Int32Array;

/** Digests one message after another. */
export class Sha1 {
  /** The message: big-endian words, from the first one on. */
  readonly message: Int32Array;
  /** Digest of the last one. */
  readonly result: Sha1Digest;

  /** @param columns where message and digest lie */
  constructor(columns: Columns = SEPARATE) {
    this.message = columns.int32(BLOCK_WORDS);
    this.result = columns.int32(DIGEST_WORDS);
  }

  /** Puts the digest of the first so many words of `message`, 0 to MOST_WORDS, into `result`; overwrites those behind them. */
  digest(words: number): void {
    const { message, result } = this;
    if (words > MOST_WORDS) throw new RangeError(`a message of ${words} words is more than one block of SHA-1`);
    message[words] = ONE_BIT;
    for (let i = words + 1; i < BLOCK_WORDS - 1; i++) message[i] = 0;
    message[BLOCK_WORDS - 1] = WORD_BITS * words;
    digestBlock(message, result);
  }
}
