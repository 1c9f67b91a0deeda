/** Fixed fields of a protocol cut into runs, each written in one of few ways: what is compiled once, so that nothing is looked up for each packet. */
import type { Field } from '../dissect/field.ts';
import type { Protocol } from '../dissect/protocol.ts';

/** How the text of a run is made. */
export const RunKind = {
  /** A whole number below 2^32, in decimal. */
  number: 0,
  /** The same in hexadecimal. */
  hex: 1,
  ipv4: 2,
  ether: 3,
  /** Fields whose octets follow each other, at most four; their text follows from these and is kept. */
  kept: 4,
  /** Any other field: shown by a visitor. */
  walked: 5,
} as const;
export type RunKind = (typeof RunKind)[keyof typeof RunKind];

/** One or several fields. All runs have the same keys in the same order. */
export interface FieldRun {
  readonly kind: RunKind;
  readonly fields: readonly Field[];
  /** Where the run's octets stand, and the bits of a number within them. */
  readonly octet: number;
  readonly octets: number;
  readonly shift: number;
  readonly mask: number;
  readonly scale: number;
  /** The run in whose place another stands where the field accepts it. */
  readonly field: Field;
  readonly alternative: FieldRun | undefined;
}

/** What a format says of its runs. */
export interface RunFormat {
  /** How a number is written: in digits, or in words, whose text is worth keeping. */
  readonly numberAs: (field: Field) => 'decimal' | 'hex' | 'words';
}

/** The fixed fields of one protocol. */
export interface FieldRuns {
  readonly runs: readonly FieldRun[];
  /** Octets they fill. */
  readonly octets: number;
}

/** Widest value whose text is kept for its own sake: wider ones hardly ever come again. */
const WIDEST_KEPT = 16;
const MOST_OCTETS = 4;
let lastId = 0;

/** An id under which texts are kept, distinct from all others. */
export function newTextId(): number {
  return ++lastId;
}

/** Cuts the fixed fields of a protocol into runs. */
export function fieldRuns(protocol: Protocol, format: RunFormat): FieldRuns {
  const runs: FieldRun[] = [];
  let kept: Field[] = [];
  const endKept = (): void => {
    const [first, ...others] = kept;
    kept = [];
    if (first === undefined) return;
    runs.push(others.length === 0 ? singleRun(first, format) : run(RunKind.kept, first, others, format));
  };
  for (const field of protocol.fixed) {
    if (!isKeepable(field, format)) {
      endKept();
      runs.push(singleRun(field, format));
      continue;
    }
    if (endOf(field) - (kept[0] ?? field).octetOffset > MOST_OCTETS) endKept();
    kept.push(field);
  }
  endKept();
  return { runs, octets: fixedOctets(protocol) };
}

/** Octets that the fixed fields of a protocol fill. */
export function fixedOctets({ fixed }: Protocol): number {
  return fixed.reduce((most, field) => Math.max(most, endOf(field)), 0);
}

function endOf({ octetOffset, octetWidth }: Field): number {
  return octetOffset + octetWidth;
}

/** Whether a field's text follows from few bits: parts of octets, flags with names of their own, and single octets. */
function isKeepable(field: Field, format: RunFormat): boolean {
  if (!isNumeric(field) || hasAlternative(field)) return false;
  const isPart = ((field.bitOffset | field.bitWidth) & 7) !== 0;
  return isPart || field.children.length > 0 || field.bitWidth <= 8 || isWorthKeeping(field, format);
}

function isNumeric({ kind }: Field): boolean {
  return kind === 'uint' || kind === 'bool';
}

function hasAlternative(field: Field): boolean {
  return field.alternative !== undefined || field.children.some(hasAlternative);
}

function isWorthKeeping(field: Field, format: RunFormat): boolean {
  return field.bitWidth <= WIDEST_KEPT && (field.kind === 'bool' || format.numberAs(field) === 'words');
}

/** One field as a run. */
export function singleRun(field: Field, format: RunFormat): FieldRun {
  return run(singleKind(field, format), field, [], format);
}

function singleKind(field: Field, format: RunFormat): RunKind {
  if (field.kind === 'ipv4') return RunKind.ipv4;
  if (field.kind === 'ether') return RunKind.ether;
  if (!isNumeric(field) || field.children.some(hasAlternative)) return RunKind.walked;
  if (field.children.length > 0 || isWorthKeeping(field, format)) return RunKind.kept;
  const numberAs = format.numberAs(field);
  const isWhole = Number.isInteger(field.scale) && field.scale * 2 ** field.bitWidth <= 2 ** 32;
  if (field.kind !== 'uint' || field.littleEndian || numberAs === 'words' || !isWhole) return RunKind.walked;
  return numberAs === 'hex' ? RunKind.hex : RunKind.number;
}

function run(kind: RunKind, field: Field, others: readonly Field[], format: RunFormat): FieldRun {
  const isNumber = kind === RunKind.number || kind === RunKind.hex;
  const octets = endOf(others.at(-1) ?? field) - field.octetOffset;
  return {
    kind,
    fields: [field, ...others],
    octet: field.octetOffset,
    octets,
    shift: isNumber ? endOf(field) * 8 - field.bitOffset - field.bitWidth : 0,
    mask: isNumber && field.bitWidth < 32 ? 2 ** field.bitWidth - 1 : 0xffffffff,
    scale: isNumber ? field.scale : 1,
    field,
    alternative: field.alternative && singleRun(field.alternative, format),
  };
}
