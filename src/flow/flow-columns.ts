/**
 * The layout of a flow's record: 128 octets that every packet touches, 160 that few do, and 128 of trouble for those flows that have any.
 * Positions are 32-bit words from the record's start; those of 64-bit numbers are even and given in 8-octet units.
 */

/** 32-bit words of each part of a record. */
export const HOT_WORDS = 32;
export const COLD_WORDS = 40;
export const TROUBLE_WORDS = 32;

/** What every packet reads or writes. A pair of columns is indexed by direction: 0 is sent by the key's lower endpoint. */
export const Hot = {
  /** `KEY_WORDS` words. */
  key: 0,
  flags: 7,
  packets: 10,
  ipBytes: 12,
  wireBytes: 14,
  payloadBytes: 16,
  /** Sequence number that comes next, and the last acknowledgment sent. */
  nextSequence: 18,
  lastAck: 20,
  /** Window as announced last (16 bits), TTL (8), repeated acknowledgments up to 3 (2), window scale (4), first ACK is still to come (1). */
  window: 26,
} as const;

/** 64-bit columns of the hot part, in units of 8 octets. */
export const HotTime = {
  last: 4,
  /** When `nextSequence` was last advanced. */
  sequence: 11,
  ack: 14,
} as const;

/** Parts of the word `Hot.window`. */
export const TTL_SHIFT = 16;
export const DUPLICATE_ACKS_SHIFT = 24;
export const WINDOW_SCALE_SHIFT = 26;
export const UNKNOWN_SCALE = 15;
export const FIRST_ACK_TO_COME = 1 << 30;
/** The word before anything was announced: a window that is open, of unknown scale. */
export const NO_WINDOW = 0xffff | (UNKNOWN_SCALE << WINDOW_SCALE_SHIFT);

/** Bits of the word `Hot.flags`; those that shift by a direction leave the next bit for the other one. */
export const FlowFlag = {
  /** The second endpoint of the key is the client. */
  clientIsSecond: 1 << 0,
  /** The client is known by its SYN, or by the SYN-ACK it got. */
  clientIsTold: 1 << 1,
  /** The direction's sequence numbers are known. */
  sequenceKnown: 1 << 2,
  /** The direction's last segment was a keep-alive, or a probe of a closed window. */
  keepAlive: 1 << 4,
  windowProbe: 1 << 6,
  syn: 1 << 8,
  synAck: 1 << 10,
  fin: 1 << 12,
  /** The direction's FIN was acknowledged. */
  finAcked: 1 << 14,
  rst: 1 << 16,
  /** The direction has announced a closed window that it has not opened since. */
  windowClosed: 1 << 18,
  /** Octets were sent again: no round trip is taken until they are acknowledged (RFC 6298 §3). */
  sentAgain: 1 << 20,
  /** An acknowledgment of the direction was seen, so `lastAck` means something. */
  acked: 1 << 22,
  payloadMarked: 1 << 24,
  initialSequenceKnown: 1 << 26,
  handshake: 1 << 28,
  /** The SYN was answered with a reset. */
  refused: 1 << 29,
  /** A newer flow has the same key. */
  superseded: 1 << 30,
} as const;

/** What few packets touch. */
export const Cold = {
  id: 8,
  /** Number of the record's trouble, 0 for none. */
  trouble: 9,
  initialSequence: 10,
  /** Announced maximum segment sizes, 16 bits each: the lower endpoint's below. */
  mss: 12,
  /** Window scale options, 8 bits each, plus 1; 0 for none seen. */
  windowScale: 13,
  /** SYNs (16 bits), and FINs above. */
  synFin: 14,
  /** Resets (16 bits), and how many TTLs of each direction are kept (8 bits each). */
  rstTtls: 15,
  /** Four octets of TTLs a direction. */
  ttls: 16,
  /** UDP port of the tunnel (16 bits), type and code of the first ICMP message (8 bits each). */
  portIcmp: 18,
  samples: 19,
  /** What `ipBytes`, `wireBytes` and `payloadBytes` carried over, 16 bits a direction. */
  ipCarry: 21,
  wireCarry: 22,
  payloadCarry: 23,
  timestamp: 24,
  payloadHash: 26,
  /** IPv4 identification of the first packet, 16 bits a direction. */
  ipId: 28,
  /** 32-bit floating point, in nanoseconds. */
  rttLeast: 36,
  rttMost: 38,
} as const;

/** 64-bit columns of the cold part, in units of 8 octets. */
export const ColdTime = {
  start: 0,
  syn: 1,
  /** From the SYN to the first ACK; 0 while unknown. */
  handshake: 2,
  /** Number of the first packet within its capture. */
  firstPacket: 3,
  /** Sum of data round trips, of each direction. */
  rttSum: 16,
} as const;

/** Counters of trouble, each a pair indexed by direction. */
export const Trouble = {
  retransmissions: 0,
  fastRetransmissions: 2,
  spuriousRetransmissions: 4,
  outOfOrder: 6,
  duplicateAcks: 8,
  lostSegments: 10,
  zeroWindows: 12,
  keepAlives: 14,
  windowFull: 16,
  copies: 18,
} as const;

/** 64-bit columns of trouble, in units of 8 octets: since when the window is closed, and for how long it was. */
export const TroubleTime = { closedSince: 10, closedFor: 12 } as const;
