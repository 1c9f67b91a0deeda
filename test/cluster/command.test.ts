import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { FIXTURES } from '../corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'netdissect-cluster-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenario = (name: string, ...points: string[]): string[] =>
  points.map((point) => `${FIXTURES}${name}/${point}.pcap`);
const VXLAN = scenario('flannel-vxlan', 'node1-eth1', 'node2-eth1');
const contextOf = (name: string): string => `${FIXTURES}${name}/context`;

type Record = { type: string } & { [key: string]: unknown };
const recordsOf = (text: string): Record[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record);

describe('cluster', () => {
  test('tables without context', async () => {
    const { status, stdout, stderr } = await runCli(['cluster', ...VXLAN]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^backend {2}flannel-vxlan {2}inferred, 95 %: /);
    expect(stdout).toContain('VNI 1, UDP port 8472');
    expect(stdout).toMatch(/9\.135\.91\.57 +9\.135\.91\.57 +10\.244\.1\.0\/24 \(90 %\) +ae:00:0a:f4:01:00/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('tables with context', async () => {
    const { stdout } = await runCli(['cluster', ...VXLAN, '--context', contextOf('flannel-vxlan')]);
    expect(stdout).toMatch(/node1 +9\.135\.91\.57 +10\.244\.1\.0\/24 +ae:00:0a:f4:01:00/);
    expect(stdout).toMatch(/default\/web +10\.244\.1\.170 +node1/);
    expect(stdout).not.toContain('contradictions');
  });

  test('records: the cluster first, tunnels counted once however many points saw them', async () => {
    const { stdout } = await runCli(['cluster', '--json', ...VXLAN, '--context', contextOf('flannel-vxlan')]);
    const records = recordsOf(stdout);
    expect(records[0]).toMatchObject({
      type: 'cluster',
      backend: 'flannel-vxlan',
      vni: 1,
      port: 8472,
      mtu: { octets: 1450 },
    });
    expect(records[0]).not.toHaveProperty('inferred');
    expect(new Set(records.map(({ type }) => type))).toEqual(new Set(['cluster', 'node', 'pod', 'service', 'tunnel']));
    const [tunnel] = records.filter(({ type }) => type === 'tunnel');
    expect(tunnel).toMatchObject({ kind: 'vxlan', vni: 1, from: { ip: '9.135.144.168', node: 'node2' }, packets: 33 });
    expect(records.find(({ type }) => type === 'pod')).toMatchObject({
      name: 'default/web',
      node: 'node1',
      addresses: ['10.244.1.170'],
      sources: [{ place: 'Pod default/web' }],
    });
  });

  test('records of what is inferred say so, how surely, and from which packets', async () => {
    const { stdout } = await runCli(['cluster', '--json', ...VXLAN]);
    const records = recordsOf(stdout);
    expect(records[0]).toMatchObject({ backend: 'flannel-vxlan', inferred: true, confidence: 0.95 });
    for (const record of records.filter(({ type }) => type === 'node' || type === 'pod')) {
      expect(record).toMatchObject({ inferred: true, confidence: expect.any(Number) });
      expect(record['evidence']).toContainEqual({ point: 'node1-eth1', packets: expect.any(Array) });
    }
  });

  test('a contradiction with both sides', async () => {
    const paths = scenario('wrong-vtep-mac', 'node2-eth1');
    const { stdout } = await runCli(['cluster', '--json', ...paths, '--context', contextOf('wrong-vtep-mac')]);
    const found = recordsOf(stdout).filter(({ type }) => type === 'contradiction');
    expect(found).toMatchObject([
      {
        kind: 'vtep-mac',
        node: 'node1',
        configured: { sources: [{ place: 'Node node1' }, expect.anything(), expect.anything()] },
        seen: {
          text: 'frames to node1 are for ae:00:de:ad:be:ef',
          evidence: [{ point: 'node2-eth1', packets: [3, 4, 5, 7, 9] }],
        },
      },
    ]);
    const text = (await runCli(['cluster', ...paths, '--context', contextOf('wrong-vtep-mac')])).stdout;
    expect(text).toContain(
      'contradictions\nvtep-mac\n  configured  the tunnel of node1 has the MAC address ae:00:0a:f4:01:00',
    );
  });

  test('BGP sessions', async () => {
    const { stdout } = await runCli(['cluster', '--json', ...scenario('calico-bgp', 'node1-eth0')]);
    const [session] = recordsOf(stdout).filter(({ type }) => type === 'bgp-peer');
    expect(session).toMatchObject({
      established: true,
      peers: [
        {
          ip: '10.20.0.3',
          as: 64512,
          hold_time: 240,
          announced: [{ prefix: '192.168.135.128/26', next_hop: '10.20.0.3' }],
        },
        { ip: '10.20.0.5', as: 64512 },
      ],
    });
  });

  test('context alone is shown without waiting for a capture', async () => {
    const { status, stdout } = await runCli(['cluster', '--context', contextOf('calico-ipip')], { stdinIsTTY: true });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^backend {2}calico-ipip/);
    expect(stdout).toMatch(/default\/client +192\.168\.135\.163 +node2/);
  });

  test('a capture that is cut off is used as far as it goes', async () => {
    const { status, stdout } = await runCli(['cluster', ...scenario('flannel-vxlan-variants', 'node1-eth1-cut')]);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^backend {2}flannel-vxlan/);
  });
});

describe('--context', () => {
  test('files one by one, each with the name of its folder', async () => {
    const files = ['ip-addr.txt', 'ip-route.txt'].flatMap((name) => [
      '--context',
      `${contextOf('flannel-vxlan')}/node1/${name}`,
    ]);
    const { stdout } = await runCli(['cluster', ...files]);
    expect(stdout).toMatch(/node1 +9\.135\.91\.57/);
  });

  test('names of files do not matter, and what is not understood is named', async () => {
    const mixed = join(folder, 'mixed');
    mkdirSync(join(mixed, 'node1'), { recursive: true });
    cpSync(`${contextOf('flannel-vxlan')}/node1/ip-addr.txt`, join(mixed, 'node1', 'a'));
    cpSync(`${contextOf('flannel-vxlan')}/kubectl-get-pods.json`, join(mixed, 'b.yaml'));
    writeFileSync(join(mixed, 'notes'), 'call Bob\n');
    writeFileSync(join(mixed, 'broken.json'), '{"kind":"List","items":[');
    writeFileSync(join(mixed, 'core'), Uint8Array.of(0x7f, 0, 1));
    writeFileSync(join(mixed, '.hidden'), 'call Bob\n');
    const { status, stdout, stderr } = await runCli(['cluster', '--json', '--context', mixed]);
    expect(status).toBe(0);
    const records = recordsOf(stdout);
    expect(records.filter(({ type }) => type === 'pod')).toHaveLength(4);
    const warnings = records.filter(({ type }) => type === 'warning').map(({ file, message }) => `${file}: ${message}`);
    expect(warnings).toEqual([
      `${join(mixed, 'core')}: is no text`,
      expect.stringContaining(`${join(mixed, 'broken.json')}: cannot be read: `),
      `${join(mixed, 'notes')}: is of no kind that is known`,
    ]);
    expect(stderr).toContain(`netdissect: ${join(mixed, 'notes')}: is of no kind that is known\n`);
  });

  test('a path that is not there is wrong usage', async () => {
    const { status, stderr } = await runCli(['cluster', '--context', join(folder, 'nowhere')]);
    expect(status).toBe(2);
    expect(stderr).toBe(`netdissect: --context: no file '${join(folder, 'nowhere')}'\n`);
  });
});

describe('--collect', () => {
  test('prints a script that a POSIX shell takes', async () => {
    const { status, stdout } = await runCli(['cluster', '--collect'], { stdinIsTTY: true });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#!\/bin\/sh\n/);
    expect(spawnSync('sh', ['-n'], { input: stdout }).status).toBe(0);
  });

  test('what it gathers is understood', async () => {
    const { stdout: script } = await runCli(['cluster', '--collect']);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const fake = (name: string, body: string): void =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const node = `${contextOf('flannel-vxlan')}/node1`;
    fake(
      'ip',
      `case "$*" in addr) cat ${node}/ip-addr.txt;; "-d link") cat ${node}/ip-link.txt;; route) cat ${node}/ip-route.txt;; neigh) cat ${node}/ip-neigh.txt;; esac`,
    );
    fake('bridge', `cat ${node}/bridge-fdb.txt`);
    fake('iptables-save', `cat ${node}/iptables-save.txt`);
    fake('conntrack', `cat ${node}/conntrack.txt`);
    fake('kubectl', `f=${contextOf('flannel-vxlan')}/kubectl-get-$2.json; [ -e "$f" ] && cat "$f"`);
    const out = join(folder, 'collected');
    const run = spawnSync('sh', ['-s', out], {
      input: script,
      env: { PATH: `${bin}:/usr/bin:/bin`, NODE_NAME: 'node1' },
      encoding: 'utf8',
    });
    expect([run.status, run.stdout, run.stderr]).toEqual([0, `${out}\n`, '']);
    const { stdout, stderr } = await runCli(['cluster', '--json', '--context', out]);
    expect(stderr).toBe('');
    const records = recordsOf(stdout);
    expect(records.filter(({ type }) => type === 'pod')).toHaveLength(4);
    expect(records.find(({ name }) => name === 'node1')).toMatchObject({
      addresses: ['9.135.91.57'],
      pod_networks: [{ network: '10.244.1.0/24' }],
      devices: [{ device: 'flannel.1' }, { device: 'cni0' }],
    });
  });
});
