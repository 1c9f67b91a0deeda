/** Where a fact comes from: a place in a file that was given, or packets that were seen. */

/** A place in a file of context. */
export interface FactSource {
  /** Path as it was given. */
  readonly file: string;
  /** `line 3`, or the object: `Pod default/web`; '' for the file as a whole. */
  readonly place: string;
}

/** Packets that show something. */
export interface PacketEvidence {
  readonly point: string;
  /** Their numbers, ascending; the first few only. */
  readonly packets: readonly number[];
}

/** Packets remembered of one sighting: the first ones say where to look. */
const MOST_PACKETS = 5;
/** Packets told of a fact that was put together from several sightings. */
const MOST_TOLD = 8;

/** How often something was seen, and in which packets first. The numbers run through all captures, so that one list serves all points. */
export class Sighting {
  count = 0;
  readonly packets: number[] = [];
  readonly points: string[] = [];

  /** Counts a packet. */
  add(number: number, point: string): void {
    this.count++;
    if (this.packets.length === MOST_PACKETS || this.packets[this.packets.length - 1] === number) return;
    this.packets.push(number);
    this.points.push(point);
  }
}

/** The first packets of several sightings, by point. */
export function evidenceOf(sightings: Iterable<Sighting>): PacketEvidence[] {
  const seen = new Map<number, string>();
  for (const { packets, points } of sightings) {
    for (const [i, number] of packets.entries()) seen.set(number, points[i] ?? '');
  }
  const byPoint = new Map<string, number[]>();
  for (const number of [...seen.keys()].sort((a, b) => a - b).slice(0, MOST_TOLD)) {
    const point = seen.get(number) ?? '';
    byPoint.set(point, [...(byPoint.get(point) ?? []), number]);
  }
  return [...byPoint].map(([point, packets]) => ({ point, packets }));
}
