import { describe, expect, test } from 'vitest';
import type { ContextFile } from '../../src/cluster/context/facts.ts';
import type { Contradiction } from '../../src/cluster/contradictions/contradiction.ts';
import { contradictionsOf } from '../../src/cluster/contradictions/contradictions.ts';
import { arpReply, clearFrame, ip, ipipFrame, NODE1, NODE2, NODE3, overlayFrame, syn } from './lab-frames.ts';
import { file, modelOf, observeFrames } from './read.ts';

const NODES = [NODE1, NODE2, NODE3];
const pod1 = '10.244.1.170';
const pod2 = '10.244.2.9';
const packet = ip(pod2, pod1, 6, syn(36304, 80));
const answer = ip(pod1, pod2, 6, syn(36306, 80));

/** Node objects as flannel leaves them. */
const nodes = file(
  JSON.stringify({
    kind: 'List',
    items: NODES.map((node, i) => ({
      kind: 'Node',
      metadata: {
        name: `node${i + 1}`,
        annotations: { 'flannel.alpha.coreos.com/backend-data': JSON.stringify({ VNI: 1, VtepMAC: node.vtep }) },
      },
      spec: { podCIDR: `10.244.${i + 1}.0/24` },
      status: { addresses: [{ type: 'InternalIP', address: node.ip }] },
    })),
  }),
  'context',
  'nodes.json',
);

const pods = (name: string, address: string, node: string, more: object = {}): ContextFile =>
  file(
    JSON.stringify({
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { nodeName: node, ...more },
      status: { phase: 'Running', podIP: address },
    }),
    'context',
    'pods.json',
  );

const forwarding = (node: string, ...lines: string[]): ContextFile =>
  file(`${lines.join('\n')}\n`, node, `${node}/fdb`);
const links = (node: string, card: number, tunnel: number): ContextFile =>
  file(
    `2: eth1: <UP> mtu ${card} state UP
    inet ${NODES[Number(node.slice(-1)) - 1]?.ip}/16 scope global eth1
3: flannel.1: <UP> mtu ${tunnel} state UNKNOWN
    link/ether ${NODES[Number(node.slice(-1)) - 1]?.vtep} brd ff:ff:ff:ff:ff:ff
    vxlan id 1 dev eth1 dstport 8472
`,
    node,
    `${node}/links`,
  );
const routes = (node: string, ...lines: string[]): ContextFile => file(`${lines.join('\n')}\n`, node, `${node}/routes`);

async function contradictions(files: readonly ContextFile[], frames: readonly Uint8Array[]): Promise<Contradiction[]> {
  return contradictionsOf(await modelOf(nodes, ...files), observeFrames(frames));
}

const told = (found: readonly Contradiction[]): unknown => found.map(({ kind, node, seen }) => [kind, node, seen.text]);

describe('forwarding entries', () => {
  const right = `${NODE1.vtep} dev flannel.1 dst ${NODE1.ip} self permanent`;
  const wrong = `${NODE1.vtep} dev flannel.1 dst ${NODE3.ip} self permanent`;

  test('the right one contradicts nothing', async () => {
    expect(
      await contradictions(
        [forwarding('node2', right)],
        [overlayFrame(NODE2, NODE1, packet), overlayFrame(NODE1, NODE2, answer)],
      ),
    ).toEqual([]);
  });

  test('one that points elsewhere than the MAC address sends from, with the line and the packets', async () => {
    const found = await contradictions(
      [forwarding('node2', '33:33:00:00:00:01 dev eth1 self', wrong)],
      [overlayFrame(NODE1, NODE2, answer)],
    );
    expect(found).toEqual([
      {
        kind: 'forwarding-entry',
        node: 'node2',
        configured: {
          text: `node2 forwards ${NODE1.vtep} to node3 (${NODE3.ip}) (dev flannel.1)`,
          sources: [{ file: 'node2/fdb', place: 'line 2' }],
        },
        seen: {
          text: `${NODE1.vtep} sends from node1 (${NODE1.ip})`,
          evidence: [{ point: 'node1-eth1', packets: [1] }],
        },
      },
    ]);
  });

  test('nobody has seen anything: nothing is contradicted', async () => {
    expect(await contradictions([forwarding('node2', wrong)], [])).toEqual([]);
  });

  test('one that the traffic does not follow', async () => {
    const stray = overlayFrame(NODE2, { ...NODE3, vtep: 'ae:00:00:00:00:07' }, packet);
    const entry = `ae:00:00:00:00:07 dev flannel.1 dst ${NODE1.ip} self permanent`;
    const found = await contradictions([forwarding('node2', entry)], [stray]);
    expect(told(found)).toContainEqual([
      'forwarding-entry',
      'node2',
      `frames for ae:00:00:00:00:07 go to node3 (${NODE3.ip})`,
    ]);
  });

  test('entries for floods and groups are no entries for a MAC address', async () => {
    const flood = `00:00:00:00:00:00 dev flannel.1 dst ${NODE3.ip} self permanent`;
    const frames = [overlayFrame(NODE2, NODE1, packet), overlayFrame(NODE1, NODE2, answer)];
    expect(await contradictions([forwarding('node2', flood, right)], frames)).toEqual([]);
  });
});

