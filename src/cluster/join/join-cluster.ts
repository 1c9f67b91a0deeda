/** Joins what context says of a cluster with what was seen of it. */
import { type AddressOctets, addressText } from '../address.ts';
import { type Cluster, inference } from '../cluster.ts';
import { configuredBackend } from '../configured-backend.ts';
import { contradictionsOf } from '../contradictions/contradictions.ts';
import { evidenceOf, type Sighting } from '../evidence.ts';
import { inferBackend } from '../inference/backend.ts';
import { inferNodes } from '../inference/nodes.ts';
import type { Model } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import { NodeIndex } from './node-index.ts';
import { joinNodes } from './nodes.ts';
import { joinPods } from './pods.ts';
import { joinServices } from './services.ts';

/** Below this confidence traffic only hints at a backend, and configuration goes first. */
const SURE = 0.75;
const CONFIDENCE = 0.9;
/** Octets of IPv4 and TCP headers, and of IPv6 and TCP, without options (RFC 9293 §3.7.1). */
const HEADERS = { ipv4: 40, ipv6: 60 };
const MOST_SIGHTINGS = 8;

/** The cluster. Either part may be empty: a model of no facts, or observations of no packets. */
export function joinCluster(model: Model, observations: Observations): Cluster {
  const guess = inferBackend(observations);
  const configured = configuredBackend(model);
  const isSeen = guess.backend !== 'unknown' && (configured === undefined || guess.confidence >= SURE);
  const backend = isSeen ? guess.backend : (configured?.backend ?? 'unknown');
  const agrees = configured?.backend === backend;
  const nodes = joinNodes(model, inferNodes(observations, backend), backend);
  const index = new NodeIndex(nodes);
  const nameOf = (address: AddressOctets): string => index.at(address)?.name ?? addressText(address);
  return {
    backend,
    backendGround: {
      sources: agrees ? (configured?.sources ?? []) : [],
      inferred: isSeen && !agrees ? inference(guess.confidence, guess.seen) : undefined,
    },
    vni: only(observations.paths.map(({ vni }) => vni)),
    port: only(observations.paths.map(({ port }) => port)),
    mtu: podMtu(index, observations),
    nameServers: [...observations.nameServers]
      .filter(([, { clusterNames }]) => clusterNames.count > 0)
      .map(([address, { clusterNames }]) => ({ address, inference: inference(CONFIDENCE, [clusterNames]) })),
    nodes,
    pods: joinPods(model, index, observations),
    services: joinServices(model, index, observations),
    tunnels: observations.paths.map((path) => ({
      path,
      packets: Math.max(...[...path.byPoint.values()].map(({ packets }) => packets)),
      octets: Math.max(...[...path.byPoint.values()].map(({ octets }) => octets)),
      from: nameOf(path.from),
      to: nameOf(path.to),
    })),
    peers: [...observations.bgp.values()].map(({ speakers: [one, other], seen }) => ({
      speakers: [one, other],
      nodes: [index.at(one.address)?.name, index.at(other.address)?.name],
      evidence: evidenceOf([seen]),
    })),
    contradictions: contradictionsOf(model, observations),
    forgotten: observations.budget.refused,
  };
}

/** The value that all have; undefined where they differ, or there are none. */
function only<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/** The largest packet that pods announce they take. */
function podMtu(index: NodeIndex, { sizes }: Observations): Cluster['mtu'] {
  let value = 0;
  let seen: Sighting[] = [];
  for (const { address, mss, seen: sighting } of sizes) {
    if (index.owner(address) !== undefined || index.ofPod(address) === undefined) continue;
    const mtu = mss + (address.length === 4 ? HEADERS.ipv4 : HEADERS.ipv6);
    if (mtu > value) seen = [];
    if (mtu >= value && seen.length < MOST_SIGHTINGS) seen.push(sighting);
    value = Math.max(value, mtu);
  }
  return value === 0 ? undefined : { value, inference: inference(CONFIDENCE, seen) };
}
