/** How a chain of layers ends where a header is not whole, or contradicts itself. */
import { type Layers, RowFlag, Status } from './layers.ts';
import type { CheckPlan, Plan, Plans } from './plan.ts';

/** Ends the chain at a header of which only a part is there. */
export function cutShort(plans: Plans, layers: Layers, row: number, needed: number): void {
  const at = layers.start[row]!;
  const available = layers.end[row]! - at;
  const onWire = layers.wireEnd[row]! - at;
  const isCut = needed <= onWire || available < onWire;
  layers.payload[row] = layers.end[row]!;
  layers.setStatus(row, isCut ? Status.truncated : Status.malformed);
  if ((layers.flags[row]! & RowFlag.quoted) !== 0) return;
  const outer = layers.parent[row]!;
  const frame = outer < 0 ? 'frame length' : limitName(plans[layers.protocol[outer]!]!);
  layers.issues.add(row, isCut ? 'truncated' : 'malformed', needed, available, isCut ? 'captured length' : frame);
}

/** Name of what bounds the layers inside of a protocol's. */
export function limitName(plan: Plan): string {
  return plan.protocol.extentField?.name ?? `end of ${plan.protocol.name}`;
}

/** Ends the chain at a header that a check refuses. */
export function failCheck(layers: Layers, row: number, check: CheckPlan, found: number, header: number): void {
  layers.setStatus(row, Status.malformed);
  layers.payload[row] = header;
  layers.issues.add(row, check.issue, check.equals >= 0 ? check.equals : check.atLeast, found, check.name);
}

/** Ends the chain at a length that is smaller than the header. */
export function failExtent(layers: Layers, row: number, plan: Plan, header: number, length: number, end: number): void {
  layers.setStatus(row, Status.malformed);
  layers.payload[row] = Math.min(end, layers.end[row]!);
  layers.issues.add(row, 'lengthBelowHeader', header, length, limitName(plan));
}
