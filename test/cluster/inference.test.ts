import { describe, expect, test } from 'vitest';
import { addressText, prefixText } from '../../src/cluster/address.ts';
import { inferBackend } from '../../src/cluster/inference/backend.ts';
import { inferNodes } from '../../src/cluster/inference/nodes.ts';
import { joinCluster } from '../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../src/cluster/model.ts';
import {
  arpReply,
  clearFrame,
  ip,
  ipipFrame,
  type LabNode,
  NODE1,
  NODE2,
  NODE3,
  overlayFrame,
  syn,
  udp,
} from './lab-frames.ts';
import { observeFrames } from './read.ts';

const pod1 = '10.244.1.170';
const pod2 = '10.244.2.9';
const there = ip(pod2, pod1, 6, syn(36304, 80));
const back = ip(pod1, pod2, 6, syn(36306, 80));

function backendOf(frames: readonly Uint8Array[]): readonly [string, number] {
  const { backend, confidence } = inferBackend(observeFrames(frames));
  return [backend, confidence];
}

describe('the backend', () => {
  const vxlan = (from: LabNode, to: LabNode, packet: string, vni: number, port: number): Uint8Array =>
    overlayFrame(from, to, packet, { vni, port });
  test.each<[string, readonly Uint8Array[], string, number]>([
    ['VNI 1 on 8472', [vxlan(NODE2, NODE1, there, 1, 8472)], 'flannel-vxlan', 0.95],
    ['VNI 1 on another port', [vxlan(NODE2, NODE1, there, 1, 4789)], 'flannel-vxlan', 0.6],
    ['VNI 4096 on 4789', [vxlan(NODE2, NODE1, there, 4096, 4789)], 'calico-vxlan', 0.85],
    [
      'a VNI for each sender',
      [vxlan(NODE2, NODE1, there, 31733, 8472), vxlan(NODE1, NODE2, back, 8157, 8472)],
      'cilium-vxlan',
      0.85,
    ],
    [
      'one VNI of its own in both directions',
      [vxlan(NODE2, NODE1, there, 42, 8472), vxlan(NODE1, NODE2, back, 42, 8472)],
      'flannel-vxlan',
      0.6,
    ],
    ['one VNI in one direction, which may be an identity', [vxlan(NODE2, NODE1, there, 31733, 8472)], 'unknown', 0],
    [
      'two VNIs on the port of IANA',
      [vxlan(NODE2, NODE1, there, 4097, 4789), vxlan(NODE1, NODE2, back, 4098, 4789)],
      'unknown',
      0,
    ],
    ['IPIP of private addresses', [ipipFrame(NODE2, NODE1, there)], 'calico-ipip', 0.7],
    [
      'IPIP of public addresses, as of a load balancer',
      [ipipFrame(NODE2, NODE1, ip('8.8.8.8', '9.9.9.9', 6, syn(1, 80)))],
      'unknown',
      0,
    ],
    [
      'IPIP of the tunnel ends themselves, as of IPsec',
      [ipipFrame(NODE2, NODE1, ip(NODE2.ip, NODE1.ip, 6, syn(1, 80)))],
      'unknown',
      0,
    ],
    ['nothing', [], 'unknown', 0],
    [
      'nodes that talk to each other',
      [arpReply(NODE1), arpReply(NODE2), clearFrame(NODE2, NODE1, ip(NODE2.ip, NODE1.ip, 6, syn(1, 22)))],
      'unknown',
      0,
    ],
    [
      'pods between cards that are other addresses',
      [arpReply(NODE1), arpReply(NODE2), clearFrame(NODE2, NODE1, there)],
      'flannel-host-gw',
      0.6,
    ],
    [
      'pods between cards of which nobody asked for the address',
      [arpReply(NODE1), clearFrame(NODE2, NODE1, there)],
      'unknown',
      0,
    ],
    [
      'a gateway to another network',
      [arpReply(NODE1), arpReply(NODE2), clearFrame(NODE2, NODE1, ip(pod2, '10.9.9.9', 6, syn(1, 80)))],
      'unknown',
      0,
    ],
  ])('%s', (_what, frames, backend, confidence) => {
    expect(backendOf(frames)).toEqual([backend, confidence]);
  });

  test('a VXLAN network whose members ask for each other is of another kind', () => {
    const request = `0001080006040001${'0a580af40209'}0af40209${'000000000000'}0af401aa`;
    const frames = [
      overlayFrame(NODE2, NODE1, request, { innerType: 0x0806 }),
      overlayFrame(NODE2, NODE1, there),
      overlayFrame(NODE1, NODE2, back),
    ];
    expect(backendOf(frames)).toEqual(['unknown', 0]);
  });

  test('the tunnel with the most packets names it', () => {
    expect(
      backendOf([
        ipipFrame(NODE2, NODE1, there),
        overlayFrame(NODE2, NODE1, there),
        overlayFrame(NODE1, NODE2, back),
      ])[0],
    ).toBe('flannel-vxlan');
  });
});

