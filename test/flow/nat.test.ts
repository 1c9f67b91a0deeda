/** Links between conversations before and behind address translation: the lab's captures, and cases made by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Truth } from '../../fixtures/lab/truth.ts';
import { readConnections } from '../../src/cluster/context/conntrack.ts';
import type { ConnectionFact, DestinationNatFact } from '../../src/cluster/context/facts.ts';
import { readIptables } from '../../src/cluster/context/iptables.ts';
import type { FlowRecord } from '../../src/flow/flow-record.ts';
import { NatLinks } from '../../src/flow/nat.ts';
import { NatContext } from '../../src/flow/nat-context.ts';
import type { NatLink } from '../../src/flow/nat-link.ts';
import type { FlowTracker } from '../../src/flow/tracker.ts';
import { FIXTURES } from '../corpus.ts';
import { capture, type SegmentSpec, type TimedPacket, tcpPacket, udpPacket } from './packets.ts';
import { addCapture, octetsOf, testTracker } from './track.ts';

interface Linked {
  readonly flows: ReadonlyMap<number, FlowRecord>;
  readonly links: ReadonlyMap<number, readonly NatLink[]>;
}

function linked(captures: readonly (readonly [point: string, octets: Uint8Array])[], context?: NatContext): Linked {
  const tracker = testTracker();
  for (const [point, octets] of captures) addCapture(tracker, octets, point);
  const links = new NatLinks(context);
  const flows = new Map<number, FlowRecord>();
  for (const flow of tracker.flows()) flows.set(flow.id, flow);
  for (const flow of tracker.natCandidates()) links.add(flow);
  return { flows, links: links.links() };
}

function labLinked(scenario: string, files: readonly string[], context?: NatContext): Linked {
  return linked(
    files.map((file) => [file.replace(/\.pcap$/, ''), octetsOf(`${FIXTURES}${scenario}/${file}`)]),
    context,
  );
}

const ends = ({
  protocol,
  client,
  server,
  icmp,
}: Pick<FlowRecord, 'protocol' | 'client' | 'server' | 'icmp'>): string =>
  `${protocol} ${client.ip}:${client.port ?? icmp?.id ?? ''} > ${server.ip}:${server.port ?? ''}`;

/** Pairs of conversations that links say are one, without order. */
function pairs({ flows, links }: Linked): Set<string> {
  const found = new Set<string>();
  for (const [id, own] of links) {
    for (const { flow } of own) found.add([ends(flows.get(id)!), ends(flows.get(flow)!)].sort().join(' = '));
  }
  return found;
}

const WITH_NAT = [
  'service-clusterip',
  'service-clusterip-no-br-netfilter',
  'service-nodeport',
  'service-missing-un-nat',
  'docker-bridge',
  'surprising-snat',
  'hairpin-off',
];

describe.each(WITH_NAT)('%s', (scenario) => {
  const truth = JSON.parse(readFileSync(`${FIXTURES}${scenario}/truth.json`, 'utf8')) as Truth;
  const files = truth.captures.map(({ file }) => file);
  const all = labLinked(scenario, files);

  /** Conversations the lab says are one, with those that one original went on as. */
  const expected = new Set<string>();
  const roots = new Map<number, number>(truth.flows.map(({ id, nat_of }) => [id, nat_of?.id ?? id]));
  for (const a of truth.flows) {
    for (const b of truth.flows) {
      if (a.id < b.id && roots.get(a.id) === roots.get(b.id)) {
        const text = (flow: Truth['flows'][number]): string =>
          `${flow.protocol} ${flow.client.ip}:${flow.client.port ?? flow.ident ?? ''} > ${flow.server.ip}:${flow.server.port ?? ''}`;
        expected.add([text(a), text(b)].sort().join(' = '));
      }
    }
  }

  test('links what the lab says is one conversation, and nothing else', () => {
    expect(expected.size).toBeGreaterThan(0);
    expect([...pairs(all)].sort()).toEqual([...expected].sort());
  });

  test('the kind and the role are those of the truth', () => {
    for (const [id, own] of all.links) {
      const flow = all.flows.get(id)!;
      const isTranslated = truth.flows.some((told) => told.nat_of !== undefined && ends(told as never) === ends(flow));
      for (const link of own) {
        const other = all.flows.get(link.flow)!;
        const isOtherTranslated = truth.flows.some(
          (told) => told.nat_of !== undefined && ends(told as never) === ends(other),
        );
        if (isTranslated !== isOtherTranslated) expect(link.is).toBe(isOtherTranslated ? 'translated' : 'original');
        const isServerSame = flow.server.ip === other.server.ip && flow.server.port === other.server.port;
        const isClientSame = flow.client.ip === other.client.ip && flow.client.port === other.client.port;
        expect(link.kind).toBe(isServerSame ? 'snat' : isClientSame ? 'dnat' : 'dnat+snat');
        expect(link.score).toBeGreaterThanOrEqual(0.9);
        expect(link.because.length).toBeGreaterThan(2);
      }
    }
  });

  test('says the same whatever order the captures come in', () => {
    expect([...pairs(labLinked(scenario, [...files].reverse()))].sort()).toEqual([...expected].sort());
  });
});

