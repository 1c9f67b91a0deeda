/** Bodies of options, records and attributes: parts that follow each other, declared once as fields and as layout. */

import { once } from '../capture/once.ts';
import {
  bytes,
  type Field,
  type FieldOptions,
  type FieldSpec,
  type FieldSpecs,
  type Leaf,
  list,
  type MoreFields,
  type OpenSpecs,
  text,
} from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { type FlatSpecs, flatKey, flatNames } from './flat-names.ts';

/** What a part may need to know beside its own octets. */
export interface PartContext {
  readonly view: DataView;
  /** First octet of the message: where offsets within it count from. */
  readonly base: number;
  /** First octet of the body. */
  readonly start: number;
  /** The number in the part before this one, parts that took nothing left out; NaN when that was no number. */
  readonly before: number;
}

/** Emits a part that begins at `at` of a body that ends at `end`, and answers the first octet behind it. */
export type EmitPart = (emit: FieldEmitter, field: Field, at: number, end: number, context: PartContext) => number;

/** A part whose width is known only at run time. A plain field declaration stands for a part of fixed width. */
export interface Part<S extends FieldSpec = FieldSpec> {
  readonly spec: S;
  readonly emit: EmitPart;
}

/** A body, ready to be declared (`specs`) and emitted (`steps`, in wire order). */
export interface Body<S extends FieldSpecs = OpenSpecs> {
  readonly specs: S;
  readonly steps: readonly { readonly key: string; readonly emit: EmitPart | undefined }[];
}

/** Fields of a list's element or of a layer, by key. */
export type FieldsByKey = Readonly<Record<string, Field>>;

/** The parts of a body in wire order, by dotted key. What is declared as nothing but this has keys that only a run of the program tells. */
export type Parts = Readonly<Record<string, FieldSpec | Part>> & Pick<OpenSpecs, MoreFields>;

type SpecOf<P> = P extends Part<infer S> ? S : P extends FieldSpec ? P : never;
type Path<G extends string, K extends string> = G extends '' ? K : K extends MoreFields ? K : `${G}.${K}`;
/** The declarations of parts, by the keys they have in JSON. */
type SpecsOf<G extends string, P extends Parts> = string extends keyof P
  ? OpenSpecs
  : FlatSpecs<{ readonly [K in keyof P & string as Path<G, K>]: SpecOf<P[K]> }>;
/** The declarations of several bodies together. */
type SpecsOfAll<B> = { readonly [K in KeyOf<B>]: SpecAt<B, K> };
type KeyOf<B> = B extends Body<infer S> ? (string extends keyof S ? MoreFields : keyof S) : never;
type SpecAt<B, K> = K extends MoreFields
  ? FieldSpec
  : B extends Body<infer S>
    ? string extends keyof S
      ? never
      : K extends keyof S
        ? S[K]
        : never
    : never;

/**
 * Declares a body. The parts are named `prefix.`, `group.` (unless that is '') and their key; the prefix, which the list they stand in
 * has too, is no part of their JSON keys.
 */
export function body<G extends string, P extends Parts>(prefix: string, group: G, parts: P): Body<SpecsOf<G, P>> {
  return new DeclaredBody<SpecsOf<G, P>>(prefix, group, parts);
}

/** A body whose parts are named and put in order when it is first shown. */
class DeclaredBody<S extends FieldSpecs> implements Body<S> {
  private named: S | undefined = undefined;
  private ordered: Body['steps'] | undefined = undefined;
  private readonly prefix: string;
  private readonly group: string;
  private readonly parts: Parts;

  constructor(prefix: string, group: string, parts: Parts) {
    this.prefix = prefix;
    this.group = group;
    this.parts = parts;
  }

  get specs(): S {
    this.named ??= flatNames(
      this.prefix,
      Object.fromEntries(
        Object.entries(this.parts).map(([key, part]) => [this.path(key), 'emit' in part ? part.spec : part]),
      ),
    ) as FieldSpecs as S;
    return this.named;
  }

  get steps(): Body['steps'] {
    this.ordered ??= Object.entries(this.parts).map(([key, part]) => ({
      key: flatKey(this.path(key)),
      emit: 'emit' in part ? part.emit : undefined,
    }));
    return this.ordered;
  }

