/** A tracker that shows packets to others as soon as it knows their flows. */
import type { FlowQueue } from './queue.ts';
import { FlowTracker } from './tracker.ts';

/** Sees the packets of flows. */
export interface FlowObserver {
  /**
   * Entry `entry` of the queue is a packet of the flow `flow`. Its offsets are in `view`; both are borrowed until this returns.
   * A packet in fragments is seen once, by its first one; it then ends earlier than its lengths tell.
   */
  packet(flow: number, queue: FlowQueue, entry: number, view: DataView): void;
  /** A later fragment of a packet of the flow `flow`. */
  fragment?(flow: number): void;
}

/** One pass over captures with somebody looking on. */
export class ObservedTracker extends FlowTracker {
  /** Who looks on; may be set at any time. */
  observer: FlowObserver | undefined;

  protected override worked(count: number, view: DataView): void {
    const { queue, observer } = this;
    if (observer === undefined) return;
    for (let entry = 0; entry < count; entry++) {
      observer.packet(this.flowIn(queue.record[entry]!), queue, entry, view);
    }
  }

  override addFragment(...fragment: Parameters<FlowTracker['addFragment']>): void {
    super.addFragment(...fragment);
    this.observer?.fragment?.(this.flowIn(fragment[0]));
  }
}