describe('MAC addresses of tunnels', () => {
  test('frames for another one than the node has', async () => {
    const found = await contradictions([], [overlayFrame(NODE2, { ...NODE1, vtep: 'ae:00:de:ad:be:ef' }, packet)]);
    expect(told(found)).toEqual([['vtep-mac', 'node1', 'frames to node1 are for ae:00:de:ad:be:ef']]);
  });

  test('a node that sends from another one, and is answered there, is told once', async () => {
    const changed = { ...NODE1, vtep: 'ae:00:de:ad:be:ef' };
    const found = await contradictions(
      [],
      [overlayFrame(changed, NODE2, answer), overlayFrame(NODE2, changed, packet)],
    );
    expect(told(found)).toEqual([['vtep-mac', 'node1', 'node1 sends from ae:00:de:ad:be:ef']]);
  });

  test('groups have no tunnel', async () => {
    expect(await contradictions([], [overlayFrame(NODE2, { ...NODE1, vtep: '33:33:00:00:00:01' }, packet)])).toEqual(
      [],
    );
  });
});

describe('addresses of pods', () => {
  test('one that sends from another node', async () => {
    const found = await contradictions([pods('web', pod2, 'node1')], [overlayFrame(NODE2, NODE1, packet)]);
    expect(told(found)).toEqual([['pod-address', 'node1', `${pod2} sends from node2 (${NODE2.ip})`]]);
  });

  test('one outside the pod network of its node', async () => {
    const odd = ip('10.244.9.9', pod1, 6, syn(1, 80));
    const found = await contradictions([pods('odd', '10.244.9.9', 'node2')], [overlayFrame(NODE2, NODE1, odd)]);
    expect(told(found)).toEqual([['pod-address', 'node2', 'its pod default/odd sends from 10.244.9.9']]);
    expect(found[0]?.configured.text).toBe('the pod network of node2 is 10.244.2.0/24');
  });

  test('a pod in the network of its node, and one that was not seen, contradict nothing', async () => {
    const files = [pods('agent', NODE2.ip, 'node1', { hostNetwork: true }), pods('odd', '10.244.9.9', 'node2')];
    expect(await contradictions(files, [overlayFrame(NODE2, NODE1, packet)])).toEqual([]);
  });

  test('Calico lends addresses of one block to other nodes', async () => {
    const pool = file('kind: IPPool\nspec:\n  cidr: 10.244.0.0/16\n  ipipMode: Always\n', 'context');
    const odd = ip('10.244.9.9', pod1, 6, syn(1, 80));
    expect(await contradictions([pool, pods('odd', '10.244.9.9', 'node2')], [ipipFrame(NODE2, NODE1, odd)])).toEqual(
      [],
    );
  });
});

describe('MTU', () => {
  const large = (mss: number): Uint8Array => overlayFrame(NODE2, NODE1, ip(pod2, pod1, 6, syn(1, 80, { mss })));
  const way = routes('node2', '10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink');

  test.each([
    ['a segment that fills the tunnel', 1500, 1450, 1410, []],
    [
      'one octet more than the tunnel takes',
      1500,
      1450,
      1411,
      [['mtu', 'node2', `${pod2} announces packets of 1451 octets`]],
    ],
    [
      'more than the card below leaves',
      1400,
      1450,
      1410,
      [['mtu', 'node2', `${pod2} announces packets of 1450 octets`]],
    ],
    ['a card with room for it', 1550, 1500, 1460, []],
  ])('%s', async (_what, card, tunnel, mss, expected) => {
    expect(told(await contradictions([links('node2', card, tunnel), way], [large(mss)]))).toEqual(expected);
  });

  test('the device that is too narrow is named', async () => {
    const [found] = await contradictions([links('node2', 1400, 1450), way], [large(1410)]);
    expect(found?.configured.text).toBe('eth1 has an MTU of 1400, which leaves 1350 in the tunnel flannel.1 on node2');
  });

  test('what NAT puts in place of a client announces for another', async () => {
    const outside = overlayFrame(NODE2, NODE1, ip('10.244.2.0', pod1, 6, syn(1, 80, { mss: 1460 })));
    const address = file(
      '3: flannel.1: <UP> mtu 1450 state UP\n    inet 10.244.2.0/32 scope global flannel.1\n',
      'node2',
    );
    expect(await contradictions([address, way], [outside])).toEqual([]);
  });
});

describe('routes', () => {
  const frames = [overlayFrame(NODE2, NODE1, packet)];
  const network = '10.244.1.0/24';

  test.each([
    ['through the tunnel', `${network} via 10.244.1.0 dev flannel.1 onlink`, []],
    [
      'through the card',
      `${network} via ${NODE1.ip} dev eth1`,
      [['route', 'node2', `packets for ${network} go through vxlan to node1 (${NODE1.ip})`]],
    ],
    ['nowhere', `blackhole ${network}`, []],
    ['for another network', '10.244.3.0/24 via 10.244.3.0 dev flannel.1 onlink', []],
  ])('%s', async (_what, route, expected) => {
    expect(told(await contradictions([routes('node2', route)], frames))).toEqual(expected);
  });

  test('into the tunnel, but the packets go in clear', async () => {
    const clear = [arpReply(NODE1), arpReply(NODE2), clearFrame(NODE2, NODE1, packet)];
    const found = await contradictions([routes('node2', `${network} via 10.244.1.0 dev flannel.1 onlink`)], clear);
    expect(told(found)).toEqual([['route', 'node2', `packets for ${network} go in clear to node1 (${NODE1.ip})`]]);
  });

  test('IPIP: to another node than the gateway', async () => {
    const found = await contradictions(
      [routes('node2', `${network} via ${NODE1.ip} dev tunl0 proto bird onlink`)],
      [ipipFrame(NODE2, NODE3, packet)],
    );
    expect(told(found)).toEqual([['route', 'node2', `packets for ${network} go to node3 (${NODE3.ip})`]]);
  });
});
