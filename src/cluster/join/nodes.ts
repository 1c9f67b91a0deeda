/** Nodes as context and traffic know them. */
import { type AddressOctets, addressText, isHost, masked, type Prefix } from '../address.ts';
import { type ClusterNode, inference, type NodeNetwork, type NodeVtep } from '../cluster.ts';
import { evidenceOf } from '../evidence.ts';
import type { Backend } from '../inference/backend.ts';
import type { InferredNode } from '../inference/nodes.ts';
import type { Model, ModelNode } from '../model.ts';
import { macOf } from '../traffic/packet-rows.ts';

/** The nodes that context knows, and behind them those that only traffic does. */
export function joinNodes(model: Model, inferred: readonly InferredNode[], backend: Backend): ClusterNode[] {
  const seen = new Map<string, InferredNode[]>();
  for (const one of inferred) {
    const known = model.nodeByAddress.get(one.address)?.name ?? '';
    seen.set(known, [...(seen.get(known) ?? []), one]);
  }
  const nodes = [...model.nodes.values()].map((node) => knownNode(node, seen.get(node.name) ?? []));
  return [...nodes, ...(seen.get('') ?? []).map((one) => inferredNode(one, backend))];
}

function knownNode(node: ModelNode, seen: readonly InferredNode[]): ClusterNode {
  const networks: NodeNetwork[] = node.podNetworks.map(({ value, sources }) => ({
    prefix: value,
    sources,
    inferred: undefined,
  }));
  // What is configured is the node's pod network; what was seen beyond it may be a contradiction, but no other network.
  if (networks.length === 0) networks.push(...seen.flatMap(inferredNetworks));
  const vteps: NodeVtep[] = node.vteps.map(({ value, sources }) => ({ mac: value.mac, sources, inferred: undefined }));
  if (vteps.length === 0) vteps.push(...seen.flatMap(inferredVteps));
  return {
    name: node.name,
    inferred: false,
    addresses: [...node.addresses],
    addressTexts: [...node.addresses].map(addressText),
    ownAddresses: node.ownAddresses,
    networks,
    vteps,
    sources: node.sources,
    evidence: evidenceOf(seen.flatMap((one) => one.seen)),
  };
}

function inferredNode(node: InferredNode, backend: Backend): ClusterNode {
  const text = addressText(node.address);
  const ownAddresses = new Map<AddressOctets, string>();
  for (const { prefix } of node.networks)
    for (const [address, device] of customaryDevices(prefix, backend)) ownAddresses.set(address, device);
  return {
    name: text,
    inferred: true,
    addresses: [node.address],
    addressTexts: [text],
    ownAddresses,
    networks: inferredNetworks(node),
    vteps: inferredVteps(node),
    sources: [],
    evidence: evidenceOf(node.seen),
  };
}

/** Devices that have an address by rule: flannel's tunnel the first of the pod network and its bridge the next; Calico's tunnel the first of a block. */
function customaryDevices(prefix: Prefix, backend: Backend): [AddressOctets, string][] {
  if (isHost(prefix)) return [];
  const first = masked(prefix.octets, prefix.bits);
  const next = first.slice(0, -1) + String.fromCharCode(first.charCodeAt(first.length - 1) + 1);
  if (backend === 'flannel-vxlan')
    return [
      [first, 'flannel.1'],
      [next, 'cni0'],
    ];
  if (backend === 'flannel-udp')
    return [
      [first, 'flannel0'],
      [next, 'cni0'],
    ];
  if (backend === 'flannel-host-gw') return [[next, 'cni0']];
  if (backend === 'calico-ipip') return [[first, 'tunl0']];
  if (backend === 'calico-vxlan') return [[first, 'vxlan.calico']];
  return [];
}

function inferredNetworks(node: InferredNode): NodeNetwork[] {
  return node.networks.map(({ prefix, confidence, seen }) => ({
    prefix,
    sources: [],
    inferred: inference(confidence, seen),
  }));
}

function inferredVteps(node: InferredNode): NodeVtep[] {
  return node.vteps.map(([mac, seen]) => ({ mac: macOf(mac), sources: [], inferred: inference(0.9, [seen]) }));
}
