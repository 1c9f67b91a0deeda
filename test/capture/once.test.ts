import { expect, test, vi } from 'vitest';
import { once } from '../../src/capture/once.ts';

test.each([[{ 1: 'one' }], [0], [undefined]])('%o is made once, and not before it is asked for', (value) => {
  const make = vi.fn(() => value);
  const table = once(make);
  expect(make).not.toHaveBeenCalled();
  expect([table(), table()]).toEqual([value, value]);
  expect(table()).toBe(value);
  expect(make).toHaveBeenCalledTimes(1);
});

test('what could not be made is tried again', () => {
  const make = vi
    .fn(() => 'made')
    .mockImplementationOnce(() => {
      throw new Error('not yet');
    });
  const table = once(make);
  expect(table).toThrow('not yet');
  expect(table()).toBe('made');
});
