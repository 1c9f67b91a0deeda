const DEFAULT_SIZE = 64 * 1024;

/**
 * The octets of an input that were added and not yet consumed, in one buffer that is reused: what is left moves to the front
 * when room is needed, and the buffer grows only for a record that does not fit.
 */
export class ByteWindow {
  /** The buffer; replaced when it grows. */
  bytes: Uint8Array;
  /** The same octets as `bytes`. */
  view: DataView;
  /** First octet not yet consumed, an offset in `bytes`. */
  position = 0;
  /** End of the octets that are there, exclusive. */
  end = 0;
  /** Offset of `bytes[0]` in the input. */
  inputOffset = 0;

  /** @param size octets to begin with */
  constructor(size = DEFAULT_SIZE) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Octets that are there and not consumed. */
  get available(): number {
    return this.end - this.position;
  }

  /** Offset in the input of the first octet not consumed. */
  get inputPosition(): number {
    return this.inputOffset + this.position;
  }

  /** Lends the room behind the last octet, at least `min` octets; `commit` says how many of them were filled. */
  space(min: number): Uint8Array {
    this.#moveToFront();
    if (this.bytes.length - this.end < min) this.#grow(Math.max(this.end + min, 2 * this.bytes.length));
    return this.bytes.subarray(this.end);
  }

  /** Adds the first `count` octets of the lent room. */
  commit(count: number): void {
    if (!(count >= 0 && this.end + count <= this.bytes.length)) {
      throw new RangeError(`${count} octets committed, ${this.bytes.length - this.end} were lent`);
    }
    this.end += count;
  }

  /**
   * Takes octets [start, end) of another buffer for the next ones of the input, without copying them where what is not consumed fits in front.
   *
   * @returns the buffer that is not needed any more
   */
  exchange(buffer: Uint8Array, start: number, end: number): Uint8Array {
    const { bytes, position, available } = this;
    if (available > start) {
      this.space(end - start).set(buffer.subarray(start, end));
      this.commit(end - start);
      return buffer;
    }
    buffer.set(bytes.subarray(position, this.end), start - available);
    this.inputOffset += position - (start - available);
    this.bytes = buffer;
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    this.position = start - available;
    this.end = end;
    return bytes;
  }

  /**
   * Moves what is not consumed to a buffer of just its length.
   *
   * @returns the buffer that is not needed any more
   */
  release(): Uint8Array {
    const { available } = this;
    return this.exchange(new Uint8Array(available), available, available);
  }

  #moveToFront(): void {
    if (this.position === 0) return;
    this.bytes.copyWithin(0, this.position, this.end);
    this.inputOffset += this.position;
    this.end -= this.position;
    this.position = 0;
  }

  #grow(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.end));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