test.each(readdirSync(FIXTURES).filter((scenario) => !WITH_NAT.includes(scenario)))(
  '%s has no translation',
  (scenario) => {
    const files = readdirSync(`${FIXTURES}${scenario}`).filter((file) => file.endsWith('.pcap'));
    expect([...pairs(labLinked(scenario, files))]).toEqual([]);
  },
);

describe('what nodes tell', () => {
  const context = (scenario: string, node: string): NatContext => {
    const read = (name: string) => readFileSync(`${FIXTURES}${scenario}/context/${node}/${name}`, 'utf8');
    const file = (name: string) => ({ path: name, folder: node, text: read(name) });
    const connections = readConnections(file('conntrack.txt') as never).facts as ConnectionFact[];
    const rules = readIptables(file('iptables-save.txt') as never).facts as DestinationNatFact[];
    return new NatContext(connections, rules);
  };

  test('confirms links', () => {
    const found = labLinked(
      'service-clusterip',
      ['node2-client.eth0.pcap', 'node2-eth1.pcap'],
      context('service-clusterip', 'node2'),
    );
    const web = [...found.links].find(([id]) => found.flows.get(id)?.client.port === 41_001);
    expect(web?.[1][0]?.because).toEqual(
      expect.arrayContaining(['iptables of node2 translates to 10.244.1.170:80', 'conntrack of node2 has it']),
    );
    expect(web?.[1][0]?.score).toBe(1);
  });

  test('and makes none', () => {
    const found = labLinked('service-clusterip', ['node2-client.eth0.pcap'], context('service-clusterip', 'node2'));
    expect(found.links.size).toBe(0);
  });
});

const CLUSTER_IP = '10.96.0.80:80';
const POD = '10.244.1.170:80';

/** A connection as it is seen at a point. */
function connection(client: string, server: string, from: Partial<SegmentSpec>, server0 = 7000): TimedPacket[] {
  const { seq = 1000, time = 1, ...others } = from;
  return [
    tcpPacket({ ...others, from: client, to: server, seq, flags: 'S', time }),
    tcpPacket({ from: server, to: client, seq: server0, ack: seq + 1, flags: 'SA', time: time + 0.0001 }),
    tcpPacket({ from: client, to: server, seq: seq + 1, ack: server0 + 1, flags: 'A', time: time + 0.0002 }),
    tcpPacket({
      from: client,
      to: server,
      seq: seq + 1,
      ack: server0 + 1,
      flags: 'PA',
      time: time + 0.0003,
      payload: 'GET / HTTP/1.1\r\n\r\n',
    }),
  ];
}

/** Both directions of a connection that was open before the capture began. */
function open(client: string, server: string, ipId: number): TimedPacket[] {
  const request = { from: client, to: server, ipId, timestamp: 900_001, time: 1, payload: 'GET / HTTP/1.1' };
  const response = {
    from: server,
    to: client,
    ipId: ipId + 5,
    timestamp: 500_001,
    time: 1.0001,
    payload: 'HTTP/1.1 200',
  };
  return [tcpPacket({ ...request, seq: 10, ack: 20 }), tcpPacket({ ...response, seq: 20, ack: 24 })];
}

test('links connections whose SYN was not captured', () => {
  const found = linked([
    ['pod', capture(open('10.244.2.9:41002', CLUSTER_IP, 11))],
    ['node', capture(open('10.244.2.9:41002', POD, 11))],
  ]);
  expect([...pairs(found)]).toEqual(['tcp 10.244.2.9:41002 > 10.244.1.170:80 = tcp 10.244.2.9:41002 > 10.96.0.80:80']);
});

