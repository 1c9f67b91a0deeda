/** Names for addresses: pods, nodes and services. */
import { type AddressOctets, isHost, PrefixMap, parseAddress } from './address.ts';
import type { Cluster } from './cluster.ts';

/** What an address is known as. */
export interface AddressName {
  /** `default/web`. */
  readonly pod: string | undefined;
  /** The node itself, or the one a pod is on. */
  readonly node: string | undefined;
  /** `default/my-nginx`. */
  readonly service: string | undefined;
  /** Device of the node that has the address, where that is no network card: `cni0`. */
  readonly device: string | undefined;
  /** The names follow from traffic alone. */
  readonly inferred: boolean;
}

/** Looks names up. */
export interface Names {
  /**
   * Name of an address in its usual notation; undefined for one nobody knows. With a port, what is told apart by ports is found
   * too: node ports, and pods that live in their node's network.
   */
  nameOf(address: string, port?: number): AddressName | undefined;
}

/** Names looked up that are remembered: most packets are between few addresses. */
const MOST_CACHED = 65_536;

/** The name in one word for lists: the pod, else the service, else the node with its device. */
export function labelOf({ pod, service, node, device }: AddressName): string {
  const nodeLabel = device === undefined ? node : `${node}:${device}`;
  return pod ?? service ?? nodeLabel ?? '';
}

/** Names nobody. */
export const NO_NAMES: Names = { nameOf: () => undefined };

/** Makes the names of a cluster. Longest prefix wins: a pod's or service's own address, then the pod network of a node. */
export function namesOf(cluster: Cluster): Names {
  const byAddress = addressNames(cluster);
  const byPort = portNames(cluster);
  const cache = new Map<string, AddressName | undefined>();
  return {
    nameOf(address, port) {
      const special = port === undefined ? undefined : byPort.get(`${address}/${port}`);
      if (special !== undefined) return special;
      if (cache.has(address)) return cache.get(address);
      const octets = parseAddress(address);
      const name = octets === undefined ? undefined : byAddress.longest(octets);
      if (cache.size === MOST_CACHED) cache.clear();
      cache.set(address, name);
      return name;
    },
  };
}

function name(parts: Partial<AddressName>): AddressName {
  return { pod: undefined, node: undefined, service: undefined, device: undefined, inferred: false, ...parts };
}

function host(octets: AddressOctets): { octets: AddressOctets; bits: number } {
  return { octets, bits: octets.length * 8 };
}

function addressNames({ nodes, pods, services }: Cluster): PrefixMap<AddressName> {
  const names = new PrefixMap<AddressName>();
  for (const node of nodes) {
    for (const { prefix, inferred } of node.networks) {
      if (!isHost(prefix))
        names.set(prefix, name({ node: node.name, inferred: node.inferred || inferred !== undefined }));
    }
  }
  for (const { addresses, name: service, inferred } of services) {
    for (const address of addresses) names.set(host(address), name({ service, inferred: inferred !== undefined }));
  }
  for (const pod of pods) {
    if (pod.name === undefined || pod.hostNetwork) continue;
    for (const address of pod.addresses) names.set(host(address), name({ pod: pod.name, node: pod.node }));
  }
  for (const node of nodes) {
    for (const [address, device] of node.ownAddresses) {
      names.set(host(address), name({ node: node.name, device, inferred: node.inferred }));
    }
    for (const address of node.addresses) {
      names.set(host(address), name({ node: node.name, inferred: node.inferred }));
    }
  }
  return names;
}

/** What shares an address with its node. */
function portNames({ nodes, pods, services }: Cluster): Map<string, AddressName> {
  const names = new Map<string, AddressName>();
  const addressesOf = new Map(nodes.map((node) => [node.name, node.addressTexts]));
  for (const pod of pods) {
    if (pod.name === undefined || !pod.hostNetwork) continue;
    for (const address of addressesOf.get(pod.node ?? '') ?? []) {
      for (const port of pod.ports) names.set(`${address}/${port}`, name({ pod: pod.name, node: pod.node }));
    }
  }
  for (const service of services) {
    for (const { nodePort } of service.ports) {
      if (nodePort === undefined) continue;
      for (const node of nodes) {
        for (const address of node.addressTexts) {
          names.set(`${address}/${nodePort}`, name({ service: service.name, node: node.name }));
        }
      }
    }
  }
  return names;
}
