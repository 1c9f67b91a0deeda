/** Where the datagram that an ICMP error quotes ends and an extension begins, RFC 4884 §3 to §5. */
import { onesComplementSum } from './checksum.ts';

/** Octets of the quoted datagram where a sender from before RFC 4884 tells no length (§5.5). */
const UNTOLD_LENGTH = 128;
/** Version of an extension (RFC 4884 §7). */
export const EXTENSION_VERSION = 2;
/** Octets of its header. */
const EXTENSION_HEADER = 4;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

/** Octets that an error says it quotes, padding included: RFC 4884 §4. */
export function toldLength(protocol: string, view: DataView, start: number): number {
  return protocol === 'icmpv6' ? 8 * view.getUint8(start + 4) : 4 * view.getUint8(start + 5);
}

/**
 * Where the extension of an ICMP error begins; `end` where there is none. `length` are the octets the message says it quotes, 0 where it
 * says nothing; `payload` is the first of them.
 */
export function extensionAfterQuote(view: DataView, payload: number, length: number, end: number): number {
  if (length > 0) return Math.min(payload + length, end);
  const place = payload + UNTOLD_LENGTH;
  if (place + EXTENSION_HEADER > end || view.getUint8(place) >> 4 !== EXTENSION_VERSION) return end;
  // A short datagram can't have filled the octets before; after a longer one only the checksum tells an extension from more of it.
  const isShort = view.getUint16(payload + 2) <= UNTOLD_LENGTH;
  return isShort || onesComplementSum(view, place, end, 0) === 0xffff ? place : end;
}

/** First octet behind the IPv4 datagram that is quoted from `payload` on, not behind `limit`: what follows up to there is padding. */
export function endOfQuotedIpv4(view: DataView, payload: number, limit: number): number {
  if (limit - payload < IPV4_HEADER || view.getUint8(payload) >> 4 !== 4) return limit;
  const total = view.getUint16(payload + 2);
  return total < 4 * (view.getUint8(payload) & 0x0f) ? limit : Math.min(payload + total, limit);
}

/** As `endOfQuotedIpv4`, of a quoted IPv6 packet. */
export function endOfQuotedIpv6(view: DataView, payload: number, limit: number): number {
  if (limit - payload < IPV6_HEADER || view.getUint8(payload) >> 4 !== 6) return limit;
  const length = view.getUint16(payload + 4);
  return length === 0 ? limit : Math.min(payload + IPV6_HEADER + length, limit);
}
