/** Filters as predicates over the library's packets. */
import type { Dissector } from '../dissect/dissector.ts';
import { loadFilter } from '../filter/filter.ts';
import type { FilterablePacket } from './packet.ts';
import { standardDissector } from './session.ts';

/** Whether a packet is selected. */
export type PacketFilter = (packet: FilterablePacket) => boolean;

/**
 * Compiles a filter: Wireshark's display filter language, and tcpdump's words. `dissector` is the one the packets were, or will be,
 * dissected with; only its fields are known.
 *
 * @throws FilterError (rejects) where the filter is wrong, with the place in its text
 */
export async function compileFilter(text: string, dissector: Dissector = standardDissector()): Promise<PacketFilter> {
  const { matches } = await loadFilter(text, dissector);
  return ({ context }) => matches(context);
}
