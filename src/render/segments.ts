/** The octets of a packet as segments: fields, payload, padding. Together they cover every captured bit of a source exactly once. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';
import { remaindersOf } from './remainder.ts';

/**
 * What a segment is: a field without children; octets no known protocol claims; octets behind a layer's declared end;
 * the part of a header that was cut off or contradicts itself; or the frame check sequence.
 */
export type SegmentKind = 'field' | 'payload' | 'padding' | 'incomplete' | 'fcs';

/** A run of bits. Positions are in the view of the row's source. */
export interface Segment {
  readonly kind: SegmentKind;
  /** Row of the layer it belongs to; -1 for the frame itself. */
  readonly row: number;
  /** First bit, and the bit behind the last. */
  readonly bitStart: number;
  readonly bitEnd: number;
  readonly field: Field | undefined;
  /** Where the field's structure begins. */
  readonly at: number;
  /** Value that was worked out from these octets and more. */
  readonly value: ComputedValue | undefined;
  /** Parents of the field within the layer, outermost first. */
  readonly parents: readonly Field[];
}

class SegmentCollector implements FieldVisitor {
  private readonly parents: Field[] = [];
  private readonly segments: Segment[];
  row = 0;

  constructor(segments: Segment[]) {
    this.segments = segments;
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    if (start === end) return;
    const isBits = field.bitWidth > 0;
    const bitStart = isBits ? at * 8 + field.bitOffset : start * 8;
    const bitEnd = isBits ? bitStart + field.bitWidth : end * 8;
    const parents = this.parents.slice();
    this.segments.push({ kind: 'field', row: this.row, bitStart, bitEnd, field, at, value, parents });
  }

  openGroup(field: Field): void {
    this.parents.push(field);
  }

  closeGroup(): void {
    this.parents.pop();
  }

  openElement(list: Field): void {
    this.parents.push(list);
  }

  closeElement(): void {
    this.parents.pop();
  }
}

/** The segments of one source (0: the frame) in the order of their octets. */
export function segmentsOf(layers: Layers, source = 0): Segment[] {
  const segments: Segment[] = [];
  const collector = new SegmentCollector(segments);
  const restOfBits = (kind: SegmentKind, row: number, bitStart: number, bitEnd: number): void => {
    if (bitEnd <= bitStart) return;
    segments.push({ kind, row, bitStart, bitEnd, field: undefined, at: bitStart >> 3, value: undefined, parents: [] });
  };
  const rest = (kind: SegmentKind, row: number, start: number, end: number): void =>
    restOfBits(kind, row, start * 8, end * 8);
  const addRow = (row: number): void => {
    const before = segments.length;
    collector.row = row;
    walkLayer(layers, row, collector);
    const last = segments.length > before ? segments[segments.length - 1]!.bitEnd : layers.start[row]! * 8;
    restOfBits('incomplete', row, last, layers.payload[row]! * 8);
    for (let child = row + 1; child < layers.count; child++) {
      if (layers.parent[child] === row && layers.source[child] === source) addRow(child);
    }
    for (const { kind, start, end } of remaindersOf(layers, row)) rest(kind, row, start, end);
  };
  let isEmpty = true;
  for (let row = 0; row < layers.count; row++) {
    const parent = layers.parent[row]!;
    if (layers.source[row] === source && (parent < 0 || layers.source[parent] !== source)) {
      addRow(row);
      isEmpty = false;
    }
  }
  if (source === 0) {
    for (const { kind, start, end } of remaindersOf(layers, -1)) rest(kind, -1, start, end);
    rest('fcs', -1, layers.frameEnd - layers.fcsOctets, layers.frameEnd);
  } else if (isEmpty) rest('payload', -1, 0, layers.sources[source - 1]!.view.byteLength);
  return segments;
}