  private path(key: string): string {
    return this.group === '' ? key : `${this.group}.${key}`;
  }
}

/**
 * The fields of all bodies together, to be declared as the children of the list that holds any of them.
 * Throws when two bodies use one key for different fields.
 */
export function specsOf<B extends Body<FieldSpecs>>(bodies: Iterable<B>): SpecsOfAll<B> {
  const specs: Record<string, FieldSpec> = {};
  for (const { specs: more } of bodies) {
    for (const [key, spec] of Object.entries(more)) {
      const { name } = spec.options;
      const other = specs[key] ?? spec;
      if (other.options.name !== name || other.bits !== spec.bits)
        throw new Error(`'${key}' is declared as ${other.options.name} and as ${name}`);
      specs[key] = spec;
    }
  }
  return specs as SpecsOfAll<B>;
}

/** The field declared under a key. Throws when there is none: the declaration and its use disagree. */
export function fieldOf(fields: FieldsByKey, key: string): Field {
  const field = fields[key];
  if (field === undefined) throw new Error(`no field is declared under '${key}'`);
  return field;
}

/**
 * Emits a body that fills [from, end) of `view`, and answers the first octet that no part took:
 * the body is longer than it should be, or ends within a part.
 */
export function emitBody(
  emit: FieldEmitter,
  fields: FieldsByKey,
  { steps }: Body<FieldSpecs>,
  view: DataView,
  from: number,
  end: number,
  base: number,
): number {
  let at = from;
  let before = Number.NaN;
  for (const step of steps) {
    const field = fieldOf(fields, step.key);
    if (step.emit !== undefined) {
      const next = step.emit(emit, field, at, end, { view, base, start: from, before });
      if (next > at) before = Number.NaN;
      at = next;
      continue;
    }
    if (at + field.octetWidth > end) return at;
    emit.field(field, at);
    before = field.get(view, at);
    at += field.octetWidth;
  }
  return at;
}

function emitRest(emit: FieldEmitter, field: Field, at: number, end: number): number {
  if (at < end) emit.octets(field, at, end);
  return Math.max(at, end);
}

function emitCounted(emit: FieldEmitter, field: Field, at: number, end: number, context: PartContext): number {
  const next = Math.min(at + context.before, end);
  if (next - at < context.before) emit.issue('lengthBeyondEnclosing', context.before, next - at, field.name);
  emit.octets(field, at, next);
  return next;
}

/** Octets up to the body's end. */
export const restBytes = (title: string, ...options: FieldOptions[]): Part<Leaf<'bytes'>> => ({
  spec: bytes(title, 0, ...options),
  emit: emitRest,
});
/** Characters up to the body's end. */
export const restText = (title: string, ...options: FieldOptions[]): Part<Leaf<'text'>> => ({
  spec: text(title, ...options),
  emit: emitRest,
});
/** As many octets as the number in the part before says. */
export const countedBytes = (title: string, ...options: FieldOptions[]): Part<Leaf<'bytes'>> => ({
  spec: bytes(title, 0, ...options),
  emit: emitCounted,
});
/** As many octets of characters as the number in the part before says. */
export const countedText = (title: string, ...options: FieldOptions[]): Part<Leaf<'text'>> => ({
  spec: text(title, ...options),
  emit: emitCounted,
});

/** Time in seconds since 1970 as RFC 3339 text in UTC. */
export const unixTime = (title: string, ...options: FieldOptions[]): Part<Leaf<'text'>> => ({
  spec: text(title, ...options),
  emit: (emit, field, at, end, { view }) => {
    if (at + 4 > end) return at;
    emit.value(field, utcText(view.getUint32(at)), at, at + 4);
    return at + 4;
  },
});

/** Seconds since 1970 in RFC 3339 notation, without a fraction. */
export function utcText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** A part that is there only where `isThere` says so, by what stands in the body and by how many octets of it are left. */
export const when = <S extends FieldSpec>(
  isThere: (context: PartContext, left: number) => boolean,
  part: S | Part<S>,
): Part<S> => {
  const emitPart = 'emit' in part ? part.emit : emitFixed;
  return {
    spec: 'emit' in part ? part.spec : part,
    emit: (emit, field, at, end, context) =>
      isThere(context, end - at) ? emitPart(emit, field, at, end, context) : at,
  };
};

