/** What the protocols do before a packet is there: a short run is mostly that. */
import { expect, test, vi } from 'vitest';
import { LooseFields } from '../../src/dissect/loose-fields.ts';

test('no protocol lays out fields at run-time positions, of which there are thousands, before one is shown', async () => {
  const layout = vi.spyOn(LooseFields.prototype, 'layout', 'get');
  const { standardProtocols } = await import('../../src/protocols/index.ts');
  const { createDissector } = await import('../../src/protocols/standard-dissector.ts');
  createDissector(standardProtocols);
  expect(layout).not.toHaveBeenCalled();
  const fields = standardProtocols.flatMap(({ loose }) => loose);
  expect(layout).toHaveBeenCalledTimes(standardProtocols.length);
  expect(fields.length).toBeGreaterThan(300);
});
