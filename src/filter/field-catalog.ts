/** The names a filter may use with one dissector, and what each stands for. */
import type { Dissector } from '../dissect/dissector.ts';
import type { Field } from '../dissect/field.ts';
import { ALIAS_FIELDS, COMPUTED_FIELDS, type ComputedField } from './computed-fields.ts';
import { type FieldTarget, fixedPlaces } from './field-target.ts';
import { typeOf, type ValueType } from './value.ts';

/** Fields of headers under one name. */
export interface DeclaredName {
  readonly kind: 'field';
  readonly name: string;
  readonly title: string;
  readonly type: ValueType;
  /** Declarations with that name, in any protocol. */
  readonly targets: readonly FieldTarget[];
}
/** A protocol; `id` is the dissector's, and names no row where the protocol has no header of its own. */
export interface ProtocolName {
  readonly kind: 'protocol';
  readonly name: string;
  readonly title: string;
  readonly id: number;
  readonly isBare: boolean;
  /** Link types that are this protocol. */
  readonly linkTypes: readonly number[];
}
/** `frame`: all octets captured. */
export interface FrameName {
  readonly kind: 'frame';
  readonly name: string;
  readonly title: string;
}
export interface ComputedName {
  readonly kind: 'computed';
  readonly name: string;
  readonly title: string;
  readonly field: ComputedField;
  /** Id of its protocol, 0 for a field of the packet as a whole. */
  readonly protocolId: number;
}
export type NameEntry = DeclaredName | ProtocolName | FrameName | ComputedName;

/** Names by what they stand for. Made once for a dissector. */
export class FieldCatalog {
  private readonly entries = new Map<string, NameEntry>();

  constructor(dissector: Dissector, computed: readonly ComputedField[]) {
    this.entries.set('frame', { kind: 'frame', name: 'frame', title: 'The captured octets' });
    dissector.protocols.forEach((protocol, id) => {
      if (id === 0) return;
      const { name, title } = protocol;
      const linkTypes = protocol.carriedBy.linkType ?? [];
      this.entries.set(name, { kind: 'protocol', name, title, id, isBare: protocol.bare, linkTypes });
      for (const { field, fixed } of fixedPlaces(protocol)) this.addTarget({ protocolId: id, field, fixed });
      for (const field of protocol.loose) this.addLoose(id, field);
    });
    for (const { name, title, of } of ALIAS_FIELDS) {
      const targets = of.flatMap((part) => this.targetsOf(part));
      const [first] = targets;
      if (first === undefined) continue;
      this.entries.set(name, { kind: 'field', name, title, type: typeOf(first.field), targets });
    }
    for (const field of computed) {
      const protocolId = dissector.named(field.protocol);
      if (field.protocol !== '' && protocolId === 0) continue;
      this.entries.set(field.name, { kind: 'computed', name: field.name, title: field.title, field, protocolId });
    }
  }

  private addLoose(protocolId: number, field: Field): void {
    this.addTarget({ protocolId, field, fixed: undefined });
    for (const child of field.children) this.addLoose(protocolId, child);
  }

  private addTarget(target: FieldTarget): void {
    const { name, title } = target.field;
    const known = this.entries.get(name);
    const type = typeOf(target.field);
    if (known === undefined) this.entries.set(name, { kind: 'field', name, title, type, targets: [target] });
    else if (known.kind === 'field') {
      const common = commonType(known.type, type);
      this.entries.set(name, { ...known, type: common, targets: [...known.targets, target] });
    }
  }

  private targetsOf(name: string): readonly FieldTarget[] {
    const entry = this.entries.get(name);
    return entry?.kind === 'field' ? entry.targets : [];
  }

  get(name: string): NameEntry | undefined {
    return this.entries.get(name);
  }

  /** All names, protocols among them. */
  names(): Iterable<string> {
    return this.entries.keys();
  }
}

/** Type that values of both types have in one filter. */
function commonType(a: ValueType, b: ValueType): ValueType {
  if (a === b) return a;
  const numbers: readonly ValueType[] = ['number', 'boolean'];
  if (numbers.includes(a) && numbers.includes(b)) return 'number';
  return a === 'text' || b === 'text' || numbers.includes(a) || numbers.includes(b) ? 'text' : 'bytes';
}

/** Catalogs by the computed fields they were given beside their own, for each dissector. */
const catalogs = new WeakMap<Dissector, WeakMap<readonly ComputedField[], FieldCatalog>>();
const NONE: readonly ComputedField[] = [];

/** Catalog of a dissector's names; `computed` are further computed fields, as flow tracking and names of pods add them. */
export function catalogOf(dissector: Dissector, computed = NONE): FieldCatalog {
  let ofDissector = catalogs.get(dissector);
  if (ofDissector === undefined) {
    ofDissector = new WeakMap();
    catalogs.set(dissector, ofDissector);
  }
  let catalog = ofDissector.get(computed);
  if (catalog === undefined) {
    catalog = new FieldCatalog(dissector, [...COMPUTED_FIELDS, ...computed]);
    ofDissector.set(computed, catalog);
  }
  return catalog;
}
