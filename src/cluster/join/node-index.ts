/** Finds the nodes of a joined cluster by address. */
import { type AddressOctets, PrefixMap } from '../address.ts';
import type { ClusterNode } from '../cluster.ts';

/** Nodes by their own addresses, by those of their devices, and by their pod networks. */
export class NodeIndex {
  private readonly byAddress = new Map<AddressOctets, ClusterNode>();
  private readonly byOwnAddress = new Map<AddressOctets, ClusterNode>();
  private readonly byNetwork = new PrefixMap<ClusterNode>();

  constructor(nodes: readonly ClusterNode[]) {
    for (const node of nodes) {
      for (const address of node.addresses) this.byAddress.set(address, node);
      for (const address of node.ownAddresses.keys()) this.byOwnAddress.set(address, node);
      for (const { prefix } of node.networks) this.byNetwork.set(prefix, node);
    }
  }

  /** The node that other nodes know by this address. */
  at(address: AddressOctets): ClusterNode | undefined {
    return this.byAddress.get(address);
  }

  /** The node that has the address itself, be it on a card or on another device. */
  owner(address: AddressOctets): ClusterNode | undefined {
    return this.byAddress.get(address) ?? this.byOwnAddress.get(address);
  }

  /** The node in whose pod network the address is. */
  ofPod(address: AddressOctets): ClusterNode | undefined {
    return this.byNetwork.longest(address);
  }
}