describe('pod networks', () => {
  const networksOf = (frames: readonly Uint8Array[], backend: 'flannel-vxlan' | 'calico-ipip'): unknown =>
    Object.fromEntries(
      inferNodes(observeFrames(frames), backend).map(({ address, networks }) => [
        addressText(address),
        networks.map(({ prefix, confidence }) => [prefixText(prefix), confidence]),
      ]),
    );

  test('who sends from an address has it, whoever it is sent to', () => {
    const frames = [
      overlayFrame(NODE1, NODE2, ip(pod1, pod2, 6, syn(1, 80))),
      overlayFrame(NODE2, NODE3, ip(pod2, pod1, 6, syn(1, 80))),
    ];
    expect(networksOf(frames, 'flannel-vxlan')).toEqual({
      [NODE2.ip]: [['10.244.2.0/24', 0.9]],
      [NODE3.ip]: [],
      [NODE1.ip]: [['10.244.1.0/24', 0.9]],
    });
  });

  test('an address that was only sent to is a guess', () => {
    expect(networksOf([overlayFrame(NODE2, NODE1, there)], 'flannel-vxlan')).toEqual({
      [NODE2.ip]: [['10.244.2.0/24', 0.9]],
      [NODE1.ip]: [['10.244.1.0/24', 0.5]],
    });
  });

  test('Calico gives blocks of 64 addresses', () => {
    expect(
      networksOf([ipipFrame(NODE1, NODE2, ip('192.168.92.144', '192.168.135.163', 6, syn(1, 80)))], 'calico-ipip'),
    ).toEqual({
      [NODE2.ip]: [['192.168.135.128/26', 0.5]],
      [NODE1.ip]: [['192.168.92.128/26', 0.9]],
    });
  });

  test('nodes that share a network of the usual size have longer ones', () => {
    const frames = [
      overlayFrame(NODE1, NODE2, ip('10.244.1.5', '10.244.1.130', 6, syn(1, 80))),
      overlayFrame(NODE2, NODE1, ip('10.244.1.130', '10.244.1.5', 6, syn(1, 80))),
    ];
    expect(networksOf(frames, 'flannel-vxlan')).toEqual({
      [NODE2.ip]: [['10.244.1.128/25', 0.9]],
      [NODE1.ip]: [['10.244.1.0/25', 0.9]],
    });
  });

  test("a node's own address and a public one are no pods", () => {
    const frames = [
      overlayFrame(NODE1, NODE2, ip(NODE1.ip, pod2, 6, syn(1, 80))),
      overlayFrame(NODE1, NODE2, ip('8.8.8.8', pod2, 6, syn(1, 80))),
    ];
    expect(networksOf(frames, 'flannel-vxlan')).toEqual({
      [NODE2.ip]: [['10.244.2.0/24', 0.5]],
      [NODE1.ip]: [],
    });
  });
});

test('what was captured at two points passed once', () => {
  const observations = observeFrames([overlayFrame(NODE2, NODE1, there), overlayFrame(NODE2, NODE1, there)]);
  observations.paths[0]?.byPoint.set('node2-eth1', { packets: 2, octets: 200 });
  const [tunnel] = joinCluster(buildModel([]), observations).tunnels;
  expect(tunnel).toMatchObject({ packets: 2, from: NODE2.ip, to: NODE1.ip });
});

test('a connection whose destination was replaced, and its source too, is known by its first segment', () => {
  const frames = [
    overlayFrame(NODE2, NODE1, ip(pod2, '10.96.0.80', 6, syn(41000, 80, { sequence: 5, timestamp: 1 }))),
    overlayFrame(NODE2, NODE1, ip('10.244.2.0', pod1, 6, syn(51234, 8080, { sequence: 5, timestamp: 1 }))),
  ];
  const [translation] = observeFrames(frames).translations.values();
  expect(addressText(translation?.first.address ?? '')).toBe('10.96.0.80');
  expect(addressText(translation?.second.address ?? '')).toBe(pod1);
  expect([translation?.first.port, translation?.second.port]).toEqual([80, 8080]);
});

test('a port number alone makes no NAT: two clients with one port stay apart', () => {
  const frames = [
    overlayFrame(NODE2, NODE1, ip(pod2, pod1, 6, syn(41000, 80, { sequence: 5, timestamp: 1 }))),
    overlayFrame(NODE3, NODE1, ip('10.244.3.7', '10.244.1.171', 6, syn(41000, 80, { sequence: 6, timestamp: 1 }))),
    overlayFrame(NODE3, NODE1, ip('10.244.3.7', '10.244.1.172', 6, syn(41000, 80, { sequence: 5, timestamp: 2 }))),
  ];
  expect(observeFrames(frames).translations.size).toBe(0);
});

test('names of services are what the DNS of the cluster answers', () => {
  const name = '03 77 65 62 07 64 65 66 61 75 6c 74 03 73 76 63 07 63 6c 75 73 74 65 72 05 6c 6f 63 61 6c 00';
  const message = `1234 8180 0001 0001 0000 0000 ${name} 0001 0001 c00c 0001 0001 0000001e 0004 0a600050`.replaceAll(
    ' ',
    '',
  );
  const frame = overlayFrame(NODE1, NODE2, ip('10.244.1.53', pod2, 17, udp(53, 40053, message)));
  const { services, nameServers } = joinCluster(buildModel([]), observeFrames([frame]));
  expect(services.map((service) => [service.name, service.addresses.map(addressText)])).toEqual([
    ['default/web', ['10.96.0.80']],
  ]);
  expect(nameServers.map(({ address }) => addressText(address))).toEqual(['10.244.1.53']);
});
