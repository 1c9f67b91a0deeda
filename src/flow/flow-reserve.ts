/** How much memory the hot path of flows takes where all of it comes out of one reserve. */
import { CountedColumns } from '../capture/columns.ts';
import { FlowTable } from './flow-table.ts';
import { FlowQueue } from './queue.ts';

/** Octets of `ReservedColumns` that a tracker of at most so many flows takes: its queue, its records and their index. */
export function flowColumnOctets(maxFlows: number): number {
  const columns = new CountedColumns();
  new FlowQueue(columns);
  new FlowTable(maxFlows, 0, () => undefined, { columns });
  return columns.total;
}
