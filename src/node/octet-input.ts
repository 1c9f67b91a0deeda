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
    const octets = this.#unread.length > 0 ? this.#unread : await this.read();
    if (octets === undefined || octets.length === 0) return undefined;
    this.#unread = octets.subarray(PIECE_SIZE);
    const piece = octets.subarray(0, PIECE_SIZE);
    this.position += piece.length;
    return piece;
  }

  /** Gives the end of the last piece back. */
  putBack(octets: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? octets : Buffer.concat([octets, this.#unread]);
    this.position -= octets.length;
  }

  /** As many octets as asked for, or as are left. */
  async take(count: number): Promise<Uint8Array> {
    let taken: Uint8Array = new Uint8Array(0);
    while (taken.length < count) {
      const piece = await this.next();
      if (piece === undefined) break;
      taken = taken.length === 0 ? piece : Buffer.concat([taken, piece]);
    }
    if (taken.length > count) this.putBack(taken.subarray(count));
    return taken.subarray(0, count);
  }

  /** Goes back to an offset; false where what was read is gone. */
  seek(position: number): boolean {
    if (!this.rewind(position)) return false;
    this.#unread = new Uint8Array(0);
    this.position = position;
    return true;
  }

  protected abstract read(): Promise<Uint8Array | undefined>;
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

  protected async read(): Promise<Uint8Array> {
    const piece = new Uint8Array(PIECE_SIZE);
    const count = readSync(this.#descriptor, piece, 0, PIECE_SIZE, this.#readPosition);
    this.#readPosition += count;
    return piece.subarray(0, count);
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
