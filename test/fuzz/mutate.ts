/** Inputs made from others. */
import { EDGES } from './dictionary.ts';
import type { Random } from './random.ts';

/** Most changes made to one input at a time. */
const MOST_CHANGES = 6;
/** Octets that are moved, doubled or cut out at a time. */
const LONGEST_RUN = 64;

type Mutation = (octets: Uint8Array, random: Random, others: Others) => Uint8Array;

/** What mutations draw on. */
interface Others {
  readonly corpus: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
}

function splice(octets: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const behind = Math.min(octets.length, at + removed);
  const result = new Uint8Array(at + inserted.length + octets.length - behind);
  result.set(octets.subarray(0, at));
  result.set(inserted, at);
  result.set(octets.subarray(behind), at + inserted.length);
  return result;
}

function run(octets: Uint8Array, random: Random): Uint8Array {
  const at = random.below(octets.length);
  return octets.subarray(at, at + 1 + random.below(LONGEST_RUN));
}

function overwrite(octets: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  const result = octets.slice();
  result.set(inserted.subarray(0, Math.max(0, result.length - at)), Math.min(at, result.length));
  return result;
}

const flipBit: Mutation = (octets, random) => change(octets, random, (octet) => octet ^ (1 << random.below(8)));
const setOctet: Mutation = (octets, random) => change(octets, random, () => random.below(256));
const setEdge: Mutation = (octets, random) => change(octets, random, () => random.pick(EDGES));
const add: Mutation = (octets, random) => change(octets, random, (octet) => octet + random.below(33) - 16);

function change(octets: Uint8Array, random: Random, to: (octet: number) => number): Uint8Array {
  const result = octets.slice();
  const at = random.below(result.length);
  if (result.length > 0) result[at] = to(result[at]!);
  return result;
}

/** Sixteen or 32 bits that are a length near the input's own, or an edge. */
const setLength: Mutation = (octets, random) => {
  const at = random.below(octets.length - 1);
  const near = octets.length - at + random.below(9) - 4;
  const value = random.pick([near, near, random.pick(EDGES), 0xffff, 0x8000, random.below(0x10000)]);
  const length = Uint8Array.of(value >> 8, value);
  if (random.oneIn(4)) length.reverse();
  return overwrite(octets, at, random.oneIn(4) ? Uint8Array.of(0, 0, ...length) : length);
};

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setOctet,
  setEdge,
  add,
  setLength,
  setLength,
  (octets, random, { words }) => overwrite(octets, random.below(octets.length), random.pick(words)),
  (octets, random, { words }) => splice(octets, random.below(octets.length + 1), 0, random.pick(words)),
  (octets, random) => splice(octets, random.below(octets.length), 1 + random.below(LONGEST_RUN), new Uint8Array(0)),
  (octets, random) => splice(octets, random.below(octets.length + 1), 0, run(octets, random)),
  (octets, random, { corpus }) => overwrite(octets, random.below(octets.length), run(random.pick(corpus), random)),
  (octets, random, { corpus }) => splice(octets, random.below(octets.length + 1), 0, run(random.pick(corpus), random)),
  (octets, random, { corpus }) => {
    const other = random.pick(corpus);
    const from = random.below(other.length);
    return splice(octets, random.below(octets.length + 1), octets.length, other.subarray(from));
  },
  (octets, random) => octets.slice(0, random.below(octets.length + 1)),
  (octets, random) => {
    const part = run(octets, random);
    let repeated = part;
    for (let i = random.below(8); i > 0; i--) repeated = splice(repeated, repeated.length, 0, repeated);
    return splice(octets, random.below(octets.length + 1), 0, repeated);
  },
];

/** A new input from `octets`, at most `longest` octets long. */
export function mutate(octets: Uint8Array, random: Random, others: Others, longest: number): Uint8Array {
  let result = octets;
  for (let i = 1 + random.below(MOST_CHANGES); i > 0; i--) result = random.pick(MUTATIONS)(result, random, others);
  return result.length > longest ? result.slice(0, longest) : result;
}
