/** Walks the fields of a layer in wire order; renderers and filters see every field through here. */
import type { Field } from './field.ts';
import { type Layers, Status } from './layers.ts';

/** Value that was worked out rather than read. */
export type ComputedValue = number | string | boolean;

/** Receives the fields of a layer. Positions are octets of the row's source. */
export interface FieldVisitor {
  /**
   * A field without children. Its structure begins at `at`; its octets are [start, end), empty for a computed one.
   * `value` is given where it can't be read from the octets alone.
   */
  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void;
  /** A field with children, which follow until `closeGroup`. */
  openGroup(field: Field, at: number): void;
  closeGroup(field: Field): void;
  /** One element of a list; its fields follow until `closeElement`. */
  openElement(list: Field, start: number): void;
  closeElement(list: Field, end: number): void;
}

/**
 * What `details` speaks to. No field passes the end of the header: one that would is not shown, and the call answers false,
 * so that a dissector can't be led to read what was not captured.
 */
export interface FieldEmitter {
  /** Characters of worked-out text emitted for the layer so far: compressed names can make far more of it than a message has octets. */
  readonly textLength: number;
  /** Emits a field of fixed width whose structure begins at `at`. */
  field(field: Field, at: number): boolean;
  /** Emits a field over the octets [start, end), cut at the header's end. */
  octets(field: Field, start: number, end: number): boolean;
  /** Emits a field whose value was worked out from [start, end) — or from elsewhere, where the range is left out. */
  value(field: Field, value: ComputedValue, start?: number, end?: number): boolean;
  /** Begins an element of a list at an octet. */
  begin(list: Field, start: number): void;
  /** Ends the element begun last. */
  end(at: number): void;
  /** Records what is wrong with the layer; said once however often the layer is shown. */
  issue(code: string, needed: number, available: number, limit: string): void;
}

/** Shows a field of fixed width, or the one that takes its place, with its parts. The structure it is part of begins at `at`; all of it was captured. */
export function walkField(declared: Field, view: DataView, at: number, visitor: FieldVisitor): void {
  const field =
    declared.alternative !== undefined && declared.takesOver?.(declared.get(view, at), view, at)
      ? declared.alternative
      : declared;
  if (field.children.length === 0) {
    const start = at + field.octetOffset;
    visitor.leaf(field, at, start, start + field.octetWidth, undefined);
    return;
  }
  visitor.openGroup(field, at);
  for (const child of field.children) walkField(child, view, at, visitor);
  visitor.closeGroup(field);
}

class LayerWalk implements FieldEmitter {
  textLength = 0;
  private visitor: FieldVisitor | undefined;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private layers: Layers | undefined;
  private row = 0;
  private limit = 0;
  private readonly open: Field[] = [];

  walk(layers: Layers, row: number, visitor: FieldVisitor, isFixedShown: boolean): void {
    const protocol = layers.protocolOf(row);
    const start = layers.start[row]!;
    const end = layers.payload[row]!;
    this.visitor = visitor;
    this.layers = layers;
    this.row = row;
    this.view = layers.viewOf(row);
    this.limit = end;
    if (this.open.length > 0) this.open.length = 0;
    this.textLength = 0;
    let complete = true;
    if (!isFixedShown) for (const field of protocol.fixed) complete = this.field(field, start) && complete;
    if (complete && protocol.details) protocol.details(this, this.view, start, end, layers, row);
    while (this.open.length > 0) this.end(end);
  }

  field(declared: Field, at: number): boolean {
    if (at + declared.octetOffset + declared.octetWidth > this.limit) return false;
    walkField(declared, this.view, at, this.visitor!);
    return true;
  }

  octets(field: Field, start: number, end: number): boolean {
    const cut = Math.min(end, this.limit);
    if (start > cut) return false;
    this.visitor!.leaf(field, start, start, cut, undefined);
    return end <= this.limit;
  }

  value(field: Field, value: ComputedValue, start = 0, end = start): boolean {
    if (end > this.limit || end < start) return false;
    if (typeof value === 'string') this.textLength += value.length;
    this.visitor!.leaf(field, start, start, end, value);
    return true;
  }

  begin(list: Field, start: number): void {
    this.open.push(list);
    this.visitor!.openElement(list, start);
  }

  end(at: number): void {
    const list = this.open.pop();
    if (list !== undefined) this.visitor!.closeElement(list, Math.min(at, this.limit));
  }

  issue(code: string, needed: number, available: number, limit: string): void {
    const { issues, status } = this.layers!;
    // A header or message that is cut short lacks what its lengths speak of: that was told already.
    if (status[this.row] === Status.truncated || issues.has(this.row, 'continues')) return;
    if (!issues.has(this.row, code)) issues.add(this.row, code, needed, available, limit);
  }
}

const idle: LayerWalk[] = [];

function walk(layers: Layers, row: number, visitor: FieldVisitor, isFixedShown: boolean): void {
  // A visitor may look at another layer while it is inside one, so each depth has a walk of its own.
  const layerWalk = idle.pop() ?? new LayerWalk();
  layerWalk.walk(layers, row, visitor, isFixedShown);
  idle.push(layerWalk);
}

/** Shows every field of a layer to the visitor, in wire order. Fields that were not captured whole are left out. */
export function walkLayer(layers: Layers, row: number, visitor: FieldVisitor): void {
  walk(layers, row, visitor, false);
}

/** Shows the fields at run-time positions of a layer whose fixed fields were all captured, and shown already. */
export function walkDetails(layers: Layers, row: number, visitor: FieldVisitor): void {
  const { details, hasOptions, minimum } = layers.protocolOf(row);
  if (details === undefined || (hasOptions && layers.payload[row]! - layers.start[row]! <= minimum)) return;
  walk(layers, row, visitor, true);
}
