/** Numbers that look random and are the same in every run. */
export class Random {
  private state: number;

  /** @param seed any integer but 0 */
  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }

  /** 32 bits, xorshift (Marsaglia 2003). */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    return this.next() % below;
  }

  /** A number from 0 on, below 1. */
  unit(): number {
    return this.next() / 2 ** 32;
  }
}
