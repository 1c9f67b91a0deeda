/** Compressed octets: what they hold comes out in pieces, and damage is told; nothing else is thrown. */
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { CaptureError } from '../../../src/capture/capture-error.ts';
import { compressions, recogniseCompression } from '../../../src/capture/foreign-formats.ts';
import { CaptureReader } from '../../../src/capture/reader.ts';
import { decompress as decompressed } from '../../../src/node/decompression.ts';
import { OctetInput } from '../../../src/node/octet-input.ts';
import { captureWords, EDGES } from '../dictionary.ts';
import { seedCaptures } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

const SAMPLES = new URL('../../node/compressed/', import.meta.url);
/** Compressions that are read here; for the others a program of the system is started. */
const OWN = ['gzip', 'zstd', 'lz4'];
/** Octets of one piece: a megabyte of results, or what a window and a block of zstd or lz4 may have. */
const LONGEST_PIECE = 16 * 1024 * 1024;
/** Pieces after which a bomb is believed to go on. */
const MOST_PIECES = 40;
const LONGEST = 8 * 1024;

class MemoryOctets extends OctetInput {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    super();
    this.#octets = octets;
  }

  protected read(): Promise<Uint8Array | undefined> {
    const from = this.#at;
    this.#at = this.#octets.length;
    return Promise.resolve(from === this.#octets.length ? undefined : this.#octets.subarray(from));
  }

  protected rewind(position: number): boolean {
    this.#at = position;
    return true;
  }
}

/** Takes the place of a reader and measures the pieces that it is given. */
class PieceCheck extends CaptureReader {
  override append(piece: Uint8Array): void {
    promise(piece.length <= LONGEST_PIECE, 'a piece is longer than pieces may be');
  }
}

export const decompress: FuzzTarget = {
  longest: LONGEST,
  words: [
    ...captureWords(),
    ...EDGES.map((edge) => Uint8Array.of(edge)),
    ...compressions.map(({ magic }) => Uint8Array.from(magic)),
  ],
  seeds: () => {
    const samples = readdirSync(SAMPLES)
      .sort()
      .map((name) => new Uint8Array(readFileSync(new URL(name, SAMPLES)).subarray(0, LONGEST)))
      .filter((octets) => OWN.includes(recogniseCompression(octets)?.name ?? ''));
    const plain = Buffer.from(seedCaptures()[0]?.subarray(0, LONGEST / 2) ?? []);
    const gzips = [gzipSync(plain), gzipSync(plain, { level: 0 }), Buffer.concat([gzipSync(plain), gzipSync(plain)])];
    return [...samples, ...gzips.map((octets) => new Uint8Array(octets))];
  },
  run: async (input) => {
    const compression = recogniseCompression(input);
    if (compression === undefined || !OWN.includes(compression.name)) return;
    const source = decompressed(
      compression,
      new MemoryOctets(input),
      () => {},
      (notice) => checkText('a notice', notice, input),
    );
    const reader = new PieceCheck();
    try {
      for (let pieces = 0; pieces < MOST_PIECES && (await source.fill(reader)); pieces++);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      checkText('the error', error.message, input);
    } finally {
      source.close();
    }
  },
  fixture: (octets) => ({ octets, extension: 'gz' }),
};
