/**
 * Messages that span segments of an octet stream (RFC 9293 §3.4). The octets of an unfinished message are kept until the segment that finishes
 * it; the message then appears there, and says which frames it began in. Where segments overlap, the octets that came first stay.
 */
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { pathKey } from './packet-path.ts';

/** Directions of streams with something to remember; the one longest without a message gives way. */
const MAX_DIRECTIONS = 10_000;
/** Longest message that is put together; of a longer one only the beginning is shown. */
const MAX_MESSAGE = 4 * 1024 * 1024;
/** Octets kept in all. */
const MAX_OCTETS = 64 * 1024 * 1024;
/** Segments held back for one hole in a stream. */
const MAX_HELD = 64;
/** Frames one message is put together from: the longest message in segments of 64 octets. */
const MAX_FRAMES = 65_536;
/** Places by which directions are looked for before their whole names are made, a power of two. */
const PLACES = 65_536;
/** Octets of memory that a segment held back takes beside its own, so that a flood of tiny ones is bounded too. */
const HELD_COST = 256;

interface HeldSegment {
  readonly sequence: number;
  readonly octets: Uint8Array;
  readonly frame: number;
}

/** One direction of a stream. */
class Direction {
  /** Where `occupied` counts it. */
  readonly place: number;
  /** Number of the octet that is to come next. */
  next = 0;
  /** Id of the protocol whose message is unfinished; 0 for none. */
  protocol = 0;
  guessed = false;
  /** Octets of that message so far, the first `filled` of the buffer, and the frames they came in. */
  buffer = new Uint8Array(0);
  filled = 0;
  frames: number[] = [];
  /** Octets the message is known to need before it is worth another look. */
  needed = 0;
  /** Segments behind a hole. */
  held: HeldSegment[] = [];
  heldOctets = 0;

  constructor(place: number) {
    this.place = place;
  }
}

/** What the dissector is to do with a segment. */
export const Continuation = {
  /** Nothing is kept before it: look at the segment alone. */
  none: 0,
  /** It finishes what is kept, or gives it enough to be looked at again. */
  continued: 1,
  /** Octets seen before, behind a hole, or not enough yet: nothing to look at. */
  held: 2,
} as const;
export type Continuation = (typeof Continuation)[keyof typeof Continuation];

/** Difference of two sequence numbers, modulo 2^32. */
const distance = (to: number, from: number): number => (to - from) | 0;

/** Follows the directions of streams in which messages were found. */
export class SegmentReassembly {
  private readonly directions = new Map<string, Direction>();
  /** Directions by their ports: the full name, a text, costs more than all else that is done for most segments. */
  private readonly occupied = new Uint16Array(PLACES);
  /** Directions with segments held back. */
  private holding = 0;
  /** Octets of all unfinished messages and segments held back, with what these cost. */
  private octets = 0;
  /** Unfinished messages given up: too many at once, in too many frames, or with holes that stayed. */
  abandoned = 0;
  /** After `continued`: the octets put together, the frames they came in, and the protocol they belong to. */
  view = new DataView(new ArrayBuffer(0));
  frames: readonly number[] = [];
  protocol = 0;
  guessed = false;

  /** The segment in hand. */
  private layers: Layers | undefined;
  private row = 0;
  private point = '';
  private place = 0;
  private direction: Direction | undefined;
  /** Read when they are needed: of most segments nothing is kept. */
  private sequence = 0;
  private sequenceEnd = 0;
  private frame = 0;

