/** What the commands share of dissecting: the protocols a call asks for, and one packet after the other made into layers. */
import type { CaptureInput } from '../capture/input.ts';
import type { Packet } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Layers } from '../dissect/layers.ts';
import type { Reassembly } from '../dissect/reassembly.ts';
import { standardProtocols } from '../protocols/index.ts';
import { createDissector } from '../protocols/standard-dissector.ts';
import { parseDecodeAs } from './decode-as.ts';
import { UsageError } from './exit-codes.ts';
import type { CaptureOptions } from './packet-options.ts';

/** Makes the dissector a call asks for. Throws UsageError when `-d` names an unknown protocol. */
export function dissectorFor({ decodeAs = [] }: Pick<CaptureOptions, 'decodeAs'>): Dissector {
  const overrides = decodeAs.flatMap((rule) => parseDecodeAs(rule));
  try {
    return createDissector(standardProtocols, overrides);
  } catch (error) {
    throw new UsageError(`-d: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Dissects a packet by what its capture says of the interface. */
export function dissectPacket(
  dissector: Dissector,
  layers: Layers,
  packet: Packet,
  { reader }: CaptureInput,
  reassembly?: Reassembly,
): void {
  const described = reader.interfaces[packet.interfaceId];
  const { view, start, end, wireLength } = packet;
  const linkType = described?.linkType ?? -1;
  dissector.dissect(layers, view, start, end, wireLength, linkType, described?.fcsOctets ?? 0, reassembly);
}
