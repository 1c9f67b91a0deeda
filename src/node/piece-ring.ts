/**
 * Octets on their way from one thread to another: pieces of memory that both share, filled by one thread and worked on in place by the other, in turn.
 * What passes is not copied, for V8 copies shared memory at a third of the speed of other memory.
 */
import type { CaptureReader } from '../capture/reader.ts';
import { FRONT } from './byte-source.ts';

/** A power of two, for counts of pieces wrap around at 2^32. */
const PIECES = 8;
const PIECE_SIZE = 512 * 1024;
/** Pieces that are worth to wake who waits for them: a thread that is woken for little works little and sleeps again. */
const WORTH_WAKING = 2;
/** Words of the state: pieces ever filled, and ever given back, both modulo 2^32; whether the taker waits; behind them the octets of each piece. */
const FILLED = 0;
const GIVEN_BACK = 1;
const WAITS = 2;
const FIRST_LENGTH = 4;
const POSITION_PLACE = 4 * (FIRST_LENGTH + PIECES);
const PIECES_PLACE = POSITION_PLACE + 8;
const MEMORY_SIZE = PIECES_PLACE + PIECES * (FRONT + PIECE_SIZE);

/** What pieces are handed to. */
type Taker = Pick<CaptureReader, 'exchange' | 'bytes'>;

/** One ring; each thread makes its own of the same memory. One of them fills pieces, the other takes them. */
export class PieceRing {
  /** What the other thread makes its ring of. */
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;
  /** Where in the compressed file the filling thread is; only told, so that a stale value does no harm. */
  readonly #position: Float64Array;
  readonly #pieces: readonly Uint8Array[];
  /** Octets in the piece that is being filled. */
  #octets = 0;
  /** Pieces ever taken, modulo 2^32. */
  #taken = 0;

  constructor(memory = new SharedArrayBuffer(MEMORY_SIZE)) {
    this.memory = memory;
    this.#state = new Int32Array(memory, 0, FIRST_LENGTH + PIECES);
    this.#position = new Float64Array(memory, POSITION_PLACE, 1);
    const size = FRONT + PIECE_SIZE;
    this.#pieces = Array.from(
      { length: PIECES },
      (_, piece) => new Uint8Array(memory, PIECES_PLACE + piece * size, size),
    );
  }

  get position(): number {
    return this.#position[0] ?? 0;
  }

  set position(position: number) {
    this.#position[0] = position;
  }

  /** Lends the place of the next octets, at least one; blocks the thread while there is none. */
  room(): Uint8Array {
    const state = this.#state;
    const filled = Atomics.load(state, FILLED);
    for (;;) {
      const givenBack = Atomics.load(state, GIVEN_BACK);
      if (((filled - givenBack) | 0) < PIECES) return this.#pieceAt(filled).subarray(FRONT + this.#octets);
      Atomics.wait(state, GIVEN_BACK, givenBack);
    }
  }

  /**
   * Adds octets: those of a `room` are there, others are copied. Blocks the thread while there is no room; `wake` is called when the taking thread waits
   * and there is enough for it.
   */
  add(octets: Uint8Array, wake: () => void): void {
    if (octets.buffer === this.memory) {
      this.#commit(octets.length, wake);
      return;
    }
    for (let at = 0; at < octets.length; ) {
      const room = this.room();
      const count = Math.min(room.length, octets.length - at);
      room.set(octets.subarray(at, at + count));
      this.#commit(count, wake);
      at += count;
    }
  }

  /** Hands over what was added last. The taking thread must be woken behind it in any case. */
  finish(): void {
    if (this.#octets > 0) this.#handOver();
  }

  /** Makes the next piece that of a reader; false where none is filled. */
  take(reader: Taker): boolean {
    const state = this.#state;
    const taken = this.#taken;
    if (Atomics.load(state, FILLED) === taken) return false;
    reader.exchange(this.#pieceAt(taken), FRONT, FRONT + this.#state[FIRST_LENGTH + this.#slotOf(taken)]!);
    this.#taken = (taken + 1) | 0;
    // A reader that had to copy may go on with the piece before, or with memory of its own.
    const { buffer, byteOffset } = reader.bytes;
    const slot = (byteOffset - PIECES_PLACE) / (FRONT + PIECE_SIZE);
    const held = buffer === this.memory ? 1 + ((taken - slot) & (PIECES - 1)) : 0;
    Atomics.store(state, GIVEN_BACK, (this.#taken - held) | 0);
    Atomics.notify(state, GIVEN_BACK);
    return true;
  }

  /** Says that the taking thread waits; true where a piece has come meanwhile. */
  waitForMore(): boolean {
    Atomics.store(this.#state, WAITS, 1);
    return Atomics.load(this.#state, FILLED) !== this.#taken;
  }

  #commit(count: number, wake: () => void): void {
    this.#octets += count;
    if (this.#octets < PIECE_SIZE) return;
    const waiting = this.#handOver();
    if (waiting > WORTH_WAKING && Atomics.exchange(this.#state, WAITS, 0) !== 0) wake();
  }

  /** Answers how many pieces the taking thread has or could have. */
  #handOver(): number {
    const state = this.#state;
    const filled = Atomics.load(state, FILLED);
    state[FIRST_LENGTH + this.#slotOf(filled)] = this.#octets;
    this.#octets = 0;
    Atomics.store(state, FILLED, (filled + 1) | 0);
    return (filled + 1 - Atomics.load(state, GIVEN_BACK)) | 0;
  }

  #slotOf(count: number): number {
    return count & (PIECES - 1);
  }

  #pieceAt(count: number): Uint8Array {
    return this.#pieces[this.#slotOf(count)]!;
  }
}
