import { expect, test } from 'vitest';
import { flag, list, packed, uint } from '../../src/dissect/field.ts';
import { layOutLoose } from '../../src/dissect/layout.ts';

const view = new DataView(Uint8Array.of(0xff, 0x12, 0x34, 0x5b, 0x07).buffer);

test('packed fields share their octets', () => {
  const { fields } = layOutLoose('label', {
    ...packed({ label: uint(20, 'Label'), exp: uint(3, 'Class'), bottom: flag('Bottom'), ttl: uint(8, 'TTL') }),
  });
  expect([fields.label, fields.exp, fields.bottom, fields.ttl].map((field) => field.get(view, 1))).toEqual([
    0x12345, 5, 1, 7,
  ]);
  expect(fields.ttl).toMatchObject({ bitOffset: 24, octetOffset: 3, octetWidth: 1 });
});

test('packed fields may begin behind others', () => {
  const { fields } = layOutLoose('x', { ...packed({ low: uint(4, 'Low') }, 4) });
  expect(fields.low.get(view, 2)).toBe(4);
});

test('packed fields keep their place in a list', () => {
  const { fields } = layOutLoose('x', { items: list('Item', packed({ high: uint(4, 'High'), low: uint(4, 'Low') })) });
  expect([fields.items.of.high.get(view, 1), fields.items.of.low.get(view, 1)]).toEqual([1, 2]);
});
