/** Something that was seen otherwise than it is configured. */
import { type AddressOctets, addressText } from '../address.ts';
import type { FactSource, PacketEvidence } from '../evidence.ts';
import type { Model, ModelNode } from '../model.ts';

/** What kinds of contradiction there are. */
export const CONTRADICTION_KINDS = {
  'forwarding-entry': 'a forwarding entry points elsewhere than the traffic goes, or than its MAC address is',
  'vtep-mac': "frames for a node's tunnel, or from it, have another MAC address than the tunnel's end has",
  'pod-address': 'a pod has an address outside the pod network of its node, or sends from another node',
  mtu: 'packets of the size that is announced cannot pass the devices they have to',
  route: 'a route leads through another device, or to another node, than the traffic',
} as const;

export type ContradictionKind = keyof typeof CONTRADICTION_KINDS;

/** One contradiction. */
export interface Contradiction {
  readonly kind: ContradictionKind;
  /** Node whose configuration is contradicted. */
  readonly node: string | undefined;
  readonly configured: { readonly text: string; readonly sources: readonly FactSource[] };
  readonly seen: { readonly text: string; readonly evidence: readonly PacketEvidence[] };
}

/** `node1 (9.135.91.57)`, or the address where nobody knows it. */
export function nodeText(model: Model, address: AddressOctets): string {
  const node = model.nodeByAddress.get(address);
  return node === undefined ? addressText(address) : `${node.name} (${addressText(address)})`;
}

/** Whether two addresses are the same node's. */
export function isSameNode(model: Model, one: AddressOctets, other: AddressOctets): boolean {
  if (one === other) return true;
  const node: ModelNode | undefined = model.nodeByAddress.get(one);
  return node !== undefined && node === model.nodeByAddress.get(other);
}
