/** What is wrong with a packet: recorded beside its layers, never thrown. */

/** Issues kept per packet; further ones are only counted, so that a hostile packet can't make a listing endless. */
export const MAX_ISSUES = 16;

/** What set the limit that a layer ran into. */
export type Limit = 'captured length' | 'frame length' | (string & {});

/** Codes any layer can have, in words. A protocol adds its own under `issues`. */
export const COMMON_ISSUES = {
  truncated: 'the capture ends within the header',
  malformed: 'the header does not fit into the enclosing length',
  lengthBeyondEnclosing: 'the length field reaches beyond the enclosing layer',
  lengthBelowHeader: 'the length field is smaller than the header',
  continues: 'the message goes on in a later segment',
  fragmentOverlap: 'the fragment overlaps another one that says otherwise; what came first stays',
  fragmentBeyondPacket: 'the fragment reaches beyond the longest packet there can be',
  tooManyLayers: 'more layers than are dissected in one packet',
  badChecksum: 'bad checksum',
  partialChecksum: 'partial checksum, left to the network card by offload',
} as const;

/** Codes that tell of something usual, not of something wrong. */
export const NOTES: ReadonlySet<string> = new Set(['continues', 'partialChecksum']);

/** One thing wrong with a layer. */
export interface Issue {
  /** Row of the layer. */
  row: number;
  /** A key of `COMMON_ISSUES` or of the protocol's `issues`. */
  code: string;
  /** Octets (or the value) that would have been right, and what was there. */
  needed: number;
  available: number;
  /** The field, or the length, that set the limit. */
  limit: Limit;
}

/** A bounded list of issues, reused for every packet. */
export class Issues {
  count = 0;
  private readonly items: Issue[] = [];
  /** Rows and codes that found no place: a packet may be shown more than once. */
  private readonly left = new Set<string>();

  /** Issues that found no place; those of one row and code count as one. */
  get dropped(): number {
    return this.left.size;
  }

  clear(): void {
    this.count = 0;
    if (this.left.size > 0) this.left.clear();
  }

  /** Adds an issue. */
  add(row: number, code: string, needed: number, available: number, limit: Limit): void {
    if (this.count === MAX_ISSUES) {
      this.left.add(`${row} ${code}`);
      return;
    }
    const item = this.items[this.count];
    if (item === undefined) this.items.push({ row, code, needed, available, limit });
    else {
      item.row = row;
      item.code = code;
      item.needed = needed;
      item.available = available;
      item.limit = limit;
    }
    this.count++;
  }

  /** The nth issue, borrowed until the next packet. */
  at(index: number): Issue {
    const item = this.items[index];
    if (item === undefined || index >= this.count) throw new RangeError(`issue ${index} of ${this.count}`);
    return item;
  }

  /** Whether the row has an issue of any kind. */
  has(row: number, code?: string): boolean {
    for (let i = 0; i < this.count; i++) {
      const item = this.items[i];
      if (item !== undefined && item.row === row && (code === undefined || item.code === code)) return true;
    }
    return false;
  }
}
