/** Deflated octets, RFC 1951, inflated by zlib: on a thread of its pool, or on the calling one. */
import type { TransformOptions } from 'node:stream';
import { constants, createInflateRaw, type InflateRaw, type ZlibOptions } from 'node:zlib';
import { cutOff, damaged } from './gzip-error.ts';
import type { OctetInput } from './octet-input.ts';
import { results, write } from './zlib-engine.ts';

/** Octets of one result: zlib's default of 16 KiB takes 2.4 times as long. */
const RESULT_SIZE = 1024 * 1024;
/** Octets that are inflated at a time to come back to where damage was met. */
const REPLAY_STEP = 32 * 1024;
/** Octets that are inflated at a time to come close to damage, and then to come up to it. */
const RECOVERY_STEPS = [256, 1];
/** Results of one piece of input are bounded by the piece, so none of them needs to wait. */
const NEVER_WAIT = 2 ** 30;

/**
 * Inflates up to the end of the deflated data, and leaves what follows to the input. Results are borrowed until the next is asked for.
 *
 * @throws CaptureError for damaged or cut-off data, after all octets before that
 */
export type Inflate = (input: OctetInput) => AsyncGenerator<Uint8Array, void>;

/** Inflates on a thread of zlib's pool: the caller can work on a result while the next piece is under way. */
export async function* inflateBeside(input: OctetInput): AsyncGenerator<Uint8Array, void> {
  const start = input.position;
  const engine = createEngine();
  let given = 0;
  try {
    for (let under = await begin(engine, input); under !== undefined; ) {
      const { at, piece, written } = under;
      const failure = await written;
      if (failure !== undefined) {
        yield* recover(input, start, at, at + piece.length, given);
        throw damaged(at, failure.message, failure);
      }
      const unread = at + piece.length - (start + engine.bytesWritten);
      const made = [...results(engine)];
      // The next piece is on its way to zlib's thread before anything is done with the results of this one.
      if (unread === 0) under = await begin(engine, input);
      for (const result of made) {
        given += result.length;
        yield result;
      }
      if (unread > 0) {
        input.putBack(piece.subarray(piece.length - unread));
        return;
      }
    }
  } finally {
    engine.destroy();
  }
  throw cutOff(input);
}

/** A piece that zlib's thread works on. */
interface PieceUnderWay {
  readonly at: number;
  readonly piece: Uint8Array;
  /** Resolves to zlib's failure. */
  readonly written: Promise<Error | undefined>;
}

/** Hands zlib the next piece; undefined at the end of the input. */
async function begin(engine: InflateRaw, input: OctetInput): Promise<PieceUnderWay | undefined> {
  const at = input.position;
  const piece = await input.next();
  return piece === undefined ? undefined : { at, piece, written: write(engine, piece) };
}

/** What Node's decompressors have inside. It is not documented, so it is looked for before it is used. */
interface EngineInside {
  readonly _handle?: { readonly writeSync?: WriteSync } | null;
  /** How many octets of room, and how many of the input, the last call has left over. */
  readonly _writeState?: Uint32Array;
}

/** Inflates on the calling thread until the input is used up, the room is full, or the data end. */
type WriteSync = (
  flush: number,
  input: Uint8Array,
  inputAt: number,
  inputLength: number,
  room: Uint8Array,
  roomAt: number,
  roomLength: number,
) => void;

/** Lends memory for octets to come, at least one. */
export type Room = () => Uint8Array;

/**
 * Inflates on the calling thread, into memory that is lent: what the pool makes is new memory each time, written by one processor and read by another, and
 * costs twice as much. Where Node does not let it, this is `inflateBeside`.
 */
export function inflateInto(room: Room): Inflate {
  return (input) => inflateHere(input, room);
}

async function* inflateHere(input: OctetInput, room: Room): AsyncGenerator<Uint8Array, void> {
  const start = input.position;
  const engine = createEngine();
  const { _handle: handle, _writeState: state } = engine as EngineInside;
  if (typeof handle?.writeSync !== 'function' || state?.length !== 2) {
    engine.destroy();
    yield* inflateBeside(input);
    return;
  }
  // A failure is told by an event, after it can be seen in `errored`.
  engine.on('error', () => {});
  let given = 0;
  try {
    for (;;) {
      const at = input.position;
      const piece = await input.next();
      if (piece === undefined) throw cutOff(input);
      let left = piece.length;
      for (let free = 0; free === 0; ) {
        const lent = room();
        handle.writeSync(constants.Z_NO_FLUSH, piece, piece.length - left, left, lent, 0, lent.length);
        if (engine.errored) {
          yield* recover(input, start, at, at + piece.length, given);
          throw damaged(at, engine.errored.message, engine.errored);
        }
        [free = 0, left = 0] = state;
        const count = lent.length - free;
        given += count;
        if (count > 0) yield lent.subarray(0, count);
      }
      if (left > 0) {
        input.putBack(piece.subarray(piece.length - left));
        return;
      }
    }
  } finally {
    engine.destroy();
  }
}

/**
 * zlib keeps what it made of a piece to itself when the piece turns out damaged. Going through the data once more, and through that piece in ever
 * smaller steps, yields the rest up to the damage; a long stream cannot go back, and loses it.
 *
 * @param given octets that were yielded before
 */
async function* recover(
  input: OctetInput,
  start: number,
  at: number,
  end: number,
  given: number,
): AsyncGenerator<Uint8Array, void> {
  let sound = at;
  let yielded = given;
  for (const step of RECOVERY_STEPS) {
    if (!input.seek(start)) return;
    const engine = createEngine();
    let made = 0;
    while (input.position < end) {
      const isNew = input.position >= sound;
      const piece = await input.take(
        isNew ? Math.min(step, end - input.position) : Math.min(REPLAY_STEP, sound - input.position),
      );
      if ((await write(engine, piece)) !== undefined) break;
      for (const result of results(engine)) {
        const known = Math.max(0, yielded - made);
        made += result.length;
        if (made <= yielded) continue;
        yielded = made;
        yield result.subarray(known);
      }
      sound = Math.max(sound, input.position);
    }
    engine.destroy();
  }
}

function createEngine(): InflateRaw {
  const options: ZlibOptions & TransformOptions = { chunkSize: RESULT_SIZE, readableHighWaterMark: NEVER_WAIT };
  return createInflateRaw(options);
}