  /** Takes the segment whose header is `row` of frame `frame`. What is answered holds until the next call. */
  take(layers: Layers, row: number, frame: number, point: string): Continuation {
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    const protocol = layers.protocolOf(row);
    this.layers = layers;
    this.row = row;
    this.point = point;
    this.frame = frame;
    this.place = placeOf(protocol, view, start);
    this.direction = this.occupied[this.place] === 0 ? undefined : this.directions.get(this.key);
    const { direction } = this;
    const stream = protocol.stream!;
    if (this.holding > 0) this.noteAcknowledged(stream.acknowledged(view, start), view, start);
    if (direction === undefined) return Continuation.none;
    const payload = layers.payload[row]!;
    const end = layers.end[row]!;
    const begins = stream.begins(view, start);
    if (end === payload && !begins) return Continuation.none;
    this.readSequence();
    if (begins || end < layers.wireEnd[row]!) {
      this.forget(direction);
      direction.next = this.sequenceEnd;
      return Continuation.none;
    }
    const octets = new Uint8Array(view.buffer, view.byteOffset + payload, end - payload);
    return direction.protocol === 0 ? this.alone(direction) : this.behind(direction, octets);
  }

  /** Reads the numbers of the first octet of the segment in hand, and of the one behind it. */
  private readSequence(): void {
    const layers = this.layers!;
    const { row } = this;
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    const stream = layers.protocolOf(row).stream!;
    this.sequence = (stream.sequence(view, start) + (stream.begins(view, start) ? 1 : 0)) >>> 0;
    this.sequenceEnd = (this.sequence + layers.wireEnd[row]! - layers.payload[row]!) >>> 0;
  }

  /**
   * What the receiver acknowledges has reached it: a hole before that is one of the capture alone, which nothing will fill. Octets held behind it are
   * of a message whose beginning is lost.
   */
  private noteAcknowledged(number: number, view: DataView, start: number): void {
    const place = placeOf(this.layers!.protocolOf(this.row), view, start, true);
    if (number < 0 || this.occupied[place] === 0) return;
    const other = this.directions.get(`${this.point}\0${pathKey(this.layers!, this.row, true, true)}`);
    if (other === undefined || other.held.length === 0 || distance(number, other.next) <= 0) return;
    const last = other.held.reduce((most, { sequence, octets }) => {
      const end = (sequence + octets.length) >>> 0;
      return distance(end, most) > 0 ? end : most;
    }, other.next);
    this.forget(other);
    other.next = last;
  }

  /** Name of the direction that the segment in hand belongs to. */
  private get key(): string {
    return `${this.point}\0${pathKey(this.layers!, this.row, true)}`;
  }

  /** A segment with no unfinished message before it. */
  private alone(direction: Direction): Continuation {
    const ahead = distance(this.sequence, direction.next);
    if (distance(this.sequenceEnd, direction.next) <= 0) return Continuation.held;
    direction.next = this.sequenceEnd;
    // Of a segment that repeats octets, the new ones are not where its header says that the payload begins.
    return ahead < 0 ? Continuation.held : Continuation.none;
  }

  /** A segment that may go on with the unfinished message. */
  private behind(direction: Direction, octets: Uint8Array): Continuation {
    const { sequence } = this;
    const ahead = distance(sequence, direction.next);
    if (ahead > 0) return this.hold(direction, sequence, octets);
    if (-ahead >= octets.length) return Continuation.held;
    if (direction.frames.length === MAX_FRAMES) {
      this.giveUp(direction);
      direction.next = this.sequenceEnd;
      return Continuation.none;
    }
    this.append(direction, octets.subarray(-ahead), this.frame);
    direction.next = this.sequenceEnd;
    this.appendHeld(direction);
    if (direction.filled < direction.needed) return Continuation.held;
    this.view = new DataView(direction.buffer.buffer.slice(0, direction.filled) as ArrayBuffer);
    this.frames = direction.frames;
    this.protocol = direction.protocol;
    this.guessed = direction.guessed;
    this.clear(direction);
    return Continuation.continued;
  }

  private hold(direction: Direction, sequence: number, octets: Uint8Array): Continuation {
    if (direction.held.length >= MAX_HELD || direction.heldOctets + octets.length > MAX_MESSAGE) {
      this.giveUp(direction);
      direction.next = this.sequenceEnd;
      return Continuation.none;
    }
    if (direction.held.length === 0) this.holding++;
    direction.held.push({ sequence, octets: octets.slice(), frame: this.frame });
    direction.heldOctets += octets.length;
    this.octets += octets.length + HELD_COST;
    return Continuation.held;
  }

