/** How alike two flows are in what address translation leaves alone. */
import type { NatEvidence } from './nat-evidence.ts';

/** What speaks for two flows being the same packets. */
export interface Likeness {
  /** 0 to 1. */
  readonly score: number;
  readonly because: readonly string[];
  /** The client of one is where the server of the other is: who began is guessed wrong in one of them. */
  readonly isReversed: boolean;
  /** Nanoseconds between their first packets. */
  readonly apart: number;
}

/** What is left of the doubt when two flows have the same of something. */
const Doubt = {
  /** 32 bits that a sender draws at random for each connection. */
  initialSequence: 0.1,
  /** Random per pair of addresses, and running. */
  timestamp: 0.5,
  /** Requests of many clients begin alike; datagrams carry an identifier as often as not. */
  payload: 0.7,
  datagram: 0.3,
  ipId: 0.7,
  clientPort: 0.5,
  soon: 0.7,
} as const;

/** Nanoseconds: within the first a translation is done; beyond the second not even clocks that disagree explain it. */
const SOON = 10e6;
const TOO_FAR = 10e9;

const SIDES = ['client', 'server'] as const;

/** Compares two flows of which one has the sides of the other where `isReversed`; undefined where they can't be the same packets. */
export function likeness(evidence: NatEvidence, own: number, other: number, isReversed: boolean): Likeness | undefined {
  if (evidence.protocolOf(own) !== evidence.protocolOf(other)) return undefined;
  const sideOf = (side: number): number => (isReversed ? side ^ 1 : side);
  const isSame = (side: number): boolean =>
    evidence.address(own, side) === evidence.address(other, sideOf(side)) &&
    evidence.port(own, side) === evidence.port(other, sideOf(side));
  // The same conversation at another point.
  if (isSame(0) && isSame(1)) return undefined;
  const times = Math.abs(evidence.time(own) - evidence.time(other));
  if (times > TOO_FAR) return undefined;

  const isTcp = evidence.isTcp(own);
  const because: string[] = [];
  let doubt = 1;
  const speaks = (left: number, reason: string): void => {
    doubt *= left;
    because.push(reason);
  };
  const hasSameId = [false, false];
  const hasOtherId = [false, false];
  const isKnownSame = [false, false];
  for (const side of [0, 1]) {
    const end = SIDES[side];
    const there = sideOf(side);
    const initial = evidence.initial(own, side);
    const otherInitial = evidence.initial(other, there);
    if (initial !== undefined && otherInitial !== undefined) {
      if (initial !== otherInitial) return undefined;
      isKnownSame[side] = true;
      speaks(Doubt.initialSequence, `same initial sequence number of the ${end}`);
    }
    const ipId = evidence.ipId(own, side);
    const otherIpId = evidence.ipId(other, there);
    hasOtherId[side] = ipId !== 0 && otherIpId !== 0 && ipId !== otherIpId;
    if (ipId !== 0 && ipId === otherIpId) {
      hasSameId[side] = true;
      speaks(Doubt.ipId, `same IP identification from the ${end}`);
    }
    const timestamp = evidence.timestamp(own, side);
    if (timestamp !== 0 && timestamp === evidence.timestamp(other, there)) {
      // All connections of one pair of hosts share a clock: only with its identification is it the same packet.
      isKnownSame[side] ||= hasSameId[side] ?? false;
      speaks(Doubt.timestamp, `same TCP timestamp from the ${end}`);
    }
    const payload = evidence.payload(own, side);
    // Of datagrams the first payload is the first packet: with another identification it is another packet.
    if (payload !== 0 && payload === evidence.payload(other, there) && !hasOtherId[side]) {
      isKnownSame[side] ||= !isTcp;
      speaks(isTcp ? Doubt.payload : Doubt.datagram, `same payload from the ${end}`);
    }
  }
  if (!isKnownSame[0] && !isKnownSame[1]) return undefined;
  // A scanner sends one SYN to many: the packets differ all the same.
  if (hasOtherId[0] && !isKnownSame[1]) return undefined;
  // Two clients may send the same datagram from the same port; only the packet itself tells them apart.
  if (!isTcp && !isSame(0) && !hasSameId[0] && !hasSameId[1]) return undefined;
  const port = evidence.port(own, 0);
  if (port >= 0 && port === evidence.port(other, sideOf(0))) {
    speaks(Doubt.clientPort, evidence.protocolOf(own).startsWith('icmp') ? 'same identifier' : 'same client port');
  }
  if (times <= SOON) speaks(Doubt.soon, `first packets ${milliseconds(times)} ms apart`);
  return { score: 1 - doubt, because, isReversed, apart: Number.isNaN(times) ? 0 : times };
}

function milliseconds(nanos: number): string {
  return String(Math.round(nanos / 1e3) / 1e3);
}