const emitFixed: EmitPart = (emit, field, at, end) => {
  if (at + field.octetWidth > end) return at;
  emit.field(field, at);
  return at + field.octetWidth;
};

/** A list whose elements are `element`, one after the other up to the body's end. What ends within an element is left. */
export const each = <S extends FieldSpecs>(
  title: string,
  element: Body<S>,
  ...options: FieldOptions[]
): Part<FieldSpec<S, 'list'>> => ({
  spec: list(title, () => element.specs, ...options),
  emit: (emit, elements, at, end, { view, base }) => emitEach(emit, elements, element, view, at, end, base),
});

/** A part that ends after as many octets as the number in the part before says. */
export const counted = <S extends FieldSpec>({ spec, emit: emitPart }: Part<S>): Part<S> => ({
  spec,
  emit: (emit, field, at, end, context) => emitPart(emit, field, at, Math.min(at + context.before, end), context),
});

function emitEach(
  emit: FieldEmitter,
  elements: Field,
  element: Body<FieldSpecs>,
  view: DataView,
  from: number,
  end: number,
  base: number,
): number {
  const fields = elements.of as FieldsByKey;
  const least = element.steps.reduce((sum, { key }) => sum + fieldOf(fields, key).octetWidth, 0);
  let at = from;
  while (at < end && at + least <= end) {
    emit.begin(elements, at);
    const next = emitBody(emit, fields, element, view, at, end, base);
    emit.end(next);
    if (next <= at) break;
    at = next;
  }
  return at;
}

/** How the elements of a list of type, length and value are read. */
export interface TypedElements {
  readonly title: string;
  /** Names of the fields of an element begin with this. */
  readonly prefix: string;
  /** Name of the list itself. */
  readonly name: string;
  /** The type and, behind it, the length of the value in octets, by key. */
  readonly header: Readonly<Record<string, FieldSpec>>;
  /** Bodies by type, put together when the first element is met. */
  readonly bodies: () => Readonly<Record<number, Body>>;
  /** Key of the field that takes what no body does. */
  readonly rest: string;
  /** Issue recorded for an element that reaches beyond the list, and what sets that limit. */
  readonly issue: string;
  readonly limit: string;
}

/** A list of elements of type, length and value up to the body's end. */
export function typedElements(declared: TypedElements): Part {
  const { prefix, issue, limit } = declared;
  const bodies = once(declared.bodies);
  const header = body(prefix, '', declared.header);
  const rest = body(prefix, '', { [declared.rest]: restBytes('Data') });
  const emitElements: EmitPart = (emit, elements, from, end, { view, base }) => {
    const fields = elements.of as FieldsByKey;
    const [typeKey = '', lengthKey = ''] = header.steps.map(({ key }) => key);
    const type = fieldOf(fields, typeKey);
    const length = fieldOf(fields, lengthKey);
    const unknown = fieldOf(fields, flatKey(declared.rest));
    const headerOctets = type.octetWidth + length.octetWidth;
    for (let at = from; at < end; ) {
      const value = at + headerOctets;
      const octets = value > end ? 0 : length.get(view, at + type.octetWidth);
      const next = Math.min(value + octets, end);
      if (value + octets > end) emit.issue(issue, headerOctets + octets, end - at, limit);
      emit.begin(elements, at);
      let taken = at;
      if (value <= end) {
        emit.field(type, at);
        emit.field(length, at + type.octetWidth);
        const known = bodies()[type.get(view, at)];
        taken = known === undefined ? value : emitBody(emit, fields, known, view, value, next, base);
      }
      if (taken < next) emit.octets(unknown, taken, next);
      emit.end(next);
      at = next;
    }
    return Math.max(from, end);
  };
  const children = (): OpenSpecs => specsOf([header, ...Object.values(bodies()), rest]);
  return { spec: list(declared.title, children, { name: declared.name }), emit: emitElements };
}
