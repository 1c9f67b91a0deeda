/** Files of context that nest or repeat without end: they are read or refused, and take no more memory than they are long. */
import { describe, expect, test } from 'vitest';
import { readContext } from '../../src/cluster/context/context.ts';

const file = (text: string): { path: string; folder: string; text: string } => ({
  path: 'node1/f',
  folder: 'node1',
  text,
});

/** Lists of references to lists: ten to the tenth elements, were they copied. */
const LAUGHS = [
  'kind: List',
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]`,
  ),
  'items: *a9',
].join('\n');

/** Objects merged into objects, each with twice the keys of the one before. */
const MERGES = [
  'kind: Pod',
  'm0: &m0 {k: 1}',
  ...Array.from({ length: 24 }, (_, i) => `m${i + 1}: &m${i + 1} {<<: [*m${i}, *m${i}], k${i}: 1}`),
].join('\n');

describe('bombs', () => {
  test.each([
    ['references to references in YAML', LAUGHS],
    ['merges of merges in YAML', MERGES],
    ['brackets in JSON', '['.repeat(500_000)],
    ['whole brackets in JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['objects in JSON', '{"kind":'.repeat(100_000)],
    ['lists in YAML', `kind: List\nitems: ${'['.repeat(100_000)}`],
    ['indented lists in YAML', `kind: List\nitems:\n  ${'- '.repeat(100_000)}`],
    ['one long line', `default ${'via '.repeat(300_000)}`],
    ['many short lines', '10.0.0.0/8 via 10.0.0.1 dev eth0\n'.repeat(20_000)],
    ['a rule of iptables without end', `*nat\n-A KUBE-SVC ${'-m comment --comment "a" '.repeat(50_000)}\nCOMMIT`],
  ])('%s', async (_, text) => {
    const { facts, warnings } = await readContext([file(text)]);
    expect(facts.length + warnings.length).toBeLessThanOrEqual(20_001);
  });
});

test('keys that every object has are but keys', async () => {
  const text = JSON.stringify({ kind: 'Pod', metadata: { name: 'a', namespace: 'constructor' }, spec: {}, status: {} });
  const hostile = text.replace(
    '"spec"',
    '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"spec"',
  );
  await readContext([file(hostile), file(`kind: Pod\n__proto__: {polluted: true}\nmetadata: {name: __proto__}`)]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
