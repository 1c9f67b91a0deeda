/** Packets of a size that the devices on their way do not take. */
import { type AddressOctets, addressText } from '../address.ts';
import { isCard, isTunnelDevice } from '../devices.ts';
import { evidenceOf, type Sighting } from '../evidence.ts';
import { type Model, type ModelInterface, type ModelNode, routeFor } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { type Contradiction, nodeText } from './contradiction.ts';

/** Octets of IPv4 and TCP headers, and of IPv6 and TCP, without options (RFC 9293 §3.7.1). */
const HEADERS = { ipv4: 40, ipv6: 60 };
/** Octets that tunnels over IPv4 add to an inner IP packet, by kind and by customary name of the device. */
const OVERHEADS: readonly (readonly [RegExp, number])[] = [
  [/^(?:vxlan.*|flannel\.\d+|cilium_vxlan)$/, 50],
  [/^(?:ipip|tunl\d+)$/, 20],
  [/^flannel\d+$/, 28],
];

/** The narrowest device on a way. */
interface Narrow {
  readonly device: ModelInterface;
  /** Largest inner packet that passes it, in octets. */
  readonly limit: number;
  readonly text: string;
}

/** Compares the sizes that pods announce, and what routers answer, with the MTUs that are configured. */
export function mtuContradictions(model: Model, observations: Observations): Contradiction[] {
  return [...announcedTooLarge(model, observations), ...refusedByRouters(model, observations)];
}

function announcedTooLarge(model: Model, { sizes }: Observations): Contradiction[] {
  const found = new Map<string, { narrow: Narrow; node: ModelNode; needed: number; seen: Sighting[]; who: string }>();
  for (const { address, mss, seen, peers } of sizes) {
    const node = nodeOfPod(model, address);
    if (node === undefined) continue;
    const needed = mss + (address.length === 4 ? HEADERS.ipv4 : HEADERS.ipv6);
    for (const peer of peers) {
      const other = nodeOfPod(model, peer);
      const narrow = other === undefined || other === node ? undefined : narrowest(node, peer);
      if (narrow === undefined || needed <= narrow.limit) continue;
      const key = `${node.name}/${narrow.device.name}/${needed}`;
      const known = found.get(key) ?? { narrow, node, needed, seen: [], who: addressText(address) };
      if (!known.seen.includes(seen)) known.seen.push(seen);
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ narrow, node, needed, seen, who }) => ({
    kind: 'mtu',
    node: node.name,
    configured: { text: `${narrow.text} on ${node.name}`, sources: narrow.device.sources },
    seen: { text: `${who} announces packets of ${needed} octets`, evidence: evidenceOf(seen) },
  }));
}

/** The node of a pod's address; undefined for addresses of devices, which NAT puts in place of others. */
function nodeOfPod(model: Model, address: AddressOctets): ModelNode | undefined {
  return model.nodeByAddress.has(address) ? undefined : model.nodeByNetwork.longest(address);
}

/** What limits packets from a node's pods to an address on another node. */
function narrowest(node: ModelNode, target: AddressOctets): Narrow | undefined {
  const name = routeFor(node, target)?.fact.device;
  const device = name === undefined ? undefined : node.interfaces.get(name);
  if (device?.mtu === undefined) return undefined;
  const own: Narrow = { device, limit: device.mtu, text: `${device.name} has an MTU of ${device.mtu}` };
  if (!isTunnelDevice(device)) return own;
  const overhead = OVERHEADS.find(([pattern]) => pattern.test(device.linkKind ?? '') || pattern.test(device.name))?.[1];
  const card = cardBelow(node, device);
  if (overhead === undefined || card?.mtu === undefined || card.mtu - overhead >= device.mtu) return own;
  const limit = card.mtu - overhead;
  return {
    device: card,
    limit,
    text: `${card.name} has an MTU of ${card.mtu}, which leaves ${limit} in the tunnel ${device.name}`,
  };
}

/** The interface that carries a tunnel: the one it names, or the only one there is. */
function cardBelow(node: ModelNode, tunnel: ModelInterface): ModelInterface | undefined {
  if (tunnel.lower !== undefined) return node.interfaces.get(tunnel.lower);
  const cards = [...node.interfaces.values()].filter((device) => isCard(device) && device.addresses.length > 0);
  return cards.length === 1 ? cards[0] : undefined;
}

/** Routers that answer nodes with less than their cards have. */
function refusedByRouters(model: Model, { tooBig }: Observations): Contradiction[] {
  const found: Contradiction[] = [];
  for (const { told, mtu, target, seen } of tooBig.values()) {
    const node = model.nodeByAddress.get(told);
    const card = [...(node?.interfaces.values() ?? [])].find(({ addresses }) =>
      addresses.some(({ octets }) => octets === told),
    );
    if (node === undefined || card?.mtu === undefined || !isCard(card) || mtu >= card.mtu) continue;
    found.push({
      kind: 'mtu',
      node: node.name,
      configured: { text: `${card.name} has an MTU of ${card.mtu} on ${node.name}`, sources: card.sources },
      seen: { text: `the way to ${nodeText(model, target)} takes ${mtu} octets`, evidence: evidenceOf([seen]) },
    });
  }
  return found;
}
