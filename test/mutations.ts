/** Packets with other octets in their first ones, cut or whole: for tests only. */
import fc from 'fast-check';
import type { OwnedPacket } from './corpus.ts';

/** Octets in which the headers are. */
const FIRST = 120;
/** Places that are told apart, from 0 to below 1. */
const PLACES = 2 ** 20;

/** One of the packets, changed. */
export function mutated(packets: readonly OwnedPacket[]): fc.Arbitrary<OwnedPacket> {
  const octet = fc.integer({ min: 0, max: 255 });
  // Doubles of fast-check are near 0 as often as not, where no packet would be left.
  const place = fc.nat(PLACES - 1).map((number) => number / PLACES);
  const mutations = fc.array(fc.tuple(place, octet), { maxLength: 6 });
  return fc.tuple(fc.constantFrom(...packets), mutations, place).map(([packet, changes, part]) => {
    const octets = packet.octets.slice(0, Math.ceil(packet.octets.length * Math.min(1, 1.2 * part)));
    for (const [at, value] of changes) octets[Math.floor(at * Math.min(octets.length, FIRST))] = value;
    return { ...packet, octets };
  });
}
