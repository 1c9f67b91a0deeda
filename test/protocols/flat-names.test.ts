import { expect, test } from 'vitest';
import { bits, flag, list, uint } from '../../src/dissect/field.ts';
import { flatNames } from '../../src/protocols/flat-names.ts';

test('dotted names become keys, and full names wherever the field stands', () => {
  const specs = flatNames('dns', {
    'qry.name': uint(8, 'Name'),
    flags: bits(8, 'Flags', { z: flag('Z'), rest: uint(7, 'Rest') }),
    answers: list('Answer', { 'resp.ttl': uint(32, 'TTL') }),
    other: uint(8, 'Other', { name: 'ip.proto' }),
  });
  expect(Object.keys(specs)).toEqual(['qry_name', 'flags', 'answers', 'other']);
  expect(specs.qry_name.options.name).toBe('dns.qry.name');
  expect(specs.flags.children).toMatchObject({ z: { options: { name: 'dns.flags.z' } } });
  expect(specs.answers.children).toMatchObject({ resp_ttl: { options: { name: 'dns.resp.ttl' } } });
  expect(specs.other.options.name).toBe('ip.proto');
});