describe('no false links', () => {
  const atPod = (...packets: TimedPacket[][]) => ['pod', capture(packets.flat())] as const;
  const atNode = (...packets: TimedPacket[][]) => ['node', capture(packets.flat())] as const;

  test('two clients on one port number, at the same time, with the same request', () => {
    const found = linked([
      atPod(
        connection('10.244.2.9:41002', CLUSTER_IP, { seq: 1000, ipId: 11 }, 5000),
        connection('10.244.2.10:41002', CLUSTER_IP, { seq: 2000, ipId: 22 }, 6000),
      ),
      atNode(
        connection('10.244.2.9:41002', POD, { seq: 1000, ipId: 11, ttl: 63 }, 5000),
        connection('10.244.2.10:41002', POD, { seq: 2000, ipId: 22, ttl: 63 }, 6000),
      ),
    ]);
    expect([...pairs(found)].sort()).toEqual([
      'tcp 10.244.2.10:41002 > 10.244.1.170:80 = tcp 10.244.2.10:41002 > 10.96.0.80:80',
      'tcp 10.244.2.9:41002 > 10.244.1.170:80 = tcp 10.244.2.9:41002 > 10.96.0.80:80',
    ]);
  });

  test('the same two behind masquerading, where only the second port had to change', () => {
    const found = linked([
      atPod(
        connection('10.244.2.9:41002', POD, { seq: 1000, ipId: 11 }, 5000),
        connection('10.244.2.10:41002', POD, { seq: 2000, ipId: 22 }, 6000),
      ),
      atNode(
        connection('10.244.2.0:41002', POD, { seq: 1000, ipId: 11, ttl: 63 }, 5000),
        connection('10.244.2.0:17289', POD, { seq: 2000, ipId: 22, ttl: 63 }, 6000),
      ),
    ]);
    expect([...pairs(found)].sort()).toEqual([
      'tcp 10.244.2.0:17289 > 10.244.1.170:80 = tcp 10.244.2.10:41002 > 10.244.1.170:80',
      'tcp 10.244.2.0:41002 > 10.244.1.170:80 = tcp 10.244.2.9:41002 > 10.244.1.170:80',
    ]);
  });

  test.each<[string, TimedPacket[][]]>([
    [
      'the same datagram from the same port of two clients',
      ['10.244.2.9:40053', '10.244.2.10:40053'].map((from) => [
        udpPacket({ from, to: '10.96.0.10:53', payload: 'same question' }),
      ]),
    ],
    [
      'the same datagram from one client to two servers',
      ['10.96.0.10:53', '10.96.0.11:53'].map((to) => [
        udpPacket({ from: '10.244.2.9:40053', to, payload: 'same question' }),
      ]),
    ],
    [
      'the same, in packets with numbers',
      ['10.96.0.10:53', '10.96.0.11:53'].map((to, i) => [
        udpPacket({ from: '10.244.2.9:40053', to, payload: 'same question', ipId: 100 + i }),
      ]),
    ],
    [
      'a scanner that sends the same SYN to many',
      Array.from({ length: 40 }, (_, i) => [
        tcpPacket({ from: '10.0.0.1:50000', to: `10.0.1.${i}:80`, seq: 77, flags: 'S', ipId: 1000 + 7 * i }),
      ]),
    ],
    [
      'a scanner that numbers no packets',
      Array.from({ length: 40 }, (_, i) => [
        tcpPacket({ from: '10.0.0.1:50000', to: `10.0.1.${i}:80`, seq: 77, flags: 'S' }),
      ]),
    ],
    [
      'the same initial sequence number a minute later',
      [
        connection('10.244.2.9:41002', CLUSTER_IP, { seq: 1000, ipId: 11, time: 1 }),
        connection('10.244.2.9:41002', POD, { seq: 1000, ipId: 11, time: 61 }),
      ],
    ],
    [
      'two open connections of one client, with one clock and the same request',
      [open('10.244.2.9:41002', POD, 11), open('10.244.2.9:41003', POD, 900)],
    ],
    ['the same conversation at two points', []],
  ])('%s', (_, packets) => {
    const one = capture(connection('10.244.2.9:41002', POD, {}));
    const found = linked(
      packets.length === 0
        ? [
            ['a', one],
            ['b', one],
          ]
        : [atPod(...packets)],
    );
    expect([...pairs(found)]).toEqual([]);
  });
});

