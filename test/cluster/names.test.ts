import { describe, expect, test } from 'vitest';
import { joinCluster } from '../../src/cluster/join/join-cluster.ts';
import { buildModel } from '../../src/cluster/model.ts';
import { labelOf, type Names, NO_NAMES, namesOf } from '../../src/cluster/names.ts';
import { Observations } from '../../src/cluster/traffic/observations.ts';
import { ip, NODE1, NODE2, overlayFrame, syn } from './lab-frames.ts';
import { file, modelOf, observeFrames } from './read.ts';

const object = (kind: string, name: string, spec: object, status: object = {}): object => ({
  kind,
  metadata: { name, namespace: kind === 'Node' ? undefined : 'default' },
  spec,
  status,
});

const CLUSTER = file(
  JSON.stringify({
    kind: 'List',
    items: [
      object(
        'Node',
        'node1',
        { podCIDRs: ['10.244.1.0/24'] },
        { addresses: [{ type: 'InternalIP', address: '9.135.91.57' }] },
      ),
      object(
        'Node',
        'node2',
        { podCIDRs: ['10.244.0.0/16'] },
        { addresses: [{ type: 'InternalIP', address: '9.135.144.168' }] },
      ),
      object(
        'Pod',
        'web',
        { nodeName: 'node1' },
        { phase: 'Running', podIPs: [{ ip: '10.244.1.170' }, { ip: 'fd00::aa' }] },
      ),
      object('Pod', 'done', { nodeName: 'node1' }, { phase: 'Failed', podIP: '10.244.1.171' }),
      object(
        'Pod',
        'agent',
        { nodeName: 'node1', hostNetwork: true, containers: [{ ports: [{ containerPort: 9100 }] }] },
        { phase: 'Running', podIP: '9.135.91.57' },
      ),
      object('Service', 'my-nginx', {
        type: 'NodePort',
        clusterIP: '10.96.0.80',
        ports: [{ port: 80, nodePort: 30080 }],
      }),
    ],
  }),
);
const ADDRESSES = file(
  '4: cni0: <UP> mtu 1450 state UP\n    inet 10.244.1.1/24 scope global cni0\n',
  'node1',
  'ip-addr',
);

async function names(): Promise<Names> {
  return namesOf(joinCluster(await modelOf(CLUSTER, ADDRESSES), new Observations()));
}

describe('names from context', () => {
  test.each([
    ['10.244.1.170', undefined, { pod: 'default/web', node: 'node1' }],
    ['fd00::aa', undefined, { pod: 'default/web', node: 'node1' }],
    ['fd00:0:0::00aa', undefined, { pod: 'default/web' }],
    ['10.244.1.99', undefined, { pod: undefined, node: 'node1' }],
    ['10.244.1.171', undefined, { pod: undefined, node: 'node1' }],
    ['10.244.7.7', undefined, { pod: undefined, node: 'node2' }],
    ['10.244.1.1', undefined, { pod: undefined, node: 'node1', device: 'cni0' }],
    ['9.135.91.57', undefined, { pod: undefined, node: 'node1', device: undefined }],
    ['9.135.91.57', 9100, { pod: 'default/agent', node: 'node1' }],
    ['9.135.91.57', 30080, { service: 'default/my-nginx', node: 'node1' }],
    ['9.135.91.57', 22, { pod: undefined, service: undefined, node: 'node1' }],
    ['10.96.0.80', 80, { service: 'default/my-nginx', node: undefined }],
  ])('%s port %s', async (address, port, expected) => {
    const found = (await names()).nameOf(address, port);
    expect(found).toMatchObject({ ...expected, inferred: false });
  });

  test.each(['8.8.8.8', '10.245.0.1', 'node1', '', 'fd00::ab'])('%j has none', async (address) => {
    expect((await names()).nameOf(address)).toBeUndefined();
  });

  test('a name that was looked up stays the same', async () => {
    const found = await names();
    expect(found.nameOf('10.244.1.170')).toBe(found.nameOf('10.244.1.170'));
    expect(found.nameOf('8.8.8.8')).toBeUndefined();
  });
});

test('names from traffic alone are the nodes, and say so', () => {
  const frames = [overlayFrame(NODE1, NODE2, ip('10.244.1.170', '10.244.2.9', 6, syn(1, 80)))];
  const found = namesOf(joinCluster(buildModel([]), observeFrames(frames)));
  expect(found.nameOf('10.244.1.170')).toEqual({
    pod: undefined,
    node: NODE1.ip,
    service: undefined,
    device: undefined,
    inferred: true,
  });
  expect(found.nameOf('10.244.1.0')).toMatchObject({ node: NODE1.ip, device: 'flannel.1' });
});

test.each([
  [{ pod: 'default/web', node: 'node1' }, 'default/web'],
  [{ service: 'default/my-nginx' }, 'default/my-nginx'],
  [{ node: 'node1', device: 'cni0' }, 'node1:cni0'],
  [{ node: 'node1' }, 'node1'],
  [{}, ''],
])('label of %j', (parts, expected) => {
  expect(
    labelOf({ pod: undefined, node: undefined, service: undefined, device: undefined, inferred: false, ...parts }),
  ).toBe(expected);
});

test('no names', () => {
  expect(NO_NAMES.nameOf('10.244.1.170')).toBeUndefined();
});
