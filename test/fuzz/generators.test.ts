/** Generated packets are read as they were made; mutated ones keep every promise. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { layerObject } from '../../src/render/object.ts';
import { FAMILIES } from './generators.ts';
import { dissect } from './targets/dissect.ts';

const ETHERNET = 1;
const settings = { seed: 20_260_101, numRuns: 150 };
const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

describe.each(Object.entries(FAMILIES))('%s', (_, family) => {
  test('valid: the layers and values that were put in, and nothing wrong', () => {
    fc.assert(
      fc.property(family, ({ octets, stack, fields }) => {
        const view = new DataView(Uint8Array.from(octets).buffer);
        dissector.dissect(layers, view, 0, octets.length, octets.length, ETHERNET);
        const found = Array.from({ length: layers.count }, (_, row) => layerObject(layers, row));
        expect(found.map(({ layer }) => layer).join(':')).toBe(stack);
        expect(layers.issues.count).toBe(0);
        for (const [name, values] of Object.entries(fields)) {
          // The outermost layer of a name was put in last.
          const same = found.filter(({ layer }) => layer === name);
          expect(same[0]).toMatchObject(values);
        }
      }),
      settings,
    );
  });

  test('mutated: every promise holds', async () => {
    const change = fc.record({ at: fc.nat(400), octet: fc.nat(255), length: fc.nat(400) });
    await fc.assert(
      fc.asyncProperty(family, fc.array(change, { minLength: 1, maxLength: 6 }), async ({ octets }, changes) => {
        let input = Uint8Array.of(0, ETHERNET, ...octets);
        for (const { at, octet, length } of changes) {
          if (at < input.length - 2) input[2 + at] = octet;
          if (length < input.length && length % 7 === 0) input = input.slice(0, length);
        }
        await dissect.run(input);
      }),
      settings,
    );
  });
});
