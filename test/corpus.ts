/** The captures tests run over: those of the lab, and others' beside the project where they are present. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Packet } from '../src/capture/packet.ts';
import { CaptureReader } from '../src/capture/reader.ts';

/** Captures of the lab, committed. */
export const FIXTURES = fileURLToPath(new URL('../fixtures/captures/', import.meta.url));
/** Captures made by others, beside the project; tests over them skip where the folder is missing. */
export const SHARED = fileURLToPath(new URL('../../shared/captures/', import.meta.url));
export const hasShared = existsSync(SHARED);

const CAPTURE = /\.(pcap|pcapng|cap)$/;

/** Paths of the captures below a folder, sorted. */
export function capturesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => CAPTURE.test(path))
    .sort();
}

/** One packet, owning its octets. */
export interface OwnedPacket {
  readonly octets: Uint8Array;
  readonly wireLength: number;
  readonly linkType: number;
  readonly fcsOctets: number;
}

/** The packets of an uncompressed capture, as many as can be read before damage. */
export function packetsOf(path: string): OwnedPacket[] {
  const reader = new CaptureReader();
  reader.append(readFileSync(path));
  const packets: OwnedPacket[] = [];
  const packet = new Packet();
  try {
    while (reader.next(packet)) {
      const described = reader.interfaces[packet.interfaceId];
      packets.push({
        octets: packet.bytes.slice(packet.start, packet.end),
        wireLength: packet.wireLength,
        linkType: described?.linkType ?? -1,
        fcsOctets: described?.fcsOctets ?? 0,
      });
    }
  } catch {
    // Captures that are damaged on purpose give what comes before the damage.
  }
  return packets;
}
