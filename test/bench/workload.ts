/** Captures to measure with, as files. Beside each stands what is in it, so that results are checked, too. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  WORKLOADS,
  type WorkloadFacts,
  type WorkloadKind,
  type WorkloadName,
  type WorkloadVariation,
} from './workload-kinds.ts';
import { usualFlows, WorkloadWriter } from './workload-writer.ts';

/** Octets of a size such as `100M` or `1G`, in powers of ten. */
export function sizeOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  if (number === '') throw new Error(`'${text}' is no size such as 100M or 1G`);
  return Number(number) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as 'k']!;
}

/** The same as text, as short as it goes. */
export function sizeText(octets: number): string {
  for (const [unit, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (octets >= factor) return `${octets / factor}${unit}`;
  }
  return String(octets);
}

/** A capture to measure with. */
export interface Workload {
  readonly path: string;
  readonly facts: WorkloadFacts;
}

/** The workload of that name and size in a folder, written there if it is not there yet; variations are named. */
export function ensureWorkload(
  folder: string,
  name: WorkloadName,
  size: string,
  variation: WorkloadVariation = {},
): Workload {
  const { flows, seed } = variation;
  const isUsual = flows === undefined || flows === usualFlows(WORKLOADS[name], sizeOf(size));
  const flowsPart = isUsual ? '' : `-${flows}-flows`;
  const seedPart = seed === undefined ? '' : `-seed-${seed}`;
  const path = join(folder, `${name}-${size}${flowsPart}${seedPart}.pcap`);
  return { path, facts: writeWorkload(WORKLOADS[name], sizeOf(size), path, variation) };
}

/** Writes a capture of `size` octets, but for two in a hundred, to `path`, unless it is there already; answers what is in it. */
function writeWorkload(
  kind: WorkloadKind,
  size: number,
  path: string,
  variation: WorkloadVariation = {},
): WorkloadFacts {
  const factsPath = `${path}.json`;
  if (existsSync(factsPath)) return JSON.parse(readFileSync(factsPath, 'utf8')) as WorkloadFacts;
  const facts = new WorkloadWriter(kind, size, variation).write(path);
  writeFileSync(factsPath, `${JSON.stringify(facts)}\n`);
  return facts;
}
