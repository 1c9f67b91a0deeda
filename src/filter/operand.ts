/** Operands: where the values of one side of a comparison come from. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import type { WordNode } from './ast.ts';
import type { ComputedFieldValue } from './computed-fields.ts';
import type { FilterContext } from './context.ts';
import type { ComputedName, DeclaredName, ProtocolName } from './field-catalog.ts';
import { type FieldTarget, occurrences } from './field-target.ts';
import { type RowChoice, rowChoice } from './row-choice.ts';
import type { Scope } from './scope.ts';
import { convert, octetText, readValue, type Take, type ValueType } from './value.ts';

/** Shows each value to `take` until that ends the search; true where it did. */
export type Each = (context: FilterContext, take: Take) => boolean;

/** Takes octets; true ends the search. */
export type TakeSpan = (view: DataView, start: number, end: number) => boolean;

/** Shows stretches of octets, as Each does values. */
export type EachSpan = (context: FilterContext, take: TakeSpan) => boolean;

/** One side of a comparison, an argument of a function. */
export interface Operand {
  readonly type: ValueType;
  /** What it is called in messages. */
  readonly name: string;
  readonly each: Each;
  /** Octets from a protocol's header to the end of what it carries: what `contains` and `matches` search. */
  readonly reach: EachSpan | undefined;
  /** Declarations of the field, for words that stand for its values and for its greatest value. */
  readonly fields: readonly Field[];
  /** Numbers at fixed places in any layer, which can be compared without a search. */
  readonly numbers: readonly FieldTarget[] | undefined;
}

/** An operand that is no field itself. */
export function derived(type: ValueType, name: string, each: Each): Operand {
  return { type, name, each, reach: undefined, fields: [], numbers: undefined };
}

/** The operand a name stands for. */
export function nameOperand(scope: Scope, node: WordNode): Operand {
  const resolved = scope.resolve(node.text);
  if (resolved === undefined) return scope.failUnknown(node);
  const { entry, place } = resolved;
  scope.used.add(entry.name);
  const choice = rowChoice(place, node.layers);
  const isOfPacket = entry.kind === 'frame' || (entry.kind === 'computed' && entry.protocolId === 0);
  if (isOfPacket && choice !== undefined) {
    scope.fail(`'${entry.name}' belongs to the packet, not to a layer`, node);
  }
  switch (entry.kind) {
    case 'field':
      return declaredOperand(entry, choice);
    case 'protocol':
      if (entry.isBare) scope.fail(`'${entry.name}' has no octets of its own to compare`, node);
      return protocolOperand(entry, choice);
    case 'frame': {
      const reach: EachSpan = ({ layers }, take) => take(layers.view, layers.frameStart, layers.frameEnd);
      return { ...derived('protocol', 'frame', textOf(reach)), reach };
    }
    case 'computed':
      return derived(entry.field.type, entry.name, computedEach(entry, choice));
  }
}

/** The octets as values. */
export function textOf(each: EachSpan): Each {
  return (context, take) => each(context, (view, start, end) => take(octetText(view, start, end)));
}

function declaredOperand({ name, type, targets }: DeclaredName, choice: RowChoice | undefined): Operand {
  const eachOccurrence = occurrences(targets, choice);
  const each: Each = (context, take) =>
    eachOccurrence(context, (field, view, at, start, end, computed) => {
      const value = readValue(type, field, view, at, start, end, computed);
      return value !== undefined && take(value);
    });
  const isNumber = type === 'number' || type === 'boolean' || type === 'ipv4';
  const isPlain = targets.every(
    ({ field, fixed }) => fixed?.guards.length === 0 && field.bitWidth <= 32 && field.kind !== 'list',
  );
  const numbers = isNumber && isPlain && choice === undefined ? targets : undefined;
  return { type, name, each, reach: undefined, fields: targets.map(({ field }) => field), numbers };
}

function protocolOperand({ name, id }: ProtocolName, choice: RowChoice | undefined): Operand {
  const octetsTo =
    (last: 'payload' | 'end'): EachSpan =>
    ({ layers }, take) => {
      for (let row = 0; row < layers.count; row++) {
        if (layers.protocol[row] !== id || (choice !== undefined && !choice(layers, row))) continue;
        if (take(layers.viewOf(row), layers.start[row]!, layers[last][row]!)) return true;
      }
      return false;
    };
  return { ...derived('protocol', name, textOf(octetsTo('payload'))), reach: octetsTo('end') };
}

function computedEach({ field, protocolId }: ComputedName, choice: RowChoice | undefined): Each {
  const { type, value } = field;
  const takeOne = (found: ComputedFieldValue, take: Take): boolean => {
    const converted = convert(type, found);
    return converted !== undefined && take(converted);
  };
  const takeAll = (found: ReturnType<typeof value>, take: Take): boolean => {
    if (found === undefined) return false;
    return isSeveral(found) ? found.some((one) => takeOne(one, take)) : takeOne(found, take);
  };
  if (protocolId === 0) return (context, take) => takeAll(value(context, -1), take);
  return (context, take) => {
    const { layers } = context;
    for (let row = 0; row < layers.count; row++) {
      if (layers.protocol[row] !== protocolId || (choice !== undefined && !choice(layers, row))) continue;
      if (takeAll(value(context, row), take)) return true;
    }
    return false;
  };
}

/** Whether a computed field gave several values. */
export function isSeveral(
  found: ComputedFieldValue | readonly ComputedFieldValue[],
): found is readonly ComputedFieldValue[] {
  return Array.isArray(found);
}

/** Whether there is a layer of the protocol. */
export function protocolPresence(
  entry: ProtocolName,
  choice: RowChoice | undefined,
): (context: FilterContext) => boolean {
  const { id, name, isBare, linkTypes } = entry;
  const isRow = isBare
    ? (layers: Layers, row: number) => layers.tunnelOf(row) === name
    : (layers: Layers, row: number) => layers.protocol[row] === id;
  return ({ layers }) => {
    if (isBare && linkTypes.includes(layers.linkType)) return true;
    for (let row = 0; row < layers.count; row++) {
      if (isRow(layers, row) && (choice === undefined || choice(layers, row))) return true;
    }
    return false;
  };
}
