/** What of a pass can lie in one reserve of memory, and how much of it that takes. */
import { type Columns, CountedColumns } from '../capture/columns.ts';
import { PacketBatch } from '../capture/packet.ts';
import { CommunityIds } from './community-id.ts';
import { DEFAULT_MAX_FLOWS } from './flow-defaults.ts';
import { FlowTable } from './flow-table.ts';
import { type LookupTables, lookupTables } from './key-batch-context.ts';
import { type SieveBits, sieveBits, sieveSize } from './mark-sieve.ts';
import { MOST_LINKED } from './nat-candidates.ts';
import { FlowQueue, QUEUE_CAPACITY } from './queue.ts';

/** Columns of a pass that are as long with any number of flows. */
export interface HotColumns {
  readonly queue: FlowQueue;
  /** Packets on their way into the queue, where the kernel cuts them. */
  readonly rows: PacketBatch;
  readonly tables: LookupTables;
  /** Of the sieve that finds marks which flows share. */
  readonly bits: SieveBits;
}

/** Takes them out of a reserve, always in the same order: compiled code has their addresses in it. */
export function hotColumns(columns: Columns): HotColumns {
  return {
    queue: new FlowQueue(columns),
    rows: new PacketBatch(QUEUE_CAPACITY, columns),
    tables: lookupTables(columns),
    bits: sieveBits(sieveSize(2 * MOST_LINKED), columns),
  };
}

/** Octets of `ReservedColumns` that a tracker of at most so many flows takes: its queue, its tables, its records, their index and what makes Community IDs. */
export function flowColumnOctets(maxFlows = DEFAULT_MAX_FLOWS): number {
  const columns = new CountedColumns();
  hotColumns(columns);
  new FlowTable(maxFlows, 0, () => undefined, { columns });
  new CommunityIds(columns);
  return columns.total;
}
