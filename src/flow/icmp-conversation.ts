/** What stands in the place of ports for ICMP: the identifier that requests and answers share, else type and code. */
import { IcmpType } from '../protocols/icmp-words.ts';
import { Icmpv6Type } from '../protocols/icmpv6-words.ts';

const ICMP = 1;
const ICMPV6 = 58;
/** Octet of type, code and identifier (RFC 792, RFC 4443 §4.1). */
const CODE = 1;
const IDENTIFIER = 4;

/** Requests by type of either message, with an identifier in both. */
const REQUESTS: Readonly<Record<number, number>> = {
  [IcmpType.echo]: IcmpType.echo,
  [IcmpType.echoReply]: IcmpType.echo,
  [IcmpType.timestamp]: IcmpType.timestamp,
  [IcmpType.timestampReply]: IcmpType.timestamp,
  [IcmpType.informationRequest]: IcmpType.informationRequest,
  [IcmpType.informationReply]: IcmpType.informationRequest,
  [IcmpType.addressMaskRequest]: IcmpType.addressMaskRequest,
  [IcmpType.addressMaskReply]: IcmpType.addressMaskRequest,
  [IcmpType.extendedEcho]: IcmpType.extendedEcho,
  [IcmpType.extendedEchoReply]: IcmpType.extendedEcho,
};
const REQUESTS_V6: Readonly<Record<number, number>> = {
  [Icmpv6Type.echo]: Icmpv6Type.echo,
  [Icmpv6Type.echoReply]: Icmpv6Type.echo,
  [Icmpv6Type.extendedEcho]: Icmpv6Type.extendedEcho,
  [Icmpv6Type.extendedEchoReply]: Icmpv6Type.extendedEcho,
};

/** Whether a protocol is ICMP of either version. */
export function isIcmp(protocol: number): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

/** Type of the request that a message of this type is or answers; -1 where messages of the type have no identifier. */
export function icmpRequest(protocol: number, type: number): number {
  return (protocol === ICMP ? REQUESTS : REQUESTS_V6)[type] ?? -1;
}

/**
 * Port word of the message that begins at `at` and is whole up to `end`: the identifier (upper 16 bits) and its request's type where it has
 * one, else code and type. `hasIdentifier` says which.
 */
export function icmpWord(protocol: number, view: DataView, at: number, end: number): number {
  if (at + CODE >= end) return 0;
  const type = view.getUint8(at);
  const request = icmpRequest(protocol, type);
  if (request < 0) return (view.getUint8(at + CODE) << 8) | type;
  return at + IDENTIFIER + 2 > end ? request : (view.getUint16(at + IDENTIFIER) << 16) | request;
}

/** Whether the message at `at` carries an identifier that was captured. */
export function hasIcmpIdentifier(protocol: number, view: DataView, at: number, end: number): boolean {
  return at + IDENTIFIER + 2 <= end && icmpRequest(protocol, view.getUint8(at)) >= 0;
}
