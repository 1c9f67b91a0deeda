import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMPUTED_FIELDS } from '../../src/filter/computed-fields.ts';
import { FieldCatalog } from '../../src/filter/field-catalog.ts';
import { generateLooseSegments } from '../../src/protocols/generate-loose-segments.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

const GENERATED = new URL('../../src/protocols/loose-segments.generated.ts', import.meta.url);
const dissector = createDissector(standardProtocols);
const catalog = (): FieldCatalog => new FieldCatalog(dissector, COMPUTED_FIELDS);

test('the generated file is what the declarations make', () => {
  expect(readFileSync(GENERATED, 'utf8')).toBe(generateLooseSegments());
});

test('every name stands for the same, asked for alone or with all others', () => {
  const whole = catalog();
  const names = [...whole.names()];
  expect(names.length).toBeGreaterThan(2000);
  for (const segment of new Set(names.map((name) => name.split('.', 1)[0]))) {
    const alike = names.filter((name) => name.split('.', 1)[0] === segment);
    for (const name of [alike[0]!, alike.at(-1)!]) expect(catalog().get(name), name).toEqual(whole.get(name));
    const one = catalog();
    for (const name of alike) expect(one.get(name)?.kind, name).toBe(whole.get(name)?.kind);
  }
});
