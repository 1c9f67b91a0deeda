/** The bytes of a flow's JSON are those of `JSON.stringify` over the object. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { flowJson } from '../../src/render/flow-json.ts';
import { jsonText } from '../../src/render/safe-text.ts';
import { FIXTURES } from '../corpus.ts';
import { flowsOf } from '../flow/track.ts';

const expected = ({ marks: _, ...told }: FlowRecord): string => jsonText({ type: 'flow', ...told });

test.each(['flannel-vxlan/node1-eth1', 'zero-window/node1-eth1', 'calico-ipip/node1-eth0'])('%s', (path) => {
  const flows = flowsOf(`${FIXTURES}${path}.pcap`);
  expect(flows.length).toBeGreaterThan(0);
  for (const flow of flows) expect(flowJson(flow)).toBe(expected(flow));
});

test('whatever is added to a record', () => {
  const [flow] = flowsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`);
  const added = fc.dictionary(
    fc.constantFrom('application', 'nat', 'point', 'duration', 'more'),
    fc.jsonValue({ depthSize: 'small' }),
  );
  fc.assert(
    fc.property(added, fc.string({ unit: 'binary' }), (values, text) => {
      const record = { ...flow, ...values, text } as unknown as FlowRecord;
      expect(flowJson(record)).toBe(expected(record));
    }),
    { seed: 5 },
  );
});
