/** Conversations under way, and whose turn is next. */

/** Conversations as columns. */
export class Conversations {
  readonly left: Uint32Array;
  readonly sent: Uint32Array;
  readonly clientNext: Int32Array;
  readonly serverNext: Int32Array;
  /** Payload that is to be sent again, 0 for none. */
  readonly again: Uint16Array;
  /** Timestamp of the packet before, in milliseconds. */
  readonly stamp: Uint32Array;
  readonly carriage: Uint8Array;
  readonly next: Float64Array;
  readonly gap: Float64Array;

  constructor(count: number) {
    this.left = new Uint32Array(count);
    this.sent = new Uint32Array(count);
    this.clientNext = new Int32Array(count);
    this.serverNext = new Int32Array(count);
    this.again = new Uint16Array(count);
    this.stamp = new Uint32Array(count);
    this.carriage = new Uint8Array(count);
    this.next = new Float64Array(count);
    this.gap = new Float64Array(count);
  }
}

/** Conversations by the time of their next packet: a binary heap. */
export class Schedule {
  private readonly heap: Int32Array;
  private readonly time: Float64Array;
  private size = 0;

  constructor(time: Float64Array) {
    this.time = time;
    this.heap = new Int32Array(time.length);
    for (let flow = 0; flow < time.length; flow++) this.push(flow);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get first(): number {
    return this.heap[0]!;
  }

  /** Puts the first one where its new time belongs. */
  sink(): void {
    const { heap, time, size } = this;
    const flow = heap[0]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && time[heap[child + 1]!]! < time[heap[child]!]!) child++;
      if (time[heap[child]!]! >= time[flow]!) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = flow;
  }

  drop(): void {
    this.heap[0] = this.heap[--this.size]!;
    if (this.size > 0) this.sink();
  }

  private push(flow: number): void {
    const { heap, time } = this;
    let at = this.size++;
    while (at > 0 && time[heap[(at - 1) >> 1]!]! > time[flow]!) {
      heap[at] = heap[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    heap[at] = flow;
  }
}
