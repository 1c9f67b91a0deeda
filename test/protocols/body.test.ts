import { describe, expect, test } from 'vitest';
import { uint } from '../../src/dissect/field.ts';
import { body, fieldOf, specsOf, utcText } from '../../src/protocols/body.ts';

test('the group is part of key and name, the prefix of the name alone', () => {
  const { specs, steps } = body('dns', 'mx', { preference: uint(16, 'Preference') });
  expect(steps).toEqual([{ key: 'mx_preference', emit: undefined }]);
  expect(specs['mx_preference']?.options.name).toBe('dns.mx.preference');
});

describe('declarations that disagree throw', () => {
  test('one key for two fields', () => {
    const bodies = [body('a', '', { x: uint(8, 'X') }), body('b', '', { x: uint(8, 'X') })];
    expect(() => specsOf(bodies)).toThrow("'x' is declared as a.x and as b.x");
  });

  test('one field of two widths', () => {
    const bodies = [body('a', '', { x: uint(8, 'X') }), body('a', '', { x: uint(16, 'X') })];
    expect(() => specsOf(bodies)).toThrow("'x' is declared as");
  });

  test('a field nobody declared', () => {
    expect(() => fieldOf({}, 'x')).toThrow("no field is declared under 'x'");
  });
});

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [4294967295, '2106-02-07T06:28:15Z'],
])('%d s as a time', (seconds, text) => {
  expect(utcText(seconds)).toBe(text);
});
