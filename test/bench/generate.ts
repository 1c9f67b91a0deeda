/** Writes the workloads: `tsx test/bench/generate.ts --size 100M --to /tmp/netdissect-bench`. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MIX, SMALL, sizeOf, writeWorkload } from './workload.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100M' },
    to: { type: 'string', default: join(tmpdir(), 'netdissect-bench') },
  },
});

mkdirSync(values.to, { recursive: true });
for (const kind of [MIX, SMALL]) {
  const path = join(values.to, `${kind.name}-${values.size}.pcap`);
  console.log(path, JSON.stringify(writeWorkload(kind, sizeOf(values.size), path)));
}
