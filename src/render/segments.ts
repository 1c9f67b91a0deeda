/** The octets of a packet as segments: fields, payload, padding. Together they cover every captured bit of a source exactly once. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkDetails, walkField, walkLayer } from '../dissect/walk.ts';
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

const NO_PARENTS: readonly Field[] = [];

class SegmentCollector implements FieldVisitor {
  segments: Segment[] = [];
  private readonly row: number;
  /** Never changed but replaced, for segments hold it. */
  private parents = NO_PARENTS;

  constructor(row: number) {
    this.row = row;
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    if (start === end) return;
    const isBits = field.bitWidth > 0;
    const bitStart = isBits ? at * 8 + field.bitOffset : start * 8;
    const bitEnd = isBits ? bitStart + field.bitWidth : end * 8;
    this.segments.push({ kind: 'field', row: this.row, bitStart, bitEnd, field, at, value, parents: this.parents });
  }

  openGroup(field: Field): void {
    this.parents = [...this.parents, field];
  }

  closeGroup(): void {
    this.parents = this.parents.slice(0, -1);
  }

  openElement(list: Field): void {
    this.openGroup(list);
  }

  closeElement(): void {
    this.closeGroup();
  }
}

function withoutField(kind: SegmentKind, row: number, bitStart: number, bitEnd: number): Segment {
  return { kind, row, bitStart, bitEnd, field: undefined, at: bitStart >> 3, value: undefined, parents: NO_PARENTS };
}

/** The segments of fields of the structure that begins at `at`, of any row. */
export function fieldSegments(fields: readonly Field[], view: DataView, at: number): Segment[] {
  const collector = new SegmentCollector(-1);
  for (const field of fields) walkField(field, view, at, collector);
  return collector.segments;
}

/** The segments of a row's header; of the part behind its fixed fields where it is told how many octets these, which were all captured, fill. */
export function headerSegments(layers: Layers, row: number, fixedOctets = 0): Segment[] {
  const collector = new SegmentCollector(row);
  if (fixedOctets === 0) walkLayer(layers, row, collector);
  else walkDetails(layers, row, collector);
  const { segments } = collector;
  const last = segments.length > 0 ? segments[segments.length - 1]!.bitEnd : (layers.start[row]! + fixedOctets) * 8;
  const end = layers.payload[row]! * 8;
  if (end > last) segments.push(withoutField('incomplete', row, last, end));
  return segments;
}

/** Receives what a source holds, in the order of its octets. */
export interface SourceVisitor {
  /** A row whose header is not empty. */
  header(layers: Layers, row: number): void;
  /** Octets [start, end) that belong to no header. */
  rest(layers: Layers, kind: SegmentKind, row: number, start: number, end: number): void;
}

/** Shows the headers of one source (0: the frame) and what is between and behind them. */
export function visitSource(layers: Layers, source: number, visitor: SourceVisitor): void {
  let isEmpty = true;
  for (let row = 0; row < layers.count; row++) {
    if (layers.source[row] !== source) continue;
    const parent = layers.parent[row]!;
    if (parent >= 0 && layers.source[parent] === source) continue;
    visitRow(layers, row, visitor);
    isEmpty = false;
  }
  if (source === 0) {
    visitRemainders(layers, -1, visitor);
    const end = layers.frameEnd;
    if (layers.fcsOctets > 0) visitor.rest(layers, 'fcs', -1, end - layers.fcsOctets, end);
  } else if (isEmpty) {
    const { byteLength } = layers.sources[source - 1]!.view;
    if (byteLength > 0) visitor.rest(layers, 'payload', -1, 0, byteLength);
  }
}

function visitRow(layers: Layers, row: number, visitor: SourceVisitor): void {
  if (layers.payload[row]! > layers.start[row]!) visitor.header(layers, row);
  for (let child = row + 1; child < layers.count; child++) {
    if (layers.parent[child] === row && layers.source[child] === layers.source[row]) visitRow(layers, child, visitor);
  }
  visitRemainders(layers, row, visitor);
}

function visitRemainders(layers: Layers, row: number, visitor: SourceVisitor): void {
  const remainders = remaindersOf(layers, row);
  for (let i = 0; i < remainders.length; i++) {
    const { kind, start, end } = remainders[i]!;
    visitor.rest(layers, kind, row, start, end);
  }
}

/** The segments of one source (0: the frame) in the order of their octets. */
export function segmentsOf(layers: Layers, source = 0): Segment[] {
  const segments: Segment[] = [];
  visitSource(layers, source, {
    header: (_, row) => segments.push(...headerSegments(layers, row)),
    rest: (_, kind, row, start, end) => segments.push(withoutField(kind, row, start * 8, end * 8)),
  });
  return segments;
}
