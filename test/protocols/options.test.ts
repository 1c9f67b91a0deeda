/** Protocols with options keep what they promise of these: their numbers of 32 bits decide nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/dissect/field.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import type { FieldVisitor } from '../../src/dissect/walk.ts';
import { walkDetails } from '../../src/dissect/walk.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

const dissector = createDissector(standardProtocols);

interface Walk {
  /** What was shown, without the values of numbers of 32 bits. */
  readonly shown: readonly string[];
  /** Where those numbers begin. */
  readonly numbers: readonly number[];
}

/** Walks the options of a header in row 0 that fills the octets. */
function walkOptions(id: number, octets: Uint8Array): Walk {
  const layers: Layers = dissector.createLayers();
  const view = new DataView(octets.buffer);
  layers.reset(view, 0, octets.length, 1, 0);
  layers.count = 1;
  layers.protocol[0] = id;
  for (const column of [layers.payload, layers.end, layers.wireEnd]) column[0] = octets.length;
  const shown: string[] = [];
  const numbers: number[] = [];
  const isNumber = ({ kind, bitWidth, values }: Field): boolean =>
    kind === 'uint' && bitWidth === 32 && values === undefined;
  const visitor: FieldVisitor = {
    leaf: (field, at, start, end, computed) => {
      const isFree = computed === undefined && isNumber(field);
      if (isFree) numbers.push(at + field.octetOffset);
      const value = isFree ? '' : [computed, ...octets.subarray(start, end)].join(' ');
      shown.push(`${field.name} ${start} ${end} ${value}`);
    },
    openGroup: (field, at) => shown.push(`${field.name} ${at}`),
    closeGroup: (field) => shown.push(`end of ${field.name}`),
    openElement: (list, start) => shown.push(`${list.title} ${start}`),
    closeElement: (list, end) => shown.push(`end of ${list.title} ${end}`),
  };
  walkDetails(layers, 0, visitor);
  for (let i = 0; i < layers.issues.count; i++) shown.push(JSON.stringify(layers.issues.at(i)));
  return { shown, numbers };
}

const withOptions = dissector.protocols.flatMap((protocol, id) =>
  protocol?.hasOptions ? [{ name: protocol.name, id, minimum: protocol.minimum }] : [],
);

test('some protocols have options', () => {
  expect(withOptions.map(({ name }) => name)).toEqual(expect.arrayContaining(['ip', 'tcp', 'geneve']));
});

/** Types of options of IPv4 and TCP that have numbers of 32 bits or look as if they might, and the beginning of classes of Geneve's. */
const TYPES = [1, 2, 5, 8, 27, 30, 68, 82, 131, 136, 172, 254];
const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 4, 5, 8));
const option = fc
  .tuple(
    fc.oneof(octet, { arbitrary: fc.constantFrom(...TYPES), weight: 4 }),
    fc.array(octet, { maxLength: 26, size: 'max' }),
  )
  .map(([type, body]) => [type, body.length + 2, ...body]);
const anyOptions = fc.oneof(
  fc.array(option, { minLength: 1, maxLength: 4 }).map((options) => options.flat()),
  fc.array(octet, { minLength: 1, maxLength: 40 }),
);

describe.each(withOptions)('$name', ({ name, id, minimum }) => {
  test('a number of 32 bits changes nothing but itself', () => {
    let changed = 0;
    const property = fc.property(anyOptions, fc.infiniteStream(octet), (options, others) => {
      const octets = new Uint8Array(minimum + options.length);
      octets.set(options, minimum);
      const before = walkOptions(id, octets);
      for (const at of before.numbers) octets.set([...others.take(4)], at);
      octets.set([...others.take(minimum)]);
      changed += before.numbers.length;
      expect(walkOptions(id, octets).shown).toEqual(before.shown);
    });
    fc.assert(property, { seed: 7, numRuns: 4000 });
    expect(changed).toBeGreaterThanOrEqual(name === 'geneve' ? 0 : 100);
  });
});
