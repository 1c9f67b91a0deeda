/** XXH32 and XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): the checksums of lz4 and zstd frames. */

const STRIPE_32 = 16;
const PRIME32_1 = 0x9e3779b1;
const PRIME32_2 = 0x85ebca77;
const PRIME32_3 = 0xc2b2ae3d;
const PRIME32_4 = 0x27d4eb2f;
const PRIME32_5 = 0x165667b1;

/** XXH32 of octets that come in pieces. */
export class Xxh32 {
  readonly #lanes = Int32Array.of(PRIME32_1 + PRIME32_2, PRIME32_2, 0, -PRIME32_1);
  readonly #rest = new Rest(STRIPE_32);

  update(octets: Uint8Array): this {
    this.#rest.stripes(octets, (view, start, end) => {
      for (let at = start; at < end; at += STRIPE_32) {
        for (let lane = 0; lane < 4; lane++) {
          const word = view.getInt32(at + 4 * lane, true);
          this.#lanes[lane] = Math.imul(rotate(this.#lanes[lane]! + Math.imul(word, PRIME32_2), 13), PRIME32_1);
        }
      }
    });
    return this;
  }

  /** The hash of all octets so far, unsigned. */
  digest(): number {
    const { length, view, waiting } = this.#rest;
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    let hash = length >= STRIPE_32 ? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18) : PRIME32_5;
    hash = (hash + length) | 0;
    let at = 0;
    for (; at + 4 <= waiting; at += 4) {
      hash = Math.imul(rotate(hash + Math.imul(view.getInt32(at, true), PRIME32_3), 17), PRIME32_4);
    }
    for (; at < waiting; at++) hash = Math.imul(rotate(hash + Math.imul(view.getUint8(at), PRIME32_5), 11), PRIME32_1);
    hash = Math.imul(hash ^ (hash >>> 15), PRIME32_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME32_3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** Octets that do not fill a stripe yet, and how many there were in all. */
class Rest {
  readonly view: DataView;
  /** Octets that wait. */
  waiting = 0;
  length = 0;
  readonly #bytes: Uint8Array;

  constructor(stripe: number) {
    this.#bytes = new Uint8Array(stripe);
    this.view = new DataView(this.#bytes.buffer);
  }

  /** Calls `take` with whole stripes, and keeps what is left. */
  stripes(octets: Uint8Array, take: (view: DataView, start: number, end: number) => void): void {
    const stripe = this.#bytes.length;
    this.length += octets.length;
    let from = 0;
    if (this.waiting > 0) {
      from = Math.min(stripe - this.waiting, octets.length);
      this.#bytes.set(octets.subarray(0, from), this.waiting);
      this.waiting += from;
      if (this.waiting < stripe) return;
      take(this.view, 0, stripe);
    }
    const end = octets.length - ((octets.length - from) % stripe);
    take(new DataView(octets.buffer, octets.byteOffset, octets.length), from, end);
    this.#bytes.set(octets.subarray(end));
    this.waiting = octets.length - end;
  }
}

const STRIPE_64 = 32;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;

const high = (value: bigint): number => Number((value >> 32n) & 0xffffffffn);
const low = (value: bigint): number => Number(value & 0xffffffffn);

/**
 * XXH64 of octets that come in pieces. The lanes are pairs of 32-bit halves, which is far faster than big integers; those
 * serve for the few octets at the end.
 */
export class Xxh64 {
  /** Upper and lower half of each lane. */
  readonly #lanes = Int32Array.of(
    ...[PRIME64_1 + PRIME64_2, PRIME64_2, 0n, -PRIME64_1].flatMap((lane) => [high(lane), low(lane)]),
  );
  readonly #rest = new Rest(STRIPE_64);

  update(octets: Uint8Array): this {
    this.#rest.stripes(octets, (view, start, end) => {
      const lanes = this.#lanes;
      for (let lane = 0; lane < 4; lane++) {
        let upper = lanes[2 * lane]!;
        let lower = lanes[2 * lane + 1]!;
        for (let at = start + 8 * lane; at < end; at += STRIPE_64) {
          const wordLow = view.getInt32(at, true);
          const product = Math.imul(wordLow, PRIME2_LOW);
          const sumLow = (lower + product) | 0;
          const carry = sumLow >>> 0 < product >>> 0 ? 1 : 0;
          const sumHigh =
            (upper + multiplyHigh(view.getInt32(at + 4, true), wordLow, PRIME2_HIGH, PRIME2_LOW) + carry) | 0;
          const turnedHigh = (sumHigh << 31) | (sumLow >>> 1);
          const turnedLow = (sumLow << 31) | (sumHigh >>> 1);
          upper = multiplyHigh(turnedHigh, turnedLow, PRIME1_HIGH, PRIME1_LOW);
          lower = Math.imul(turnedLow, PRIME1_LOW);
        }
        lanes[2 * lane] = upper;
        lanes[2 * lane + 1] = lower;
      }
    });
    return this;
  }

  /** The lower 32 bits of the hash of all octets so far, unsigned. */
  digestLow(): number {
    const { length, view, waiting } = this.#rest;
    let hash = length >= STRIPE_64 ? this.#merged() : PRIME64_5;
    hash += BigInt(length);
    let at = 0;
    for (; at + 8 <= waiting; at += 8) {
      hash = wrap(hash ^ round(0n, view.getBigUint64(at, true)));
      hash = wrap(turn(hash, 27n) * PRIME64_1 + PRIME64_4);
    }
    if (at + 4 <= waiting) {
      hash = wrap(hash ^ (BigInt(view.getUint32(at, true)) * PRIME64_1));
      hash = wrap(turn(hash, 23n) * PRIME64_2 + PRIME64_3);
      at += 4;
    }
    for (; at < waiting; at++) {
      hash = wrap(hash ^ (BigInt(view.getUint8(at)) * PRIME64_5));
      hash = wrap(turn(hash, 11n) * PRIME64_1);
    }
    hash = wrap((wrap(hash) ^ (wrap(hash) >> 33n)) * PRIME64_2);
    hash = wrap((hash ^ (hash >> 29n)) * PRIME64_3);
    return low(hash ^ (hash >> 32n));
  }

  #merged(): bigint {
    const lanes = [0, 2, 4, 6].map(
      (at) => (BigInt(this.#lanes[at]! >>> 0) << 32n) | BigInt(this.#lanes[at + 1]! >>> 0),
    );
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanes;
    const hash = wrap(turn(a, 1n) + turn(b, 7n) + turn(c, 12n) + turn(d, 18n));
    return lanes.reduce((merged, lane) => wrap((merged ^ round(0n, lane)) * PRIME64_1 + PRIME64_4), hash);
  }
}

const PRIME1_HIGH = high(PRIME64_1) | 0;
const PRIME1_LOW = low(PRIME64_1) | 0;
const PRIME2_HIGH = high(PRIME64_2) | 0;
const PRIME2_LOW = low(PRIME64_2) | 0;

/** Upper half of the lower 64 bits of a product, as a signed integer. No sum of two terms passes 32 bits. */
function multiplyHigh(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  const a1 = aLow >>> 16;
  const a0 = aLow & 0xffff;
  const b1 = bLow >>> 16;
  const b0 = bLow & 0xffff;
  const first = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16);
  const second = Math.imul(a0, b1) + (first & 0xffff);
  const carried = Math.imul(a1, b1) + (first >>> 16) + (second >>> 16);
  return (carried + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function turn(value: bigint, by: bigint): bigint {
  const wrapped = wrap(value);
  return wrap(wrapped << by) | (wrapped >> (64n - by));
}

function round(lane: bigint, word: bigint): bigint {
  return wrap(turn(lane + word * PRIME64_2, 31n) * PRIME64_1);
}
