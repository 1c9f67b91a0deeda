/**
 * Community ID version 1 (github.com/corelight/community-id-spec): the same short text for a conversation in every program that knows the
 * specification, whichever direction it was seen in.
 */
import { base64Text } from '../protocols/base64.ts';
import { sha1 } from './sha1.ts';

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SCTP = 132;

/** Answers to requests by type, in both directions; the pair takes the place of ports. */
const ICMP_ANSWERS: Readonly<Record<number, number>> = {
  0: 8,
  8: 0,
  9: 10,
  10: 9,
  13: 14,
  14: 13,
  15: 16,
  16: 15,
  17: 18,
  18: 17,
};
const ICMPV6_ANSWERS: Readonly<Record<number, number>> = {
  128: 129,
  129: 128,
  130: 131,
  131: 130,
  133: 134,
  134: 133,
  135: 136,
  136: 135,
  139: 140,
  140: 139,
  144: 145,
  145: 144,
};

/**
 * The identifier of a conversation.
 *
 * @param source address of either end, 4 or 16 octets, and `destination` of the other
 * @param sourcePort port of `source`; the type of an ICMP message from `source`
 * @param destinationPort port of `destination`; the code of that message
 */
export function communityId(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  sourcePort: number,
  destinationPort: number,
): string {
  let first = sourcePort;
  let second = destinationPort;
  let hasPorts = protocol === TCP || protocol === UDP || protocol === SCTP;
  let isOneWay = false;
  if (protocol === ICMP || protocol === ICMPV6) {
    hasPorts = true;
    const answer = (protocol === ICMP ? ICMP_ANSWERS : ICMPV6_ANSWERS)[sourcePort];
    isOneWay = answer === undefined;
    second = answer ?? destinationPort;
  }
  const order = compare(source, destination);
  const swap = !isOneWay && (order > 0 || (order === 0 && first > second));
  if (swap) [first, second] = [second, first];
  const ordered = swap ? [destination, source] : [source, destination];
  const width = source.length;
  const octets = new Uint8Array(2 + 2 * width + 2 + (hasPorts ? 4 : 0));
  // The first two octets are the seed, 0 by default; the octet behind the protocol is padding.
  octets.set(ordered[0]!, 2);
  octets.set(ordered[1]!, 2 + width);
  octets[2 + 2 * width] = protocol;
  if (hasPorts) octets.set([first >> 8, first & 0xff, second >> 8, second & 0xff], 4 + 2 * width);
  const digest = sha1(octets);
  return `1:${base64Text(new DataView(digest.buffer), 0, digest.length)}`;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}
