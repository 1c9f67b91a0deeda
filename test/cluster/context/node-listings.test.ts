import { describe, expect, test } from 'vitest';
import { factsOf, read } from '../read.ts';

const node = 'node1';

describe('ip addr and ip link', () => {
  const ADDR = `2: eth1@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 52:54:09:87:5b:39 brd ff:ff:ff:ff:ff:ff link-netns lab
    inet 9.135.91.57/16 scope global eth1
       valid_lft forever preferred_lft forever
    inet6 fe80::5054:9ff:fe87:5b39/64 scope link
       valid_lft forever preferred_lft forever
4: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ipip 0.0.0.0 brd 0.0.0.0
    inet 192.168.92.128/32 scope global tunl0
`;
  test('addresses, MAC, MTU', async () => {
    expect(await factsOf(ADDR)).toMatchObject([
      {
        kind: 'interface',
        node,
        name: 'eth1',
        addresses: ['9.135.91.57/16', 'fe80::5054:9ff:fe87:5b39/64'],
        mac: '52:54:09:87:5b:39',
        mtu: 1500,
        lower: undefined,
      },
      { kind: 'interface', name: 'tunl0', addresses: ['192.168.92.128/32'], mac: undefined, mtu: 1480 },
    ]);
  });

  test('details of a VXLAN device, and the bridge a veth is part of', async () => {
    const links = `3: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/ether ae:00:0a:f4:01:00 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 
    vxlan id 1 local 9.135.91.57 dev eth1 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 noudpcsum addrgenmode eui64
5: vethweb@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP mode DEFAULT group default
    link/ether 02:02:0a:f4:01:aa brd ff:ff:ff:ff:ff:ff link-netns lab promiscuity 1
    veth
    bridge_slave state forwarding priority 32 cost 2
`;
    expect(await factsOf(links)).toMatchObject([
      { name: 'flannel.1', linkKind: 'vxlan', vni: 1, port: 8472, local: '9.135.91.57', lower: 'eth1', mtu: 1450 },
      { name: 'vethweb', linkKind: 'veth', master: 'cni0', vni: undefined },
    ]);
  });

  test('the same as JSON', async () => {
    const json = `[{"ifindex":3,"link":"eth1p","ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1500,"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether","address":"AA:de:68:ba:6a:36","broadcast":"ff:ff:ff:ff:ff:ff","addr_info":[{"family":"inet","local":"9.135.91.57","prefixlen":16,"scope":"global","label":"eth1"}]},
{"ifindex":5,"ifname":"flannel.1","flags":["UP"],"mtu":1450,"link_type":"ether","address":"ae:00:0a:f4:01:00","linkinfo":{"info_kind":"vxlan","info_data":{"id":1,"local":"9.135.91.57","link":"eth1","port":8472,"learning":false}}}]`;
    expect(await factsOf(json)).toMatchObject([
      { kind: 'interface', name: 'eth1', addresses: ['9.135.91.57/16'], mac: 'aa:de:68:ba:6a:36', mtu: 1500 },
      { kind: 'interface', name: 'flannel.1', addresses: [], linkKind: 'vxlan', vni: 1, port: 8472, lower: 'eth1' },
    ]);
  });
});

