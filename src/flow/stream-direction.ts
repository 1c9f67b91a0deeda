/**
 * One direction of a TCP connection as the octets its sender wrote, in order (RFC 9293 §3.4). Where segments overlap, the octets that came first
 * stay. A hole is a gap once it can no longer be expected to be filled, and its size is told.
 */

/** End of a conversation that sent something: 0 is the lower endpoint of the flow's key. */
export type Side = 0 | 1;

/** Where a conversation goes, both directions in the order in which they were captured. Offsets count from what a side said first, gaps included. */
export interface ConversationReceiver {
  /** The octets [start, end) of `view`, borrowed until this returns, stand at `offset` of what the side sent. */
  octets(side: Side, offset: number, view: DataView, start: number, end: number): void;
  /** `length` octets from `offset` on are missing of what the side sent: they were not captured, or not whole. */
  gap(side: Side, offset: number, length: number): void;
}

/** Octets that streams hold back behind holes, all taken together. */
export class StreamBudget {
  /** Octets held. */
  held = 0;
  /** Most octets held. */
  readonly most: number;

  constructor(most: number) {
    this.most = most;
  }
}

/** What a direction may hold. */
export interface StreamLimits {
  /** Octets behind a hole; when more come, the hole is a gap. */
  readonly octets: number;
  /** The same for segments. */
  readonly segments: number;
  /**
   * Packets of the connection for which a hole is waited for after its receiver has acknowledged it: the capture may show packets in another
   * order than they arrived in. At least 1.
   */
  readonly patience: number;
}

/** Octets kept for a segment beside its own. */
const OVERHEAD = 64;
/** A segment further ahead than the largest window (RFC 7323 §2.3) is none of this stream. */
const LARGEST_WINDOW = 2 ** 30;

/** A segment behind a hole. */
interface HeldSegment {
  readonly sequence: number;
  /** Octets as captured, and as they were on the wire. */
  readonly octets: Uint8Array;
  readonly length: number;
}

/** Difference of two sequence numbers, modulo 2^32. */
const distance = (to: number, from: number): number => (to - from) | 0;

/** Puts the segments of one direction in order. */
export class StreamDirection {
  /** Octets of the stream told so far, those of gaps included. */
  offset = 0;
  private readonly side: Side;
  private readonly receiver: ConversationReceiver;
  private readonly limits: StreamLimits;
  private readonly budget: StreamBudget;
  /** Sequence number of the octet that comes next; meaningless until `isKnown`. */
  private next = 0;
  private isKnown = false;
  /** Segments behind the first hole, in order, none overlapping another. */
  private held: HeldSegment[] = [];
  private heldOctets = 0;
  /** Octet up to which the receiver has all, and for how many packets a hole before it is still waited for. */
  private acknowledged = 0;
  private isAcknowledged = false;
  private waits = -1;
  /** Sequence number of the FIN. */
  private end = 0;
  private isEnding = false;

  constructor(side: Side, receiver: ConversationReceiver, limits: StreamLimits, budget: StreamBudget) {
    this.side = side;
    this.receiver = receiver;
    this.limits = limits;
    this.budget = budget;
  }

  /** The stream begins at this sequence number, unless it is known to have begun before. */
  begin(sequence: number): void {
    if (this.isKnown) return;
    this.next = sequence;
    this.isKnown = true;
  }

  /** The stream ends before the octet of this sequence number. */
  finish(sequence: number): void {
    this.end = sequence;
    this.isEnding = true;
  }

  /** Takes a segment of `length` octets on the wire, of which [start, end) of `view` were captured. */
  add(sequence: number, view: DataView, start: number, end: number, length: number): void {
    this.begin(sequence);
    const ahead = distance(sequence, this.next);
    if (ahead > LARGEST_WINDOW || ahead < -LARGEST_WINDOW) return;
    if (ahead > 0) {
      this.hold(sequence, new Uint8Array(view.buffer, view.byteOffset + start, end - start), length);
      return;
    }
    for (;;) {
      const told = distance(this.next, sequence);
      if (told >= length) return;
      const first = this.held[0];
      const room = first === undefined ? length : Math.min(length, distance(first.sequence, sequence));
      this.deliver(view, start + told, end, room - told);
      this.release();
    }
  }

