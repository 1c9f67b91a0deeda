/**
 * The layout of a flow's record: 256 octets, of which every packet touches the first two cache lines, some the third and few the fourth, and
 * 128 octets of trouble elsewhere for those flows that have any. Positions are 32-bit words from the record's start; those of 64-bit numbers are
 * given in units of 8 octets.
 */

/** 32-bit words, and 64-bit numbers, of a record. */
export const RECORD_WORDS = 64;
export const RECORD_TIMES = RECORD_WORDS / 2;
/** 32-bit words of a record's trouble. */
export const TROUBLE_WORDS = 32;

/** What every packet reads or writes. A pair of columns is indexed by direction: 0 is sent by the key's lower endpoint. */
export const Hot = {
  /** The seven words of the key, as the queue has them. */
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
  /** The time from SYN to the first ACK is known. */
  handshakeTimed: 1 << 31,
} as const;

/** What few packets touch; opening, closing and round trips first. */
export const Cold = {
  /** Number of the record's trouble, 0 for none. */
  trouble: 34,
  /** SYNs (16 bits), and FINs above. */
  synFin: 35,
  /** Resets (16 bits), and how many TTLs of each direction are kept (8 bits each). */
  rstTtls: 36,
  /** Window scale options, 8 bits each, plus 1; 0 for none seen. */
  windowScale: 37,
  /** Round trips of data: how many, and in 32-bit floating point nanoseconds their mean and extremes. */
  samples: 38,
  rttMean: 40,
  rttLeast: 42,
  rttMost: 44,
  id: 46,
  /** Announced maximum segment sizes, 16 bits each: the lower endpoint's below. */
  mss: 47,
  initialSequence: 50,
  /** Four octets of TTLs a direction. */
  ttls: 52,
  /** UDP port of the tunnel (16 bits), type and code of the first ICMP message (8 bits each). */
  portIcmp: 54,
  /** Number of the first packet within its capture. */
  firstPacket: 55,
  timestamp: 56,
  payloadHash: 58,
  /** IPv4 identification of the first packet, 16 bits a direction. */
  ipId: 60,
} as const;

/** 64-bit columns that few packets touch, in units of 8 octets. */
export const ColdTime = {
  /** When the last SYN was sent, until the first ACK; from then on, `FlowFlag.handshakeTimed`, the time between them. */
  opening: 16,
  start: 24,
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

/** What octet counters carried over, 16 bits a direction: a flow that long gets a record of trouble, too. */
export const Carry = { ipBytes: 28, wireBytes: 29, payloadBytes: 30 } as const;

/** 64-bit columns of trouble, in units of 8 octets: since when the window is closed, and for how long it was. */
export const TroubleTime = { closedSince: 10, closedFor: 12 } as const;
