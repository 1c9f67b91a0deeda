/** What trackers are made of, as the compiler knows it. */
import { join } from 'node:path';
import { ReservedColumns } from '../src/capture/columns.ts';
import { DEFAULT_MAX_FLOWS } from '../src/flow/flow-defaults.ts';
import { flowColumnOctets } from '../src/flow/flow-reserve.ts';
import { FlowTracker } from '../src/flow/tracker.ts';
import { standardProtocols } from '../src/protocols/index.ts';
import { createDissector } from '../src/protocols/standard-dissector.ts';
import { moduleAt, type SourceModule } from './source.ts';
import type { Closure } from './values.ts';

const SOURCE = join(import.meta.dirname, '../src');

/** A module of the project by its path below `src`. */
export function source(path: string): SourceModule {
  return moduleAt(join(SOURCE, path));
}

/** A function that a module declares. */
export function closureIn(path: string, name: string): Closure {
  const found = source(path).find(name);
  if (found?.kind !== 'function') throw new Error(`${path} has no function ${name}`);
  return found;
}

/** A tracker of so many flows, as the command makes it, and its columns, of which there are more than it takes. */
export function trackerOf(
  maxFlows = DEFAULT_MAX_FLOWS,
  more = 0,
): { readonly tracker: FlowTracker; readonly columns: ReservedColumns } {
  const columns = new ReservedColumns(flowColumnOctets(maxFlows) + more);
  return { tracker: new FlowTracker(createDissector(standardProtocols), { maxFlows, columns }), columns };
}