  /** The receiver has all octets before this sequence number. */
  acknowledge(sequence: number): void {
    if (!this.isKnown || distance(sequence, this.next) > LARGEST_WINDOW) return;
    if (!this.isAcknowledged || distance(sequence, this.acknowledged) > 0) {
      this.acknowledged = sequence;
      this.isAcknowledged = true;
    }
  }

  /** A packet of the connection was taken: a hole that was waited for long enough becomes a gap. */
  pass(): void {
    const first = this.held[0];
    if (first === undefined || !this.isAcknowledged || distance(this.acknowledged, first.sequence) < 0) this.waits = -1;
    else if (this.waits < 0) this.waits = this.limits.patience - 1;
    else if (this.waits-- === 0) this.giveUpHole();
  }

  /** The capture has ended: tells what is held, and the gaps before it and behind it. */
  close(): void {
    while (this.held.length > 0) this.giveUpHole();
    if (!this.isKnown) return;
    if (this.isEnding) this.tellGap(distance(this.end, this.next));
    else if (this.isAcknowledged) {
      const missing = distance(this.acknowledged, this.next);
      // One octet more than came is a FIN's that was not captured.
      if (missing > 1) this.tellGap(missing);
    }
  }

  /** Forgets what is held. */
  discard(): void {
    this.account(-this.heldOctets);
    this.held = [];
  }

  /** Tells octets that come next: `length` on the wire, of which those from `start` on that were captured. */
  private deliver(view: DataView, start: number, end: number, length: number): void {
    const captured = Math.max(0, Math.min(length, end - start));
    this.next = (this.next + length) | 0;
    const { offset } = this;
    this.offset += length;
    if (captured > 0) this.receiver.octets(this.side, offset, view, start, start + captured);
    if (captured < length) this.receiver.gap(this.side, offset + captured, length - captured);
  }

  private tellGap(length: number): void {
    if (length <= 0) return;
    this.next = (this.next + length) | 0;
    const { offset } = this;
    this.offset += length;
    this.receiver.gap(this.side, offset, length);
  }

  /** Keeps the parts of a segment behind a hole that no other one has. */
  private hold(sequence: number, octets: Uint8Array, length: number): void {
    const kept: HeldSegment[] = [];
    let from = 0;
    const keep = (to: number): void => {
      if (to <= from) return;
      const part = octets.slice(Math.min(from, octets.length), Math.min(to, octets.length));
      kept.push({ sequence: (sequence + from) | 0, octets: part, length: to - from });
    };
    for (const held of this.held) {
      const start = distance(held.sequence, sequence);
      if (start >= length) break;
      if (start + held.length <= from) continue;
      keep(start);
      from = Math.max(from, start + held.length);
    }
    keep(length);
    for (const segment of kept) this.account(segment.octets.length + OVERHEAD);
    this.held.push(...kept);
    this.held.sort((a, b) => distance(a.sequence, this.next) - distance(b.sequence, this.next));
    while (this.isOverLimit()) this.giveUpHole();
  }

  private isOverLimit(): boolean {
    const { held, heldOctets, limits, budget } = this;
    if (held.length === 0) return false;
    return held.length > limits.segments || heldOctets > limits.octets || budget.held > budget.most;
  }

  private account(octets: number): void {
    this.heldOctets += octets;
    this.budget.held += octets;
  }

  /** Makes the hole before the first held segment a gap. */
  private giveUpHole(): void {
    this.waits = -1;
    const first = this.held[0];
    if (first !== undefined) this.tellGap(distance(first.sequence, this.next));
    this.release();
  }

  /** Tells the held segments that come next. */
  private release(): void {
    let count = 0;
    for (const { sequence, octets, length } of this.held) {
      if (sequence !== (this.next | 0)) break;
      count++;
      this.account(-(octets.length + OVERHEAD));
      this.deliver(new DataView(octets.buffer, octets.byteOffset, octets.length), 0, octets.length, length);
    }
    if (count > 0) this.held = this.held.slice(count);
  }
}
