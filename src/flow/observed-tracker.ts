/** A tracker that shows packets to others as soon as it knows their flows. */
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import { type FlowQueue, QUEUE_CAPACITY } from './queue.ts';
import { FlowTracker } from './tracker.ts';

/** Sees the packets of flows. */
export interface FlowObserver {
  /**
   * Entry `entry` of the queue is a packet of the flow `flow`. Its offsets are in `view`; both are borrowed until this returns.
   * A packet in fragments is seen once, by its first one; it then ends earlier than its lengths tell.
   */
  packet(flow: number, queue: FlowQueue, entry: number, view: DataView): void;
  /**
   * Sees the first `count` entries of the queue, in the place of `packet`: to pass over most of them in a loop without calls and branches takes two
   * thirds of the time.
   *
   * @param flows of each entry
   */
  worked?(flows: Int32Array, queue: FlowQueue, count: number, view: DataView): void;
  /** A later fragment of a packet of the flow `flow`. */
  fragment?(flow: number): void;
}

/** One pass over captures with somebody looking on. */
export class ObservedTracker extends FlowTracker {
  /** Who looks on; may be set at any time. */
  observer: FlowObserver | undefined;

  private readonly flowsOf = new Int32Array(QUEUE_CAPACITY);

  protected override worked(count: number, view: DataView): void {
    const { queue, observer, flowsOf } = this;
    if (observer === undefined) return;
    const { record } = queue;
    const { words } = this.table;
    for (let entry = 0; entry < count; entry++) flowsOf[entry] = words[record[entry]! * RECORD_WORDS + Cold.id]!;
    if (observer.worked !== undefined) observer.worked(flowsOf, queue, count, view);
    else for (let entry = 0; entry < count; entry++) observer.packet(flowsOf[entry]!, queue, entry, view);
  }

  override addFragment(...fragment: Parameters<FlowTracker['addFragment']>): void {
    super.addFragment(...fragment);
    this.observer?.fragment?.(this.flowIn(fragment[0]));
  }
}
