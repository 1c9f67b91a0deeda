/** Frames one after another, as zstd and lz4 have them: a magic number each, and skippable frames for anything else. */
import { CaptureError, CaptureErrorCode } from '../capture/capture-error.ts';
import type { OctetInput } from './octet-input.ts';

const MAGIC_LENGTH = 4;
/** 0x184D2A50 to 0x184D2A5F begin frames that hold something else (RFC 8878 §3.1.2). */
const SKIPPABLE = 0x184d2a50;
const SKIPPABLE_MASK = 0xfffffff0;

/** The frames of a compressed input. */
export class FrameSequence {
  readonly #input: OctetInput;
  readonly #name: string;
  readonly #magic: number;
  readonly #onNotice: (message: string) => void;

  /** @param magic the number that begins a frame, little-endian */
  constructor(input: OctetInput, name: string, magic: number, onNotice: (message: string) => void) {
    this.#input = input;
    this.#name = name;
    this.#magic = magic;
    this.#onNotice = onNotice;
  }

  /** Takes the magic number of the next frame; false after the last. What follows that is ignored: zeros silently. */
  async next(): Promise<boolean> {
    for (;;) {
      const { position } = this.#input;
      const octets = await this.#input.take(MAGIC_LENGTH);
      if (octets.length === 0) return false;
      const magic = octets.length < MAGIC_LENGTH ? 0 : uint32(octets);
      if (magic === this.#magic) return true;
      if ((magic & SKIPPABLE_MASK) >>> 0 !== SKIPPABLE) {
        if (octets.some((octet) => octet !== 0)) {
          this.#onNotice(`octets after the ${this.#name} data, from offset ${position} on, are ignored`);
        }
        return false;
      }
      await this.skip(uint32(await this.take(4)));
    }
  }

  /**
   * Takes octets of the current frame.
   *
   * @throws CaptureError where the input ends before
   */
  async take(count: number): Promise<Uint8Array> {
    const octets = await this.#input.take(count);
    if (octets.length < count) throw this.#cutOff();
    return octets;
  }

  /** @throws CaptureError where the input ends before */
  async skip(count: number): Promise<void> {
    if (!(await this.#input.skip(count))) throw this.#cutOff();
  }

  /** The error that what stands at an offset is wrong. */
  damaged(at: number, found: string, cause?: unknown): CaptureError {
    const message = `${this.#name} data is damaged at offset ${at}: ${found}`;
    return new CaptureError(CaptureErrorCode.badCompression, at, message, { cause });
  }

  /** The error that the frame asks for something that is not to be had here. */
  unsupported(at: number, what: string): CaptureError {
    return new CaptureError(CaptureErrorCode.unsupported, at, `${this.#name}-compressed with ${what}`);
  }

  #cutOff(): CaptureError {
    const at = this.#input.position;
    const message = `cut off: ${this.#name} data ends at offset ${at} within a frame`;
    return new CaptureError(CaptureErrorCode.badCompression, at, message);
  }
}

/** A little-endian number of 32 bits. */
export function uint32(octets: Uint8Array, at = 0): number {
  return new DataView(octets.buffer, octets.byteOffset, octets.length).getUint32(at, true);
}
