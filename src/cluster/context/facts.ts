/** What files of context say, one fact at a time, before they are put together. Addresses are texts as they were written. */
import type { FactSource } from '../evidence.ts';

/** What every fact has. */
interface Sourced {
  readonly source: FactSource;
}

/** What is known of one node's own machine carries the node's name: that of the folder the file is in. */
interface OnNode extends Sourced {
  readonly node: string;
}

/** A Node object of Kubernetes, with what flannel and Calico note on it. */
export interface NodeFact extends Sourced {
  readonly kind: 'node';
  readonly name: string;
  readonly addresses: readonly string[];
  /** Pod networks: `spec.podCIDRs`. */
  readonly podNetworks: readonly string[];
  /** Addresses of tunnel devices that annotations tell. */
  readonly tunnelAddresses: readonly string[];
  readonly vtepMac: string | undefined;
  readonly vni: number | undefined;
  /** flannel's backend type, as its annotation spells it. */
  readonly backendType: string | undefined;
}

export interface PodFact extends Sourced {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
  /** The pod lives in its node's network namespace. */
  readonly hostNetwork: boolean;
  /** The pod has ended, and its address may be another's. */
  readonly ended: boolean;
  /** Ports its containers declare. */
  readonly ports: readonly number[];
}

export interface ServicePort {
  readonly name: string | undefined;
  /** `TCP`, `UDP` or `SCTP`. */
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number | undefined;
}

export interface ServiceFact extends Sourced {
  readonly kind: 'service';
  readonly namespace: string;
  readonly name: string;
  /** `ClusterIP`, `NodePort`, … */
  readonly serviceType: string;
  /** Cluster, external and load balancer addresses. */
  readonly addresses: readonly string[];
  readonly ports: readonly ServicePort[];
  /** Told by a rule of kube-proxy's, which knows one port of it; else by the object itself. */
  readonly isRule: boolean;
}

/** Endpoints, or a slice of them. */
export interface EndpointsFact extends Sourced {
  readonly kind: 'endpoints';
  readonly namespace: string;
  readonly service: string;
  readonly addresses: readonly string[];
}

/** Range from which Calico gives addresses. */
export interface PoolFact extends Sourced {
  readonly kind: 'pool';
  readonly network: string;
  readonly blockSize: number | undefined;
  /** `Always`, `CrossSubnet` or `Never`. */
  readonly ipip: string;
  readonly vxlan: string;
}

/** A network that belongs to a node: Calico's block affinity, or flannel's subnet. */
export interface BlockFact extends OnNode {
  readonly kind: 'block';
  readonly network: string;
}

/** The network of all pods, and how flannel carries it. */
export interface FlannelNetworkFact extends Sourced {
  readonly kind: 'flannel-network';
  readonly network: string;
  /** `vxlan`, `udp`, `host-gw`, … undefined where the file does not say. */
  readonly backendType: string | undefined;
  readonly vni: number | undefined;
}

/** MTU that a CNI plugin gives pods. */
export interface PodMtuFact extends OnNode {
  readonly kind: 'pod-mtu';
  readonly mtu: number;
}

/** A network interface of a node. */
export interface InterfaceFact extends OnNode {
  readonly kind: 'interface';
  readonly name: string;
  /** Addresses with prefix length. */
  readonly addresses: readonly string[];
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  /** Bridge or bond it is part of. */
  readonly master: string | undefined;
  /** `vxlan`, `ipip`, `bridge`, `veth`, … where the listing tells. */
  readonly linkKind: string | undefined;
  readonly vni: number | undefined;
  /** UDP port of a VXLAN device. */
  readonly port: number | undefined;
  /** Local address of a tunnel. */
  readonly local: string | undefined;
  /** Interface that carries a tunnel's packets. */
  readonly lower: string | undefined;
}

export interface RouteFact extends OnNode {
  readonly kind: 'route';
  /** Prefix; `0.0.0.0/0` for the default. */
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  /** `unicast`, `blackhole`, … */
  readonly routeType: string;
}

export interface NeighbourFact extends OnNode {
  readonly kind: 'neighbour';
  readonly address: string;
  readonly device: string;
  readonly mac: string;
}

/** An entry of a bridge's or VXLAN device's forwarding database. */
export interface ForwardingFact extends OnNode {
  readonly kind: 'forwarding';
  readonly mac: string;
  readonly device: string;
  /** Address of the tunnel end behind which the MAC is. */
  readonly destination: string | undefined;
}

/** A rule that gives packets another destination. */
export interface DestinationNatFact extends OnNode {
  readonly kind: 'dnat';
  /** Address or network the rule matches; undefined where another chain does that. */
  readonly matches: string | undefined;
  readonly protocol: string | undefined;
  readonly port: number | undefined;
  readonly to: string;
  /** kube-proxy writes the service's name here. */
  readonly comment: string | undefined;
}

/** One direction of a tracked connection. */
export interface ConnectionTuple {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
}

/** A connection the kernel of a node tracks: as its client sees it, and the direction of the answers, which shows NAT. */
export interface ConnectionFact extends OnNode {
  readonly kind: 'connection';
  readonly protocol: string;
  readonly original: ConnectionTuple;
  readonly reply: ConnectionTuple;
}

/** A BGP session a node is configured for. */
export interface BgpPeerFact extends OnNode {
  readonly kind: 'bgp-peer';
  readonly address: string;
  readonly asn: number | undefined;
  /** The daemon's word for it: `Established`, `Connect`, …; undefined in configuration. */
  readonly state: string | undefined;
}

export type Fact =
  | NodeFact
  | PodFact
  | ServiceFact
  | EndpointsFact
  | PoolFact
  | BlockFact
  | FlannelNetworkFact
  | PodMtuFact
  | InterfaceFact
  | RouteFact
  | NeighbourFact
  | ForwardingFact
  | DestinationNatFact
  | ConnectionFact
  | BgpPeerFact;

/** A file of context as it was read. */
export interface ContextFile {
  /** Path as it is shown. */
  readonly path: string;
  /** Name of the folder it is in: the node's, where the file is about one. */
  readonly folder: string;
  readonly text: string;
}

/** What can't be understood of a file. */
export interface ContextWarning {
  readonly file: string;
  readonly message: string;
}
