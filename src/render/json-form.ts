/** Layers of one protocol as JSON, cut once into texts that are the same for all packets and values between them. */
import type { Field } from '../dissect/field.ts';
import type { NumberPlace } from '../dissect/plan.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { type FieldRun, fieldRuns, fixedOctets, newTextId, type RunFormat, RunKind } from './field-runs.ts';

/** How a value is written. */
export const Value = {
  /** Whole numbers of 16 bits and of 32, as they stand in the header. */
  uint16: 0,
  uint32: 1,
  /** Other whole numbers below 2^32. */
  number: 2,
  ipv4: 3,
  ether: 4,
  /** Members that follow from at most four octets. Their text is kept, with what stands behind it. */
  kept: 5,
  /** Members that a walk shows. */
  walked: 6,
} as const;
export type Value = (typeof Value)[keyof typeof Value];

/** A value and the text behind it. All have the same keys in the same order. */
export interface FormPart {
  readonly value: Value;
  readonly octet: number;
  /** Of a number, or of the octets from which kept text follows. */
  readonly place: NumberPlace;
  readonly fields: readonly Field[];
  /** Id under which texts are kept. */
  readonly id: number;
  /** Up to the next value. */
  readonly behind: string;
}

/** Fields at the beginning of a header whose text follows from all of their octets. It is kept, with that of what a layer begins with. */
export interface FormLead {
  readonly octets: number;
  readonly fields: readonly Field[];
  readonly id: number;
  /** Up to the first value behind it. */
  readonly behind: string;
}

/** The fields of a protocol's header at fixed places. */
export interface LayerForm {
  readonly lead: FormLead;
  readonly parts: readonly FormPart[];
}

/** Octets of the longest header that is a lead as a whole: other ones hardly ever come again. */
const LONGEST_LEAD = 16;

const FORMAT: RunFormat = { numberAs: () => 'decimal' };

/** The form whose lead is the whole header; undefined for headers that are too long for that. */
export function wholeForm(protocol: Protocol): LayerForm | undefined {
  const octets = fixedOctets(protocol);
  if (octets > LONGEST_LEAD) return undefined;
  return { lead: { octets, fields: protocol.fixed, id: newTextId(), behind: '' }, parts: [] };
}

/** The form for headers of which the parts are alike rather than the whole. */
export function partForm(protocol: Protocol): LayerForm {
  const { runs } = fieldRuns(protocol, FORMAT);
  const [first] = runs;
  const leads = first !== undefined && first.octet === 0 && wayOf(first) === Value.kept ? 1 : 0;
  const parts = runs.slice(leads).map((run, i, all) => formPart(run, all[i + 1]));
  const lead = {
    octets: leads === 0 ? 0 : first!.octets,
    fields: leads === 0 ? [] : first!.fields,
    id: newTextId(),
    behind: keyOf(runs[leads]),
  };
  return { lead, parts };
}

function formPart(run: FieldRun, next: FieldRun | undefined): FormPart {
  const { fields, octet, octets, shift, mask, scale } = run;
  const value = wayOf(run);
  return {
    value,
    octet,
    place: { octet, octets, shift, mask, scale },
    fields,
    id: newTextId(),
    behind: `${isQuoted(value) ? '"' : ''}${keyOf(next)}`,
  };
}

/** What stands before a value; nothing where it brings its key. */
function keyOf(run: FieldRun | undefined): string {
  if (run === undefined) return '';
  const value = wayOf(run);
  if (value === Value.kept || value === Value.walked) return '';
  return `,"${run.field.key}":${isQuoted(value) ? '"' : ''}`;
}

function isQuoted(value: Value): boolean {
  return value === Value.ipv4 || value === Value.ether;
}

function wayOf({ kind, octets, shift, mask, scale, alternative }: FieldRun): Value {
  if (alternative !== undefined) return Value.walked;
  switch (kind) {
    case RunKind.ipv4:
      return Value.ipv4;
    case RunKind.ether:
      return Value.ether;
    case RunKind.kept:
      return Value.kept;
    case RunKind.number: {
      const isWhole = shift === 0 && scale === 1 && mask === 2 ** (8 * octets) - 1;
      if (isWhole && octets === 2) return Value.uint16;
      return isWhole && octets === 4 ? Value.uint32 : Value.number;
    }
    default:
      return Value.walked;
  }
}
