/** Columns written as octets hold what the fields' values say. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Packet } from '../../src/capture/packet.ts';
import { FilterContext } from '../../src/filter/context.ts';
import { fieldColumn } from '../../src/filter/field-column.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { columnLines } from '../../src/render/columns.ts';
import { capturesBelow, FIXTURES, packetsOf } from '../corpus.ts';
import { dissectOwned } from '../packet-invariants.ts';
import { chunkToText } from './flow-line.ts';

const dissector = createDissector(standardProtocols);
const context = new FilterContext(dissector.createLayers());
// Fields without words and without hexadecimal: their values are their text.
const NAMES = [
  'frame.number',
  'frame.len',
  'eth.src',
  'ip.src',
  'ip.hdr_len',
  'ip.flags.df',
  'ip.frag_offset',
  'ip.ttl',
  'inner.ip.dst',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.seq_raw',
  'tcp.port',
  'tcp.options.mss_val',
  'vxlan.vni',
  'dns.qry.name',
  'arp.src.proto_ipv4',
];
const columns = NAMES.map((name) => fieldColumn(name, dissector));

const shown = (value: unknown): string => (typeof value === 'boolean' ? String(Number(value)) : String(value));

test.each(['a', 'f', 'l'] as const)('occurrence=%s', (occurrence) => {
  const { chunk, numbers, taken } = chunkToText();
  const put = columnLines(chunk, numbers, columns, { separator: ' → ', occurrence });
  let several = 0;
  for (const path of capturesBelow(FIXTURES)) {
    for (const packet of packetsOf(join(FIXTURES, path)).slice(0, 30)) {
      dissectOwned(dissector, context.layers, packet);
      context.take(new Packet(), 7);
      const expected = columns.map(({ each }) => {
        const found: string[] = [];
        each(context, (value) => found.push(shown(value)));
        if (found.length > 1) several++;
        return { a: found.join(','), f: found[0] ?? '', l: found.at(-1) ?? '' }[occurrence];
      });
      expect(taken(put(0, context))).toBe(expected.join(' → '));
    }
  }
  expect(several).toBeGreaterThan(0);
});

test('more columns than a chunk has room for at once', () => {
  const { chunk, numbers, taken } = chunkToText();
  const some = ['frame.number', 'eth.src', 'ip.src', 'tcp.seq_raw'].map((name) => fieldColumn(name, dissector));
  const many = Array.from({ length: 4000 }, (_, i) => some[i % some.length]!);
  const put = columnLines(chunk, numbers, many, { separator: '|', occurrence: 'a' });
  const [packet] = packetsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`);
  dissectOwned(dissector, context.layers, packet!);
  context.take(new Packet(), 4_000_000_000);
  const texts = some.map(({ each }) => {
    const found: string[] = [];
    each(context, (value) => found.push(shown(value)));
    return found.join(',');
  });
  let at = 0;
  for (let line = 0; line < 10; line++) at = put(at, context);
  const line = many.map((_, i) => texts[i % texts.length]).join('|');
  expect(line.length).toBeGreaterThan(20_000);
  expect(taken(at)).toBe(line.repeat(10));
});
