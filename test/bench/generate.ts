/**
 * Writes the workloads: `tsx test/bench/generate.ts --size 100M --to FOLDER`; with `--only mix` one of them, with `--seed 2` another capture of the
 * same kind, with `--flows 1000` one of so many conversations.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureWorkload } from './workload.ts';
import { WORKLOADS, type WorkloadName } from './workload-kinds.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100M' },
    to: { type: 'string', default: join(tmpdir(), 'netdissect-bench') },
    only: { type: 'string' },
    seed: { type: 'string' },
    flows: { type: 'string' },
  },
});

mkdirSync(values.to, { recursive: true });
for (const name of Object.keys(WORKLOADS) as WorkloadName[]) {
  if (values.only !== undefined && values.only !== name) continue;
  const { path, facts } = ensureWorkload(values.to, name, values.size, {
    ...(values.flows === undefined ? {} : { flows: Number(values.flows) }),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  });
  console.log(path, JSON.stringify(facts));
}
