/** Selects packets of captures with filters, for tests. */
import { readFileSync } from 'node:fs';
import { Packet } from '../../src/capture/packet.ts';
import { CaptureReader } from '../../src/capture/reader.ts';
import { FilterContext } from '../../src/filter/context.ts';
import type { Filter } from '../../src/filter/filter.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';

export const dissector = createDissector(standardProtocols);

/** Numbers of the packets of a capture that each filter selects; what cannot be read of it is left out. */
export function selectPackets(path: string, filters: readonly Filter[]): number[][] {
  const selected = filters.map((): number[] => []);
  const reader = new CaptureReader();
  const layers = dissector.createLayers();
  const context = new FilterContext(layers);
  const packet = new Packet();
  reader.append(readFileSync(path));
  for (let number = 1; reader.next(packet); number++) {
    const { linkType = 0, fcsOctets = 0, name = '' } = reader.interfaces[packet.interfaceId] ?? {};
    dissector.dissect(layers, packet.view, packet.start, packet.end, packet.wireLength, linkType, fcsOctets);
    context.take(packet, number, reader.format === 'pcapng' ? packet.interfaceId : -1, name);
    filters.forEach((filter, index) => {
      if (filter.matches(context)) selected[index]!.push(number);
    });
  }
  return selected;
}
