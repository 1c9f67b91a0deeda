/**
 * Copies of packets: a cooked capture of all interfaces (LINUX_SLL) shows a packet once for each interface it passes, and does not say which.
 * A packet of the same flow and direction with the same IP identification, transport header and length within a millisecond is a copy, whatever
 * its TTL says.
 */
import type { FlowQueue } from './queue.ts';

/** Packets looked back at; those within a millisecond at one point are fewer. */
const REMEMBERED = 512;
/** In nanoseconds. */
const SOON = 1_000_000;
const IDENTIFICATION = 4;
/** Octets of the transport header that are compared: of TCP up to window and checksum. */
const COMPARED = 20;

/** The packets seen last, by what copies share. */
export class PacketCopies {
  private readonly hashes = new Int32Array(REMEMBERED);
  private readonly times = new Float64Array(REMEMBERED).fill(Number.NEGATIVE_INFINITY);

  /** Whether the entry repeats a packet seen a moment before. */
  isCopy(queue: FlowQueue, entry: number, view: DataView): boolean {
    const time = queue.time[entry]!;
    const hash = this.hash(queue, entry, view);
    const place = hash & (REMEMBERED - 1);
    const since = time - this.times[place]!;
    const isCopy = this.hashes[place] === hash && since >= 0 && since < SOON;
    if (!isCopy) {
      this.hashes[place] = hash;
      this.times[place] = time;
    }
    return isCopy;
  }

  private hash(queue: FlowQueue, entry: number, view: DataView): number {
    const network = queue.networkAt[entry]!;
    let hash = queue.hash[entry]! ^ queue.direction[entry]!;
    const mix = (word: number): void => {
      hash = Math.imul((hash ^ (hash >>> 15)) + word, 0x85ebca77);
    };
    mix(queue.ipLength[entry]!);
    if (view.getUint8(network) >> 4 === 4) mix(view.getUint16(network + IDENTIFICATION));
    const payload = queue.payloadAt[entry]!;
    const transport = queue.transportAt[entry]! >= 0 ? queue.transportAt[entry]! : payload - 8;
    const end = Math.min(queue.end[entry]!, transport + COMPARED);
    for (let at = Math.max(transport, network); at + 4 <= end; at += 4) mix(view.getInt32(at));
    return hash ^ (hash >>> 13);
  }
}
