/** The names a filter may use with one dissector, and what each stands for. */
import type { Dissector } from '../dissect/dissector.ts';
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { looseSegments } from '../protocols/loose-segments.ts';
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

/** First segment of a name, by which fields are laid out: all together take 100 ms, and a filter names few. */
const segmentOf = (name: string): string => name.split('.', 1)[0]!;

/** Names by what they stand for. Made once for a dissector; fields are looked up among those whose names begin alike. */
export class FieldCatalog {
  private readonly dissector: Dissector;
  /** What is known of names so far. */
  private readonly entries = new Map<string, NameEntry>();
  private readonly computed = new Map<string, NameEntry>();
  /** Ids of the protocols that have fields of a first segment not looked at yet. */
  private readonly pending = new Map<string, Set<number>>();

  constructor(dissector: Dissector, computed: readonly ComputedField[]) {
    this.dissector = dissector;
    this.entries.set('frame', { kind: 'frame', name: 'frame', title: 'The captured octets' });
    dissector.protocols.forEach((protocol, id) => {
      if (id === 0) return;
      const { name, title } = protocol;
      const linkTypes = protocol.carriedBy.linkType ?? [];
      this.entries.set(name, { kind: 'protocol', name, title, id, isBare: protocol.bare, linkTypes });
      for (const segment of segmentsOf(protocol)) {
        const ids = this.pending.get(segment) ?? new Set();
        this.pending.set(segment, ids.add(id));
      }
    });
    for (const field of computed) {
      const protocolId = dissector.named(field.protocol);
      if (field.protocol !== '' && protocolId === 0) continue;
      this.computed.set(field.name, { kind: 'computed', name: field.name, title: field.title, field, protocolId });
    }
  }

  get(name: string): NameEntry | undefined {
    return this.computed.get(name) ?? this.alias(name) ?? this.declared(name);
  }

  /** All names, protocols among them. */
  names(): Iterable<string> {
    for (const segment of [...this.pending.keys()]) this.layOut(segment);
    const aliases = ALIAS_FIELDS.map(({ name }) => name).filter((name) => this.alias(name) !== undefined);
    return new Set([...this.entries.keys(), ...aliases, ...this.computed.keys()]);
  }

  private declared(name: string): NameEntry | undefined {
    this.layOut(segmentOf(name));
    return this.entries.get(name);
  }

  private alias(name: string): NameEntry | undefined {
    const alias = ALIAS_FIELDS.find((candidate) => candidate.name === name);
    if (alias === undefined) return undefined;
    const targets = alias.of.flatMap((part) => {
      const entry = this.declared(part);
      return entry?.kind === 'field' ? entry.targets : [];
    });
    const [first] = targets;
    return first && { kind: 'field', name, title: alias.title, type: typeOf(first.field), targets };
  }

  /** Adds the fields whose names have this first segment, in the order of their protocols. */
  private layOut(segment: string): void {
    const ids = this.pending.get(segment);
    if (ids === undefined) return;
    this.pending.delete(segment);
    for (const protocolId of ids) {
      const protocol = this.dissector.protocols[protocolId]!;
      for (const { field, fixed } of fixedPlaces(protocol)) {
        if (segmentOf(field.name) === segment) this.addTarget({ protocolId, field, fixed });
      }
      if (!mayNameLoosely(protocol, segment)) continue;
      for (const field of protocol.loose) this.addLoose(protocolId, field, segment);
    }
  }

  private addLoose(protocolId: number, field: Field, segment: string): void {
    if (segmentOf(field.name) === segment) this.addTarget({ protocolId, field, fixed: undefined });
    for (const child of field.children) this.addLoose(protocolId, child, segment);
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
}

/** First segments of the names of a protocol's fields. */
function segmentsOf(protocol: Protocol): Iterable<string> {
  const loose = looseSegments(protocol) ?? segmentsIn(protocol.loose);
  return new Set([...fixedPlaces(protocol)].map(({ field }) => segmentOf(field.name)).concat(loose));
}

function mayNameLoosely(protocol: Protocol, segment: string): boolean {
  return looseSegments(protocol)?.includes(segment) ?? true;
}

function segmentsIn(fields: readonly Field[]): string[] {
  return fields.flatMap(({ name, children }) => [segmentOf(name), ...segmentsIn(children)]);
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
