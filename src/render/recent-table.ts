/** What was worked out lately, by what it follows from: successive packets are alike. */

/** Values by three 32-bit numbers. Each has two places where it can be, in which the last two are. */
export class RecentTable<T> {
  private readonly firsts: Int32Array;
  private readonly seconds: Int32Array;
  private readonly thirds: Int32Array;
  private readonly values: (T | undefined)[];
  private readonly shift: number;

  /** @param bits binary logarithm of the number of values that are remembered at once */
  constructor(bits: number) {
    const places = 1 << bits;
    this.firsts = new Int32Array(places);
    this.seconds = new Int32Array(places);
    this.thirds = new Int32Array(places);
    this.values = new Array<T | undefined>(places).fill(undefined);
    this.shift = 33 - bits;
  }

  /** The value for these numbers; undefined where none is remembered. */
  get(first: number, second: number, third: number): T | undefined {
    const place = this.placeOf(first, second, third);
    if (this.isAt(place, first, second, third)) return this.values[place];
    return this.isAt(place + 1, first, second, third) ? this.values[place + 1] : undefined;
  }

  /** Remembers a value for these numbers. */
  set(first: number, second: number, third: number, value: T): void {
    const place = this.placeOf(first, second, third);
    if (!this.isAt(place, first, second, third)) {
      for (const column of [this.firsts, this.seconds, this.thirds]) column[place + 1] = column[place]!;
      this.values[place + 1] = this.values[place];
      this.firsts[place] = first;
      this.seconds[place] = second;
      this.thirds[place] = third;
    }
    this.values[place] = value;
  }

  private isAt(place: number, first: number, second: number, third: number): boolean {
    return (
      this.firsts[place] === (first | 0) && this.seconds[place] === (second | 0) && this.thirds[place] === (third | 0)
    );
  }

  /** The first place of two, even so that no pair overlaps another. */
  private placeOf(first: number, second: number, third: number): number {
    const mixed = Math.imul(third ^ Math.imul(second ^ Math.imul(first, 0x9e3779b1), 0x85ebca6b), 0xc2b2ae35);
    return (Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2d) >>> this.shift) << 1;
  }
}
