import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addressText, prefixText } from '../../src/cluster/address.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { joinCluster } from '../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../src/cluster/model.ts';
import { namesOf } from '../../src/cluster/names.ts';
import { FIXTURES } from '../corpus.ts';
import { observe, scenarioContext } from './read.ts';

interface Truth {
  readonly healthy: boolean;
  readonly tunnel: { readonly backend: string; readonly mtu: number };
  readonly nodes: readonly { readonly name: string; readonly ip: string; readonly pod_cidr?: string }[];
  readonly pods: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly node: string;
    readonly ip: string;
  }[];
  readonly services: readonly { readonly name: string; readonly namespace: string; readonly cluster_ip: string }[];
  readonly captures: readonly {
    readonly file: string;
    readonly point: string;
    readonly kind: string;
    readonly packets: number;
  }[];
  readonly flows: readonly {
    readonly client: { readonly ip: string };
    readonly server: { readonly ip: string };
    readonly hops: readonly {
      readonly point: string;
      readonly tunnel: readonly unknown[];
      readonly c2s: { readonly packets: number };
      readonly s2c: { readonly packets: number };
    }[];
  }[];
}

const NOTHING_CONFIGURED = buildModel([]);
const scenarios = readdirSync(FIXTURES).filter((name) => existsSync(`${FIXTURES}${name}/truth.json`));
const truthOf = (scenario: string): Truth =>
  JSON.parse(readFileSync(`${FIXTURES}${scenario}/truth.json`, 'utf8')) as Truth;
const pathsOf = (scenario: string, { captures }: Truth): string[] =>
  captures.map(({ file }) => `${FIXTURES}${scenario}/${file}`).filter((path) => /\.pcap(?:ng)?$/.test(path));

const cards = scenarios.flatMap((scenario) =>
  truthOf(scenario)
    .captures.filter(({ kind, file }) => kind === 'nic' && file.endsWith('.pcap'))
    .map(({ file, point }) => [scenario, file, point] as const),
);

/** Whether pods' packets pass the point: in a tunnel or, where there are none, with the pods' own addresses. */
function showsPods(truth: Truth, point: string): boolean {
  const isPod = (address: string): boolean => truth.pods.some((pod) => pod.ip === address);
  return truth.flows.some(({ client, server, hops }) =>
    hops.some((hop) => {
      const hasPackets = hop.point === point && hop.c2s.packets + hop.s2c.packets > 0;
      return hasPackets && (hop.tunnel.length > 0 || (isPod(client.ip) && isPod(server.ip)));
    }),
  );
}

