/**
 * Fields of Neighbour Discovery options: RFC 4861 §4.6, RFC 4191 (routes), RFC 8106 (DNS), RFC 3971 (SEND), RFC 6275 (Mobile IPv6),
 * RFC 5175 (flags), RFC 8781 (PREF64), RFC 8910 (captive portal); IANA "IPv6 Neighbor Discovery Option Formats".
 */
import { bits, bytes, type Field, flag, hex, ipv6Address, list, named, octets, text, uint } from '../dissect/field.ts';

const OPTION_NAMES = {
  1: 'Source Link-Layer Address',
  2: 'Target Link-Layer Address',
  3: 'Prefix Information',
  4: 'Redirected Header',
  5: 'MTU',
  6: 'NBMA Shortcut Limit',
  7: 'Advertisement Interval',
  8: 'Home Agent Information',
  9: 'Source Address List',
  10: 'Target Address List',
  11: 'CGA',
  12: 'RSA Signature',
  13: 'Timestamp',
  14: 'Nonce',
  15: 'Trust Anchor',
  16: 'Certificate',
  17: 'IP Address/Prefix',
  19: 'Link-layer Address',
  20: 'Neighbor Advertisement Acknowledgment',
  24: 'Route Information',
  25: 'Recursive DNS Server',
  26: 'RA Flags Extension',
  31: 'DNS Search List',
  33: 'Address Registration',
  34: '6LoWPAN Context',
  35: 'Authoritative Border Router',
  37: 'Captive Portal',
  38: 'PREF64',
};

/** Router preferences, RFC 4191 §2.1; a signed number of two bits. */
export const ROUTER_PREFERENCES = { 0: 'medium', 1: 'high', 2: 'reserved', 3: 'low' };

/** Octets of a prefix by its Prefix Length Code, RFC 8781 §4. */
const PREF64_LENGTHS = { 0: '96 bits', 1: '64 bits', 2: '56 bits', 3: '48 bits', 4: '40 bits', 5: '32 bits' };

const at = (name: string): { name: string } => ({ name: `icmpv6.opt.${name}` });
const seconds = { unit: 's' };

/** Declaration of the list, for the message's `variable` fields. */
export const ndOptions = list('Option', () => ({
  type: uint(8, 'Type', named(OPTION_NAMES)),
  length: uint(8, 'Length in 8 octets'),
  linkaddr: bytes('Link-layer Address'),
  prefix_length: uint(8, 'Prefix Length', at('prefix.length'), { unit: 'bits' }),
  prefix_flag: bits(
    8,
    'Flags',
    {
      l: flag('On-link', at('prefix.flag.l')),
      a: flag('Autonomous address configuration', at('prefix.flag.a')),
      r: flag('Router address', at('prefix.flag.r')),
      reserved: uint(5, 'Reserved', at('prefix.flag.reserved')),
    },
    hex,
    at('prefix.flag'),
  ),
  prefix_valid_lifetime: uint(32, 'Valid Lifetime', seconds, at('prefix.valid_lifetime')),
  prefix_preferred_lifetime: uint(32, 'Preferred Lifetime', seconds, at('prefix.preferred_lifetime')),
  nbma_shortcut_limit: uint(8, 'Shortcut Limit', at('nbma.shortcut_limit')),
  route_info_flag: bits(
    8,
    'Flags',
    {
      reserved_high: uint(3, 'Reserved', at('route_info.flag.reserved_high')),
      route_preference: uint(2, 'Preference', named(ROUTER_PREFERENCES), at('route_info.flag.route_preference')),
      reserved_low: uint(3, 'Reserved', at('route_info.flag.reserved_low')),
    },
    hex,
    at('route_info.flag'),
  ),
  route_lifetime: uint(32, 'Route Lifetime', seconds),
  efo: bits(
    16,
    'Flags',
    {
      m: flag('Managed address configuration'),
      o: flag('Other configuration'),
      h: flag('Home Agent'),
      prf: uint(2, 'Router Preference', named(ROUTER_PREFERENCES)),
      p: flag('Proxy'),
      rsv: uint(10, 'Reserved', at('efo.rsv_bits')),
    },
    hex,
    at('efo'),
  ),
  pref64: bits(
    16,
    'Lifetime and Prefix Length',
    {
      scaled_lifetime: uint(13, 'Lifetime in 8 s', at('pref64.scaled_lifetime')),
      plc: uint(3, 'Prefix Length Code', named(PREF64_LENGTHS), at('pref64.plc')),
    },
    hex,
    at('pref64'),
  ),
  pref64_prefix: text('Prefix', at('pref64.prefix')),
  reserved: bytes('Reserved'),
  mtu: uint(32, 'MTU', octets),
  advertisement_interval: uint(32, 'Advertisement Interval', { unit: 'ms' }),
  home_agent_preference: uint(16, 'Home Agent Preference'),
  home_agent_lifetime: uint(16, 'Home Agent Lifetime', seconds),
  timestamp: bytes('Timestamp', 8, at('timestamp_octets')),
  nonce: bytes('Nonce'),
  prefix: text('Prefix'),
  rdnss_lifetime: uint(32, 'Lifetime', seconds, at('rdnss.lifetime')),
  rdnss: list('Server', { address: ipv6Address('Address', at('rdnss')) }),
  dnssl_lifetime: uint(32, 'Lifetime', seconds, at('dnssl.lifetime')),
  dnssl: list('Domain', { name: text('Name', at('dnssl')) }),
  captive_portal: text('URI'),
  redirected_packet: bytes('Redirected Packet'),
  data: bytes('Data', 0, at('data')),
  padding: bytes('Padding'),
}));

/** The children of the list, laid out. */
export type NdOptionFields = Readonly<Record<keyof typeof ndOptions.children, Field>>;
