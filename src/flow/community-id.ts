/**
 * Community ID version 1 (github.com/corelight/community-id-spec): the same short text for a conversation in every program that knows the
 * specification, whichever direction it was seen in.
 */
import { base64Text } from '../protocols/base64.ts';
import { WITH_PORTS } from './ip-protocol.ts';
import { createSha1, type Sha1Digest } from './sha1.ts';

const ICMP = 1;
const ICMPV6 = 58;

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

/** Characters before the base64 of every identifier: the version. */
export const COMMUNITY_ID_VERSION = '1:';
const SEED_OCTETS = 2;

/** Makes identifiers of conversations. */
export class CommunityIds {
  private readonly message = new DataView(new ArrayBuffer(64));
  private readonly sha1 = createSha1();

  /**
   * The 160 bits of an identifier, which stand in it as base64. What is answered is overwritten by the next.
   *
   * @param source address of either end, as big-endian words: 1 for IPv4, 4 for IPv6; and `destination` of the other
   * @param sourcePort port of `source`; the type of an ICMP message from `source`
   * @param destinationPort port of `destination`; the code of that message
   */
  digest(
    source: Int32Array,
    destination: Int32Array,
    words: number,
    protocol: number,
    sourcePort: number,
    destinationPort: number,
  ): Sha1Digest {
    const { message } = this;
    let first = sourcePort;
    let second = destinationPort;
    let hasPorts = WITH_PORTS.includes(protocol);
    let isOneWay = false;
    if (protocol === ICMP || protocol === ICMPV6) {
      hasPorts = true;
      const answer = (protocol === ICMP ? ICMP_ANSWERS : ICMPV6_ANSWERS)[sourcePort];
      isOneWay = answer === undefined;
      second = answer ?? destinationPort;
    }
    const order = compare(source, destination, words);
    const isSwapped = !isOneWay && (order > 0 || (order === 0 && first > second));
    if (isSwapped) [first, second] = [second, first];
    const ends = isSwapped ? destination : source;
    const others = isSwapped ? source : destination;
    // The first two octets are the seed, 0 by default; the octet behind the protocol is padding.
    let at = SEED_OCTETS;
    for (let i = 0; i < words; i++, at += 4) message.setInt32(at, ends[i]!);
    for (let i = 0; i < words; i++, at += 4) message.setInt32(at, others[i]!);
    message.setUint16(at, protocol << 8);
    at += 2;
    if (hasPorts) {
      message.setUint16(at, first);
      message.setUint16(at + 2, second);
      at += 4;
    }
    return this.sha1(message, at);
  }
}

/** An identifier's text. */
export function communityIdText(digest: Sha1Digest): string {
  const octets = new DataView(new ArrayBuffer(4 * digest.length));
  for (let i = 0; i < digest.length; i++) octets.setInt32(4 * i, digest[i]!);
  return `${COMMUNITY_ID_VERSION}${base64Text(octets, 0, octets.byteLength)}`;
}

function compare(a: Int32Array, b: Int32Array, words: number): number {
  for (let i = 0; i < words; i++) {
    if (a[i] !== b[i]) return a[i]! >>> 0 < b[i]! >>> 0 ? -1 : 1;
  }
  return 0;
}
