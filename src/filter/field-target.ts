/** Where the values of a declared field are in a packet. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../dissect/walk.ts';
import type { FilterContext } from './context.ts';
import type { RowChoice } from './row-choice.ts';

/** A field whose place may be taken by another, or that takes it, decided by what stands there. */
interface Guard {
  readonly field: Field;
  /** Whether the other field has to have taken over. */
  readonly isTaken: boolean;
}

/** Place of a field that every header has, so that it is read without a walk over the layer. */
export interface FixedPlace {
  /** Octets of the header that must have been captured: the field with all that it is a part of. */
  readonly needs: number;
  readonly guards: readonly Guard[];
}

/** One declaration of a field. */
export interface FieldTarget {
  /** Id of its protocol in the dissector. */
  readonly protocolId: number;
  readonly field: Field;
  readonly fixed: FixedPlace | undefined;
}

/** Takes an occurrence of a field, as FieldVisitor's `leaf` does; true ends the search. */
export type TakeOccurrence = (
  field: Field,
  view: DataView,
  at: number,
  start: number,
  end: number,
  value: ComputedValue | undefined,
) => boolean;

/** Fields at fixed places with their parts, in wire order. */
export function fixedPlaces(protocol: Protocol): { field: Field; fixed: FixedPlace }[] {
  const places: { field: Field; fixed: FixedPlace }[] = [];
  const add = (field: Field, needs: number, guards: readonly Guard[]): void => {
    const { alternative } = field;
    if (alternative !== undefined) addPart(alternative, needs, [...guards, { field, isTaken: true }]);
    addPart(field, needs, alternative === undefined ? guards : [...guards, { field, isTaken: false }]);
  };
  const addPart = (field: Field, needs: number, guards: readonly Guard[]): void => {
    places.push({ field, fixed: { needs, guards } });
    for (const child of field.children) add(child, needs, guards);
  };
  for (const field of protocol.fixed) add(field, field.octetOffset + field.octetWidth, []);
  return places;
}

/** Whether the field is at its place in the header at `at`: captured, and no other field stands there. */
function isThere(place: FixedPlace, view: DataView, at: number, end: number): boolean {
  if (at + place.needs > end) return false;
  const { guards } = place;
  for (let i = 0; i < guards.length; i++) {
    const { field, isTaken } = guards[i]!;
    const takes = field.takesOver?.(field.get(view, at), view, at) ?? false;
    if (takes !== isTaken) return false;
  }
  return true;
}

/** Looks for fields among all that a layer shows. Once it has what it was sent for it lets the rest pass. */
class FieldSearch implements FieldVisitor {
  private readonly wanted: ReadonlySet<Field>;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private take: TakeOccurrence = () => true;
  private isDone = false;
  private list: Field | undefined;
  private listStart = 0;
  private listEnd = 0;

  constructor(wanted: readonly Field[]) {
    this.wanted = new Set(wanted);
  }

  search(layers: Layers, row: number, take: TakeOccurrence): boolean {
    this.view = layers.viewOf(row);
    this.take = take;
    this.isDone = false;
    this.list = undefined;
    walkLayer(layers, row, this);
    this.endList();
    return this.isDone;
  }

  leaf(field: Field, at: number, start: number, end: number, value: ComputedValue | undefined): void {
    if (this.isDone || !this.wanted.has(field)) return;
    this.isDone = this.take(field, this.view, at, start, end, value);
  }

  openGroup(field: Field, at: number): void {
    if (this.isDone || !this.wanted.has(field)) return;
    const start = at + field.octetOffset;
    this.isDone = this.take(field, this.view, at, start, start + field.octetWidth, undefined);
  }

  closeGroup(): void {}

  openElement(list: Field, start: number): void {
    if (this.isDone || !this.wanted.has(list)) return;
    if (this.list === list && this.listEnd === start) return;
    this.endList();
    this.list = list;
    this.listStart = start;
    this.listEnd = start;
  }

  closeElement(list: Field, end: number): void {
    if (this.list === list) this.listEnd = Math.max(this.listEnd, end);
  }

  /** Elements side by side are one value: the octets of the whole list. */
  private endList(): void {
    const { list } = this;
    this.list = undefined;
    if (list === undefined || this.isDone) return;
    this.isDone = this.take(list, this.view, this.listStart, this.listStart, this.listEnd, undefined);
  }
}

/** Shows each occurrence of the targets in the chosen layers; true where `take` ended the search. */
export type EachOccurrence = (context: FilterContext, take: TakeOccurrence) => boolean;

/** The way to the occurrences of a name's targets. */
export function occurrences(targets: readonly FieldTarget[], choice: RowChoice | undefined): EachOccurrence {
  const byProtocol = new Map<number, { fixed: FieldTarget[]; search: FieldSearch | undefined }>();
  for (const id of new Set(targets.map(({ protocolId }) => protocolId))) {
    const own = targets.filter(({ protocolId }) => protocolId === id);
    const loose = own.filter(({ fixed }) => fixed === undefined).map(({ field }) => field);
    const fixed = own.filter((target) => target.fixed !== undefined);
    byProtocol.set(id, { fixed, search: loose.length === 0 ? undefined : new FieldSearch(loose) });
  }
  return ({ layers }, take) => {
    for (let row = 0; row < layers.count; row++) {
      const plan = byProtocol.get(layers.protocol[row]!);
      if (plan === undefined || (choice !== undefined && !choice(layers, row))) continue;
      const view = layers.viewOf(row);
      const at = layers.start[row]!;
      const end = layers.payload[row]!;
      for (const { field, fixed } of plan.fixed) {
        if (fixed === undefined || !isThere(fixed, view, at, end)) continue;
        const start = at + field.octetOffset;
        if (take(field, view, at, start, start + field.octetWidth, undefined)) return true;
      }
      if (plan.search?.search(layers, row, take)) return true;
    }
    return false;
  };
}
