/**
 * Community ID version 1 (github.com/corelight/community-id-spec): the same short text for a conversation in every program that knows the
 * specification, whichever direction it was seen in.
 */
import { type Columns, SEPARATE } from '../capture/columns.ts';
import { base64Text } from '../protocols/base64.ts';
import { ADDRESS_WORDS } from './address-table.ts';
import { isIcmp } from './icmp-conversation.ts';
import { hasPorts } from './ip-protocol.ts';
import { Sha1, type Sha1Digest } from './sha1.ts';

const ICMP = 1;

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

/** The message begins with a seed of two octets, so that all behind it stands half a word off. */
const SEED = 0;

/** Makes identifiers of conversations. */
export class CommunityIds {
  /** Addresses of both ends, as big-endian words: the source's from the first on, the destination's from the fifth. */
  readonly ends: Int32Array;
  /** The 160 bits of the last identifier, which stand in it as base64. */
  readonly digest: Sha1Digest;
  private readonly sha1: Sha1;

  /** @param columns where all of it lies */
  constructor(columns: Columns = SEPARATE) {
    this.ends = columns.int32(2 * ADDRESS_WORDS);
    this.sha1 = new Sha1(columns);
    this.digest = this.sha1.result;
  }

  /**
   * Makes the digest of a conversation between the two `ends`.
   *
   * @param words of either address: 1 for IPv4, 4 for IPv6
   * @param sourcePort port of the source; the type of an ICMP message from it
   * @param destinationPort port of the destination; the code of that message
   */
  make(words: number, protocol: number, sourcePort: number, destinationPort: number): void {
    let second = destinationPort;
    let isOneWay = false;
    const isWithTypes = isIcmp(protocol);
    if (isWithTypes) {
      const answer = icmpAnswer(protocol, sourcePort);
      isOneWay = answer < 0;
      if (answer >= 0) second = answer;
    }
    const isWithPorts = isWithTypes || hasPorts(protocol);
    if (!isOneWay && this.isBehind(words, sourcePort, second)) {
      this.digestOf(ADDRESS_WORDS, 0, words, protocol, isWithPorts, second, sourcePort);
    } else this.digestOf(0, ADDRESS_WORDS, words, protocol, isWithPorts, sourcePort, second);
  }

  /** Whether the source comes behind the destination: its address is greater, or its port. */
  private isBehind(words: number, sourcePort: number, destinationPort: number): boolean {
    const { ends } = this;
    for (let i = 0; i < words; i++) {
      const own = ends[i]!;
      const other = ends[ADDRESS_WORDS + i]!;
      if (own !== other) return own >>> 0 > other >>> 0;
    }
    return sourcePort > destinationPort;
  }

  /** Digest of a message whose ends, that begin at these words, are in order. */
  private digestOf(
    first: number,
    second: number,
    words: number,
    protocol: number,
    isWithPorts: boolean,
    firstPort: number,
    secondPort: number,
  ): void {
    const { sha1 } = this;
    const { message } = sha1;
    const between = this.putAddress(first, 0, words, SEED);
    const before = this.putAddress(second, words, words, between);
    // The octet behind the protocol is padding.
    const at = 2 * words;
    message[at] = (before << 16) | (protocol << 8);
    if (isWithPorts) message[at + 1] = (firstPort << 16) | secondPort;
    sha1.digest(isWithPorts ? at + 2 : at + 1);
  }

  /**
   * Puts an address, from one of the words of `ends` on, into the message at `at`: half a word off, behind the lower half of the word `before`. Answers
   * its last word.
   */
  private putAddress(from: number, at: number, words: number, before: number): number {
    const { ends, sha1 } = this;
    const { message } = sha1;
    let last = before;
    for (let i = 0; i < words; i++) {
      const word = ends[from + i]!;
      message[at + i] = (last << 16) | (word >>> 16);
      last = word;
    }
    return last;
  }
}

/** An identifier's text. */
export function communityIdText(digest: Sha1Digest): string {
  const octets = new DataView(new ArrayBuffer(4 * digest.length));
  for (let i = 0; i < digest.length; i++) octets.setInt32(4 * i, digest[i]!);
  return `${COMMUNITY_ID_VERSION}${base64Text(octets, 0, octets.byteLength)}`;
}

/** Type of the message that answers one of this type of either ICMP; -1 where there is none. */
export function icmpAnswer(protocol: number, type: number): number {
  return (protocol === ICMP ? ICMP_ANSWERS : ICMPV6_ANSWERS)[type] ?? -1;
}
