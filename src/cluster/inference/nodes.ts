/** The nodes behind the packets, and which pod networks are theirs. */
import {
  type AddressOctets,
  covers,
  isHost,
  isPrivate,
  isRoutable,
  isSamePrefix,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../address.ts';
import type { Sighting } from '../evidence.ts';
import type { Observations } from '../traffic/observations.ts';
import type { Backend } from './backend.ts';
import { clearRoutes } from './clear-routes.ts';

/** A pod network that was inferred. */
export interface InferredNetwork {
  readonly prefix: Prefix;
  /** 0 to 1. */
  readonly confidence: number;
  readonly seen: Sighting[];
}

/** A node that was inferred. */
export interface InferredNode {
  readonly address: AddressOctets;
  readonly networks: InferredNetwork[];
  /** Inner Ethernet sources, as numbers. */
  readonly vteps: readonly (readonly [number, Sighting])[];
  readonly seen: readonly Sighting[];
}

/** Leading bits of a node's pod network, of IPv4 and IPv6: flannel's `SubnetLen` and Cilium's pod CIDR; Calico's `blockSize`. */
const USUAL_BITS = { ipv4: 24, ipv6: 64 };
const CALICO_BITS = { ipv4: 26, ipv6: 122 };
/** How sure one can be of a pod network: announced by BGP; sent from; or only sent to, where a wrong entry would mislead. */
const CONFIDENCE = { announced: 0.95, sent: 0.9, addressed: 0.5 };
/** Announcements that are no node's: a route to everything, to half of everything, to a range of services. */
const LEAST_ANNOUNCED_BITS = { ipv4: 20, ipv6: 64 };

/** Bits that a network may be longer than usual. */
const MOST_EXTRA_BITS = 4;
/** Sightings kept of a network or node. */
const MOST_SEEN = 8;

/** Addresses that belong behind a node. */
interface Belonging {
  readonly node: AddressOctets;
  readonly address: AddressOctets;
  readonly seen: Sighting;
}

/** Lists the nodes, in the order of their addresses. */
export function inferNodes(observations: Observations, backend: Backend): InferredNode[] {
  const routes = backend === 'flannel-host-gw' || backend === 'calico-bgp' ? clearRoutes(observations) : [];
  const speakers = backend.startsWith('calico')
    ? [...observations.bgp.values()].flatMap((session) =>
        session.speakers.map((speaker) => ({ ...speaker, seen: session.seen })),
      )
    : [];
  const seen = new Map<AddressOctets, Sighting[]>();
  const see = (node: AddressOctets, sighting: Sighting): void => {
    seen.set(node, [...(seen.get(node) ?? []).slice(1 - MOST_SEEN), sighting]);
  };
  for (const path of observations.paths) {
    see(path.from, path.seen);
    see(path.to, path.seen);
  }
  for (const route of routes) {
    see(route.fromNode, route.seen);
    see(route.toNode, route.seen);
  }
  for (const speaker of speakers) see(speaker.address, speaker.seen);
  const isNode = (address: AddressOctets): boolean => seen.has(address);
  const mayBePod = ({ address }: Belonging): boolean => isPrivate(address) && isRoutable(address) && !isNode(address);

  const sent: Belonging[] = routes.map(({ fromNode, source, seen: sighting }) => ({
    node: fromNode,
    address: source,
    seen: sighting,
  }));
  const addressed: Belonging[] = routes.map(({ toNode, target, seen: sighting }) => ({
    node: toNode,
    address: target,
    seen: sighting,
  }));
  for (const [node, { sources, targets }] of observations.ends) {
    for (const [address, sighting] of sources) sent.push({ node, address, seen: sighting });
    for (const [address, sighting] of targets) addressed.push({ node, address, seen: sighting });
  }
  const networks = announcedNetworks(speakers, isNode);
  const bits = backend.startsWith('calico') ? CALICO_BITS : USUAL_BITS;
  // What an unknown network carries need not be pods.
  if (backend !== 'unknown') {
    addNetworks(networks, sent.filter(mayBePod), CONFIDENCE.sent, bits);
    addNetworks(networks, addressed.filter(mayBePod), CONFIDENCE.addressed, bits);
  }
  return [...seen.keys()].sort().map((address) => ({
    address,
    networks: networks.get(address) ?? [],
    vteps: [...(observations.ends.get(address)?.sourceMacs ?? [])],
    seen: seen.get(address) ?? [],
  }));
}

type NetworksByNode = Map<AddressOctets, InferredNetwork[]>;

/** What one speaker alone announces with a node as next hop. */
function announcedNetworks(
  speakers: readonly {
    address: AddressOctets;
    announced: ReadonlyMap<string, { nextHop: string | undefined; seen: Sighting }>;
  }[],
  isNode: (address: AddressOctets) => boolean,
): NetworksByNode {
  const networks: NetworksByNode = new Map();
  const nodesOf = new Map<string, Set<AddressOctets>>();
  const entries = speakers.flatMap(({ address, announced }) =>
    [...announced].map(([text, { nextHop, seen }]) => {
      const hop = nextHop === undefined ? undefined : parseAddress(nextHop);
      const node = hop !== undefined && isNode(hop) ? hop : address;
      nodesOf.set(text, (nodesOf.get(text) ?? new Set()).add(node));
      return { text, node, seen };
    }),
  );
  for (const { text, node, seen } of entries) {
    const prefix = parsePrefix(text);
    if (prefix === undefined || isHost(prefix) || nodesOf.get(text)?.size !== 1) continue;
    if (prefix.bits < (prefix.octets.length === 4 ? LEAST_ANNOUNCED_BITS.ipv4 : LEAST_ANNOUNCED_BITS.ipv6)) continue;
    const known = networks.get(node) ?? [];
    const same = known.find((network) => isSamePrefix(network.prefix, prefix));
    if (same === undefined) known.push({ prefix, confidence: CONFIDENCE.announced, seen: [seen] });
    else same.seen.push(seen);
    networks.set(node, known);
  }
  return networks;
}

/** Adds the networks that addresses are part of, unless they are known already: a better source goes first. */
function addNetworks(
  networks: NetworksByNode,
  belongings: readonly Belonging[],
  confidence: number,
  usual: { readonly ipv4: number; readonly ipv6: number },
): void {
  const known = [...networks].flatMap(([node, own]) => own.map((network) => ({ node, network })));
  const fresh: Belonging[] = [];
  for (const belonging of belongings) {
    const found = known.find(({ network }) => covers(network.prefix, belonging.address));
    if (found === undefined) fresh.push(belonging);
    else if (found.node === belonging.node && found.network.seen.length < MOST_SEEN)
      found.network.seen.push(belonging.seen);
  }
  for (const octets of [4, 16]) {
    const ofFamily = fresh.filter(({ address }) => address.length === octets);
    const bits = disjointBits(ofFamily, octets === 4 ? usual.ipv4 : usual.ipv6);
    for (const { node, address, seen } of ofFamily) {
      const prefix = { octets: masked(address, bits), bits };
      const own = networks.get(node) ?? [];
      const same = own.find((network) => isSamePrefix(network.prefix, prefix));
      if (same === undefined) own.push({ prefix, confidence, seen: [seen] });
      else if (same.seen.length < MOST_SEEN) same.seen.push(seen);
      networks.set(node, own);
    }
  }
}

/** The usual length, or one a little above it at which no two nodes share a network; the usual one where an address itself has moved. */
function disjointBits(belongings: readonly Belonging[], usual: number): number {
  for (let bits = usual; bits <= usual + MOST_EXTRA_BITS; bits++) {
    const nodes = new Map<AddressOctets, AddressOctets>();
    const isShared = belongings.some(({ node, address }) => {
      const network = masked(address, bits);
      const other = nodes.get(network);
      nodes.set(network, node);
      return other !== undefined && other !== node;
    });
    if (!isShared) return bits;
  }
  return usual;
}
