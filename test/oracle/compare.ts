/** Compares two dissectors' answers about one capture: packets, times, lengths, protocol stacks and the values of fields. */
import type { DeclaredField } from './declared.ts';
import {
  amongThem,
  asShownBy,
  BESIDE_MEANING,
  comparableStack,
  FIRST_IS_ANOTHER,
  isDecrypted,
  LEFT_OUT,
  MESSAGE_FIELDS,
  NOT_BEFORE,
  ourStack,
  REPEATED_IN,
  theirNotation,
} from './notation.ts';
import type { Column, Recording } from './recording.ts';

/** One disagreement. `packet` counts from 1; 0 is the capture as a whole. */
export interface Difference {
  readonly file: string;
  readonly packet: number;
  readonly protocol: string;
  /** A field's name; `STACK` for the protocol stack. */
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What was compared of a protocol, and how much agreed. */
export interface Agreement {
  packets: number;
  /** Packets whose whole stack agrees. */
  stacks: number;
  /** Fields of packets; one that occurs several times in a packet counts once, and is equal when all its values are. */
  fields: number;
  equal: number;
}

/** The outcome for one or more captures. */
export interface Comparison {
  readonly agreements: Map<string, Agreement>;
  readonly differences: Difference[];
  /** Packets that hold a protocol of tshark's that is none of ours, by its name. */
  readonly foreign: Map<string, number>;
  packets: number;
}

export function newComparison(): Comparison {
  return { agreements: new Map(), differences: [], foreign: new Map(), packets: 0 };
}

/** Name of the field that holds a packet's protocol stack. */
export const STACK = 'frame.protocols';

/** The agreement of all protocols: every packet counts once, every field of every packet. */
export function totalAgreement({ agreements }: Comparison): Agreement {
  const total: Agreement = { packets: 0, stacks: 0, fields: 0, equal: 0, ...agreements.get('frame') };
  for (const [name, { fields, equal }] of agreements) {
    if (name === 'frame') continue;
    total.fields += fields;
    total.equal += equal;
  }
  return total;
}

function agreementOf(comparison: Comparison, protocol: string): Agreement {
  let agreement = comparison.agreements.get(protocol);
  if (agreement === undefined) {
    agreement = { packets: 0, stacks: 0, fields: 0, equal: 0 };
    comparison.agreements.set(protocol, agreement);
  }
  return agreement;
}

/** What is compared: the declared fields, those tshark has of them, and the names of our layers. */
export interface Scope {
  readonly fields: ReadonlyMap<string, DeclaredField>;
  readonly isOurs: (protocol: string) => boolean;
}

/** Adds what the two recordings of `file` say to the comparison. */
export function compare(file: string, ours: Recording, theirs: Recording, scope: Scope, into: Comparison): void {
  const differ = (packet: number, protocol: string, field: string, our: string, their: string): void => {
    into.differences.push({ file, packet, protocol, field, ours: our, theirs: their });
  };
  const count = Math.min(ours.times.length, theirs.times.length);
  into.packets += count;
  if (ours.times.length !== theirs.times.length) {
    const end = (recording: Recording): string => `${recording.times.length} packets ${recording.message}`;
    differ(0, 'frame', 'frame.number', end(ours), end(theirs));
  }
  const frame = agreementOf(into, 'frame');
  const cuts = new Int32Array(count);
  const messages = new Map(
    Object.values(MESSAGE_FIELDS).flatMap((names) =>
      names.map((name) => [name, new Set(theirs.columns.get(name)?.packet)] as const),
    ),
  );
  for (let i = 0; i < count; i++) {
    frame.packets++;
    const properties = [
      ['frame.time_epoch', ours.times[i], theirs.times[i]],
      ['frame.cap_len', ours.captured[i], theirs.captured[i]],
      ['frame.len', ours.lengths[i], theirs.lengths[i]],
    ] as const;
    for (const [field, our, their] of properties) {
      frame.fields++;
      if (our === their) frame.equal++;
      else differ(i + 1, 'frame', field, String(our), String(their));
    }
    cuts[i] = compareStack(i, ourStack(ours.stacks[i] ?? ''), theirs, messages, scope, into, differ);
  }
  const isComparable = (name: string, packet: number, tree: number): boolean => {
    const protocol = theirs.trees[packet]?.split(':')[tree] ?? '';
    if (tree >= (cuts[packet] ?? 0) || isDecrypted(name, protocol)) return false;
    return !(name in REPEATED_IN && REPEATED_IN[name]?.includes(protocol));
  };
  for (const [name, { field, protocol }] of scope.fields) {
    const agreement = agreementOf(into, protocol);
    const our = byPacket(ours.columns.get(name), count);
    const column = theirs.columns.get(name);
    const their = byPacket(name in FIRST_IS_ANOTHER ? withoutFirst(column) : column, count, (packet, tree) =>
      isComparable(name, packet, tree),
    );
    const next = NOT_BEFORE[name];
    const reachNext = next === undefined ? undefined : new Set(theirs.columns.get(next)?.packet);
    for (const packet of new Set([...our.keys(), ...their.keys()])) {
      // Octets and texts of no length are shown by one and left out by the other; they say the same.
      const isThere = (value: string): boolean => value !== '';
      const ourValues = (our.get(packet) ?? []).filter(isThere);
      const shown = (their.get(packet) ?? []).map((show) => theirNotation(field.kind, show)).filter(isThere);
      const isBeside = BESIDE_MEANING.includes(name);
      const isLeftOut = name in LEFT_OUT || reachNext?.has(packet) === false;
      if ((isLeftOut && shown.length === 0) || (isBeside && ourValues.length === 0)) continue;
      const ourText = asShownBy(shown, ourValues).join(' | ');
      const theirText = (isBeside ? amongThem(ourValues, shown) : shown).join(' | ');
      agreement.fields++;
      if (ourText === theirText) agreement.equal++;
      else differ(packet + 1, protocol, name, ourText, theirText);
    }
  }
}

/** Compares a packet's stacks; answers the tree of tshark's from which on protocols are not ours. */
function compareStack(
  packet: number,
  ours: string,
  theirs: Recording,
  messages: ReadonlyMap<string, ReadonlySet<number>>,
  scope: Scope,
  into: Comparison,
  differ: (packet: number, protocol: string, field: string, ours: string, theirs: string) => void,
): number {
  const their = comparableStack(
    theirs.stacks[packet] ?? '',
    scope.isOurs,
    (field) => messages.get(field)?.has(packet) ?? false,
  );
  const agrees = their.stack === ours || their.withPieces === ours;
  if (!agrees) {
    const foreign = their.foreign === '' ? '' : ` (then ${their.foreign}, not ours)`;
    differ(packet + 1, 'frame', STACK, ours, their.stack + foreign);
  }
  if (agrees) agreementOf(into, 'frame').stacks++;
  for (const protocol of new Set([...their.stack.split(':'), ...ours.split(':')])) {
    if (protocol === '') continue;
    const agreement = agreementOf(into, protocol);
    agreement.packets++;
    if (agrees) agreement.stacks++;
  }
  const trees = (theirs.trees[packet] ?? '').split(':');
  if (their.foreign === '') return trees.length;
  into.foreign.set(their.foreign, (into.foreign.get(their.foreign) ?? 0) + 1);
  const cut = trees.indexOf(their.foreign);
  // A protocol without a tree of its own stands behind the trees of the layers before it.
  return cut < 0 ? their.stack.split(':').filter((name) => name !== '').length : cut;
}

/** A column without the first value of each layer. */
function withoutFirst(column: Column | undefined): Column | undefined {
  if (column === undefined) return undefined;
  const keeps = column.packet.map(
    (packet, at) => at > 0 && packet === column.packet[at - 1] && column.tree[at] === column.tree[at - 1],
  );
  const kept = <T>(values: readonly T[]): T[] => values.filter((_, at) => keeps[at]);
  return { packet: kept(column.packet), tree: kept(column.tree), value: kept(column.value) };
}

/** Values of a column by packet (from 0), those for which `isComparable` holds. */
function byPacket(
  column: Column | undefined,
  count: number,
  isComparable: (packet: number, tree: number) => boolean = () => true,
): Map<number, string[]> {
  const values = new Map<number, string[]>();
  if (column === undefined) return values;
  column.packet.forEach((packet, i) => {
    if (packet >= count || !isComparable(packet, column.tree[i] ?? 0)) return;
    const list = values.get(packet);
    if (list === undefined) values.set(packet, [column.value[i] ?? '']);
    else list.push(column.value[i] ?? '');
  });
  return values;
}
