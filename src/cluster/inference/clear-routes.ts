/** Pod packets that cross the nodes' own network in clear: neither end is an address of the card that sends or takes them. */
import { type AddressOctets, isPrivate, isRoutable, masked } from '../address.ts';
import type { Sighting } from '../evidence.ts';
import type { Observations, Sightings } from '../traffic/observations.ts';

/** One pair of pods, with the nodes that forward for them. */
export interface ClearRoute {
  /** Address of the node that sends, as ARP tells it. */
  readonly fromNode: AddressOctets;
  readonly toNode: AddressOctets;
  readonly source: AddressOctets;
  readonly target: AddressOctets;
  readonly seen: Sighting;
}

/** Leading bits that pods of one cluster have in common: both flannel's and Calico's customary networks are that large. */
const CLUSTER_BITS = 16;

/** The packets that nodes forward to each other for private addresses of one network. */
export function clearRoutes(observations: Observations): ClearRoute[] {
  const routes: ClearRoute[] = [];
  for (const { fromMac, toMac, pairs } of observations.clear) {
    const senders = observations.owners.get(fromMac);
    const takers = observations.owners.get(toMac);
    const fromNode = mainAddress(senders);
    const toNode = mainAddress(takers);
    if (senders === undefined || takers === undefined || fromNode === undefined || toNode === undefined) continue;
    for (const [pair, seen] of pairs) {
      const source = pair.slice(0, pair.length / 2);
      const target = pair.slice(pair.length / 2);
      if (senders.get(source) !== undefined || takers.get(target) !== undefined) continue;
      if (!isPrivate(source) || !isPrivate(target)) continue;
      if (masked(source, CLUSTER_BITS) !== masked(target, CLUSTER_BITS)) continue;
      routes.push({ fromNode, toNode, source, target, seen });
    }
  }
  return routes;
}

/** The address a card most often says it has. */
function mainAddress(addresses: Sightings<AddressOctets> | undefined): AddressOctets | undefined {
  let main: AddressOctets | undefined;
  let most = 0;
  for (const [address, { count }] of addresses ?? []) {
    if (count <= most || !isRoutable(address)) continue;
    main = address;
    most = count;
  }
  return main;
}
