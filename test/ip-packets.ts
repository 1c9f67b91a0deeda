/** IP packets around payloads, as hexadecimal text for tests. */
import { octetsOf } from './dissect-hex.ts';

/** Dissects from the IPv4 header on. */
export const IPV4 = { linkType: 228 };
/** Dissects from the IPv6 header on. */
export const IPV6 = { linkType: 229 };
export const IPV6_SOURCE = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01';
export const IPV6_DESTINATION = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02';

/** As many octets of 0. */
export const zeros = (count: number): string => '00 '.repeat(count);

const lengthOf = (...parts: string[]): string =>
  parts
    .reduce((sum, part) => sum + octetsOf(part).length, 0)
    .toString(16)
    .padStart(4, '0');

/** A payload of the protocol, 10.0.0.1 → 10.0.0.2. */
export function inIpv4(protocol: string, payload: string, source = '0a 00 00 01', destination = '0a 00 00 02'): string {
  const length = lengthOf(zeros(20), payload);
  return `45 00 ${length} 00 00 40 00 40 ${protocol} 00 00 ${source} ${destination} ${payload}`;
}

/** A payload behind the next header, 2001:db8::1 → 2001:db8::2. */
export function inIpv6(
  nextHeader: string,
  payload: string,
  source = IPV6_SOURCE,
  destination = IPV6_DESTINATION,
): string {
  return `60 00 00 00 ${lengthOf(payload)} ${nextHeader} 40 ${source} ${destination} ${payload}`;
}
