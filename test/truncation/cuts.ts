/** Packets cut at every octet, and one packet for each shape of its headers. */
import type { Dissector } from '../../src/dissect/dissector.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';
import type { OwnedPacket } from '../corpus.ts';
import { bareJson, cutFault, dissectOwned, keyFault, layerEnds, partitionFault } from '../packet-invariants.ts';

/** Octets of a packet up to which every cut is tried; behind them is payload that few dissectors look into, cut at every `STEP`th. */
const CLOSELY = 4096;
/** A prime, so that cuts fall on every place of whatever repeats. */
const STEP = 61;

/** The protocol stack with the length of each header: packets that share it take the same way through the dissector. */
function shapeOf(of: Layers): string {
  let shape = protocolsText(of);
  for (let row = 0; row < of.count; row++) shape += `,${of.payload[row]! - of.start[row]!}`;
  return shape;
}

/** The packets whose shape was not seen before; `seen` keeps the shapes. */
export function distinct(
  dissector: Dissector,
  layers: Layers,
  packets: readonly OwnedPacket[],
  seen: Set<string>,
): OwnedPacket[] {
  return packets.filter((packet) => {
    const shape = shapeOf(dissectOwned(dissector, layers, packet));
    if (seen.has(shape)) return false;
    seen.add(shape);
    return true;
  });
}

/**
 * Cuts the packet at every octet from none to all (of long ones at fewer): nothing throws, the layers before the cut stay, the bits are shared out, no key is there twice,
 * and the octets behind the cut change nothing. Answers the first fault, '' where there is none. Messages of a `hostile` packet may depend on what
 * was cut off.
 */
export function faultOfCuts(dissector: Dissector, layers: Layers, packet: OwnedPacket, hostile = false): string {
  const whole = layerEnds(dissectOwned(dissector, layers, packet), hostile);
  for (let captured = 0; captured <= packet.octets.length; captured += captured < CLOSELY ? 1 : STEP) {
    const cut = dissectOwned(dissector, layers, packet, captured, 0x00);
    const json = bareJson(cut);
    const fault = partitionFault(cut) || keyFault(cut) || cutFault(whole, cut, captured);
    if (fault !== '') return `${captured} octets of ${whole.names.join(':')}: ${fault}`;
    if (bareJson(dissectOwned(dissector, layers, packet, captured, 0xff)) !== json)
      return `${captured} octets of ${whole.names.join(':')}: the octets behind them change the record`;
  }
  return '';
}
