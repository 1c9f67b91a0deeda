/** Chunks, parameters and error causes of SCTP share one form: four octets that end in a length, a value, padding (RFC 9260 §3.2). */
import type { Field, FieldSpec, OpenSpecs } from '../dissect/field.ts';
import { list } from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { type Body, emitBody, type FieldsByKey, fieldOf, type Part, specsOf } from './body.ts';

/** Type, and flags or more of the type, and a length that counts these four octets. */
export const ELEMENT_HEADER = 4;

/** How one kind of element is declared and read. */
export interface ElementKind {
  readonly title: string;
  /** Name of the list. */
  readonly name: string;
  /** The first two octets: bodies by type, for those whose bits mean something, and for the rest. */
  readonly heads: () => Readonly<Record<number, Body>>;
  readonly head: Body;
  /** The length, and what no body takes, and padding: one field each. */
  readonly length: Body;
  readonly rest: Body;
  readonly padding: Body;
  readonly typeOf: (view: DataView, at: number) => number;
  /** Values by type. They are emitted with the element's first octet as `base`. */
  readonly bodies: () => Readonly<Record<number, Body>>;
  /** Issues: a length below that of the header, and an element that passes the end of what it stands in. */
  readonly tooShort: string;
  readonly tooLong: string;
}

/** The declaration of a list of elements. */
export function elementList(kind: ElementKind): FieldSpec {
  const children = (): OpenSpecs => {
    const { head, length, rest, padding } = kind;
    const bodies = [...Object.values(kind.heads()), head, length, ...Object.values(kind.bodies())];
    return specsOf([...bodies, rest, padding]);
  };
  return list(kind.title, children, { name: kind.name });
}

/** Elements up to the end of the body they stand in. */
export function elementsPart(kind: ElementKind): Part {
  return {
    spec: elementList(kind),
    emit: (emit, elements, at, end, { view }) => emitElements(emit, elements, kind, view, at, end),
  };
}

/** Emits the elements of [from, end) and answers the first octet behind them. */
export function emitElements(
  emit: FieldEmitter,
  elements: Field,
  kind: ElementKind,
  view: DataView,
  from: number,
  end: number,
): number {
  const fields = elements.of as FieldsByKey;
  const length = soleField(fields, kind.length);
  let at = from;
  while (at + ELEMENT_HEADER <= end) {
    const type = kind.typeOf(view, at);
    const octets = length.get(view, at + 2);
    const isShort = octets < ELEMENT_HEADER;
    const value = at + ELEMENT_HEADER;
    const valueEnd = isShort ? end : Math.min(at + octets, end);
    const next = isShort ? end : Math.min(at + Math.ceil(octets / 4) * 4, end);
    if (isShort) emit.issue(kind.tooShort, ELEMENT_HEADER, octets, length.name);
    else if (at + octets > end) emit.issue(kind.tooLong, octets, end - at, length.name);
    emit.begin(elements, at);
    emitBody(emit, fields, kind.heads()[type] ?? kind.head, view, at, value, at);
    emit.field(length, at + 2);
    const body = isShort ? undefined : kind.bodies()[type];
    const known = body === undefined ? value : emitBody(emit, fields, body, view, value, valueEnd, at);
    if (known < valueEnd) emit.octets(soleField(fields, kind.rest), known, valueEnd);
    if (valueEnd < next) emit.octets(soleField(fields, kind.padding), valueEnd, next);
    emit.end(next);
    at = next;
  }
  return at;
}

function soleField(fields: FieldsByKey, { steps }: Body): Field {
  return fieldOf(fields, steps[0]?.key ?? '');
}
