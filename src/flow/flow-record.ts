/** What is known of a conversation when it is told: the record that `flows --json` prints, and that names, links and diagnoses build on. */

import type { Application } from './application.ts';
import type { NatLink } from './nat-link.ts';

/** One end of a conversation. */
export interface FlowEndpoint {
  /** Address in its usual notation. */
  readonly ip: string;
  /** TCP, UDP or SCTP port; absent where the protocol has none or no fragment showed it. */
  readonly port?: number;
  /** The client was not told by a SYN: it is who spoke first, or who was spoken to from a well-known port. */
  readonly guessed?: true;
  /** Who has the address, where files or traffic tell; see src/cluster/names.ts. */
  readonly pod?: string;
  readonly node?: string;
  readonly service?: string;
  /** The names follow from traffic alone. */
  readonly inferred?: true;
}

/** Round trips of data, from a segment to the acknowledgment of its last octet, as seen at the point. In seconds. */
export interface DataRoundTrips {
  readonly samples: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/** Counters of one direction. Those of TCP follow Wireshark's `tcp.analysis.*` of the same names; other protocols lack them. */
export interface FlowDirection {
  /** Packets of the conversation; fragments count one each, copies of a packet not at all. */
  readonly packets: number;
  /** Octets of the innermost IP packets. */
  readonly ip_bytes: number;
  /** Octets behind the transport header. */
  readonly payload_bytes: number;
  /** Octets of the frames on the wire, tunnel headers included. */
  readonly wire_bytes: number;
  readonly retransmissions?: number;
  readonly fast_retransmissions?: number;
  readonly spurious_retransmissions?: number;
  readonly out_of_order?: number;
  readonly duplicate_acks?: number;
  readonly lost_segments?: number;
  readonly zero_windows?: number;
  /** Seconds for which the sender's receive window was closed. */
  readonly zero_window_time?: number;
  readonly window_full?: number;
  readonly keep_alives?: number;
  /** Maximum segment size the sender announced, and the shift of its windows (RFC 7323 §2). */
  readonly mss?: number;
  readonly window_scale?: number;
  /** Raw initial sequence number, where the sender's SYN was seen. */
  readonly isn?: number;
  readonly rtt?: DataRoundTrips;
  /** Times to live (hop limits) in order of appearance, at most 4. */
  readonly ttl: readonly number[];
  /** Copies of packets that the link layer showed twice within a millisecond; in no other counter. */
  readonly duplicates?: number;
}

/**
 * How far a TCP connection got: `syn-sent` (no answer), `syn-received` (answered, not confirmed), `established`, `closing` (one side's FIN),
 * `closed` (both FINs acknowledged), `reset`, or `refused` (a reset in answer to the SYN).
 */
export type TcpState = 'syn-sent' | 'syn-received' | 'established' | 'closing' | 'closed' | 'reset' | 'refused';

/** What TCP said of the connection as a whole. */
export interface FlowTcp {
  readonly state: TcpState;
  /** SYN, SYN-ACK and the ACK of it were all seen. */
  readonly handshake: boolean;
  /** Seconds from the SYN to the ACK of the SYN-ACK. */
  readonly rtt?: number;
  readonly close?: 'fin' | 'rst';
  readonly flags: { readonly syn: number; readonly fin: number; readonly rst: number };
}

/** One tunnel around a conversation. */
export interface FlowTunnel {
  /** `vxlan`, `flannel-udp`, `ipip`, `gre`, `geneve`, … */
  readonly kind: string;
  /** Virtual network: VNI, or GRE's key. */
  readonly vni?: number;
  readonly key?: number;
  /** Outer UDP destination port. */
  readonly port?: number;
  /** Outer address on the client's side, and on the server's. */
  readonly client: string;
  readonly server: string;
  /** Nodes that have these addresses, where files or traffic tell. */
  readonly client_node?: string;
  readonly server_node?: string;
}

/**
 * What tells the first packets of one direction again elsewhere, before or behind address translation. Not part of the JSON.
 * 0 where there was nothing of the kind.
 */
export interface DirectionMarks {
  /** IPv4 identification of the direction's first packet. */
  readonly ipId: number;
  /** Value of the TCP timestamps option in the direction's first packet. */
  readonly timestamp: number;
  /** Hash of the first octets (at most 32) of the direction's first payload. */
  readonly payloadHash: number;
}

/** A conversation as it was seen at one point. The keys are those of the JSON, but for `marks`. */
export interface FlowRecord {
  /** 1, 2, … in the order of first packets over the inputs. */
  readonly id: number;
  /** Community ID v1 of the conversation. */
  readonly community_id: string;
  /** Where it was captured. */
  readonly point: string;
  /** `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, or the IP protocol's number in words: `ip-proto-89`. */
  readonly protocol: string;
  readonly client: FlowEndpoint;
  readonly server: FlowEndpoint;
  /** Type and code of the first message; `id` where messages of the type carry an identifier, as echoes do. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id?: number };
  /** First and last packet, RFC 3339 with nine decimals; null for packets without a time. */
  readonly start: string | null;
  readonly end: string | null;
  /** Seconds between them. */
  readonly duration: number;
  readonly c2s: FlowDirection;
  readonly s2c: FlowDirection;
  readonly tcp?: FlowTcp;
  /** The path that carried it, outermost first; empty where packets travel in clear. */
  readonly tunnel: readonly FlowTunnel[];
  /** Number of the first packet within its capture. */
  readonly first_packet: number;
  /** What was said in it. */
  readonly application?: Application;
  /** The same conversation before or behind address translation. */
  readonly nat?: readonly NatLink[];
  readonly marks: { readonly c2s: DirectionMarks; readonly s2c: DirectionMarks };
}
