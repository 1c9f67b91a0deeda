/** Declarations resolved to numbers: what the chain of layers does with each protocol, in objects of one hidden class. */
import type { Field } from './field.ts';
import type { Protocol, TableName } from './protocol.ts';

/**
 * Where a number of at most 32 bits stands. Read with `readNumber`, which stays one inlined function for all fields:
 * calling `field.get` of ever another field from one place costs about 5 ns a call.
 */
export interface NumberPlace {
  readonly octet: number;
  readonly octets: number;
  readonly shift: number;
  readonly mask: number;
  readonly scale: number;
}

/** Reads the number at a place of the structure that begins at `at`; the caller has checked that it was captured. */
export function readNumber(view: DataView, at: number, place: NumberPlace): number {
  const octet = at + place.octet;
  let raw: number;
  switch (place.octets) {
    case 1:
      raw = view.getUint8(octet);
      break;
    case 2:
      raw = view.getUint16(octet);
      break;
    case 3:
      raw = (view.getUint16(octet) << 8) | view.getUint8(octet + 2);
      break;
    default:
      raw = view.getUint32(octet);
  }
  return (((raw >>> place.shift) & place.mask) >>> 0) * place.scale;
}

/** A check, resolved. `equals` and `atLeast` are -1 where the declaration has none. */
export interface CheckPlan {
  readonly place: NumberPlace;
  readonly equals: number;
  readonly atLeast: number;
  readonly issue: string;
  readonly name: string;
}

/**
 * What the chain has to do for a layer beyond writing its row, as bits: most layers need little of it, and one test of a bit is cheaper than a
 * load for each thing that might be declared.
 */
export const Step = {
  bare: 1,
  tunnel: 2,
  checks: 4,
  header: 8,
  extent: 16,
  fragments: 32,
  quotes: 64,
  trailer: 128,
  link: 256,
  /** Nothing that is asked for can be within the payload. */
  last: 512,
} as const;

function stepsOf(protocol: Protocol): number {
  let steps = 0;
  if (protocol.bare) steps |= Step.bare;
  if (protocol.tunnel !== undefined) steps |= Step.tunnel;
  if (protocol.checks.length > 0) steps |= Step.checks;
  if (protocol.headerLengthField ?? protocol.headerLength ?? (protocol.takesAll || undefined)) steps |= Step.header;
  if (protocol.extentField ?? protocol.extentOf) steps |= Step.extent;
  if (protocol.fragmentation !== undefined) steps |= Step.fragments;
  if (protocol.quotes !== undefined) steps |= Step.quotes;
  if (protocol.trailer !== undefined) steps |= Step.trailer;
  if (protocol.role === 'link') steps |= Step.link;
  return steps;
}

/** One protocol as the chain sees it. */
export interface Plan {
  readonly protocol: Protocol;
  /** Bits of `Step`. */
  readonly steps: number;
  readonly minimum: number;
  readonly checks: readonly CheckPlan[];
  readonly headerPlace: NumberPlace | undefined;
  readonly extentPlace: NumberPlace | undefined;
  /** Least and greatest number that is a length. */
  readonly extentFrom: number;
  readonly extentUpTo: number;
  readonly extentIncludesHeader: boolean;
  /** The bits that are all zero in a packet that is no fragment. */
  readonly fragmentPlace: NumberPlace | undefined;
  /** Code points → protocol ids; with `nextPlace` the code's place. */
  readonly nextTable: Uint16Array | undefined;
  readonly nextPlace: NumberPlace | undefined;
  /** Ports → protocol ids, with the places of both ports. */
  readonly portTable: Uint16Array | undefined;
  readonly sourcePort: NumberPlace | undefined;
  readonly destinationPort: NumberPlace | undefined;
  /** Ids of protocols to try by content where no port is registered, by the payload's first octet; filled when one is first met. */
  readonly guesses: (readonly number[] | undefined)[];
  /** Id of the only protocol that may follow; 0 for none. */
  readonly nextId: number;
  /** Tunnel kind by id of the protocol this one stands in; undefined when it opens none. */
  readonly tunnelIn: Uint8Array | undefined;
  readonly isExtension: boolean;
  /** The payload is part of a stream of octets, not a datagram. */
  readonly isStream: boolean;
}

