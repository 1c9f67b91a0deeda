/** Messages of a stream protocol, as layers side by side. */
import { type Layers, MAX_LAYERS, RowFlag, Status } from './layers.ts';
import type { Plan } from './plan.ts';
import type { Reassembly } from './reassembly.ts';

/** Lays the messages of a stream protocol side by side, each a row of its own. An unfinished one waits where there is a reassembly. */
export function layMessages(
  plan: Plan,
  layers: Layers,
  id: number,
  parent: number,
  view: DataView,
  from: number,
  limit: number,
  wireLimit: number,
  flags: number,
  source: number,
  reassembly: Reassembly | undefined,
): void {
  const stream = plan.protocol.messages!;
  const guessed = (flags & RowFlag.guessed) !== 0;
  let at = from;
  while (at < limit) {
    const available = limit - at;
    const length = available < stream.prefix ? -1 : stream.length(view, at, limit);
    if (length === 0) break;
    const isWhole = length > 0 && (length <= available || length === Number.POSITIVE_INFINITY);
    const needed = length > 0 ? length : Math.max(stream.prefix, available + 1);
    if (!isWhole && reassembly?.finish(id, guessed, view, at, limit, needed)) return;
    const row = layers.count;
    if (row === MAX_LAYERS) {
      layers.issues.add(row - 1, 'tooManyLayers', row + 1, MAX_LAYERS, 'layers per packet');
      break;
    }
    const end = Math.min(at + (length > 0 ? length : available), limit);
    layers.count = row + 1;
    layers.protocol[row] = id;
    layers.start[row] = at;
    layers.end[row] = end;
    layers.wireEnd[row] = isWhole ? Math.min(at + length, wireLimit) : wireLimit;
    layers.payload[row] = end;
    layers.tunnel[row] = 0;
    layers.markUnusual(row, flags, source, parent);
    if (available < plan.minimum) layers.setStatus(row, Status.truncated);
    if (plan.protocol.headerLength !== undefined && available >= plan.minimum) {
      const header = plan.protocol.headerLength(view, at, end);
      if (header > 0 && at + header <= end) layers.payload[row] = at + header;
    }
    if (!isWhole) layers.issues.add(row, 'continues', needed, available, 'segment');
    at = end;
  }
  reassembly?.finish(id, guessed, view, limit, limit, 0);
}