test('records beyond the limit have no links, and are counted', () => {
  const tracker = testTracker();
  addCapture(tracker, capture(connection('10.244.2.9:41002', CLUSTER_IP, { ipId: 11 })), 'pod');
  addCapture(tracker, capture(connection('10.244.2.9:41002', POD, { ipId: 11 })), 'node');
  const links = new NatLinks(undefined, 1);
  for (const flow of tracker.flows()) links.add(flow);
  expect([links.links().size, links.left]).toEqual([0, 1]);
});

test('many records, and many of one conversation', () => {
  const packets = Array.from({ length: 3000 }, (_, i) => [
    ...connection(`10.244.2.9:${10_000 + i}`, CLUSTER_IP, { seq: 77 * i, ipId: 1 + i, time: 1 + i / 100 }, 55 * i),
    ...connection(`10.244.2.9:${10_000 + i}`, POD, { seq: 77 * i, ipId: 1 + i, time: 1.00001 + i / 100 }, 55 * i),
  ]).flat();
  const found = linked([['node', capture(packets)]]);
  expect(found.links.size).toBe(6000);
  for (const [id, own] of found.links) {
    expect(own).toHaveLength(1);
    expect(found.flows.get(own[0]!.flow)?.client.port).toBe(found.flows.get(id)?.client.port);
  }
});

test.each(readdirSync(FIXTURES))('%s: flows that share no mark with another one have no link', (scenario) => {
  const tracker = testTracker();
  const files = readdirSync(`${FIXTURES}${scenario}`).filter((file) => file.endsWith('.pcap'));
  for (const file of files) addCapture(tracker, octetsOf(`${FIXTURES}${scenario}/${file}`), file);
  const ofAll = new NatLinks();
  for (const flow of tracker.flows()) ofAll.add(flow);
  const ofCandidates = new NatLinks();
  for (const flow of tracker.natCandidates()) ofCandidates.add(flow);
  expect([...ofCandidates.links()].sort(([a], [b]) => a - b)).toEqual([...ofAll.links()].sort(([a], [b]) => a - b));
});

/** Holds the links of chosen flows, found among those that may be linked to them, against those found among all. */
function expectChosenLinks(tracker: FlowTracker, isChosen: (id: number) => boolean): number {
  const ofAll = new NatLinks();
  for (const flow of tracker.flows()) ofAll.add(flow);
  const all = ofAll.links();
  const chosen = Array.from(tracker.held(), (flow) => ({ ...flow })).filter(({ id }) => isChosen(id));
  const ofChosen = new NatLinks();
  let candidates = 0;
  for (const flow of tracker.natCandidates(chosen)) {
    ofChosen.add(flow);
    candidates++;
  }
  const links = ofChosen.links();
  for (const { id } of chosen) expect([id, links.get(id)]).toEqual([id, all.get(id)]);
  return candidates;
}

test.each(readdirSync(FIXTURES))('%s: links of chosen flows are those among all', (scenario) => {
  const tracker = testTracker();
  const files = readdirSync(`${FIXTURES}${scenario}`).filter((file) => file.endsWith('.pcap'));
  for (const file of files) addCapture(tracker, octetsOf(`${FIXTURES}${scenario}/${file}`), file);
  for (let id = 1; id <= Math.min(20, tracker.made); id++) expectChosenLinks(tracker, (other) => other === id);
  for (const step of [2, 3, 7]) expectChosenLinks(tracker, (id) => id % step === 0);
  expectChosenLinks(tracker, () => false);
});

test('links of few among many are looked for among few', () => {
  const packets = Array.from({ length: 1000 }, (_, i) => [
    ...connection(`10.244.2.9:${10_000 + i}`, CLUSTER_IP, { seq: 77 * i, ipId: 1 + i, time: 1 + i / 100 }, 55 * i),
    ...connection(`10.244.2.9:${10_000 + i}`, POD, { seq: 77 * i, ipId: 1 + i, time: 1.00001 + i / 100 }, 55 * i),
  ]).flat();
  const tracker = testTracker();
  addCapture(tracker, capture(packets), 'node');
  expect(expectChosenLinks(tracker, (id) => id === 500)).toBeLessThan(5);
  expect(expectChosenLinks(tracker, (id) => id % 100 === 0)).toBeLessThan(60);
  expect([...tracker.natCandidates()]).toHaveLength(2000);
  expect([...tracker.natCandidates([])]).toEqual([]);
});
