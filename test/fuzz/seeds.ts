/** Inputs to begin with: packets and captures of the fixtures, and of others where they are present. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FCS_PRESENT, FCS_WORDS_SHIFT } from '../../src/capture/pcap-header.ts';
import type { Dissector } from '../../src/dissect/dissector.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { protocolsText } from '../../src/render/protocols-text.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf, SHARED } from '../corpus.ts';
import { dissectOwned } from '../packet-invariants.ts';

/** Packets of one protocol stack that are taken. */
const MOST_OF_A_STACK = 4;
/** Files above this are left out: a mutation of a long one mostly changes what was never looked at. */
const LONGEST_CAPTURE = 24 * 1024;
const LONGEST_PACKET = 2000;

const folders = [FIXTURES, SHARED];

/** A few packets of every protocol stack, in the order of the files' names. */
export function seedPackets(dissector: Dissector, layers: Layers): OwnedPacket[] {
  const counts = new Map<string, number>();
  const chosen: OwnedPacket[] = [];
  for (const folder of folders) {
    for (const path of capturesBelow(folder)) {
      for (const packet of packetsOf(join(folder, path))) {
        if (packet.octets.length > LONGEST_PACKET || packet.linkType < 0) continue;
        const stack = `${packet.linkType} ${protocolsText(dissectOwned(dissector, layers, packet))}`;
        const count = counts.get(stack) ?? 0;
        if (count >= MOST_OF_A_STACK) continue;
        counts.set(stack, count + 1);
        chosen.push(packet);
      }
    }
  }
  return chosen;
}

/** The short captures, whole, and the beginnings of the others. */
export function seedCaptures(): Uint8Array[] {
  return folders.flatMap((folder) =>
    capturesBelow(folder)
      .filter((path) => statSync(join(folder, path)).size > 0)
      .map((path) => new Uint8Array(readFileSync(join(folder, path)).subarray(0, LONGEST_CAPTURE))),
  );
}

/** A capture file of one packet (draft-ietf-opsawg-pcap). */
export function pcapOf({ octets, wireLength, linkType, fcsOctets }: OwnedPacket): Uint8Array {
  const file = new Uint8Array(24 + 16 + octets.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, 262_144);
  const fcs = fcsOctets === 0 ? 0 : FCS_PRESENT | ((fcsOctets >> 1) << FCS_WORDS_SHIFT);
  view.setUint32(20, linkType | fcs);
  view.setUint32(32, octets.length);
  view.setUint32(36, wireLength);
  file.set(octets, 40);
  return file;
}