/** The same protocol where nothing within its payload is asked for. */
export function lastPlan(plan: Plan): Plan {
  return { ...plan, steps: plan.steps | Step.last, isStream: false };
}

/** Plans by protocol id; id 0 is none. */
export type Plans = readonly (Plan | undefined)[];

/** Where a number of at most 32 bits, most significant first, stands in the structure it is declared in. */
export function placeOf(field: Field): NumberPlace {
  const last = field.octetOffset + field.octetWidth;
  return {
    octet: field.octetOffset,
    octets: field.octetWidth,
    shift: last * 8 - field.bitOffset - field.bitWidth,
    mask: field.bitWidth === 32 ? 0xffffffff : 2 ** field.bitWidth - 1,
    scale: field.scale,
  };
}

/** The word of at most 32 bits that holds several fields, with their bits alone in its mask. */
function placeOfAll(fields: readonly Field[]): NumberPlace {
  const octet = Math.min(...fields.map((field) => field.octetOffset));
  const end = Math.max(...fields.map((field) => field.octetOffset + field.octetWidth));
  let mask = 0;
  for (const { bitOffset, bitWidth } of fields) mask += (2 ** bitWidth - 1) * 2 ** (end * 8 - bitOffset - bitWidth);
  return { octet, octets: end - octet, shift: 0, mask, scale: 1 };
}

/** What `planProtocol` needs of the dissector that is being made. */
export interface PlanContext {
  readonly table: (name: TableName) => Uint16Array;
  readonly named: (name: string) => number;
  readonly tunnelKind: (kind: string) => number;
  readonly protocolCount: number;
}

/** Resolves a protocol's declaration against the tables of one dissector. */
export function planProtocol(protocol: Protocol, context: PlanContext): Plan {
  const port = (key: string): NumberPlace | undefined => {
    if (protocol.nextPorts === undefined) return undefined;
    const field = protocol.fixed.find((candidate) => candidate.key === key);
    if (field === undefined)
      throw new Error(`${protocol.name} names its next protocol by port but has no field ${key}`);
    return placeOf(field);
  };
  return {
    protocol,
    steps: stepsOf(protocol),
    minimum: protocol.minimum,
    checks: protocol.checks.map((check) => ({
      place: placeOf(check.field),
      equals: check.equals ?? -1,
      atLeast: check.atLeast ?? -1,
      issue: check.issue,
      name: check.field.name,
    })),
    headerPlace: protocol.headerLengthField && placeOf(protocol.headerLengthField),
    extentPlace: protocol.extentField && placeOf(protocol.extentField),
    extentFrom: protocol.zeroIsUnbounded ? 1 : 0,
    extentUpTo: protocol.extentUpTo,
    extentIncludesHeader: protocol.extentIncludesHeader,
    fragmentPlace: protocol.fragmentFields.length === 0 ? undefined : placeOfAll(protocol.fragmentFields),
    nextTable: protocol.nextTable === undefined ? undefined : context.table(protocol.nextTable),
    nextPlace: protocol.nextField && placeOf(protocol.nextField),
    portTable: protocol.nextPorts === undefined ? undefined : context.table(protocol.nextPorts),
    sourcePort: port('srcport'),
    destinationPort: port('dstport'),
    guesses: protocol.nextPorts === undefined ? [] : new Array(256).fill(undefined),
    nextId: protocol.nextName === undefined ? 0 : context.named(protocol.nextName),
    tunnelIn: tunnelTable(protocol, context),
    isExtension: protocol.role === 'extension',
    isStream: protocol.stream !== undefined,
  };
}

function tunnelTable(protocol: Protocol, context: PlanContext): Uint8Array | undefined {
  const { tunnel } = protocol;
  if (tunnel === undefined) return undefined;
  const table = new Uint8Array(context.protocolCount);
  if (typeof tunnel === 'string') return table.fill(context.tunnelKind(tunnel));
  for (const [name, kind] of Object.entries(tunnel)) {
    const id = context.named(name);
    if (id !== 0) table[id] = context.tunnelKind(kind);
  }
  return table;
}