describe('from the traffic of a node card alone', () => {
  test.each(cards)('%s %s: the backend', (scenario, file, point) => {
    const truth = truthOf(scenario);
    const { backend, backendGround } = joinCluster(NOTHING_CONFIGURED, observe([`${FIXTURES}${scenario}/${file}`]));
    expect(backend).toBe(showsPods(truth, point) ? truth.tunnel.backend : 'unknown');
    if (backend === 'unknown') return;
    expect(backendGround.inferred?.confidence).toBeGreaterThan(0.5);
    expect(backendGround.inferred?.evidence[0]?.packets.length).toBeGreaterThan(0);
  });

  test.each(cards.filter(([scenario, , point]) => showsPods(truthOf(scenario), point)))(
    '%s %s: the nodes',
    (scenario, file) => {
      const truth = truthOf(scenario);
      const { nodes } = joinCluster(NOTHING_CONFIGURED, observe([`${FIXTURES}${scenario}/${file}`]));
      expect(nodes.length).toBeGreaterThan(1);
      for (const { name, networks } of nodes) {
        const known = truth.nodes.find(({ ip }) => ip === name);
        expect(known, name).toBeDefined();
        const sure = networks
          .filter(({ inferred }) => (inferred?.confidence ?? 1) > 0.5)
          .map(({ prefix }) => prefixText(prefix));
        // Addresses that packets are only sent to may be anywhere; who sends from them has them.
        const likely = scenario === 'fdb-wrong-node' ? sure : networks.map(({ prefix }) => prefixText(prefix));
        if (likely.length > 0) expect(likely, name).toContain(known?.pod_cidr);
      }
      const senders = nodes.filter(({ networks }) => networks.length > 0);
      expect(senders.length).toBeGreaterThan(1);
    },
  );

  test('flannel-vxlan: the MTU, the addresses of tunnel and bridge, the VTEPs and the name server', () => {
    const { mtu, nodes, nameServers } = joinCluster(
      NOTHING_CONFIGURED,
      observe([`${FIXTURES}flannel-vxlan/node2-eth1.pcap`]),
    );
    expect(mtu?.value).toBe(1450);
    expect(nameServers.map(({ address }) => addressText(address))).toEqual(['10.244.3.53']);
    expect(nodes.map(({ vteps }) => vteps.map(({ mac }) => mac))).toEqual([
      ['ae:00:0a:f4:01:00'],
      ['ae:00:0a:f4:02:00'],
      ['ae:00:0a:f4:03:00'],
    ]);
    expect([...(nodes[0]?.ownAddresses ?? [])].map(([address, device]) => [addressText(address), device])).toEqual([
      ['10.244.1.0', 'flannel.1'],
      ['10.244.1.1', 'cni0'],
    ]);
  });

  test('calico-bgp: the sessions with their AS and what is announced', () => {
    const { peers, nodes } = joinCluster(NOTHING_CONFIGURED, observe([`${FIXTURES}calico-bgp/node1-eth0.pcap`]));
    expect(peers).toHaveLength(2);
    const [first] = peers;
    expect(first?.speakers.map(({ asn, holdTime, isEstablished }) => [asn, holdTime, isEstablished])).toEqual([
      [64512, 240, true],
      [64512, 240, true],
    ]);
    expect(first?.speakers.map(({ address, announced }) => [addressText(address), ...announced.keys()])).toEqual([
      ['10.20.0.3', '192.168.135.128/26'],
      ['10.20.0.5', '192.168.92.128/26'],
    ]);
    expect(nodes.find(({ name }) => name === '10.20.0.3')?.networks[0]?.inferred?.confidence).toBe(0.95);
  });

  test.each(['node1 first', 'node2 first'])(
    'a service is what a SYN was for before its destination was replaced; %s',
    (order) => {
      const paths = pathsOf('service-clusterip', truthOf('service-clusterip')).sort();
      const { services } = joinCluster(NOTHING_CONFIGURED, observe(order === 'node1 first' ? paths : paths.reverse()));
      const found = services.map(({ addresses, endpoints }) => [
        addresses.map(addressText),
        endpoints.map(addressText),
      ]);
      expect(found).toContainEqual([['10.96.0.80'], ['10.244.1.170']]);
      expect(found).toContainEqual([['10.96.0.81'], ['10.244.2.20']]);
    },
  );

  test('docker-bridge: told on the bridge, not behind the NAT', () => {
    const backendAt = (point: string): string =>
      joinCluster(NOTHING_CONFIGURED, observe([`${FIXTURES}docker-bridge/dockerhost-${point}.pcap`])).backend;
    expect(backendAt('docker0')).toBe('docker-bridge');
    expect(backendAt('eth0')).toBe('unknown');
  });

  test.each(scenarios)('%s: inside a pod the backend is not to be seen', (scenario) => {
    const truth = truthOf(scenario);
    for (const { file, kind } of truth.captures) {
      if (kind !== 'pod' || truth.tunnel.backend === 'docker-bridge') continue;
      expect(joinCluster(NOTHING_CONFIGURED, observe([`${FIXTURES}${scenario}/${file}`])).backend).toBe('unknown');
    }
  });
});

