import { describe, expect, test } from 'vitest';
import type { AddressName, Names } from '../../src/cluster/names.ts';
import { FilterContext } from '../../src/filter/context.ts';
import { compileFilter } from '../../src/filter/filter.ts';
import { nameFields } from '../../src/filter/name-fields.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { ip, NODE1, NODE2, overlayFrame, syn } from '../cluster/lab-frames.ts';

const unnamed: AddressName = {
  pod: undefined,
  node: undefined,
  service: undefined,
  device: undefined,
  inferred: false,
};
const KNOWN: Readonly<Record<string, Partial<AddressName>>> = {
  '10.244.2.9': { pod: 'default/client', node: 'node2' },
  '10.96.0.80': { service: 'default/web' },
  '9.135.144.168': { node: 'node2' },
  '9.135.91.57/8472': { service: 'kube-system/overlay' },
};
const names: Names = {
  nameOf(address, port) {
    const known = KNOWN[`${address}/${port}`] ?? KNOWN[address];
    return known && { ...unnamed, ...known };
  },
};
const dissector = createDissector(standardProtocols);

function matches(text: string): boolean {
  const frame = overlayFrame(NODE2, NODE1, ip('10.244.2.9', '10.96.0.80', 6, syn(36304, 80)));
  const layers = dissector.createLayers();
  dissector.dissect(layers, new DataView(frame.buffer), 0, frame.length, frame.length, 1);
  return compileFilter(text, dissector, { computed: nameFields(names) }).matches(new FilterContext(layers));
}

describe('names in filters', () => {
  test.each([
    ['pod == "default/client"', true],
    ['pod == "default/web"', false],
    ['pod contains "client"', true],
    ['node == "node2"', true],
    ['node == "node1"', false],
    ['service == "default/web"', true],
    ['service == "kube-system/overlay"', true],
    ['service == "kube-system/overlay" && tcp.dstport == 80', true],
    ['pod', true],
    ['!service', false],
  ])('%s: %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  test('without names there are no such fields', () => {
    expect(() => compileFilter('pod == "default/client"', dissector)).toThrow(/pod/);
  });
});
