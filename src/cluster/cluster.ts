/** A cluster as it is known: what context says and what was inferred from traffic, each part with where it comes from. */
import type { AddressOctets, Prefix } from './address.ts';
import type { ServicePort } from './context/facts.ts';
import type { Contradiction } from './contradictions/contradiction.ts';
import { evidenceOf, type FactSource, type PacketEvidence, type Sighting } from './evidence.ts';
import type { Backend } from './inference/backend.ts';
import type { BgpSpeaker, TunnelPath } from './traffic/observations.ts';

/** That something was inferred, how surely, and from which packets. */
export interface Inference {
  /** 0 to 1. */
  readonly confidence: number;
  readonly evidence: readonly PacketEvidence[];
}

/** Makes an inference out of sightings. */
export function inference(confidence: number, seen: Iterable<Sighting>): Inference {
  return { confidence, evidence: evidenceOf(seen) };
}

/** Where a part of the cluster comes from: files, or traffic. */
export interface Grounded {
  /** Where context says so; empty where it doesn't. */
  readonly sources: readonly FactSource[];
  /** Present where nothing but traffic says so. */
  readonly inferred: Inference | undefined;
}

export interface NodeNetwork extends Grounded {
  readonly prefix: Prefix;
}

export interface NodeVtep extends Grounded {
  readonly mac: string;
}

/** A node, or another machine whose state was collected. */
export interface ClusterNode {
  /** Its name; the address of one that only traffic knows. */
  readonly name: string;
  /** Only traffic knows it. */
  readonly inferred: boolean;
  readonly addresses: readonly AddressOctets[];
  readonly addressTexts: readonly string[];
  /** Addresses of its tunnel devices and bridges, with the device's name. */
  readonly ownAddresses: ReadonlyMap<AddressOctets, string>;
  readonly networks: readonly NodeNetwork[];
  readonly vteps: readonly NodeVtep[];
  readonly sources: readonly FactSource[];
  readonly evidence: readonly PacketEvidence[];
}

export interface ClusterPod extends Grounded {
  /** `namespace/name`; undefined for an address that only traffic knows. */
  readonly name: string | undefined;
  readonly node: string | undefined;
  readonly addresses: readonly AddressOctets[];
  readonly hostNetwork: boolean;
  readonly ports: readonly number[];
}

export interface ClusterService extends Grounded {
  /** `namespace/name`; undefined for one that only its NAT has shown. */
  readonly name: string | undefined;
  readonly serviceType: string | undefined;
  readonly addresses: readonly AddressOctets[];
  readonly ports: readonly ServicePort[];
  readonly endpoints: readonly AddressOctets[];
}

/** A tunnel in one direction. */
export interface ClusterTunnel {
  readonly path: TunnelPath;
  /** What passed at the point that saw most of it, in packets and octets of the outer IP packets. */
  readonly packets: number;
  readonly octets: number;
  /** Names of the nodes; their addresses where they have none. */
  readonly from: string;
  readonly to: string;
}

/** A BGP session that was seen. */
export interface ClusterPeer {
  readonly speakers: readonly [BgpSpeaker, BgpSpeaker];
  /** Names of the nodes that speak; undefined for a speaker that is no node. */
  readonly nodes: readonly [string | undefined, string | undefined];
  readonly evidence: readonly PacketEvidence[];
}

/** Everything that is known. */
export interface Cluster {
  readonly backend: Backend;
  readonly backendGround: Grounded;
  /** VNI and UDP port of the tunnels that were seen; undefined where there are none, or several. */
  readonly vni: number | undefined;
  readonly port: number | undefined;
  /** MTU of the pods in octets, as their segment sizes tell. */
  readonly mtu: { readonly value: number; readonly inference: Inference } | undefined;
  readonly nameServers: readonly { readonly address: AddressOctets; readonly inference: Inference }[];
  readonly nodes: readonly ClusterNode[];
  readonly pods: readonly ClusterPod[];
  readonly services: readonly ClusterService[];
  readonly tunnels: readonly ClusterTunnel[];
  readonly peers: readonly ClusterPeer[];
  readonly contradictions: readonly Contradiction[];
  /** Things seen that there was no room to remember. */
  readonly forgotten: number;
}
