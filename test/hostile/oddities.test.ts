/** No oddity breaks a promise again, whole or cut. */
import { describe, expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { TARGETS } from '../fuzz/targets/index.ts';
import { faultOfCuts } from '../truncation/cuts.ts';
import { ODD_CAPTURES, ODDITIES } from './oddities.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

test.each(ODDITIES)('$name', ({ packet }) => {
  expect(faultOfCuts(dissector, layers, packet)).toBe('');
});

describe.each(ODD_CAPTURES)('$name', ({ octets }) => {
  test.each(['reader', 'cluster', 'flows', 'streams', 'writer'])('%s', async (name) => {
    await (await TARGETS[name]?.())?.run(octets);
  });
});
