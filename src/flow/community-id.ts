/**
 * Community ID version 1 (github.com/corelight/community-id-spec): the same short text for a conversation in every program that knows the
 * specification, whichever direction it was seen in.
 */
import { base64Text } from '../protocols/base64.ts';
import { hasPorts } from './ip-protocol.ts';
import { Sha1, type Sha1Digest } from './sha1.ts';

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

/** Makes identifiers of conversations. */
export class CommunityIds {
  private readonly sha1 = new Sha1();

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
    let second = destinationPort;
    let isOneWay = false;
    const isIcmp = protocol === ICMP || protocol === ICMPV6;
    if (isIcmp) {
      const answer = (protocol === ICMP ? ICMP_ANSWERS : ICMPV6_ANSWERS)[sourcePort];
      isOneWay = answer === undefined;
      second = answer ?? destinationPort;
    }
    const isWithPorts = isIcmp || hasPorts(protocol);
    return !isOneWay && isBehind(source, sourcePort, destination, second, words)
      ? this.digestOf(destination, source, words, protocol, isWithPorts, second, sourcePort)
      : this.digestOf(source, destination, words, protocol, isWithPorts, sourcePort, second);
  }

  /** Digest of a message whose ends are in order. */
  private digestOf(
    first: Int32Array,
    second: Int32Array,
    words: number,
    protocol: number,
    isWithPorts: boolean,
    firstPort: number,
    secondPort: number,
  ): Sha1Digest {
    const { message } = this.sha1;
    let at = 0;
    // The message begins with a seed of two octets, 0 by default, so that all behind it stands half a word off.
    let before = 0;
    for (const address of [first, second]) {
      for (let i = 0; i < words; i++) {
        const word = address[i]!;
        message[at++] = (before << 16) | (word >>> 16);
        before = word;
      }
    }
    // The octet behind the protocol is padding.
    message[at++] = (before << 16) | (protocol << 8);
    if (isWithPorts) message[at++] = (firstPort << 16) | secondPort;
    return this.sha1.digest(at);
  }
}

/** An identifier's text. */
export function communityIdText(digest: Sha1Digest): string {
  const octets = new DataView(new ArrayBuffer(4 * digest.length));
  for (let i = 0; i < digest.length; i++) octets.setInt32(4 * i, digest[i]!);
  return `${COMMUNITY_ID_VERSION}${base64Text(octets, 0, octets.byteLength)}`;
}

/** Whether the first end comes behind the second one: its address is greater, or its port. */
function isBehind(a: Int32Array, portOfA: number, b: Int32Array, portOfB: number, words: number): boolean {
  for (let i = 0; i < words; i++) {
    if (a[i] !== b[i]) return a[i]! >>> 0 > b[i]! >>> 0;
  }
  return portOfA > portOfB;
}
