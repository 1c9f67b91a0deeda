/** What was seen in the packets, counted and with evidence, before any conclusion. */
import type { AddressOctets } from '../address.ts';
import { Sighting } from '../evidence.ts';

/** Things remembered in all: some 40 MB. What would go beyond is not remembered, and counted. */
const MOST_REMEMBERED = 250_000;

/** Sightings by what was seen, within a budget that all of them share. */
export class Sightings<K> {
  readonly map = new Map<K, Sighting>();
  private readonly budget: Budget;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  add(key: K, number: number, point: string): void {
    let sighting = this.map.get(key);
    if (sighting === undefined) {
      if (!this.budget.take()) return;
      sighting = new Sighting();
      this.map.set(key, sighting);
    }
    sighting.add(number, point);
  }

  get size(): number {
    return this.map.size;
  }

  get(key: K): Sighting | undefined {
    return this.map.get(key);
  }

  keys(): IterableIterator<K> {
    return this.map.keys();
  }

  values(): IterableIterator<Sighting> {
    return this.map.values();
  }

  [Symbol.iterator](): IterableIterator<[K, Sighting]> {
    return this.map.entries();
  }
}

/** How much may still be remembered. */
export class Budget {
  private left: number;
  /** What was not remembered for want of room. */
  refused = 0;

  constructor(most = MOST_REMEMBERED) {
    this.left = most;
  }

  take(): boolean {
    if (this.left === 0) {
      this.refused++;
      return false;
    }
    this.left--;
    return true;
  }
}

/** What passed at one point. */
export interface TunnelCount {
  packets: number;
  /** Octets of the outer IP packets. */
  octets: number;
}

/** Packets of one tunnel in one direction. */
export interface TunnelPath {
  readonly kind: string;
  /** VNI or key; undefined for tunnels without one. */
  readonly vni: number | undefined;
  /** UDP port it is carried to; undefined where that is no UDP. */
  readonly port: number | undefined;
  readonly from: AddressOctets;
  readonly to: AddressOctets;
  readonly seen: Sighting;
  /** What passed at each point: a packet that was captured at several is one packet all the same. */
  readonly byPoint: Map<string, TunnelCount>;
  /** Inner Ethernet destinations. */
  readonly targetMacs: Sightings<number>;
  /** Inner destinations. */
  readonly targets: Sightings<AddressOctets>;
}

/** A tunnel's end, by its outer address. */
export interface TunnelEnd {
  /** Inner addresses it sends from. */
  readonly sources: Sightings<AddressOctets>;
  /** Inner addresses that are sent to it. */
  readonly targets: Sightings<AddressOctets>;
  /** Inner Ethernet sources. */
  readonly sourceMacs: Sightings<number>;
}

/** IP packets in clear from one network card to another. */
export interface ClearPath {
  readonly fromMac: number;
  readonly toMac: number;
  /** Pairs of addresses, one behind the other. */
  readonly pairs: Sightings<string>;
}

/** Segment size that an address announced in SYNs. */
export interface AnnouncedSize {
  readonly address: AddressOctets;
  /** Octets of payload (RFC 9293 §3.7.1). */
  readonly mss: number;
  readonly seen: Sighting;
  /** To whom, the first few. */
  readonly peers: Set<AddressOctets>;
}

/** An ICMP message that a packet was too large. */
export interface TooBig {
  /** Who was told. */
  readonly told: AddressOctets;
  /** MTU of the next hop in octets. */
  readonly mtu: number;
  /** Destination of the packet that did not fit. */
  readonly target: AddressOctets;
  readonly seen: Sighting;
}

/** What one side of a BGP session said. */
export interface BgpSpeaker {
  readonly address: AddressOctets;
  asn: number | undefined;
  identifier: string | undefined;
  /** Seconds it asked for. */
  holdTime: number | undefined;
  /** Prefixes it announced as `prefix`, with their next hops. */
  readonly announced: Map<string, { readonly nextHop: string | undefined; readonly seen: Sighting }>;
  /** KEEPALIVE or UPDATE was seen: it takes the session for established. */
  isEstablished: boolean;
}

/** A BGP session between two addresses. */
export interface BgpSession {
  readonly speakers: readonly [BgpSpeaker, BgpSpeaker];
  readonly seen: Sighting;
}

/** A server of DNS, and what it knows of the cluster. */
export interface NameServer {
  readonly seen: Sighting;
  /** Answers and questions below the cluster's own domain. */
  readonly clusterNames: Sighting;
}

/** Where a packet was for. */
export interface Destination {
  readonly address: AddressOctets;
  readonly port: number;
}

/** A connection that was seen with two destinations: one replaced the other on the way. */
export interface Translation {
  /** The one that was seen first, which need not be the original: captures may be read one behind the other. */
  readonly first: Destination;
  readonly second: Destination;
  readonly seen: Sighting;
}

/** Everything that was seen. */
export class Observations {
  readonly budget = new Budget();
  readonly ends = new Map<AddressOctets, TunnelEnd>();
  readonly paths: TunnelPath[] = [];
  readonly clear: ClearPath[] = [];
  /** Which addresses a MAC address said to have, in ARP in clear. */
  readonly owners = new Map<number, Sightings<AddressOctets>>();
  /** ARP within tunnels: the network is one that learns, not one whose entries a daemon writes. */
  readonly tunnelArp = new Sighting();
  /** ARP answers in the name of Calico's gateway 169.254.1.1. */
  readonly calicoGateway = new Sighting();
  readonly sizes: AnnouncedSize[] = [];
  readonly tooBig = new Map<string, TooBig>();
  readonly bgp = new Map<string, BgpSession>();
  readonly nameServers = new Map<AddressOctets, NameServer>();
  /** Names of services, by the address a DNS answer gave. */
  readonly serviceNames = new Map<AddressOctets, { readonly name: string; readonly seen: Sighting }>();
  readonly translations = new Map<string, Translation>();
  packets = 0;
}
