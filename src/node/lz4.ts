/** lz4 frames (github.com/lz4/lz4, doc/lz4_Frame_format.md and doc/lz4_Block_format.md). */
import { FrameSequence, uint32 } from './frame-sequence.ts';
import type { OctetInput } from './octet-input.ts';
import { Xxh32 } from './xxhash.ts';

const MAGIC = 0x184d2204;
/** Flags of the frame descriptor. */
const VERSION_MASK = 0xc0;
const VERSION_1 = 0x40;
const INDEPENDENT_BLOCKS = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_ID = 0x01;
/** Code of the largest block: 4 to 7 stand for 64 KiB, 256 KiB, 1 MiB and 4 MiB. */
const SMALLEST_BLOCK_CODE = 4;
const UNCOMPRESSED = 0x80000000;
/** Octets that a block may refer back to. */
const WINDOW_SIZE = 64 * 1024;

/**
 * Decompresses all frames.
 *
 * @throws CaptureError for damaged or cut-off data, after all octets before that
 */
export async function* unlz4(input: OctetInput, onNotice: (message: string) => void): AsyncGenerator<Uint8Array> {
  const frames = new FrameSequence(input, 'lz4', MAGIC, onNotice);
  while (await frames.next()) yield* readFrame(input, frames);
}

async function* readFrame(input: OctetInput, frames: FrameSequence): AsyncGenerator<Uint8Array> {
  const { flags, blockLimit } = await readDescriptor(input, frames);
  const window = new Lz4Window(blockLimit);
  const checksum = (flags & CONTENT_CHECKSUM) === 0 ? undefined : new Xxh32();
  for (;;) {
    const at = input.position;
    const field = uint32(await frames.take(4));
    if (field === 0) break;
    const length = field & ~UNCOMPRESSED;
    if (length > blockLimit) throw frames.damaged(at, `a block of ${length} octets, the limit is ${blockLimit}`);
    const block = await frames.take(length);
    if ((flags & BLOCK_CHECKSUM) !== 0) await compareChecksum(input, frames, new Xxh32().update(block));
    if ((flags & INDEPENDENT_BLOCKS) !== 0) window.forget();
    const { octets, fault } = (field & UNCOMPRESSED) !== 0 ? window.copy(block) : window.decode(block);
    checksum?.update(octets);
    yield octets;
    if (fault !== undefined) throw frames.damaged(at + 4 + fault.at, fault.found);
  }
  if (checksum !== undefined) await compareChecksum(input, frames, checksum);
}

async function compareChecksum(input: OctetInput, frames: FrameSequence, checksum: Xxh32): Promise<void> {
  const at = input.position;
  const stored = uint32(await frames.take(4));
  const computed = checksum.digest();
  if (stored !== computed) throw frames.damaged(at, `its checksum says ${stored}, its octets ${computed}`);
}

async function readDescriptor(
  input: OctetInput,
  frames: FrameSequence,
): Promise<{ readonly flags: number; readonly blockLimit: number }> {
  const start = input.position;
  const fixed = await frames.take(2);
  const [flags = 0, blockDescriptor = 0] = fixed;
  if ((flags & VERSION_MASK) !== VERSION_1) throw frames.damaged(start, `frame version ${flags >>> 6}, expected 1`);
  const code = (blockDescriptor >>> 4) & 7;
  if (code < SMALLEST_BLOCK_CODE) throw frames.damaged(start + 1, `block size code ${code}, expected 4 to 7`);
  const optional = await frames.take(((flags & CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & DICTIONARY_ID) === 0 ? 0 : 4));
  const [stored] = await frames.take(1);
  const computed = (new Xxh32().update(fixed).update(optional).digest() >>> 8) & 0xff;
  if (stored !== computed) {
    throw frames.damaged(input.position - 1, `its header's checksum says ${stored}, its octets ${computed}`);
  }
  if ((flags & DICTIONARY_ID) !== 0) {
    throw frames.unsupported(start, 'a dictionary; first run: lz4 -dc -D DICTIONARY FILE | netdissect -');
  }
  return { flags, blockLimit: 2 ** (8 + 2 * code) };
}

/** What a block gave, and where in the block it could not be decoded any further. */
interface Decoded {
  /** Valid until the next block is decoded. */
  readonly octets: Uint8Array;
  readonly fault?: { readonly at: number; readonly found: string };
}

/** The octets of the current block, behind those it may refer back to. */
class Lz4Window {
  readonly #bytes: Uint8Array;
  readonly #blockLimit: number;
  /** End of the octets that are there, where the next block begins. */
  #end = 0;

  constructor(blockLimit: number) {
    this.#bytes = new Uint8Array(WINDOW_SIZE + blockLimit);
    this.#blockLimit = blockLimit;
  }

  /** The next block refers to none before it. */
  forget(): void {
    this.#end = 0;
  }

  /** Takes a block that is not compressed. */
  copy(block: Uint8Array): Decoded {
    const start = this.#begin();
    this.#bytes.set(block, start);
    this.#end = start + block.length;
    return { octets: block };
  }

  /** Sequences of a token, literals, an offset back, and a length of octets to repeat from there. */
  decode(block: Uint8Array): Decoded {
    const start = this.#begin();
    const bytes = this.#bytes;
    const limit = start + this.#blockLimit;
    let to = start;
    let at = 0;
    const done = (found?: string): Decoded => {
      this.#end = to;
      return { octets: bytes.subarray(start, to), ...(found === undefined ? {} : { fault: { at, found } }) };
    };
    /** A length whose 4 bits in the token are all set goes on in further octets. */
    const extended = (bits: number): number => {
      let length = bits;
      for (let octet = bits === 15 ? 255 : 0; octet === 255 && at < block.length; ) {
        octet = block[at++]!;
        length += octet;
      }
      return length;
    };
    while (at < block.length) {
      const token = block[at++]!;
      const literals = extended(token >>> 4);
      if (literals > block.length - at || literals > limit - to) return done(`${literals} octets where fewer are left`);
      bytes.set(block.subarray(at, at + literals), to);
      at += literals;
      to += literals;
      if (at === block.length) return done();
      const offset = block[at]! | ((block[at + 1] ?? 0) << 8);
      if (offset === 0 || offset > to || at + 1 >= block.length) return done(`an offset of ${offset} octets back`);
      at += 2;
      const length = extended(token & 15) + 4;
      if (length > limit - to) return done(`${length} octets where fewer are left`);
      if (offset >= length) bytes.copyWithin(to, to - offset, to - offset + length);
      else for (let copied = to; copied < to + length; copied++) bytes[copied] = bytes[copied - offset]!;
      to += length;
    }
    return done();
  }

  /** Moves what may be referred to to the front. */
  #begin(): number {
    const kept = Math.min(this.#end, WINDOW_SIZE);
    this.#bytes.copyWithin(0, this.#end - kept, this.#end);
    return kept;
  }
}
