/** Dissectors, with the rows of common headers written by generated code where they know the standard protocols. */
import type { DecodeAs } from '../dissect/code-tables.ts';
import { Dissector } from '../dissect/dissector.ts';
import type { Protocol } from '../dissect/protocol.ts';
import { standardProtocols } from './index.ts';
import { createSoundLayers } from './sound-layers.generated.ts';

/** Whether protocols are the standard ones, whose ids generated code knows. Overrides of code points do no harm. */
export function isStandard(protocols: readonly Protocol[]): boolean {
  return (
    protocols.length === standardProtocols.length &&
    standardProtocols.every((protocol, index) => protocols[index] === protocol)
  );
}

/**
 * Makes a dissector from protocols, in the order of their ids; `decodeAs` overrides table entries.
 * Throws when two protocols clash.
 */
export function createDissector<P extends Protocol>(
  protocols: readonly P[],
  decodeAs: readonly DecodeAs[] = [],
): Dissector<P> {
  return new Dissector(protocols, decodeAs, isStandard(protocols) ? createSoundLayers : undefined);
}
