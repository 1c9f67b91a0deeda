/** With what the names of fields at run-time positions begin, told without laying these out. */
import type { Protocol } from '../dissect/protocol.ts';
import { standardProtocols } from './index.ts';
import { LOOSE_SEGMENTS } from './loose-segments.generated.ts';

let known: ReadonlyMap<Protocol, readonly string[]> | undefined;

/** First segments of the names of a standard protocol's fields at run-time positions; undefined for another protocol. */
export function looseSegments(protocol: Protocol): readonly string[] | undefined {
  known ??= new Map(standardProtocols.map((standard) => [standard, LOOSE_SEGMENTS[standard.name] ?? []]));
  return known.get(protocol);
}
