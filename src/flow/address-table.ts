/** IPv6 addresses as small numbers, so that a flow's key holds 32 bits for an address of either family. */

/** Octets of an address, in 32-bit words. */
export const ADDRESS_WORDS = 4;
const INITIAL_CAPACITY = 1024;
/** Fewest addresses of which it is worth while to look for those that nobody names any more. */
const LEAST_CROWD = 1 << 16;
/** So much as was kept the last time may be there again before it is looked anew. */
const CROWDED = 1.25;

/** Addresses on their way to another thread. */
export interface SharedAddresses {
  /** The highest number. */
  readonly highest: number;
  readonly words: Int32Array<ArrayBuffer>;
}

/** Numbers addresses from 1 on in order of appearance; numbers of those that were let go are given again. */
export class AddressTable {
  /** Addresses held. */
  count = 0;
  /** The highest number that was ever given. */
  highest = 0;
  private words = new Int32Array(INITIAL_CAPACITY * ADDRESS_WORDS);
  /** Numbers of addresses by hash, twice as many places as addresses. */
  private slots = new Int32Array(INITIAL_CAPACITY * 2);
  /** Numbers to be given again, the next one last. */
  private free = new Int32Array(0);
  private freeCount = 0;
  private crowd = LEAST_CROWD;
  private readonly seed: number;

  /** @param seed of the hash, so that nobody can choose addresses that collide */
  constructor(seed: number) {
    this.seed = seed;
  }

  /** A table to look numbers up in, of addresses that another thread has numbered. */
  static of({ highest, words }: SharedAddresses): AddressTable {
    const table = new AddressTable(0);
    table.count = highest;
    table.highest = highest;
    table.words = words;
    return table;
  }

  /** The addresses for another thread. */
  share(): SharedAddresses {
    const { highest } = this;
    return { highest, words: this.words.slice(0, (highest + 1) * ADDRESS_WORDS) };
  }

  /** Number of the 16 octets at `at`. */
  numberOf(view: DataView, at: number): number {
    const a = view.getInt32(at);
    const b = view.getInt32(at + 4);
    const c = view.getInt32(at + 8);
    const d = view.getInt32(at + 12);
    const { slots, words } = this;
    const mask = slots.length - 1;
    let slot = this.hash(a, b, c, d) & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const word = found * ADDRESS_WORDS;
      if (words[word] === a && words[word + 1] === b && words[word + 2] === c && words[word + 3] === d) return found;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, a, b, c, d);
  }

  /** Puts the octets of an address into `view` at `at`. */
  write(number: number, view: DataView, at: number): void {
    const { words } = this;
    const from = number * ADDRESS_WORDS;
    for (let i = 0; i < ADDRESS_WORDS; i++) view.setInt32(at + 4 * i, words[from + i]!);
  }

  /** Puts an address into `words` from `at` on, as four big-endian words. */
  read(number: number, words: Int32Array, at: number): void {
    const { words: known } = this;
    const from = number * ADDRESS_WORDS;
    for (let i = 0; i < ADDRESS_WORDS; i++) words[at + i] = known[from + i]!;
  }

  /** There are so many more addresses than were kept last that some may be let go. */
  get isCrowded(): boolean {
    return this.count >= this.crowd;
  }

  /** Lets all addresses go but those whose number `isUsed` has a 1 for. */
  keep(isUsed: Uint8Array): void {
    const { highest, slots } = this;
    if (this.free.length < highest) this.free = new Int32Array(highest);
    this.freeCount = 0;
    for (let number = highest; number > 0; number--) if (isUsed[number] === 0) this.free[this.freeCount++] = number;
    this.count = highest - this.freeCount;
    this.crowd = Math.max(LEAST_CROWD, Math.ceil(CROWDED * this.count));
    slots.fill(0);
    for (let number = 1; number <= highest; number++) if (isUsed[number] === 1) this.enter(number, slots);
  }

  private hash(a: number, b: number, c: number, d: number): number {
    let hash = Math.imul(this.seed ^ a, 0x9e3779b1);
    hash = Math.imul((hash ^ (hash >>> 15)) + b, 0x85ebca77);
    hash = Math.imul((hash ^ (hash >>> 13)) + c, 0xc2b2ae3d);
    hash = Math.imul((hash ^ (hash >>> 16)) + d, 0x27d4eb2f);
    return hash ^ (hash >>> 15);
  }

  private add(slot: number, a: number, b: number, c: number, d: number): number {
    const number = this.freeCount > 0 ? this.free[--this.freeCount]! : ++this.highest;
    this.count++;
    if ((number + 1) * ADDRESS_WORDS > this.words.length) this.grow();
    const word = number * ADDRESS_WORDS;
    this.words[word] = a;
    this.words[word + 1] = b;
    this.words[word + 2] = c;
    this.words[word + 3] = d;
    this.slots[slot] = number;
    if (2 * this.count > this.slots.length) this.growSlots();
    return number;
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }

  private growSlots(): void {
    const slots = new Int32Array(2 * this.slots.length);
    for (const number of this.slots) if (number !== 0) this.enter(number, slots);
    this.slots = slots;
  }

  private enter(number: number, slots: Int32Array): void {
    const { words } = this;
    const mask = slots.length - 1;
    const word = number * ADDRESS_WORDS;
    let slot = this.hash(words[word]!, words[word + 1]!, words[word + 2]!, words[word + 3]!) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number;
  }
}
