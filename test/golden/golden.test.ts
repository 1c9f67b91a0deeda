/**
 * Output held against files: `fixtures/golden/<scenario>/<node>-<point>.<command>.txt`. `npm run golden` accepts what is printed now; read the
 * difference before it is committed.
 */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { isCommand } from '../../src/cli/command-names.ts';
import { runCli } from '../cli/run-cli.ts';
import { FIXTURES } from '../corpus.ts';

const GOLDEN = fileURLToPath(new URL('../../fixtures/golden/', import.meta.url));

/** Calls by the name they have in the files' names. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  lines: [],
  layers: ['--layers', '-c', '8'],
  hex: ['--hex', '-c', '6'],
  json: ['--json', '-c', '12'],
  full: ['--json', '--full', '-c', '4'],
  stats: ['stats'],
  checked: ['--check'],
  flows: ['flows'],
  'flows-json': ['flows', '--json'],
  'flows-csv': ['flows', '--csv'],
  cluster: ['cluster'],
  'cluster-json': ['cluster', '--json'],
};

/** What a node's network card of each healthy scenario is held against. */
const NODE_NIC = ['lines', 'layers', 'hex', 'json', 'flows', 'cluster'];

/** Captures with the commands they are held against. */
const ROWS: readonly (readonly [capture: string, ...commands: string[]])[] = [
  ['flannel-vxlan/node1-eth1', ...NODE_NIC, 'full', 'stats', 'flows-json', 'flows-csv', 'cluster-json'],
  ['loss/node1-eth1', 'flows'],
  ['zero-window/node1-eth1', 'flows'],
  ['flannel-udp/node1-eth1', ...NODE_NIC],
  ['flannel-host-gw/node1-eth1', ...NODE_NIC],
  ['calico-ipip/node1-eth0', ...NODE_NIC],
  ['calico-bgp/node1-eth0', ...NODE_NIC],
  ['docker-bridge/dockerhost-eth0', ...NODE_NIC],
  ['service-clusterip/node1-eth1', ...NODE_NIC],
  ['service-clusterip-no-br-netfilter/node1-eth1', ...NODE_NIC],
  ['service-nodeport/node1-eth1', ...NODE_NIC],
  ['flannel-vxlan-variants/node1-eth1', ...NODE_NIC],
  ['flannel-vxlan-variants/node1-any', 'lines'],
  ['offload-checksums/node1-eth1', ...NODE_NIC],
  ['outer-fragmentation/node1-eth1', 'lines', 'layers'],
  ['icmp-fragmentation-needed-outer/node1-eth1', 'lines'],
  ['offload-checksums/node1-web.eth0', 'lines', 'checked'],
];

const cases = ROWS.flatMap(([capture, ...commands]) => commands.map((command) => ({ capture, command })));
const goldenPath = (capture: string, command: string): string => `${capture}.${command}.txt`;

test.each(cases)('$capture $command', async ({ capture, command }) => {
  const words = COMMANDS[command];
  if (words === undefined) throw new Error(`no command '${command}'`);
  const first = words[0] !== undefined && isCommand(words[0]) ? [words[0]] : [];
  const { status, stdout, stderr } = await runCli([
    ...first,
    `${FIXTURES}${capture}.pcap`,
    ...words.slice(first.length),
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const told = stdout.replaceAll(FIXTURES, '');
  await expect(told).toMatchFileSnapshot(`${GOLDEN}${goldenPath(capture, command)}`);
});

afterAll(() => {
  const wanted = new Set(cases.map(({ capture, command }) => goldenPath(capture, command)));
  const found = existsSync(GOLDEN) ? readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }) : [];
  expect(found.filter((path) => path.endsWith('.txt') && !wanted.has(path))).toEqual([]);
});