describe('routes', () => {
  const ROUTES = [
    { destination: '0.0.0.0/0', gateway: '9.135.0.1', device: 'eth1', routeType: 'unicast' },
    { destination: '9.135.0.0/16', gateway: undefined, device: 'eth1', routeType: 'unicast' },
    { destination: '10.9.0.0/16', gateway: '9.135.0.2', device: 'eth1', routeType: 'unicast' },
    { destination: '10.9.0.0/16', gateway: '9.135.0.3', device: 'eth1', routeType: 'unicast' },
    { destination: '10.244.2.0/24', gateway: '10.244.2.0', device: 'flannel.1', routeType: 'unicast' },
    { destination: '192.168.92.128/26', gateway: undefined, device: undefined, routeType: 'blackhole' },
  ].map((route) => ({ kind: 'route', node, ...route }));

  test('ip route', async () => {
    const text = `default via 9.135.0.1 dev eth1 
9.135.0.0/16 dev eth1 proto kernel scope link src 9.135.91.57 
10.9.0.0/16 
\tnexthop via 9.135.0.2 dev eth1 weight 1 
\tnexthop via 9.135.0.3 dev eth1 weight 2 
10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink 
blackhole 192.168.92.128/26 proto bird 
`;
    expect(await factsOf(text)).toEqual(ROUTES);
  });

  test('ip -j route', async () => {
    const text = `[{"dst":"default","gateway":"9.135.0.1","dev":"eth1","flags":[]},{"dst":"9.135.0.0/16","dev":"eth1","protocol":"kernel","scope":"link","prefsrc":"9.135.91.57","flags":[]},{"dst":"10.9.0.0/16","flags":[],"nexthops":[{"gateway":"9.135.0.2","dev":"eth1","weight":1,"flags":[]},{"gateway":"9.135.0.3","dev":"eth1","weight":2,"flags":[]}]},{"dst":"10.244.2.0/24","gateway":"10.244.2.0","dev":"flannel.1","flags":["onlink"]},{"type":"blackhole","dst":"192.168.92.128/26","flags":[]}]`;
    expect(await factsOf(text)).toEqual(ROUTES);
  });

  test('route -n', async () => {
    const text = `Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         9.135.0.1       0.0.0.0         UG    0      0        0 eth1
10.244.2.0      10.244.2.0      255.255.255.0   UG    0      0        0 flannel.1
192.168.92.128  0.0.0.0         255.255.255.192 U     0      0        0 *
`;
    expect(await factsOf(text)).toMatchObject([
      { destination: '0.0.0.0/0.0.0.0', gateway: '9.135.0.1', device: 'eth1' },
      { destination: '10.244.2.0/255.255.255.0', gateway: '10.244.2.0', device: 'flannel.1' },
      { destination: '192.168.92.128/255.255.255.192', device: undefined, routeType: 'blackhole' },
    ]);
  });

  test('ip -6 route', async () => {
    const text = `fd00:10:244:2::/64 via fd00::2 dev eth1 metric 1024 pref medium
unreachable default dev lo metric 4294967295 error -101 pref medium
`;
    expect(await factsOf(text)).toMatchObject([
      { destination: 'fd00:10:244:2::/64', gateway: 'fd00::2', device: 'eth1' },
      { destination: '::/0', routeType: 'unreachable' },
    ]);
  });
});

test.each([
  [
    'ip neigh',
    `9.135.144.168 dev eth1 lladdr 52:54:09:87:90:A8 DELAY 
10.244.2.0 dev flannel.1 lladdr ae:00:0a:f4:02:00 PERMANENT 
9.135.0.9 dev eth1  FAILED
fe80::1 dev eth1 lladdr 52:54:00:00:00:01 router STALE
`,
  ],
  [
    'ip -j neigh',
    `[{"dst":"9.135.144.168","dev":"eth1","lladdr":"52:54:09:87:90:a8","state":["DELAY"]},{"dst":"10.244.2.0","dev":"flannel.1","lladdr":"ae:00:0a:f4:02:00","state":["PERMANENT"]},{"dst":"9.135.0.9","dev":"eth1","state":["FAILED"]},{"dst":"fe80::1","dev":"eth1","lladdr":"52:54:00:00:00:01","router":null,"state":["STALE"]}]`,
  ],
])('%s', async (_name, text) => {
  expect(await factsOf(text)).toEqual([
    { kind: 'neighbour', node, address: '9.135.144.168', device: 'eth1', mac: '52:54:09:87:90:a8' },
    { kind: 'neighbour', node, address: '10.244.2.0', device: 'flannel.1', mac: 'ae:00:0a:f4:02:00' },
    { kind: 'neighbour', node, address: 'fe80::1', device: 'eth1', mac: '52:54:00:00:00:01' },
  ]);
});

test.each([
  [
    'bridge fdb show',
    `33:33:00:00:00:01 dev eth1 self permanent
ae:00:0a:f4:02:00 dev flannel.1 dst 9.135.144.168 self permanent
0a:58:0a:f4:01:aa dev vethweb master cni0 
`,
  ],
  [
    'bridge -j fdb show',
    `[{"mac":"33:33:00:00:00:01","ifname":"eth1","flags":["self"],"state":"permanent"},{"mac":"ae:00:0a:f4:02:00","ifname":"flannel.1","dst":"9.135.144.168","flags":["self"],"state":"permanent"},{"mac":"0a:58:0a:f4:01:aa","ifname":"vethweb","flags":[],"master":"cni0","state":""}]`,
  ],
])('%s', async (_name, text) => {
  expect(await factsOf(text)).toEqual([
    { kind: 'forwarding', node, mac: '33:33:00:00:00:01', device: 'eth1', destination: undefined },
    { kind: 'forwarding', node, mac: 'ae:00:0a:f4:02:00', device: 'flannel.1', destination: '9.135.144.168' },
    { kind: 'forwarding', node, mac: '0a:58:0a:f4:01:aa', device: 'vethweb', destination: undefined },
  ]);
});

