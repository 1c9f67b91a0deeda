/** What captures to measure with are made of. */
import { Carriage } from './frames.ts';
import type { Random } from './random.ts';

/** What a capture is made of. */
export interface WorkloadKind {
  readonly name: string;
  /** Octets of the file per conversation. */
  readonly octetsPerFlow: number;
  /** Percent of conversations by carriage; they add up to 100. */
  readonly carriages: readonly (readonly [carriage: Carriage, percent: number])[];
  /** Octets of payload of a data segment. */
  readonly payload: (random: Random) => number;
  /** How unequal conversations are: exponent of their rank (Zipf). */
  readonly inequality: number;
}

/** A node's usual traffic: mostly VXLAN, packets of 577 octets on average, 100 k conversations in 1 GB. */
const MIX: WorkloadKind = {
  name: 'mix',
  octetsPerFlow: 10_000,
  carriages: [
    [Carriage.vxlan, 71],
    [Carriage.ipip, 8],
    [Carriage.flannelUdp, 5],
    [Carriage.plain, 14],
    [Carriage.plainIpv6, 2],
  ],
  payload: (random) => (random.below(100) < 70 ? 1380 : 40 + random.below(400)),
  inequality: 0.9,
};

/** The worst a tracker meets: packets of at most 130 octets, 1 M short conversations in 1 GB. */
const SMALL: WorkloadKind = {
  name: 'small',
  octetsPerFlow: 1_000,
  carriages: MIX.carriages,
  payload: (random) => 2 + random.below(13),
  inequality: 0.1,
};

export const WORKLOADS = { mix: MIX, small: SMALL } as const;
export type WorkloadName = keyof typeof WORKLOADS;

/** What is in a capture. */
export interface WorkloadFacts {
  readonly packets: number;
  readonly flows: number;
  readonly octets: number;
  readonly retransmissions: number;
  readonly ipBytes: number;
  readonly payloadBytes: number;
}

/** What may differ between captures of one kind. */
export interface WorkloadVariation {
  /** Conversations; by the octets where it is not given. */
  readonly flows?: number;
  /** Another seed is another capture. */
  readonly seed?: number;
}
