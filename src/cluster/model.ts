/** What context says, put together: the nodes with what is configured on them, the pods and the services. */
import {
  type AddressOctets,
  covers,
  isRoutable,
  isSamePrefix,
  type Prefix,
  PrefixMap,
  parseAddresses,
  parsePrefix,
} from './address.ts';
import type {
  BgpPeerFact,
  ConnectionFact,
  DestinationNatFact,
  Fact,
  FlannelNetworkFact,
  ForwardingFact,
  InterfaceFact,
  NeighbourFact,
  NodeFact,
  PodFact,
  PodMtuFact,
  PoolFact,
  RouteFact,
} from './context/facts.ts';
import { isCard } from './devices.ts';
import type { FactSource } from './evidence.ts';
import { type ModelService, servicesOf } from './services.ts';

/** A value and the places that say it. */
export interface Told<T> {
  readonly value: T;
  readonly sources: FactSource[];
}

/** A route with its destination read. */
export interface ModelRoute {
  readonly destination: Prefix;
  readonly fact: RouteFact;
}

/** An interface, put together from listings of addresses and of links. */
export interface ModelInterface {
  readonly name: string;
  readonly addresses: Prefix[];
  mac: string | undefined;
  mtu: number | undefined;
  master: string | undefined;
  linkKind: string | undefined;
  vni: number | undefined;
  port: number | undefined;
  lower: string | undefined;
  readonly sources: FactSource[];
}

/** A machine: a node of the cluster, or another whose state was collected. */
export interface ModelNode {
  readonly name: string;
  /** Addresses under which other nodes know it. */
  readonly addresses: Set<AddressOctets>;
  readonly podNetworks: Told<Prefix>[];
  /** MAC addresses of its tunnel's end, as the API or a device tells. */
  readonly vteps: Told<{ readonly mac: string; readonly vni: number | undefined }>[];
  /** Addresses of its tunnel devices and bridges, with the device. */
  readonly ownAddresses: Map<AddressOctets, string>;
  readonly interfaces: Map<string, ModelInterface>;
  readonly routes: ModelRoute[];
  readonly forwarding: ForwardingFact[];
  readonly neighbours: NeighbourFact[];
  readonly podMtus: PodMtuFact[];
  readonly peers: BgpPeerFact[];
  readonly sources: FactSource[];
}

export interface ModelPod {
  readonly fact: PodFact;
  readonly addresses: readonly AddressOctets[];
}

/** Everything that context says. */
export interface Model {
  readonly nodes: ReadonlyMap<string, ModelNode>;
  readonly pods: readonly ModelPod[];
  readonly services: readonly ModelService[];
  readonly pools: readonly PoolFact[];
  readonly flannelNetworks: readonly FlannelNetworkFact[];
  /** flannel's backend as nodes' annotations tell it. */
  readonly backendTypes: readonly NodeFact[];
  /** Rules that change destinations, and connections for which that was done: what NAT between flows is confirmed by. */
  readonly destinationNat: readonly DestinationNatFact[];
  readonly connections: readonly ConnectionFact[];
  /** The nodes by their addresses, those of their devices included. */
  readonly nodeByAddress: ReadonlyMap<AddressOctets, ModelNode>;
  /** The nodes by their pod networks. */
  readonly nodeByNetwork: PrefixMap<ModelNode>;
}

/** Puts facts together. A folder whose name is no node's is the node that has its addresses. */
export function buildModel(facts: readonly Fact[]): Model {
  const nodes = new Map<string, ModelNode>();
  const of = <K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] =>
    facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  const nodeFacts = of('node');
  for (const fact of nodeFacts) addNode(nodeNamed(nodes, fact.name), fact);
  const folders = nodesOfFolders(nodes, of('interface'));
  const nodeAt = (folder: string): ModelNode => nodeNamed(nodes, folders.get(folder) ?? folder);
  for (const fact of of('interface')) addInterface(nodeAt(fact.node), fact);
  for (const fact of of('block')) addNetwork(nodeAt(fact.node), fact.network, fact.source);
  for (const fact of of('route')) {
    const destination = parsePrefix(fact.destination);
    if (destination !== undefined) nodeAt(fact.node).routes.push({ destination, fact });
  }
  for (const fact of of('forwarding')) nodeAt(fact.node).forwarding.push(fact);
  for (const fact of of('neighbour')) nodeAt(fact.node).neighbours.push(fact);
  for (const fact of of('pod-mtu')) nodeAt(fact.node).podMtus.push(fact);
  for (const fact of of('bgp-peer')) nodeAt(fact.node).peers.push(fact);
  for (const node of nodes.values()) settleInterfaces(node, nodeFacts.length === 0);
  return {
    nodes,
    pods: of('pod').map((fact) => ({ fact, addresses: parseAddresses(fact.addresses) })),
    services: servicesOf(of('service'), of('endpoints')),
    pools: of('pool'),
    flannelNetworks: of('flannel-network'),
    backendTypes: nodeFacts.filter(({ backendType }) => backendType !== undefined),
    destinationNat: of('dnat'),
    connections: of('connection'),
    nodeByAddress: indexAddresses(nodes.values()),
    nodeByNetwork: indexNetworks(nodes.values()),
  };
}