test('iptables-save: rules that change destinations, with and without counters', async () => {
  const text = `# Generated by iptables-save v1.8.9 (nf_tables) on Mon Nov 23 07:38:57 2026
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SEP-X - [0:0]
[3:180] -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A KUBE-SEP-X -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.244.1.53:53
-A KUBE-SERVICES -d 10.96.0.80/32 -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-Y
-A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-EXT-Y
-A EXT -d 9.135.1.1/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.1.9
COMMIT
`;
  expect(await factsOf(text)).toMatchObject([
    { kind: 'dnat', node, protocol: 'tcp', port: 8080, to: '172.17.0.2:80', matches: undefined, comment: undefined },
    { kind: 'dnat', protocol: 'udp', to: '10.244.1.53:53', comment: 'kube-system/kube-dns:dns' },
    { kind: 'endpoints', namespace: 'kube-system', service: 'kube-dns', addresses: ['10.244.1.53'] },
    { kind: 'service', namespace: 'default', name: 'web', addresses: ['10.96.0.80'], isRule: true },
    { kind: 'service', namespace: 'default', name: 'web', addresses: [], serviceType: 'NodePort' },
    { kind: 'dnat', matches: '9.135.1.1/32', port: 80, to: '10.244.1.9' },
  ]);
});

test('conntrack -L and /proc/net/nf_conntrack', async () => {
  const text = `conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.
tcp      6 119 TIME_WAIT src=192.168.10.99 dst=192.168.10.20 sport=41001 dport=8080 packets=11 bytes=760 src=172.17.0.2 dst=192.168.10.99 sport=80 dport=41001 packets=18 bytes=21510 [ASSURED] mark=0 use=1
ipv4     2 udp      17 29 src=10.244.2.9 dst=10.96.0.10 sport=40053 dport=53 [UNREPLIED] src=10.244.1.53 dst=10.244.2.9 sport=53 dport=40053 mark=0 use=2
unknown  4 599 src=10.20.0.3 dst=10.20.0.5 src=10.20.0.5 dst=10.20.0.3 mark=0 use=1
`;
  expect(await factsOf(text)).toEqual([
    {
      kind: 'connection',
      node,
      protocol: 'tcp',
      original: { source: '192.168.10.99', destination: '192.168.10.20', sourcePort: 41001, destinationPort: 8080 },
      reply: { source: '172.17.0.2', destination: '192.168.10.99', sourcePort: 80, destinationPort: 41001 },
    },
    {
      kind: 'connection',
      node,
      protocol: 'udp',
      original: { source: '10.244.2.9', destination: '10.96.0.10', sourcePort: 40053, destinationPort: 53 },
      reply: { source: '10.244.1.53', destination: '10.244.2.9', sourcePort: 53, destinationPort: 40053 },
    },
    {
      kind: 'connection',
      node,
      protocol: 'unknown',
      original: { source: '10.20.0.3', destination: '10.20.0.5', sourcePort: undefined, destinationPort: undefined },
      reply: { source: '10.20.0.5', destination: '10.20.0.3', sourcePort: undefined, destinationPort: undefined },
    },
  ]);
});

test('subnet.env', async () => {
  const text = `FLANNEL_NETWORK=10.244.0.0/16
FLANNEL_SUBNET=10.244.1.1/24
FLANNEL_IPV6_SUBNET=fd00:10:244:1::1/64
FLANNEL_MTU=1450
FLANNEL_IPMASQ=true
`;
  expect(await factsOf(text)).toMatchObject([
    { kind: 'flannel-network', network: '10.244.0.0/16' },
    { kind: 'block', node, network: '10.244.1.1/24' },
    { kind: 'block', node, network: 'fd00:10:244:1::1/64' },
    { kind: 'pod-mtu', node, mtu: 1450 },
  ]);
});

test('a line that is not understood is a warning with its number, and the others are read', async () => {
  const { facts, warnings } = await read(
    '10.0.0.1 dev eth0 lladdr 52:54:00:00:00:01 REACHABLE\nDevice "x" does not exist.\n',
  );
  expect(facts).toHaveLength(1);
  expect(facts[0]?.source).toEqual({ file: 'node1/file', place: 'line 1' });
  expect(warnings).toEqual([{ file: 'node1/file', message: 'line 2 is not understood: Device "x" does not exist.' }]);
});

test.each([
  ['ip neigh', '10.0.0.1 dev eth1 lladdr 52:54:00:00:00 STALE\n'],
  ['ip -j neigh', '[{"dst":"10.0.0.1","dev":"eth1","lladdr":"none","state":["STALE"]}]'],
  ['bridge -j fdb', '[{"mac":"52:54:00:00:00:0g","ifname":"flannel.1","dst":"10.0.0.2"}]'],
])('%s: what is no MAC address makes no entry', async (_name, text) => {
  expect((await read(text)).facts).toEqual([]);
});

test('ip link: what is no MAC address is left out', async () => {
  const text = `3: eth0: <BROADCAST,UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default
    link/ether 52:54:00:00 brd ff:ff:ff:ff:ff:ff
`;
  expect(await factsOf(text)).toMatchObject([{ kind: 'interface', name: 'eth0', mac: undefined }]);
});