describe('with context', () => {
  const joined = async (scenario: string): Promise<Cluster> => {
    const { facts } = await scenarioContext(scenario);
    return joinCluster(buildModel(facts), observe(pathsOf(scenario, truthOf(scenario))));
  };

  test.each(scenarios)('%s: every file is understood', async (scenario) => {
    expect((await scenarioContext(scenario)).warnings).toEqual([]);
  });

  test.each(scenarios)('%s: every pod, node and service has its name, and the backend is known', async (scenario) => {
    const truth = truthOf(scenario);
    const cluster = await joined(scenario);
    const names = namesOf(cluster);
    expect(cluster.backend).toBe(truth.tunnel.backend);
    for (const { name, ip } of truth.nodes) expect(names.nameOf(ip)?.node).toBe(name);
    if (truth.tunnel.backend === 'docker-bridge') return;
    const addresses = truth.pods.map(({ ip }) => ip);
    for (const { name, namespace, node, ip } of truth.pods) {
      const found = names.nameOf(ip);
      // Two pods with one address cannot both have it.
      if (addresses.indexOf(ip) !== addresses.lastIndexOf(ip)) expect(found?.pod).toBeDefined();
      else expect(found).toMatchObject({ pod: `${namespace}/${name}`, node, inferred: false });
    }
    for (const { name, namespace, cluster_ip } of truth.services) {
      expect(names.nameOf(cluster_ip)?.service).toBe(`${namespace}/${name}`);
    }
  });

  /** What is configured otherwise than it was seen, by scenario; none of the others has any. */
  const CONTRADICTIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    'fdb-wrong-node': [['forwarding-entry', 'node2']],
    'wrong-vtep-mac': [['vtep-mac', 'node1']],
    'icmp-fragmentation-needed-inner': [
      ['mtu', 'node2'],
      ['mtu', 'node1'],
    ],
    'icmp-fragmentation-needed-outer': [['mtu', 'node1']],
    'outer-fragmentation': [
      ['mtu', 'node2'],
      ['mtu', 'node1'],
    ],
  };

  test.each(scenarios)('%s: contradictions', async (scenario) => {
    const { contradictions } = await joined(scenario);
    expect(contradictions.map(({ kind, node }) => [kind, node])).toEqual(CONTRADICTIONS[scenario] ?? []);
    for (const { configured, seen } of contradictions) {
      expect(configured.sources.length).toBeGreaterThan(0);
      expect(seen.evidence.flatMap(({ packets }) => packets).length).toBeGreaterThan(0);
    }
    if (truthOf(scenario).healthy) expect(contradictions).toEqual([]);
  });

  test.each([
    ['fdb-wrong-node', 'node1-eth1', 'forwarding-entry'],
    ['fdb-wrong-node', 'node2-eth1', 'forwarding-entry'],
    ['fdb-wrong-node', 'node3-eth1', 'forwarding-entry'],
    ['wrong-vtep-mac', 'node1-eth1', 'vtep-mac'],
    ['wrong-vtep-mac', 'node2-eth1', 'vtep-mac'],
  ])('%s: %s alone shows it', async (scenario, point, kind) => {
    const model = buildModel((await scenarioContext(scenario)).facts);
    const { contradictions } = joinCluster(model, observe([`${FIXTURES}${scenario}/${point}.pcap`]));
    expect(contradictions.map((one) => one.kind)).toEqual([kind]);
  });

  test('fdb-wrong-node without its forwarding databases: the frames speak for themselves', async () => {
    const { facts } = await scenarioContext('fdb-wrong-node');
    const model = buildModel(facts.filter(({ kind }) => kind !== 'forwarding'));
    const { contradictions } = joinCluster(model, observe([`${FIXTURES}fdb-wrong-node/node2-eth1.pcap`]));
    expect(contradictions.map(({ kind, node }) => [kind, node])).toEqual([['forwarding-entry', 'node2']]);
  });
});