function indexAddresses(nodes: Iterable<ModelNode>): Map<AddressOctets, ModelNode> {
  const index = new Map<AddressOctets, ModelNode>();
  for (const node of nodes) {
    for (const address of node.addresses) index.set(address, node);
    for (const address of node.ownAddresses.keys()) if (!index.has(address)) index.set(address, node);
  }
  return index;
}

function indexNetworks(nodes: Iterable<ModelNode>): PrefixMap<ModelNode> {
  const index = new PrefixMap<ModelNode>();
  for (const node of nodes) for (const { value } of node.podNetworks) index.set(value, node);
  return index;
}

function nodeNamed(nodes: Map<string, ModelNode>, name: string): ModelNode {
  let node = nodes.get(name);
  if (node === undefined) {
    node = {
      name,
      addresses: new Set(),
      podNetworks: [],
      vteps: [],
      ownAddresses: new Map(),
      interfaces: new Map(),
      routes: [],
      forwarding: [],
      neighbours: [],
      podMtus: [],
      peers: [],
      sources: [],
    };
    nodes.set(name, node);
  }
  return node;
}

function addNode(node: ModelNode, fact: NodeFact): void {
  node.sources.push(fact.source);
  for (const address of parseAddresses(fact.addresses)) node.addresses.add(address);
  for (const network of fact.podNetworks) addNetwork(node, network, fact.source);
  for (const address of parseAddresses(fact.tunnelAddresses)) node.ownAddresses.set(address, 'tunnel');
  if (fact.vtepMac !== undefined) addVtep(node, fact.vtepMac, fact.vni, fact.source);
}

function addVtep(node: ModelNode, mac: string, vni: number | undefined, source: FactSource): void {
  const known = node.vteps.find(({ value }) => value.mac === mac);
  if (known === undefined) node.vteps.push({ value: { mac, vni }, sources: [source] });
  else known.sources.push(source);
}

function addNetwork(node: ModelNode, text: string, source: FactSource): void {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return;
  const known = node.podNetworks.find(({ value }) => isSamePrefix(value, prefix));
  if (known === undefined) node.podNetworks.push({ value: prefix, sources: [source] });
  else known.sources.push(source);
}

/** Names of nodes by folder, where a folder holds the interfaces of a node under another name. */
function nodesOfFolders(
  nodes: ReadonlyMap<string, ModelNode>,
  interfaces: readonly InterfaceFact[],
): Map<string, string> {
  const names = new Map<string, string>();
  for (const { node: folder, addresses } of interfaces) {
    if (nodes.has(folder) || names.has(folder)) continue;
    const octets = addresses.map((text) => parsePrefix(text)?.octets).filter((one) => one !== undefined);
    const found = [...nodes.values()].find((node) => octets.some((address) => node.addresses.has(address)));
    if (found !== undefined) names.set(folder, found.name);
  }
  return names;
}

function addInterface(node: ModelNode, fact: InterfaceFact): void {
  let known = node.interfaces.get(fact.name);
  if (known === undefined) {
    known = {
      name: fact.name,
      addresses: [],
      mac: undefined,
      mtu: undefined,
      master: undefined,
      linkKind: undefined,
      vni: undefined,
      port: undefined,
      lower: undefined,
      sources: [],
    };
    node.interfaces.set(fact.name, known);
  }
  known.mac ??= fact.mac;
  known.mtu ??= fact.mtu;
  known.master ??= fact.master;
  known.linkKind ??= fact.linkKind;
  known.vni ??= fact.vni;
  known.port ??= fact.port;
  known.lower ??= fact.lower;
  known.sources.push(fact.source);
  for (const text of fact.addresses) {
    const prefix = parsePrefix(text);
    if (prefix !== undefined && !known.addresses.some(({ octets }) => octets === prefix.octets))
      known.addresses.push(prefix);
  }
}

/** Draws conclusions from a node's interfaces once all of them are there. `isAlone`: there are no Node objects to tell the addresses. */
function settleInterfaces(node: ModelNode, isAlone: boolean): void {
  for (const device of node.interfaces.values()) {
    const addresses = device.addresses.map(({ octets }) => octets).filter(isRoutable);
    for (const address of addresses) {
      if (!isCard(device)) node.ownAddresses.set(address, device.name);
      else if (isAlone || node.addresses.size === 0 || node.sources.length === 0) node.addresses.add(address);
      else if (!node.addresses.has(address)) node.ownAddresses.set(address, device.name);
    }
    // A VXLAN device that is part of a bridge carries the frames of others, so its own MAC address stands for nothing.
    const isVtep = device.vni !== undefined && device.master === undefined && device.mac !== undefined;
    if (isVtep && device.mac !== undefined && device.sources[0] !== undefined) {
      addVtep(node, device.mac, device.vni, device.sources[0]);
    }
    if (device.sources[0] !== undefined && node.sources.length === 0) node.sources.push(device.sources[0]);
  }
}

/** The route a node takes for an address; undefined without one. */
export function routeFor(node: ModelNode, address: AddressOctets): ModelRoute | undefined {
  let best: ModelRoute | undefined;
  for (const route of node.routes) {
    if (!covers(route.destination, address)) continue;
    if (best === undefined || route.destination.bits > best.destination.bits) best = route;
  }
  return best;
}
