/** What an input and its packets need of the pass they belong to. */
import type { PacketBatch } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { AddressTable } from './address-table.ts';
import type { CapturePoint } from './capture-point.ts';
import type { FlowKernel } from './flow-kernel.ts';
import type { FragmentFlows } from './fragment-flows.ts';
import type { KeyBatch, KeyBatchContext } from './key-batch-context.ts';
import type { PathTable } from './path-table.ts';
import type { FlowQueue } from './queue.ts';

/** What sums up packets of common protocols, and what it is told of them. */
export interface CommonPackets {
  readonly sumUp: KeyBatch;
  readonly context: KeyBatchContext;
}

/** One pass over captures, as its inputs see it. */
export interface FlowPass {
  readonly dissector: Dissector;
  readonly queue: FlowQueue;
  /** Seed of the hashes. */
  readonly seed: number;
  readonly addresses: AddressTable;
  readonly paths: PathTable;
  readonly fragments: FragmentFlows;
  /** The generated batch function, and what it is told of the packets in hand; undefined where it doesn't fit. */
  readonly keyBatch: CommonPackets | undefined;
  /** The same as WebAssembly, for packets that it can reach. */
  readonly kernel: FlowKernel | undefined;
  /** Packets that belong to no flow. */
  unattributed: number;
  /** Second that times count from: that of the first packet with a time. */
  readonly base: number;
  /** A time as nanoseconds since `base`. */
  timeOf(batch: PacketBatch, row: number): number;
  /** Number of a new point. */
  addPoint(point: CapturePoint): number;
  /** Works on the entries of the queue, whose offsets are in `view`. */
  flush(view: DataView): void;
  /** Adds a later fragment of a packet to the flow that its first fragment belongs to. */
  addFragment(
    record: number,
    direction: number,
    isOwnPacket: boolean,
    isTcp: boolean,
    ipLength: number,
    payloadLength: number,
    wireLength: number,
    time: number,
  ): void;
  /** Whether a record still holds the flow of this id. */
  holds(record: number, flow: number): boolean;
  /** Id of the flow in a record. */
  flowIn(record: number): number;
}
