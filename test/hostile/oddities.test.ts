/** No oddity breaks a promise again, whole or cut. */
import { expect, test } from 'vitest';
import { createDissector } from '../../src/dissect/dissector.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { faultOfCuts } from '../truncation/cuts.ts';
import { ODDITIES } from './oddities.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

test.each(ODDITIES)('$name', ({ packet }) => {
  expect(faultOfCuts(dissector, layers, packet)).toBe('');
});
