/** Packets on their way into the flow table: what a batch of them says, as columns. */
import { type Columns, SEPARATE } from '../capture/columns.ts';

/** Entries of a queue: enough for cache misses to overlap, few enough for all columns to stay in the first-level cache. */
export const QUEUE_CAPACITY = 64;

/** Bits of the key's fourth word, beside the IP protocol (0–7) and the point (12–31). */
export const KeyBit = {
  /** The addresses are IPv6 and stand as numbers of an `AddressTable`. */
  ipv6: 1 << 8,
  /** The same of the outer addresses. */
  outerIpv6: 1 << 9,
  /** The port word holds an ICMP identifier. */
  icmpIdentifier: 1 << 10,
} as const;

/** First bit of the point in the key's fourth word. */
export const POINT_SHIFT = 12;
/** Points that are told apart: as many as one pcapng file may describe. The key has room for more, memory has not. */
export const MAX_POINTS = 1 << 16;

/** Bits of the key's last word: a virtual network's number below, the kind of tunnel above it. */
export const TUNNEL_KIND_SHIFT = 24;
export const MAX_TUNNEL_ID = 0xffffff;
/** The tunnel says which virtual network it belongs to. */
export const HAS_TUNNEL_ID = 1 << 31;
/** Kind that stands for a path of the `PathTable`, whose number is in the fifth word. */
export const INTERNED_PATH = 127;

/** Columns of a queue entry; see `FlowQueue`. */
export class FlowQueue {
  /** Entries in use. */
  count = 0;
  /**
   * Words of the key: both addresses, the lower endpoint's first; both ports; protocol, family and point; the outer addresses on the side of
   * the first and of the second endpoint; the tunnel.
   */
  readonly key0: Int32Array;
  readonly key1: Int32Array;
  readonly key2: Int32Array;
  readonly key3: Int32Array;
  readonly key4: Int32Array;
  readonly key5: Int32Array;
  readonly key6: Int32Array;
  /** Seeded hash of the key. */
  readonly hash: Int32Array;
  /** 0 where the lower endpoint sent the packet, else 1. */
  readonly direction: Int32Array;
  /** First octet of the innermost IP header in the packet's view. */
  readonly networkAt: Int32Array;
  /** First octet of the whole and sound TCP header, or of the ICMP header; -1 where there is none. */
  readonly transportAt: Int32Array;
  /** First octet behind the transport header. */
  readonly payloadAt: Int32Array;
  /** End of the captured octets of the innermost packet. */
  readonly end: Int32Array;
  /** Octets of the innermost IP packet, as it tells itself. */
  readonly ipLength: Int32Array;
  /** Octets behind the transport header. */
  readonly payloadLength: Int32Array;
  /** Time to live or hop limit of the innermost packet. */
  readonly ttl: Int32Array;
  /** UDP destination port of the innermost tunnel, 0 for none. */
  readonly tunnelPort: Int32Array;
  /** Octets of the frame on the wire, below 2^31. */
  readonly wireLength: Int32Array;
  /** Nanoseconds since the tracker's first packet; NaN without a time. */
  readonly time: Float64Array;
  /** Number of the packet within its capture. */
  readonly packet: Float64Array;
  /** 1 for a copy of a packet that the link layer showed a moment before. */
  readonly copy: Int32Array;
  /** Record of the flow, filled by the table. */
  readonly record: Int32Array;

  /** @param columns where they come from */
  constructor(columns: Columns = SEPARATE) {
    this.key0 = columns.int32(QUEUE_CAPACITY);
    this.key1 = columns.int32(QUEUE_CAPACITY);
    this.key2 = columns.int32(QUEUE_CAPACITY);
    this.key3 = columns.int32(QUEUE_CAPACITY);
    this.key4 = columns.int32(QUEUE_CAPACITY);
    this.key5 = columns.int32(QUEUE_CAPACITY);
    this.key6 = columns.int32(QUEUE_CAPACITY);
    this.hash = columns.int32(QUEUE_CAPACITY);
    this.direction = columns.int32(QUEUE_CAPACITY);
    this.networkAt = columns.int32(QUEUE_CAPACITY);
    this.transportAt = columns.int32(QUEUE_CAPACITY);
    this.payloadAt = columns.int32(QUEUE_CAPACITY);
    this.end = columns.int32(QUEUE_CAPACITY);
    this.ipLength = columns.int32(QUEUE_CAPACITY);
    this.payloadLength = columns.int32(QUEUE_CAPACITY);
    this.ttl = columns.int32(QUEUE_CAPACITY);
    this.tunnelPort = columns.int32(QUEUE_CAPACITY);
    this.wireLength = columns.int32(QUEUE_CAPACITY);
    this.time = columns.float64(QUEUE_CAPACITY);
    this.packet = columns.float64(QUEUE_CAPACITY);
    this.copy = columns.int32(QUEUE_CAPACITY);
    this.record = columns.int32(QUEUE_CAPACITY);
  }
}

/**
 * Seeded hash of a key, well mixed in its low bits. Sums are cut to 32 bits at once, or they would be worked out in floating point.
 */
export function hashKey(
  seed: number,
  key0: number,
  key1: number,
  key2: number,
  key3: number,
  key4: number,
  key5: number,
  key6: number,
): number {
  let hash = Math.imul(seed ^ key0, 0x9e3779b1);
  hash = Math.imul(((hash ^ (hash >>> 15)) + key1) | 0, 0x85ebca77);
  hash = Math.imul(((hash ^ (hash >>> 13)) + key2) | 0, 0xc2b2ae3d);
  hash = Math.imul(((hash ^ (hash >>> 16)) + key3) | 0, 0x27d4eb2f);
  hash = Math.imul(((hash ^ (hash >>> 15)) + key4) | 0, 0x165667b1);
  hash = Math.imul(((hash ^ (hash >>> 13)) + key5) | 0, 0x9e3779b1);
  hash = Math.imul(((hash ^ (hash >>> 16)) + key6) | 0, 0x85ebca77);
  return hash ^ (hash >>> 15);
}
