import { describe, expect, test } from 'vitest';
import { factsOf, read } from '../read.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { nodeName: 'node1', containers: [{ name: 'web', ports: [{ containerPort: 80 }] }] },
  status: {
    phase: 'Running',
    hostIP: '9.135.91.57',
    podIP: '10.244.1.170',
    podIPs: [{ ip: '10.244.1.170' }, { ip: 'fd00::aa' }],
  },
};
const POD_FACT = {
  kind: 'pod',
  namespace: 'default',
  name: 'web',
  node: 'node1',
  addresses: ['10.244.1.170', 'fd00::aa'],
  hostNetwork: false,
  ended: false,
  ports: [80],
};

const POD_YAML = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: default
  creationTimestamp: "2024-07-03T09:00:00Z"
spec:
  nodeName: node1
  containers:
  - name: web
    ports:
    - containerPort: 80
status:
  phase: Running
  podIP: 10.244.1.170
  podIPs:
  - ip: 10.244.1.170
  - ip: fd00::aa
`;

const indented = POD_YAML.replace(/^(?!$)/gm, '  ').replace(/^ {2}/, '- ');

describe('a pod', () => {
  test.each([
    ['alone', JSON.stringify(POD)],
    ['in a List', JSON.stringify({ kind: 'List', apiVersion: 'v1', items: [POD] })],
    [
      'in a PodList, whose items need no kind',
      JSON.stringify({ kind: 'PodList', items: [{ ...POD, kind: undefined }] }),
    ],
    [
      'behind another list in one file',
      `${JSON.stringify({ kind: 'List', items: [] }, null, 4)}\n${JSON.stringify(POD, null, 4)}\n`,
    ],
    ['as YAML', POD_YAML],
    ['in a YAML List', `apiVersion: v1\nitems:\n${indented}kind: List\n`],
    ['in the second of two YAML documents', `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n---\n${POD_YAML}`],
  ])('%s', async (_where, text) => {
    expect(await factsOf(text)).toEqual([POD_FACT]);
  });

  test('in the network of its node, and ended', async () => {
    const pod = { ...POD, spec: { ...POD.spec, hostNetwork: true }, status: { ...POD.status, phase: 'Succeeded' } };
    expect(await factsOf(JSON.stringify(pod))).toMatchObject([{ hostNetwork: true, ended: true }]);
  });
});

test('a node with what flannel and Calico note on it', async () => {
  const text = JSON.stringify({
    kind: 'Node',
    metadata: {
      name: 'node1',
      annotations: {
        'flannel.alpha.coreos.com/backend-data': '{"VNI":1,"VtepMAC":"AE:00:0a:f4:01:00"}',
        'flannel.alpha.coreos.com/backend-type': 'vxlan',
        'flannel.alpha.coreos.com/public-ip': '9.135.91.57',
        'projectcalico.org/IPv4Address': '10.20.0.5/24',
        'projectcalico.org/IPv4IPIPTunnelAddr': '192.168.92.128',
      },
    },
    spec: { podCIDR: '10.244.1.0/24', podCIDRs: ['10.244.1.0/24', 'fd00:10:244:1::/64'] },
    status: {
      addresses: [
        { type: 'InternalIP', address: '9.135.91.57' },
        { type: 'Hostname', address: 'node1' },
      ],
    },
  });
  expect(await factsOf(text)).toEqual([
    {
      kind: 'node',
      name: 'node1',
      addresses: ['9.135.91.57', '10.20.0.5'],
      podNetworks: ['10.244.1.0/24', 'fd00:10:244:1::/64'],
      tunnelAddresses: ['192.168.92.128'],
      vtepMac: 'ae:00:0a:f4:01:00',
      vni: 1,
      backendType: 'vxlan',
    },
  ]);
});

test.each(['null', '"text"', '{broken', '[1]'])('backend-data %s of flannel says nothing', async (data) => {
  const annotations = { 'flannel.alpha.coreos.com/backend-data': data };
  const text = JSON.stringify({ kind: 'Node', metadata: { name: 'node1', annotations } });
  expect(await factsOf(text)).toMatchObject([{ name: 'node1', vtepMac: undefined, vni: undefined }]);
});

test('a service with its addresses and ports', async () => {
  const text = JSON.stringify({
    kind: 'Service',
    metadata: { name: 'my-nginx', namespace: 'default' },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.80',
      clusterIPs: ['10.96.0.80'],
      externalIPs: ['9.135.1.1'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', nodePort: 30080 }],
    },
    status: { loadBalancer: { ingress: [{ ip: '9.135.1.2' }] } },
  });
  expect(await factsOf(text)).toEqual([
    {
      kind: 'service',
      namespace: 'default',
      name: 'my-nginx',
      serviceType: 'LoadBalancer',
      addresses: ['10.96.0.80', '9.135.1.1', '9.135.1.2'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30080 }],
      isRule: false,
    },
  ]);
});

test('a headless service has no address', async () => {
  const text = JSON.stringify({
    kind: 'Service',
    metadata: { name: 'db' },
    spec: { clusterIP: 'None', clusterIPs: ['None'] },
  });
  expect(await factsOf(text)).toMatchObject([{ namespace: 'default', name: 'db', addresses: [] }]);
});

test.each([
  [
    'Endpoints',
    {
      kind: 'Endpoints',
      metadata: { name: 'my-nginx', namespace: 'default' },
      subsets: [
        { addresses: [{ ip: '10.244.1.170', targetRef: { kind: 'Pod', name: 'web' } }], ports: [{ port: 80 }] },
      ],
    },
  ],
  [
    'EndpointSlice',
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'my-nginx-x7k2p', namespace: 'default', labels: { 'kubernetes.io/service-name': 'my-nginx' } },
      endpoints: [{ addresses: ['10.244.1.170'], nodeName: 'node1' }],
    },
  ],
])('%s', async (_kind, object) => {
  expect(await factsOf(JSON.stringify(object))).toEqual([
    { kind: 'endpoints', namespace: 'default', service: 'my-nginx', addresses: ['10.244.1.170'] },
  ]);
});

test('Calico: pools and blocks, several documents in one file', async () => {
  const text = `apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: default-ipv4-ippool
