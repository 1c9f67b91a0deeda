/** Options of headers that are alike but for numbers, such as time stamps: those of successive packets mostly are. */
import { type Layers, Status } from '../dissect/layers.ts';

/** Width of the numbers on which no other part of the options' text depends, as protocols that have options promise. */
export const FREE_BITS = 32;
/** Shapes of the options of one kind of header. */
const MOST_SHAPES = 4;

/** What was made of options, and where in the header octets must be these for it to hold. */
interface Shape<T> {
  readonly places: Uint16Array;
  readonly octets: Uint8Array;
  readonly made: T;
}

/** Octets of a header that are shown as free numbers and nowhere else. Places count from the header's start. */
export class FreeOctets {
  private readonly free = new Set<number>();
  private readonly bound = new Set<number>();

  /** Octets [start, end) are shown, as a free number or otherwise. */
  show(start: number, end: number, isFree: boolean): void {
    for (let octet = start; octet < end; octet++) {
      if (isFree && !this.bound.has(octet) && !this.free.has(octet)) this.free.add(octet);
      else {
        this.free.delete(octet);
        this.bound.add(octet);
      }
    }
  }

  has(octet: number): boolean {
    return this.free.has(octet);
  }
}

/** What was made of the options of one kind of header, by their shape. */
export class OptionShapes<T> {
  private readonly shapes: Shape<T>[] = [];
  private kept = 0;
  /** Options of another shape, and how many of them there are before the next is kept: where each is another, it does not pay. */
  private others = 0;
  private nextAt = 0;

  /** What was made of options of the same shape as those of the header at `start`. */
  find(view: DataView, start: number): T | undefined {
    for (let i = 0; i < this.shapes.length; i++) {
      const shape = this.shapes[i]!;
      if (isOf(shape, view, start)) return shape.made;
    }
    return undefined;
  }

  /** Whether something is to be made of options for which nothing was found; to be asked once of each. */
  isDue(): boolean {
    if (this.others++ !== this.nextAt) return false;
    this.nextAt = 2 * this.others;
    return true;
  }

  /** Keeps what was made of the options of a row, unless something is wrong with the packet, which is to be told of each. */
  keep(made: T, free: FreeOctets, layers: Layers, row: number): void {
    const { issues, status } = layers;
    if (issues.count > 0 || issues.dropped > 0 || status[row] !== Status.complete) return;
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    const places: number[] = [];
    for (let at = layers.protocolOf(row).minimum; at < layers.payload[row]! - start; at++) {
      if (!free.has(at)) places.push(at);
    }
    this.shapes[this.kept++ % MOST_SHAPES] = {
      places: Uint16Array.from(places),
      octets: Uint8Array.from(places, (at) => view.getUint8(start + at)),
      made,
    };
  }
}

function isOf<T>({ places, octets }: Shape<T>, view: DataView, start: number): boolean {
  for (let i = 0; i < places.length; i++) if (view.getUint8(start + places[i]!) !== octets[i]) return false;
  return true;
}
