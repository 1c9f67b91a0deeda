/** What the chain of layers asks of those who remember earlier packets. */
import type { Layers } from './layers.ts';

/** Gives the chain the octets of packets and messages that came in several pieces. */
export interface Reassembly {
  /**
   * Takes the fragment whose header is `row`. Answers the number of the source (in `layers.sources`) that now holds the whole payload,
   * or 0 while pieces are missing.
   */
  fragment(layers: Layers, row: number): number;
  /**
   * Takes the segment whose header is `row`. Answers the number of the source that holds an unfinished message with this segment behind it (its
   * protocol is `protocol`), 0 where the segment stands for itself, or -1 where there is nothing to be looked at yet.
   */
  segment(layers: Layers, row: number): number;
  readonly protocol: number;
  readonly guessed: boolean;
  /**
   * Ends the look at the segment taken last: [start, end) of `view` begin a message of `protocol` that needs `needed` octets; all messages were
   * whole where start is end. False where the message is too long to be kept.
   */
  finish(protocol: number, guessed: boolean, view: DataView, start: number, end: number, needed: number): boolean;
}
