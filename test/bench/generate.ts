/** Writes the workloads: `tsx test/bench/generate.ts --size 100M --to /tmp/netdissect-bench`. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MIX, SMALL, writeWorkload } from './workload.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100M' },
    to: { type: 'string', default: join(tmpdir(), 'netdissect-bench') },
  },
});

/** Octets of a size such as `100M` or `1G`, in powers of ten. */
export function sizeOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  if (number === '') throw new Error(`'${text}' is no size such as 100M or 1G`);
  return Number(number) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as 'k']!;
}

mkdirSync(values.to, { recursive: true });
for (const kind of [MIX, SMALL]) {
  const path = join(values.to, `${kind.name}-${values.size}.pcap`);
  console.log(path, JSON.stringify(writeWorkload(kind, sizeOf(values.size), path)));
}
