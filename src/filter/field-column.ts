/** Values of one field by its name, as columns of a listing show them. */
import type { Dissector } from '../dissect/dissector.ts';
import type { Field } from '../dissect/field.ts';
import { type FieldValue, fieldValue, hexOctets } from '../dissect/value.ts';
import type { WordNode } from './ast.ts';
import type { ComputedField, ComputedFieldValue, PacketNumber } from './computed-fields.ts';
import type { FilterContext } from './context.ts';
import { catalogOf } from './field-catalog.ts';
import { type FieldTarget, occurrences } from './field-target.ts';
import { secondsText } from './functions.ts';
import { isSeveral, protocolPresence } from './operand.ts';
import { rowChoice } from './row-choice.ts';
import { Scope } from './scope.ts';

/** Takes one occurrence; `field` is its declaration, undefined for what is computed. */
export type TakeColumnValue = (value: FieldValue, field: Field | undefined) => void;

/** The only place where a field can be: in the fixed header of one protocol, with nothing that could stand there instead. */
export interface ColumnPlace {
  readonly protocolId: number;
  readonly field: Field;
  /** Octets of the header that must have been captured. */
  readonly needs: number;
}

/** A field chosen by name. */
export interface FieldColumn {
  /** The name as written, with `inner.` and the like. */
  readonly name: string;
  readonly title: string;
  /** Shows all occurrences in a packet, layer by layer. A protocol shows its name once. */
  readonly each: (context: FilterContext, take: TakeColumnValue) => void;
  /** For who reads the field without `each`; undefined where there is more to it than a place. */
  readonly place: ColumnPlace | undefined;
  /** Ids of the protocols of whose layers alone the values are told; undefined where other layers have a say. */
  readonly protocolIds: readonly number[] | undefined;
  /** The number of the context that is the only value; undefined for other fields. */
  readonly packetNumber: PacketNumber | undefined;
}

/** What the columns have in common for which `each` is the only way. */
const ONLY_EACH = { place: undefined, packetNumber: undefined };

/** Finds a field or protocol by name: `ip.src`, `inner.tcp.dstport`, `frame.time_epoch`. Throws FilterError with near names where there is none. */
export function fieldColumn(name: string, dissector: Dissector, computed: readonly ComputedField[] = []): FieldColumn {
  const scope = new Scope(name, catalogOf(dissector, computed), undefined);
  const resolved = scope.resolve(name);
  if (resolved === undefined) {
    const node: WordNode = { kind: 'word', text: name, layers: [], depth: 1, at: 0, end: name.length };
    return scope.failUnknown(node);
  }
  const { entry, place } = resolved;
  const choice = rowChoice(place, []);
  const { title } = entry;
  switch (entry.kind) {
    case 'field': {
      const eachOccurrence = occurrences(entry.targets, choice);
      return {
        name,
        title,
        packetNumber: undefined,
        protocolIds: choice === undefined ? idsOf(entry.targets) : undefined,
        place: choice === undefined ? onlyPlace(entry.targets) : undefined,
        each: (context, take) => {
          eachOccurrence(context, (field, view, at, start, end, value) => {
            take(fieldValue(field, view, at, start, end, value), field);
            return false;
          });
        },
      };
    }
    case 'protocol': {
      const isThere = protocolPresence(entry, choice);
      return {
        name,
        title,
        ...ONLY_EACH,
        protocolIds: choice === undefined && !entry.isBare ? [entry.id] : undefined,
        each: (context, take) => isThere(context) && take(entry.name, undefined),
      };
    }
    case 'frame':
      return { name, title, ...ONLY_EACH, protocolIds: [], each: (_context, take) => take('frame', undefined) };
    case 'computed': {
      const { field, protocolId } = entry;
      const takeAll = (found: ReturnType<ComputedField['value']>, take: TakeColumnValue): void => {
        if (found === undefined) return;
        const several = isSeveral(found) ? found : [found];
        for (const value of several) take(shown(value), undefined);
      };
      return {
        name,
        title,
        place: undefined,
        protocolIds: choice === undefined && field.isLocal ? [protocolId].filter((id) => id !== 0) : undefined,
        packetNumber: protocolId === 0 ? field.packetNumber : undefined,
        each: (context, take) => {
          const { layers } = context;
          if (protocolId === 0) return takeAll(field.value(context, -1), take);
          for (let row = 0; row < layers.count; row++) {
            if (layers.protocol[row] !== protocolId || (choice !== undefined && !choice(layers, row))) continue;
            takeAll(field.value(context, row), take);
          }
        },
      };
    }
  }
}

/** Undefined where a dissector shows the fields, which may look at what stands around its layer. */
function idsOf(targets: readonly FieldTarget[]): readonly number[] | undefined {
  return targets.every(({ fixed }) => fixed !== undefined) ? targets.map(({ protocolId }) => protocolId) : undefined;
}

function onlyPlace(targets: readonly FieldTarget[]): ColumnPlace | undefined {
  const [target, ...others] = targets;
  if (target?.fixed === undefined || target.fixed.guards.length > 0 || others.length > 0) return undefined;
  return { protocolId: target.protocolId, field: target.field, needs: target.fixed.needs };
}

/** Times and durations in seconds with nine decimals, octets in hexadecimal. */
function shown(value: ComputedFieldValue): FieldValue {
  if (typeof value === 'bigint') return secondsText(value);
  if (!(value instanceof Uint8Array)) return value;
  return hexOctets(new DataView(value.buffer, value.byteOffset, value.byteLength), 0, value.byteLength);
}
