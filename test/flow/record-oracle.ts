/**
 * Records tshark's TCP analysis of the lab's and others' captures: `tsx test/flow/record-oracle.ts`. A capture without a flagged packet is left out.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { capturesBelow, FIXTURES, SHARED } from '../corpus.ts';
import { type Flagged, IRREGULARITY_NAMES, type RecordedCapture } from './tcp-oracle.ts';

const OUTPUT = fileURLToPath(new URL('../../fixtures/oracle/tcp-analysis.json', import.meta.url));
const TSHARK = [
  '-n',
  '-o',
  'tcp.reassemble_out_of_order:FALSE',
  '-d',
  'udp.port==8472,vxlan',
  '-d',
  'udp.port==8285,ip',
];

const FIELDS = [
  'frame.number',
  'tcp.stream',
  'ip.addr',
  'ipv6.addr',
  'vxlan.vni',
  'gre.key',
  'frame.interface_id',
  'sll.ifindex',
  'tcp.port',
  'eth.type',
  ...IRREGULARITY_NAMES.map((name) => `tcp.analysis.${name}`),
];

function run(path: string): string[][] {
  const words = [...TSHARK, '-r', path, '-Y', 'tcp', '-T', 'fields', ...FIELDS.flatMap((name) => ['-e', name])];
  let text: string;
  try {
    text = execFileSync('tshark', words, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // tshark exits with 2 for a capture that is cut off, after what could be read.
    text = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** Streams whose packets differ in what surrounds them: the path of tunnels, or the point. */
function mergedPackets(rows: readonly string[][]): number[] {
  const surroundings = new Map<string, Set<string>>();
  for (const [, stream = '', ip = '', ip6 = '', vni = '', key = '', point = '', index = ''] of rows) {
    const around = [...ip.split(','), ...ip6.split(',')].sort().join();
    const known = surroundings.get(stream) ?? new Set();
    surroundings.set(stream, known.add([around, vni, key, point, index].join(' ')));
  }
  return rows.filter(([, stream = '']) => (surroundings.get(stream)?.size ?? 0) > 1).map(([number]) => Number(number));
}

function recordCapture(path: string): RecordedCapture | undefined {
  const rows = run(path);
  const first = FIELDS.length - IRREGULARITY_NAMES.length;
  const flagged: Flagged = Object.fromEntries(
    IRREGULARITY_NAMES.map((name, i) => [
      name,
      rows.filter((row) => row[first + i]).map((row) => Number(row[0])),
    ]).filter(([, packets]) => packets?.length !== 0),
  ) as Flagged;
  const merged = mergedPackets(rows);
  if (Object.keys(flagged).length === 0) return undefined;
  return merged.length === 0 ? { flagged } : { flagged, merged };
}

const captures: Record<string, RecordedCapture> = {};
for (const [name, folder] of [
  ['fixtures', FIXTURES],
  ['shared', SHARED],
] as const) {
  for (const path of capturesBelow(folder)) {
    const recorded = recordCapture(`${folder}${path}`);
    if (recorded !== undefined) captures[`${name}:${path}`] = recorded;
  }
}
const tshark = execFileSync('tshark', ['--version'], { encoding: 'utf8' }).split('\n')[0]?.trim() ?? '';
const lines = Object.entries(captures).map(([path, recorded]) => `${JSON.stringify(path)}:${JSON.stringify(recorded)}`);
writeFileSync(OUTPUT, `{"tshark":${JSON.stringify(tshark)},"captures":{\n${lines.join(',\n')}\n}}\n`);
