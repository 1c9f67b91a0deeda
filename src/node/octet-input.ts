import { readSync } from 'node:fs';
import type { StreamSource } from './stream-source.ts';

/** Octets that are decompressed at a time: with 1,032 as the most deflate expands, their result is bounded. */
const PIECE_SIZE = 32 * 1024;

/** Compressed octets, taken in pieces or by number. */
export abstract class OctetInput {
  #unread: Uint8Array = new Uint8Array(0);
  /** Offset of the next octet. */
  position = 0;

  /** The next octets, of any number; undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const available = await this.#available();
    return available === 0 ? undefined : this.#consume(Math.min(available, PIECE_SIZE));
  }

  /** Gives the end of the last piece back. */
  putBack(octets: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? octets : Buffer.concat([octets, this.#unread]);
    this.position -= octets.length;
  }

  /** As many octets as asked for, or as are left. */
  async take(count: number): Promise<Uint8Array> {
    if ((await this.#available()) >= count) return this.#consume(count);
    const pieces: Uint8Array[] = [];
    for (let missing = count; missing > 0; ) {
      const available = await this.#available();
      if (available === 0) break;
      const piece = this.#consume(Math.min(available, missing));
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Passes over octets; false where there are fewer. */
  async skip(count: number): Promise<boolean> {
    for (let missing = count; missing > 0; ) {
      const available = await this.#available();
      if (available === 0) return false;
      missing -= this.#consume(Math.min(available, missing)).length;
    }
    return true;
  }

  /** Goes back to an offset; false where what was read is gone. */
  seek(position: number): boolean {
    if (!this.rewind(position)) return false;
    this.#unread = new Uint8Array(0);
    this.position = position;
    return true;
  }

  /** Octets at hand, after more were read if there were none; 0 at the end. */
  async #available(): Promise<number> {
    while (this.#unread.length === 0) {
      const octets = await this.read();
      if (octets === undefined) return 0;
      this.#unread = octets;
    }
    return this.#unread.length;
  }

  #consume(count: number): Uint8Array {
    const octets = this.#unread.subarray(0, count);
    this.#unread = this.#unread.subarray(count);
    this.position += count;
    return octets;
  }

  /** Further octets; undefined at the end. */
  protected abstract read(): Promise<Uint8Array | undefined>;
  /** Makes `read` go on at an offset; false where it cannot. */
  protected abstract rewind(position: number): boolean;
}

/** The octets of a regular file. */
export class FileOctets extends OctetInput {
  readonly #descriptor: number;
  #readPosition = 0;

  constructor(descriptor: number) {
    super();
    this.#descriptor = descriptor;
  }

  protected async read(): Promise<Uint8Array | undefined> {
    const piece = new Uint8Array(PIECE_SIZE);
    const count = readSync(this.#descriptor, piece, 0, PIECE_SIZE, this.#readPosition);
    this.#readPosition += count;
    return count === 0 ? undefined : piece.subarray(0, count);
  }

  protected rewind(position: number): boolean {
    this.#readPosition = position;
    return true;
  }
}

/** Octets of a stream that are kept, to go back to. */
const KEPT_OCTETS = 1024 * 1024;

/** The octets of a stream, the first of which were taken to recognise it. It goes back only while all of it is kept. */
export class StreamOctets extends OctetInput {
  readonly #stream: StreamSource;
  #kept: Uint8Array[] | undefined;
  #keptOctets = 0;
  /** Kept pieces that come before the rest of the stream. */
  #replayed: Uint8Array[];

  constructor(first: Uint8Array, stream: StreamSource) {
    super();
    this.#stream = stream;
    this.#kept = [first];
    this.#keptOctets = first.length;
    this.#replayed = [first];
  }

  protected async read(): Promise<Uint8Array | undefined> {
    const replayed = this.#replayed.shift();
    if (replayed !== undefined) return replayed;
    const piece = await this.#stream.take();
    if (piece !== undefined) this.#keep(piece);
    return piece;
  }

  protected rewind(position: number): boolean {
    if (this.#kept === undefined) return false;
    this.#replayed = [Buffer.concat(this.#kept).subarray(position)];
    return true;
  }

  #keep(piece: Uint8Array): void {
    this.#keptOctets += piece.length;
    if (this.#keptOctets > KEPT_OCTETS) this.#kept = undefined;
    this.#kept?.push(piece);
  }
}
