/** Layers as plain objects: the shape of the JSON output, for programs. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { RowFlag } from '../dissect/layers.ts';
import { type FieldValue, fieldValue } from '../dissect/value.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';

/** A value in a layer's object: a field's own, a group's parts, or the elements of a list. */
export type ObjectValue = FieldValue | ObjectValues | ObjectValues[] | readonly number[];
/** Fields by key. */
export interface ObjectValues {
  [key: string]: ObjectValue | undefined;
}

/** What every layer's object has beside its fields. */
export interface LayerFacts<N extends string = string> {
  /** Name of the protocol. */
  layer: N;
  /** Octets of the header from the frame's (or the reassembled source's) first, end exclusive. */
  range: readonly number[];
  /** Kind of tunnel that the layer opens. */
  tunnel?: string;
  /** The protocol was recognised by content, not by a registered code point. */
  guessed?: boolean;
  /** The layer is part of a packet that an ICMP error quotes. */
  quoted?: boolean;
  /** Number of the reassembled source the layer was read from, from 1. */
  source?: number;
  /** Numbers of the frames that source came in. */
  frames?: readonly number[];
}

/** One layer with its fields by key. */
export interface LayerObject extends ObjectValues, LayerFacts {}

class ObjectBuilder implements FieldVisitor {
  private view: DataView;
  private readonly stack: ObjectValues[];

  constructor(view: DataView, root: ObjectValues) {
    this.view = view;
    this.stack = [root];
  }

  private get top(): ObjectValues {
    return this.stack[this.stack.length - 1]!;
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    this.top[field.key] = fieldValue(field, this.view, at, start, end, value);
  }

  openGroup(field: Field, at: number): void {
    const group: ObjectValues = { raw: field.get(this.view, at) };
    this.top[field.key] = group;
    this.stack.push(group);
  }

  closeGroup(): void {
    this.stack.pop();
  }

  openElement(list: Field): void {
    const element: ObjectValues = {};
    const elements = this.top[list.key];
    if (Array.isArray(elements)) (elements as ObjectValues[]).push(element);
    else this.top[list.key] = [element];
    this.stack.push(element);
  }

  closeElement(list: Field): void {
    for (const child of list.children) if (child.kind === 'list') this.top[child.key] ??= [];
    this.stack.pop();
  }
}

/** The layer in a row as an object; the keys are the field names without the protocol's prefix. */
export function layerObject(layers: Layers, row: number): LayerObject {
  const protocol = layers.protocolOf(row);
  const origin = layers.originOf(row);
  const object: LayerObject = {
    layer: protocol.name,
    range: [layers.start[row]! - origin, layers.payload[row]! - origin],
  };
  const tunnel = layers.tunnelOf(row);
  if (tunnel !== '') object.tunnel = tunnel;
  if ((layers.flags[row]! & RowFlag.guessed) !== 0) object.guessed = true;
  if (layers.isQuoted(row)) object.quoted = true;
  const source = layers.source[row]!;
  if (source > 0) {
    object.source = source;
    object.frames = layers.sources[source - 1]!.frames;
  }
  walkLayer(layers, row, new ObjectBuilder(layers.viewOf(row), object));
  for (const field of protocol.loose) if (field.kind === 'list') object[field.key] ??= [];
  return object;
}
