/** Emits fields one behind the other, where lengths on the wire say how far each goes. */
import type { Field } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';

/** What becomes of a length that reaches beyond what holds it. */
export interface Overrun {
  /** Issue that is recorded, and the field that sets the limit. */
  readonly issue: string;
  readonly limit: string;
}

/**
 * A place in a layer's octets, within the part that ends at `limit` on the wire. Once something does not fit, nothing more of the
 * part is emitted but by `rest`.
 */
export class FieldCursor {
  readonly emit: FieldEmitter;
  readonly view: DataView;
  /** End of the octets that may be read. */
  readonly captured: number;
  /** Octet the next field begins with. */
  at: number;
  /** End of the part. */
  limit: number;
  private readonly overrun: Overrun;
  private isStuck = false;

  constructor(emit: FieldEmitter, view: DataView, at: number, limit: number, captured: number, overrun: Overrun) {
    this.emit = emit;
    this.view = view;
    this.at = at;
    this.limit = limit;
    this.captured = captured;
    this.overrun = overrun;
  }

  /** Octets of the part that are left on the wire. */
  get left(): number {
    return this.limit - this.at;
  }

  /** Whether `octets` more octets belong to the part and were captured. */
  private fits(octets: number): boolean {
    if (this.isStuck) return false;
    if (octets > this.left) this.emit.issue(this.overrun.issue, octets, this.left, this.overrun.limit);
    else if (this.at + octets <= this.captured) return true;
    this.isStuck = true;
    return false;
  }

  /** Emits a field of fixed width and answers its number: 0 where it is not there whole, NaN where it is wider than 32 bits. */
  number(field: Field): number {
    const { at } = this;
    if (!this.fits(field.octetWidth)) return 0;
    this.emit.field(field, at);
    this.at += field.octetWidth;
    return field.get(this.view, at);
  }

  /** Emits fields that lie side by side in the same octets, all of them or none. */
  together(...fields: readonly Field[]): void {
    const { at } = this;
    const width = Math.max(...fields.map(({ octetOffset, octetWidth }) => octetOffset + octetWidth));
    if (!this.fits(width)) return;
    for (const field of fields) this.emit.field(field, at);
    this.at += width;
  }

  /** Emits a field whose value was worked out from the next `octets` octets, and answers that value; 0 where they are not there. */
  worked(field: Field, value: number, octets: number): number {
    const { at } = this;
    if (!this.fits(octets)) return 0;
    this.at = at + octets;
    this.emit.value(field, value, at, this.at);
    return value;
  }

  /** Emits `octets` octets as one field, cut at the part's end; none at all where the number is 0. */
  octets(field: Field, octets: number): void {
    const { at } = this;
    if (octets === 0 || this.isStuck) return;
    this.at = this.fits(octets) ? at + octets : Math.min(at + octets, this.limit, this.captured);
    if (this.at > at) this.emit.octets(field, at, this.at);
  }

  /** Emits what is left of the part, whatever it is, and goes on behind it. */
  rest(field: Field): void {
    const end = Math.min(this.limit, this.captured);
    if (this.at < end) this.emit.octets(field, this.at, end);
    this.at = this.limit;
    this.isStuck = false;
  }

  /** Walks a part of `octets` octets within this one. What `body` leaves of it is left to the `rest` of the part around. */
  part(octets: number, body: () => void): void {
    if (this.isStuck) return;
    if (octets > this.left) this.emit.issue(this.overrun.issue, octets, this.left, this.overrun.limit);
    const outer = this.limit;
    this.limit = Math.min(this.at + octets, outer);
    body();
    if (this.at < this.limit) this.isStuck = true;
    this.limit = outer;
  }

  /** Emits the elements of a list that fills the next `octets` octets; each has at least `least`. */
  each(list: Field, octets: number, least: number, element: () => void): void {
    this.part(octets, () => {
      while (!this.isStuck && this.left >= least && this.at + least <= this.captured) {
        this.emit.begin(list, this.at);
        element();
        this.emit.end(this.at);
      }
    });
  }
}
