/** A cluster as records for programs: what `cluster --json` prints, one object a line. */
import { addressText, prefixText } from './address.ts';
import type {
  Cluster,
  ClusterNode,
  ClusterPeer,
  ClusterPod,
  ClusterService,
  ClusterTunnel,
  Grounded,
  Inference,
} from './cluster.ts';
import type { Contradiction } from './contradictions/contradiction.ts';
import type { FactSource } from './evidence.ts';
import type { BgpSpeaker } from './traffic/observations.ts';

/** A record: `type` tells which. Keys without a value are left out when it is written. */
export type ClusterRecord = Readonly<Record<string, unknown>> & { readonly type: string };

/** The records in the order in which they are printed; the one of the cluster itself comes first. */
export function clusterRecords(cluster: Cluster): ClusterRecord[] {
  return [
    clusterRecord(cluster),
    ...cluster.nodes.map(nodeRecord),
    ...cluster.pods.map(podRecord),
    ...cluster.services.map(serviceRecord),
    ...cluster.tunnels.map(tunnelRecord),
    ...cluster.peers.map(peerRecord),
    ...cluster.contradictions.map(contradictionRecord),
    ...forgottenRecord(cluster),
  ];
}

function sourcesPart(sources: readonly FactSource[]): { sources?: readonly FactSource[] } {
  return sources.length === 0 ? {} : { sources };
}

function inferencePart(inference: Inference | undefined): Record<string, unknown> {
  return inference === undefined ? {} : { inferred: true, ...inference };
}

function groundParts({ sources, inferred }: Grounded): Record<string, unknown> {
  return { ...sourcesPart(sources), ...inferencePart(inferred) };
}

function clusterRecord(cluster: Cluster): ClusterRecord {
  const { mtu } = cluster;
  return {
    type: 'cluster',
    backend: cluster.backend,
    vni: cluster.vni,
    port: cluster.port,
    ...groundParts(cluster.backendGround),
    mtu: mtu === undefined ? undefined : { octets: mtu.value, ...inferencePart(mtu.inference) },
    dns: cluster.nameServers.map(({ address, inference }) => ({
      address: addressText(address),
      ...inferencePart(inference),
    })),
  };
}

function nodeRecord(node: ClusterNode): ClusterRecord {
  return {
    type: 'node',
    name: node.name,
    addresses: node.addressTexts,
    pod_networks: node.networks.map(({ prefix, ...ground }) => ({
      network: prefixText(prefix),
      ...groundParts(ground),
    })),
    vteps: node.vteps.map(({ mac, ...ground }) => ({ mac, ...groundParts(ground) })),
    devices: [...node.ownAddresses].map(([address, device]) => ({ device, address: addressText(address) })),
    ...sourcesPart(node.sources),
    ...(node.inferred ? { inferred: true, confidence: 1 } : {}),
    evidence: node.evidence,
  };
}

function podRecord(pod: ClusterPod): ClusterRecord {
  return {
    type: 'pod',
    name: pod.name,
    node: pod.node,
    addresses: pod.addresses.map(addressText),
    host_network: pod.hostNetwork ? true : undefined,
    ...groundParts(pod),
  };
}

function serviceRecord(service: ClusterService): ClusterRecord {
  return {
    type: 'service',
    name: service.name,
    service_type: service.serviceType,
    addresses: service.addresses.map(addressText),
    ports: service.ports.map(({ name, protocol, port, nodePort }) => ({ name, protocol, port, node_port: nodePort })),
    endpoints: service.endpoints.map(addressText),
    ...groundParts(service),
  };
}

function tunnelRecord({ path, packets, octets, from, to }: ClusterTunnel): ClusterRecord {
  return {
    type: 'tunnel',
    kind: path.kind,
    vni: path.vni,
    port: path.port,
    from: { ip: addressText(path.from), node: from },
    to: { ip: addressText(path.to), node: to },
    packets,
    octets,
    points: [...path.byPoint].map(([point, count]) => ({ point, ...count })),
  };
}

function peerRecord({ speakers, nodes, evidence }: ClusterPeer): ClusterRecord {
  return {
    type: 'bgp-peer',
    established: speakers.every(({ isEstablished }) => isEstablished),
    peers: speakers.map((speaker, i) => speakerRecord(speaker, nodes[i])),
    inferred: true,
    confidence: 1,
    evidence,
  };
}

function speakerRecord(speaker: BgpSpeaker, node: string | undefined): Record<string, unknown> {
  return {
    ip: addressText(speaker.address),
    node,
    as: speaker.asn,
    identifier: speaker.identifier,
    hold_time: speaker.holdTime,
    announced: [...speaker.announced].map(([prefix, { nextHop }]) => ({ prefix, next_hop: nextHop })),
  };
}

function contradictionRecord({ kind, node, configured, seen }: Contradiction): ClusterRecord {
  return { type: 'contradiction', kind, node, configured, seen };
}

function forgottenRecord({ forgotten }: Cluster): ClusterRecord[] {
  if (forgotten === 0) return [];
  const message = `${forgotten} sightings were not remembered for want of room`;
  return [{ type: 'warning', code: 'sightings-forgotten', message }];
}