  private append(direction: Direction, octets: Uint8Array, frame: number): void {
    const filled = direction.filled + octets.length;
    if (filled > direction.buffer.length) {
      const larger = new Uint8Array(
        Math.max(filled, 2 * direction.buffer.length, Math.min(direction.needed, MAX_MESSAGE)),
      );
      larger.set(direction.buffer.subarray(0, direction.filled));
      direction.buffer = larger;
    }
    direction.buffer.set(octets, direction.filled);
    direction.filled = filled;
    this.octets += octets.length;
    if (direction.frames.at(-1) !== frame) direction.frames.push(frame);
  }

  /** Appends the held segments that the last one made reachable. */
  private appendHeld(direction: Direction): void {
    direction.held.sort((a, b) => distance(a.sequence, b.sequence));
    for (;;) {
      const first = direction.held[0];
      const ahead = first === undefined ? 1 : distance(first.sequence, direction.next);
      if (first === undefined || ahead > 0) return;
      direction.held.shift();
      if (direction.held.length === 0) this.holding--;
      direction.heldOctets -= first.octets.length;
      this.octets -= first.octets.length + HELD_COST;
      if (-ahead >= first.octets.length) continue;
      this.append(direction, first.octets.subarray(-ahead), first.frame);
      direction.next = (first.sequence + first.octets.length) >>> 0;
    }
  }

  /**
   * Ends the look at the segment in hand. The octets [start, end) of `view` begin a message of `protocol` that needs `needed` octets; where
   * start is end, all messages were whole. False where the message is too long to be kept.
   */
  finish(protocol: number, guessed: boolean, view: DataView, start: number, end: number, needed: number): boolean {
    let { direction } = this;
    if (direction === undefined) {
      direction = new Direction(this.place);
      this.readSequence();
      direction.next = this.sequenceEnd;
      this.direction = direction;
      this.directions.set(this.key, direction);
      this.occupied[direction.place]! += 1;
    }
    if (start === end) return true;
    if (needed > MAX_MESSAGE) return false;
    direction.protocol = protocol;
    direction.guessed = guessed;
    direction.needed = needed;
    this.append(direction, new Uint8Array(view.buffer, view.byteOffset + start, end - start), this.frame);
    this.makeRoom();
    return direction.protocol !== 0;
  }

  /** Forgets the octets of the message. */
  private clear(direction: Direction): void {
    this.octets -= direction.filled;
    direction.buffer = new Uint8Array(0);
    direction.filled = 0;
    direction.frames = [];
    direction.protocol = 0;
  }

  private giveUp(direction: Direction): void {
    if (direction.protocol !== 0) this.abandoned++;
    this.forget(direction);
  }

  /** Forgets the message and what is behind its holes. */
  private forget(direction: Direction): void {
    this.clear(direction);
    this.octets -= direction.heldOctets + direction.held.length * HELD_COST;
    if (direction.held.length > 0) this.holding--;
    direction.held = [];
    direction.heldOctets = 0;
  }

  /** The map keeps the order in which directions were met, so the oldest are at its front. */
  private makeRoom(): void {
    for (const [key, direction] of this.directions) {
      if (this.directions.size <= MAX_DIRECTIONS && this.octets <= MAX_OCTETS) return;
      this.giveUp(direction);
      this.directions.delete(key);
      this.occupied[direction.place]! -= 1;
    }
  }
}

/** Place of the directions with the ports in the header at `start`, or of those that answer them. */
function placeOf({ fixed }: Protocol, view: DataView, start: number, isAnswer = false): number {
  const first = fixed[isAnswer ? 1 : 0]!.get(view, start);
  const second = fixed[isAnswer ? 0 : 1]!.get(view, start);
  const ports = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return (ports ^ (ports >>> 16)) & (PLACES - 1);
}
