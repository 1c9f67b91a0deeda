const INITIAL_SIZE = 64 * 1024;
const TWO_TO_32 = 4_294_967_296;

/**
 * Gathers little-endian integers and octets in a buffer that grows, until they are taken out. What is written stands behind
 * what was written before; nothing is aligned unless `pad` asks for it.
 */
export class OctetWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param size octets to begin with */
  constructor(size = INITIAL_SIZE) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Octets that wait to be taken. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A whole number, exact below 2^53; what is not below 2^64 becomes the largest. */
  u64(value: number): void {
    const fits = value < TWO_TO_32 * TWO_TO_32;
    this.u32(fits ? value % TWO_TO_32 : TWO_TO_32 - 1);
    this.u32(fits ? Math.floor(value / TWO_TO_32) : TWO_TO_32 - 1);
  }

  /** The octets `start` to `end`, exclusive. */
  octets(octets: Uint8Array, start = 0, end = octets.length): void {
    this.#reserve(end - start);
    this.#bytes.set(start === 0 && end === octets.length ? octets : octets.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Zeros, as many as `length` octets lack of a multiple of 4. */
  pad(length: number): void {
    for (let missing = -length & 3; missing > 0; missing--) this.u8(0);
  }

  /** Overwrites 4 octets that were written before, at an offset from the first one that waits. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Hands over the octets that wait, valid until the next one is written. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#length + count, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
