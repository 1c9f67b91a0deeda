import type { ByteWindow } from './byte-window.ts';
import { CaptureError, CaptureErrorCode, type CutOff } from './capture-error.ts';
import type { ByteOrder } from './interface.ts';
import { NoticeCode, type Notices } from './notice.ts';
import {
  BLOCK_HEADER_LENGTH,
  BLOCK_TRAILER_LENGTH,
  BlockType,
  BYTE_ORDER_MAGIC,
  minimumBlockLength,
} from './pcapng-blocks.ts';
import { padded } from './pcapng-options.ts';

/** A section header's byte order stands behind its length, which cannot be read without it. */
const BYTE_ORDER_END = 12;
/** Distinct types of skipped blocks that are counted one by one. */
const MAX_SKIPPED_TYPES = 256;

/** A block that is being skipped: its octets come and go without the block ever being held as a whole. */
interface SkippedBlock {
  readonly byteOffset: number;
  readonly length: number;
  /** Octets before the trailer that are still to come. */
  remaining: number;
}

/** Where blocks begin and end: their lengths, checked; the byte order of the section; the skipping of blocks. */
export class BlockFraming {
  /** Blocks skipped, by type; those of types beyond the first 256 are counted under `undefined`. */
  readonly skipped = new Map<number | undefined, number>();
  /** Byte order of the current section. */
  little = true;
  readonly #window: ByteWindow;
  readonly #notices: Notices;
  #skipping: SkippedBlock | undefined;

  constructor(window: ByteWindow, notices: Notices) {
    this.#window = window;
    this.#notices = notices;
  }

  get byteOrder(): ByteOrder {
    return this.little ? 'little-endian' : 'big-endian';
  }

  /** The block that the end of the input cuts off, if any. */
  cutOff(): CutOff | undefined {
    const { available, inputPosition, view, position } = this.#window;
    const skipping = this.#skipping;
    if (skipping !== undefined) {
      const seen = skipping.length - BLOCK_TRAILER_LENGTH - skipping.remaining;
      return { byteOffset: skipping.byteOffset, needed: skipping.length, available: seen + available };
    }
    if (available === 0) return undefined;
    if (available < BLOCK_HEADER_LENGTH) return { byteOffset: inputPosition, needed: BLOCK_HEADER_LENGTH, available };
    const type = view.getUint32(position, this.little);
    const lengthIsKnown = type !== BlockType.sectionHeader || available >= BYTE_ORDER_END;
    const needed = lengthIsKnown ? padded(view.getUint32(position + 4, this.little)) : minimumBlockLength(type);
    return { byteOffset: inputPosition, needed, available };
  }

  /**
   * Takes a section's byte order from its header; false where more octets are needed.
   *
   * @throws CaptureError where there is none
   */
  readByteOrder(): boolean {
    const { view, position, available, inputPosition } = this.#window;
    if (available < BYTE_ORDER_END) return false;
    if (view.getUint32(position + 8, true) === BYTE_ORDER_MAGIC) this.little = true;
    else if (view.getUint32(position + 8, false) === BYTE_ORDER_MAGIC) this.little = false;
    else {
      const found = view
        .getUint32(position + 8, false)
        .toString(16)
        .padStart(8, '0');
      const message = `byte-order magic of the section at offset ${inputPosition} is ${found}, expected 1a2b3c4d or 4d3c2b1a`;
      throw new CaptureError(CaptureErrorCode.badHeader, inputPosition, message);
    }
    return true;
  }

  /** Begins to skip the block at the window's position. */
  skip(type: number, length: number): boolean {
    const window = this.#window;
    const key = this.skipped.has(type) || this.skipped.size < MAX_SKIPPED_TYPES ? type : undefined;
    this.skipped.set(key, (this.skipped.get(key) ?? 0) + 1);
    this.#skipping = {
      byteOffset: window.inputPosition,
      length,
      remaining: length - BLOCK_HEADER_LENGTH - BLOCK_TRAILER_LENGTH,
    };
    window.position += BLOCK_HEADER_LENGTH;
    return true;
  }

  /** Passes over what is there of a skipped block; false where more of it is to come. */
  skipRest(): boolean {
    const window = this.#window;
    const skipping = this.#skipping;
    if (skipping === undefined) return true;
    const passed = Math.min(skipping.remaining, window.available);
    skipping.remaining -= passed;
    window.position += passed;
    if (skipping.remaining > 0 || window.available < BLOCK_TRAILER_LENGTH) return false;
    this.#compareLengths(skipping.byteOffset, skipping.length, window.view.getUint32(window.position, this.little));
    window.position += BLOCK_TRAILER_LENGTH;
    this.#skipping = undefined;
    return true;
  }

  /**
   * The length of the block at the window's position, rounded up to a multiple of 4 as some writers forget to.
   *
   * @throws CaptureError below the type's minimum
   */
  blockLength(type: number): number {
    const { view, position, inputPosition } = this.#window;
    const length = view.getUint32(position + 4, this.little);
    const minimum = minimumBlockLength(type);
    if (length >= minimum) return padded(length);
    const message = `block length ${length} at offset ${inputPosition} is below the ${minimum}-octet minimum`;
    throw new CaptureError(CaptureErrorCode.badBlockLength, inputPosition, message);
  }

  /** @throws CaptureError for a block above the limit, told before its octets are waited for */
  checkLimit(length: number, limit: number): void {
    if (length <= limit) return;
    const at = this.#window.inputPosition;
    const message = `block length ${length} at offset ${at} exceeds the limit of ${limit}`;
    throw new CaptureError(CaptureErrorCode.badBlockLength, at, message);
  }

  /**
   * Compares the two lengths of the whole block at the window's position, and returns where its trailer begins.
   *
   * @throws CaptureError where they differ
   */
  checkTrailer(length: number): number {
    const { view, position, inputPosition } = this.#window;
    const trailer = position + length - BLOCK_TRAILER_LENGTH;
    this.#compareLengths(inputPosition, length, view.getUint32(trailer, this.little));
    const unrounded = view.getUint32(position + 4, this.little);
    if (unrounded !== length) {
      const message = `block length ${unrounded} at offset ${inputPosition} is not a multiple of 4, rounded up`;
      this.#notices.add(NoticeCode.unalignedBlockLength, inputPosition, message);
    }
    return trailer;
  }

  #compareLengths(byteOffset: number, length: number, trailer: number): void {
    if (padded(trailer) === length) return;
    const message = `block length ${length} at offset ${byteOffset} differs from ${trailer} in its trailer`;
    throw new CaptureError(CaptureErrorCode.badBlockLength, byteOffset, message);
  }
}
