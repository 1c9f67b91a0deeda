/** ICMP types and codes in words: IANA "Internet Control Message Protocol (ICMP) Parameters". */
import type { ValueNames } from '../dissect/field.ts';
import { PROBE_REPLY_CODES } from './icmp-probe.ts';

/** Types that are dissected. */
export const IcmpType = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echo: 8,
  routerAdvertisement: 9,
  routerSolicitation: 10,
  timeExceeded: 11,
  parameterProblem: 12,
  timestamp: 13,
  timestampReply: 14,
  informationRequest: 15,
  informationReply: 16,
  addressMaskRequest: 17,
  addressMaskReply: 18,
  extendedEcho: 42,
  extendedEchoReply: 43,
} as const;

export const ICMP_TYPES: ValueNames = {
  0: 'Echo Reply',
  3: 'Destination Unreachable',
  4: 'Source Quench',
  5: 'Redirect',
  6: 'Alternate Host Address',
  8: 'Echo Request',
  9: 'Router Advertisement',
  10: 'Router Solicitation',
  11: 'Time Exceeded',
  12: 'Parameter Problem',
  13: 'Timestamp Request',
  14: 'Timestamp Reply',
  15: 'Information Request',
  16: 'Information Reply',
  17: 'Address Mask Request',
  18: 'Address Mask Reply',
  30: 'Traceroute',
  31: 'Datagram Conversion Error',
  32: 'Mobile Host Redirect',
  33: 'IPv6 Where-Are-You',
  34: 'IPv6 I-Am-Here',
  35: 'Mobile Registration Request',
  36: 'Mobile Registration Reply',
  37: 'Domain Name Request',
  38: 'Domain Name Reply',
  39: 'SKIP',
  40: 'Photuris',
  41: 'Seamoby',
  42: 'Extended Echo Request',
  43: 'Extended Echo Reply',
};

/** Codes by type, where they say more than the type. */
export const ICMP_CODES: Readonly<Record<number, ValueNames>> = {
  3: {
    0: 'network unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    4: "fragmentation needed but Don't Fragment is set",
    5: 'source route failed',
    6: 'destination network unknown',
    7: 'destination host unknown',
    8: 'source host isolated',
    9: 'network administratively prohibited',
    10: 'host administratively prohibited',
    11: 'network unreachable for this type of service',
    12: 'host unreachable for this type of service',
    13: 'communication administratively prohibited',
    14: 'host precedence violation',
    15: 'precedence cutoff in effect',
  },
  5: {
    0: 'for the network',
    1: 'for the host',
    2: 'for the type of service and network',
    3: 'for the type of service and host',
  },
  9: { 0: 'normal router', 16: 'does not route common traffic' },
  11: { 0: 'time to live exceeded in transit', 1: 'fragment reassembly time exceeded' },
  12: { 0: 'pointer indicates the error', 1: 'missing a required option', 2: 'bad length' },
  40: {
    0: 'bad SPI',
    1: 'authentication failed',
    2: 'decompression failed',
    3: 'decryption failed',
    4: 'need authentication',
    5: 'need authorization',
  },
  43: PROBE_REPLY_CODES,
};

/** A type and code in words: `Destination Unreachable: port unreachable`. */
export function messageWords(
  types: ValueNames,
  codes: Readonly<Record<number, ValueNames>>,
  type: number,
  code: number,
): string {
  const words = types[type] ?? `type ${type}`;
  const detail = codes[type]?.[code] ?? (code === 0 ? undefined : `code ${code}`);
  return detail === undefined ? words : `${words}: ${detail}`;
}
