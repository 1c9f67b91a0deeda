/** Octets on their way from one thread to another: a ring in memory that both share, so that nothing is allocated for what passes. */

/** Octets of a ring: a few results of a decompressor. A power of two, for positions wrap around at 2^32. */
const CAPACITY = 4 * 1024 * 1024;
/** Octets for which it is worth to wake who waits: a thread that is woken for little works little and sleeps again. */
const WORTH_WAKING = CAPACITY / 8;
/** Words of the ring's state: octets ever added, and ever taken, both modulo 2^32; whether the taker waits for more. */
const ADDED = 0;
const TAKEN = 1;
const WAITS = 2;
const STATE_WORDS = 4;

/** One ring; each thread makes its own of the same memory. One of them adds, the other takes. */
export class OctetRing {
  /** What the other thread makes its ring of. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;
  /** Where in the compressed file the adding thread is; only told, so that a stale value does no harm. */
  readonly #position: Float64Array;
  readonly #octets: Uint8Array;

  constructor(memory = new SharedArrayBuffer(4 * STATE_WORDS + 8 + CAPACITY)) {
    this.memory = memory;
    this.#state = new Int32Array(memory, 0, STATE_WORDS);
    this.#position = new Float64Array(memory, 4 * STATE_WORDS, 1);
    this.#octets = new Uint8Array(memory, 4 * STATE_WORDS + 8, CAPACITY);
  }

  get position(): number {
    return this.#position[0] ?? 0;
  }

  set position(position: number) {
    this.#position[0] = position;
  }

  /**
   * Adds octets, and blocks the thread while there is no room; `wake` is called when the taking thread waits and there are enough. Behind the last
   * octets it must be woken in any case.
   */
  add(octets: Uint8Array, wake: () => void): void {
    const state = this.#state;
    for (let at = 0; at < octets.length; ) {
      const added = Atomics.load(state, ADDED);
      const taken = Atomics.load(state, TAKEN);
      const room = CAPACITY - ((added - taken) | 0);
      if (room === 0) {
        Atomics.wait(state, TAKEN, taken);
        continue;
      }
      const place = added & (CAPACITY - 1);
      const count = Math.min(room, CAPACITY - place, octets.length - at);
      this.#octets.set(octets.subarray(at, at + count), place);
      at += count;
      Atomics.store(state, ADDED, (added + count) | 0);
      if (count + CAPACITY - room < WORTH_WAKING) continue;
      if (Atomics.exchange(state, WAITS, 0) !== 0) wake();
    }
  }

  /** Hands octets that stand in a row to `use`, which copies them; false where there are none. */
  take(use: (octets: Uint8Array) => void): boolean {
    const state = this.#state;
    const taken = Atomics.load(state, TAKEN);
    const held = (Atomics.load(state, ADDED) - taken) | 0;
    if (held === 0) return false;
    const place = taken & (CAPACITY - 1);
    const count = Math.min(held, CAPACITY - place);
    use(this.#octets.subarray(place, place + count));
    Atomics.store(state, TAKEN, (taken + count) | 0);
    Atomics.notify(state, TAKEN);
    return true;
  }

  /** Says that the taking thread waits; true where enough octets have come meanwhile. */
  waitForMore(): boolean {
    const state = this.#state;
    Atomics.store(state, WAITS, 1);
    return ((Atomics.load(state, ADDED) - Atomics.load(state, TAKEN)) | 0) >= WORTH_WAKING;
  }
}
