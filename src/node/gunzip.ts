/**
 * gzip, RFC 1952: members of a header, deflated octets and a trailer, one after another. The members are cut here and only the
 * deflated octets are left to zlib: its own gzip reader gives up the octets before an error together with the error.
 */
import type { TransformOptions } from 'node:stream';
import { crc32, createInflateRaw, type InflateRaw, type ZlibOptions } from 'node:zlib';
import { CaptureError, CaptureErrorCode } from '../capture/capture-error.ts';
import type { OctetInput } from './octet-input.ts';
import { results, write } from './zlib-engine.ts';

const FIXED_HEADER_LENGTH = 10;
const TRAILER_LENGTH = 8;
const FIRST_IDENTIFIER = 0x1f;
const SECOND_IDENTIFIER = 0x8b;
const DEFLATE = 8;
/** Optional header fields, RFC 1952 §2.3.1, in the order in which they follow. */
const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;
const LONGEST_NAME = 64 * 1024;
/** Octets of one result: zlib's default of 16 KiB takes 2.4 times as long. */
const RESULT_SIZE = 1024 * 1024;
/** Octets that are inflated at a time to come back to where damage was met. */
const REPLAY_STEP = 32 * 1024;
/** Octets that are inflated at a time to come close to damage, and then to come up to it. */
const RECOVERY_STEPS = [256, 1];
/** Results of one piece of input are bounded by the piece, so none of them needs to wait. */
const NEVER_WAIT = 2 ** 30;

/**
 * Decompresses all members. What follows the last one is ignored, as gzip does: zeros silently, anything else with a notice.
 *
 * @throws CaptureError for damaged or cut-off data, after all octets before that
 */
export async function* gunzip(input: OctetInput, onNotice: (message: string) => void): AsyncGenerator<Uint8Array> {
  for (let members = 0; await startsMember(input, members, onNotice); members++) {
    await skipHeader(input);
    yield* inflateMember(input);
  }
}

/** Whether a further member begins here; the first is known to. */
async function startsMember(input: OctetInput, members: number, onNotice: (message: string) => void): Promise<boolean> {
  if (members === 0) return true;
  const { position } = input;
  const identifiers = await input.take(2);
  if (identifiers[0] === FIRST_IDENTIFIER && identifiers[1] === SECOND_IDENTIFIER) {
    input.putBack(identifiers);
    return true;
  }
  if (identifiers.some((octet) => octet !== 0))
    onNotice(`octets after the gzip data, from offset ${position} on, are ignored`);
  return false;
}

async function skipHeader(input: OctetInput): Promise<void> {
  const start = input.position;
  const header = await input.take(FIXED_HEADER_LENGTH);
  const [, , method, flags] = header;
  if (header.length < FIXED_HEADER_LENGTH || method === undefined || flags === undefined) throw cutOff(input);
  if (method !== DEFLATE) throw damaged(start, `compression method ${method}, expected ${DEFLATE}`);
  if (flags & Flag.extra) {
    const length = await take(input, 2);
    await take(input, length[0]! + 256 * length[1]!);
  }
  if (flags & Flag.name) await skipText(input);
  if (flags & Flag.comment) await skipText(input);
  if (flags & Flag.headerCrc) await take(input, 2);
}

async function skipText(input: OctetInput): Promise<void> {
  const start = input.position;
  while (input.position - start < LONGEST_NAME) {
    const [octet] = await take(input, 1);
    if (octet === 0) return;
  }
  throw damaged(start, `a name of more than ${LONGEST_NAME} octets`);
}

async function take(input: OctetInput, count: number): Promise<Uint8Array> {
  const octets = await input.take(count);
  if (octets.length < count) throw cutOff(input);
  return octets;
}

async function* inflateMember(input: OctetInput): AsyncGenerator<Uint8Array> {
  const start = input.position;
  let checksum = 0;
  let length = 0;
  const engine = createEngine();
  try {
    for (let under: PieceUnderWay | undefined = await begin(engine, input); ; ) {
      if (under === undefined) throw cutOff(input);
      const { at, piece, written } = under;
      const failure = await written;
      if (failure !== undefined) {
        yield* inflateUpTo(input, start, at, at + piece.length);
        throw damaged(at, failure.message, failure);
      }
      const unread = at + piece.length - (start + engine.bytesWritten);
      const made = [...results(engine)];
      // The next piece is on its way to zlib's thread before anything is done with the results of this one.
      if (unread === 0) under = await begin(engine, input);
      for (const result of made) {
        checksum = crc32(result, checksum);
        length = (length + result.length) >>> 0;
        yield result;
      }
      if (unread > 0) {
        input.putBack(piece.subarray(piece.length - unread));
        break;
      }
    }
  } finally {
    engine.destroy();
  }
  const at = input.position;
  const trailer = await take(input, TRAILER_LENGTH);
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_LENGTH);
  compare(at, 'checksum', view.getUint32(0, true), checksum);
  compare(at + 4, 'length', view.getUint32(4, true), length);
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

function compare(at: number, what: string, stored: number, computed: number): void {
  if (stored !== computed) throw damaged(at, `its ${what} says ${stored}, its octets ${computed}`);
}

/**
 * zlib keeps what it made of a piece to itself when the piece turns out damaged. Going through the member once more, and
 * through that piece in ever smaller steps, yields the rest up to the damage; a long stream cannot go back, and loses it.
 */
async function* inflateUpTo(input: OctetInput, start: number, at: number, end: number): AsyncGenerator<Uint8Array> {
  let sound = at;
  for (const step of RECOVERY_STEPS) {
    if (!input.seek(start)) return;
    const engine = createEngine();
    while (input.position < end) {
      const isNew = input.position >= sound;
      const piece = await input.take(
        isNew ? Math.min(step, end - input.position) : Math.min(REPLAY_STEP, sound - input.position),
      );
      if ((await write(engine, piece)) !== undefined) break;
      const made = [...results(engine)];
      if (isNew) yield* made;
      sound = Math.max(sound, input.position);
    }
    engine.destroy();
  }
}

function createEngine(): InflateRaw {
  const options: ZlibOptions & TransformOptions = { chunkSize: RESULT_SIZE, readableHighWaterMark: NEVER_WAIT };
  return createInflateRaw(options);
}

function damaged(at: number, found: string, cause?: Error): CaptureError {
  const options = cause === undefined ? undefined : { cause };
  return new CaptureError(
    CaptureErrorCode.badCompression,
    at,
    `gzip data is damaged at offset ${at}: ${found}`,
    options,
  );
}

function cutOff(input: OctetInput): CaptureError {
  const message = `cut off: gzip data ends at offset ${input.position} within a member`;
  return new CaptureError(CaptureErrorCode.badCompression, input.position, message);
}
