/**
 * zstd, RFC 8878. Frames are cut into blocks here, and a decoder gets one block at a time: so its results are bounded, however
 * much a frame expands, and those before damage are not lost.
 */

import { FrameSequence, uint32 } from './frame-sequence.ts';
import type { OctetInput } from './octet-input.ts';
import { Xxh64 } from './xxhash.ts';
import { createZstdDecoder, PLAIN_HEADER, ZSTD_WINDOW_LIMIT } from './zstd-decoder.ts';

const MAGIC = 0xfd2fb528;
/** Frame header descriptor, §3.1.1.1.1. */
const CONTENT_SIZE_SHIFT = 6;
const SINGLE_SEGMENT = 0x20;
const RESERVED = 0x08;
const CHECKSUM = 0x04;
const DICTIONARY_MASK = 0x03;
const DICTIONARY_LENGTHS: readonly number[] = [0, 1, 2, 4];
const CONTENT_SIZE_LENGTHS: readonly number[] = [0, 2, 4, 8];
/** A content size of 2 octets counts from here. */
const SHORT_CONTENT_SIZE_BASE = 256;

const BLOCK_LIMIT = 128 * 1024;
const BlockType = { raw: 0, repeated: 1, compressed: 2, reserved: 3 } as const;

interface FrameHeader {
  /** All octets of the header, the magic number first. */
  readonly octets: Uint8Array;
  readonly windowSize: number;
  readonly hasChecksum: boolean;
}

/**
 * Decompresses all frames.
 *
 * @throws CaptureError for damaged or cut-off data, after all octets before that
 */
export async function* unzstd(input: OctetInput, onNotice: (message: string) => void): AsyncGenerator<Uint8Array> {
  const frames = new FrameSequence(input, 'zstd', MAGIC, onNotice);
  while (await frames.next()) yield* readFrame(input, frames);
}

async function* readFrame(input: OctetInput, frames: FrameSequence): AsyncGenerator<Uint8Array> {
  const header = await readHeader(input, frames);
  const decoder = await createZstdDecoder(header.windowSize);
  const checksum = new Xxh64();
  const verifies = header.hasChecksum && !decoder.verifies;
  try {
    let before = decoder.verifies ? header.octets : PLAIN_HEADER;
    for (let isLast = false; !isLast; before = EMPTY) {
      const at = input.position;
      const block = await readBlock(at, frames, Math.min(header.windowSize, BLOCK_LIMIT));
      isLast = block.isLast;
      const results = await decoder.push(Buffer.concat([before, block.octets]), isLast).catch((error: unknown) => {
        throw frames.damaged(at, error instanceof Error ? error.message : String(error), error);
      });
      for (const result of results) {
        if (verifies) checksum.update(result);
        yield result;
      }
    }
    if (!header.hasChecksum) return;
    const at = input.position;
    const stored = await frames.take(4);
    const computed = checksum.digestLow();
    if (verifies && uint32(stored) !== computed) {
      throw frames.damaged(at, `its checksum says ${uint32(stored)}, its octets ${computed}`);
    }
    if (!verifies) {
      await decoder.push(stored, true).catch((error: unknown) => {
        throw frames.damaged(at, error instanceof Error ? error.message : String(error), error);
      });
    }
  } finally {
    decoder.close();
  }
}

const EMPTY = new Uint8Array(0);

async function readHeader(input: OctetInput, frames: FrameSequence): Promise<FrameHeader> {
  const start = input.position;
  const [descriptor = 0] = await frames.take(1);
  if ((descriptor & RESERVED) !== 0) throw frames.damaged(start, 'a reserved bit of the frame header is set');
  const isSingleSegment = (descriptor & SINGLE_SEGMENT) !== 0;
  const dictionaryLength = DICTIONARY_LENGTHS[descriptor & DICTIONARY_MASK] ?? 0;
  const contentSizeLength = CONTENT_SIZE_LENGTHS[descriptor >>> CONTENT_SIZE_SHIFT] || (isSingleSegment ? 1 : 0);
  const windowLength = isSingleSegment ? 0 : 1;
  const rest = await frames.take(windowLength + dictionaryLength + contentSizeLength);
  const contentSize = contentSizeOf(rest.subarray(windowLength + dictionaryLength));
  const windowSize = isSingleSegment ? contentSize : windowSizeOf(rest[0] ?? 0);
  if (windowSize > ZSTD_WINDOW_LIMIT) {
    throw frames.unsupported(
      start,
      `a window of ${windowSize} octets; first run: zstd -dc --long=31 FILE | netdissect -`,
    );
  }
  if (rest.subarray(windowLength, windowLength + dictionaryLength).some((octet) => octet !== 0)) {
    throw frames.unsupported(start, 'a dictionary; first run: zstd -dc -D DICTIONARY FILE | netdissect -');
  }
  const magic = Uint8Array.of(MAGIC & 0xff, (MAGIC >>> 8) & 0xff, (MAGIC >>> 16) & 0xff, MAGIC >>> 24);
  const octets = Buffer.concat([magic, Uint8Array.of(descriptor), rest]);
  return { octets, windowSize, hasChecksum: (descriptor & CHECKSUM) !== 0 };
}

/** Exponent and mantissa of the window descriptor, §3.1.1.1.2. */
function windowSizeOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSizeOf(octets: Uint8Array): number {
  const size = octets.reduceRight((sum, octet) => sum * 256 + octet, 0);
  return octets.length === 2 ? size + SHORT_CONTENT_SIZE_BASE : size;
}

interface Block {
  /** The block with its header. */
  readonly octets: Uint8Array;
  readonly isLast: boolean;
}

/** Reads a block, §3.1.1.2; none gives more octets than the limit. */
async function readBlock(at: number, frames: FrameSequence, limit: number): Promise<Block> {
  const header = await frames.take(3);
  const fields = header[0]! | (header[1]! << 8) | (header[2]! << 16);
  const type = (fields >>> 1) & 3;
  const size = fields >>> 3;
  if (type === BlockType.reserved) throw frames.damaged(at, 'a block of the reserved type');
  if (size > limit) throw frames.damaged(at, `a block of ${size} octets, the limit is ${limit}`);
  const content = await frames.take(type === BlockType.repeated ? 1 : size);
  return { octets: Buffer.concat([header, content]), isLast: (fields & 1) !== 0 };
}