spec:
  blockSize: 26
  cidr: 192.168.0.0/16
  ipipMode: Always
  vxlanMode: Never
---
apiVersion: crd.projectcalico.org/v1
kind: BlockAffinity
metadata:
  name: node1-192-168-92-128-26
spec:
  cidr: 192.168.92.128/26
  deleted: "false"
  node: node1
  state: confirmed
---
apiVersion: crd.projectcalico.org/v1
kind: BlockAffinity
metadata:
  name: gone
spec:
  cidr: 192.168.1.0/26
  deleted: "true"
  node: node9
`;
  expect(await factsOf(text)).toEqual([
    { kind: 'pool', network: '192.168.0.0/16', blockSize: 26, ipip: 'Always', vxlan: 'Never' },
    { kind: 'block', node: 'node1', network: '192.168.92.128/26' },
  ]);
});

test.each([
  ['net-conf.json', '{"Network":"10.244.0.0/16","Backend":{"Type":"vxlan","VNI":4096}}', 'vxlan', 4096],
  ['net-conf.json without a backend', '{"Network":"10.244.0.0/16"}', 'udp', undefined],
])('%s', async (_name, text, backendType, vni) => {
  expect(await factsOf(text)).toEqual([{ kind: 'flannel-network', network: '10.244.0.0/16', backendType, vni }]);
});

test('a CNI configuration tells the MTU of pods', async () => {
  const text =
    '{"cniVersion":"0.3.1","name":"k8s","plugins":[{"type":"calico","nodename":"n7","mtu":1480},{"type":"portmap"}]}';
  expect(await factsOf(text)).toEqual([{ kind: 'pod-mtu', node: 'n7', mtu: 1480 }]);
});

describe('BIRD', () => {
  test('configuration', async () => {
    const text = `router id 10.20.0.5;
template bgp mesh { local 10.20.0.5 as 64512; }
protocol bgp Mesh_10_20_0_3 from mesh { neighbor 10.20.0.3 as 64512; passive on; }
`;
    expect(await factsOf(text)).toEqual([
      { kind: 'bgp-peer', node: 'node1', address: '10.20.0.3', asn: 64512, state: undefined },
    ]);
  });

  test('birdc show protocols all', async () => {
    const text = `BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
Mesh_10_20_0_3 BGP        ---        start  07:37:04.790  Connect   
  BGP state:          Connect
    Neighbor address: 10.20.0.3
    Neighbor AS:      64512
    Local AS:         64512
`;
    expect(await factsOf(text)).toEqual([
      { kind: 'bgp-peer', node: 'node1', address: '10.20.0.3', asn: 64512, state: 'Connect' },
    ]);
  });
});

describe('what is not understood', () => {
  test.each([
    ['prose', 'Dear all,\nplease find attached\n', 'is of no kind that is known'],
    ['JSON of another kind', '{"hello":"world"}', 'holds nothing of a kind that is known'],
    ['broken JSON', '{"kind":"Pod","metadata":{"name":"web"', 'cannot be read: '],
    ['broken YAML', 'kind: Pod\nmetadata: [unclosed\n', 'cannot be read: '],
  ])('%s is a warning that names the file', async (_name, text, message) => {
    const { facts, warnings } = await read(text);
    expect(facts).toEqual([]);
    expect(warnings.map((one) => one.file)).toContain('node1/file');
    expect(warnings[0]?.message).toContain(message);
  });

  test.each(['', '\n\n', '# nothing\n', '[]', '{"kind":"List","items":[]}'])(
    '%j is an answer: nothing',
    async (text) => {
      expect(await read(text)).toEqual({ facts: [], warnings: [] });
    },
  );

  test('a broken document leaves the others', async () => {
    const { facts, warnings } = await read(`kind: Pod\nmetadata: [unclosed\n---\n${POD_YAML}`);
    expect(facts).toHaveLength(1);
    expect(warnings).toHaveLength(1);
  });

  test.each([
    ['null in place of everything', { kind: 'Pod', metadata: { name: 'x' }, spec: null, status: null }],
    [
      'numbers in place of texts',
      { kind: 'Node', metadata: { name: 'x', annotations: 7 }, spec: { podCIDRs: [1, 2] } },
    ],
    ['lists in place of objects', { kind: 'Service', metadata: { name: 'x' }, spec: [], status: [] }],
  ])('%s does not stop the run', async (_name, object) => {
    expect((await read(JSON.stringify(object))).warnings).toEqual([]);
  });
});
