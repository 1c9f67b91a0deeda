/** The protocol stack of a packet as one string. */
import type { Layers } from '../dissect/layers.ts';

/** Names of the layers joined by colons, outermost first: `eth:ip:udp:vxlan:eth:ip:tcp`. Messages of one protocol side by side count once. */
export function protocolsText(layers: Layers): string {
  let text = '';
  for (let row = 0; row < layers.count; row++) {
    const isRepeated =
      row > 0 && layers.protocol[row] === layers.protocol[row - 1] && layers.parent[row] === layers.parent[row - 1];
    if (!isRepeated) text += text === '' ? layers.protocolOf(row).name : `:${layers.protocolOf(row).name}`;
  }
  return text;
}
