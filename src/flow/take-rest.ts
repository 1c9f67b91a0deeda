/** The way of common packets from a reader's octets into flows. */
import type { PacketBatch, RowCutter } from '../capture/packet.ts';
import type { KeyBatch, KeyBatchContext } from './key-batch-context.ts';
import type { TakeQueue } from './packet-update.ts';
import { type FlowQueue, QUEUE_CAPACITY } from './queue.ts';

/** Takes packets from the octets in `view`, and answers how many; they are in flows or in the queue. */
export type TakeRest = (view: DataView) => number;

/**
 * Makes the function that cuts packets, sums them up and works on them, queue by queue, until there is none or one that needs rows of layers: that one
 * is then the last of `rows`, which has none otherwise. A closure for the reason that `packetUpdate` is one.
 *
 * @param context told of the first packet; `packetsBefore` goes on with each
 * @param cut cuts packets into `rows`; undefined where `sumUp` does that itself
 * @param makeRoom sees to it that `takeQueue` has room for as many new flows as there are entries
 * @param worked called when a full queue was worked on, whose columns are as they were
 */
export function restTaker(
  context: KeyBatchContext,
  queue: FlowQueue,
  rows: PacketBatch,
  cut: RowCutter | undefined,
  sumUp: KeyBatch,
  takeQueue: TakeQueue,
  makeRoom: () => void,
  worked: () => void,
): TakeRest {
  const { capacity } = rows;
  return (view) => {
    let taken = 0;
    for (;;) {
      rows.count = 0;
      const row = sumUp(view, rows, 0, capacity, cut);
      taken += row;
      context.packetsBefore += row;
      if (queue.count === QUEUE_CAPACITY) {
        makeRoom();
        takeQueue(view);
        worked();
      } else if (row < capacity) {
        if (rows.count === row) rows.count = 0;
        return taken;
      }
    }
  };
}
