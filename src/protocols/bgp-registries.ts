/** Code points of the Border Gateway Protocol: IANA "Border Gateway Protocol (BGP) Parameters" and the registries it refers to. */

/** Message types. */
export const BGP_MESSAGES = { 1: 'OPEN', 2: 'UPDATE', 3: 'NOTIFICATION', 4: 'KEEPALIVE', 5: 'ROUTE-REFRESH' };

/** Address family numbers. */
export const ADDRESS_FAMILIES: Readonly<Record<number, string>> = {
  1: 'IPv4',
  2: 'IPv6',
  25: 'L2VPN',
  16388: 'BGP-LS',
};
export const Afi = { ipv4: 1, ipv6: 2, l2vpn: 25 } as const;

/** Subsequent address family identifiers. */
export const SUBSEQUENT_FAMILIES: Readonly<Record<number, string>> = {
  1: 'unicast',
  2: 'multicast',
  4: 'labeled unicast',
  5: 'MCAST-VPN',
  65: 'VPLS',
  66: 'BGP MDT',
  70: 'EVPN',
  71: 'BGP-LS',
  73: 'SR policy',
  128: 'labeled VPN unicast',
  129: 'labeled VPN multicast',
  132: 'route target constraint',
  133: 'flow specification',
  134: 'VPN flow specification',
};
export const Safi = { unicast: 1, multicast: 2, labeled: 4, evpn: 70, vpn: 128 } as const;

/** Capability codes. */
export const CAPABILITIES = {
  1: 'Multiprotocol Extensions',
  2: 'Route Refresh',
  3: 'Outbound Route Filtering',
  5: 'Extended Next Hop Encoding',
  6: 'Extended Message',
  7: 'BGPsec',
  8: 'Multiple Labels',
  9: 'BGP Role',
  64: 'Graceful Restart',
  65: '4-octet AS Number',
  67: 'Dynamic Capability',
  68: 'Multisession',
  69: 'ADD-PATH',
  70: 'Enhanced Route Refresh',
  71: 'Long-Lived Graceful Restart',
  73: 'FQDN',
  128: 'Route Refresh (Cisco)',
  130: 'Outbound Route Filtering (Cisco)',
};

/** Path attribute type codes. */
export const PATH_ATTRIBUTES = {
  1: 'ORIGIN',
  2: 'AS_PATH',
  3: 'NEXT_HOP',
  4: 'MULTI_EXIT_DISC',
  5: 'LOCAL_PREF',
  6: 'ATOMIC_AGGREGATE',
  7: 'AGGREGATOR',
  8: 'COMMUNITIES',
  9: 'ORIGINATOR_ID',
  10: 'CLUSTER_LIST',
  14: 'MP_REACH_NLRI',
  15: 'MP_UNREACH_NLRI',
  16: 'EXTENDED_COMMUNITIES',
  17: 'AS4_PATH',
  18: 'AS4_AGGREGATOR',
  22: 'PMSI_TUNNEL',
  23: 'TUNNEL_ENCAPSULATION',
  25: 'IPV6_EXTENDED_COMMUNITIES',
  26: 'AIGP',
  29: 'BGP-LS',
  32: 'LARGE_COMMUNITY',
  33: 'BGPSEC_PATH',
  35: 'ONLY_TO_CUSTOMER',
  36: 'D-PATH',
  40: 'PREFIX_SID',
  128: 'ATTR_SET',
};

/** Error codes of NOTIFICATION messages. */
export const ERROR_CODES: Readonly<Record<number, string>> = {
  1: 'Message Header Error',
  2: 'OPEN Message Error',
  3: 'UPDATE Message Error',
  4: 'Hold Timer Expired',
  5: 'Finite State Machine Error',
  6: 'Cease',
  7: 'ROUTE-REFRESH Message Error',
};

/** Error subcodes by error code; 0 is "unspecific" in all of them. */
export const ERROR_SUBCODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: { 1: 'Connection Not Synchronized', 2: 'Bad Message Length', 3: 'Bad Message Type' },
  2: {
    1: 'Unsupported Version Number',
    2: 'Bad Peer AS',
    3: 'Bad BGP Identifier',
    4: 'Unsupported Optional Parameter',
    6: 'Unacceptable Hold Time',
    7: 'Unsupported Capability',
    11: 'Role Mismatch',
  },
  3: {
    1: 'Malformed Attribute List',
    2: 'Unrecognized Well-known Attribute',
    3: 'Missing Well-known Attribute',
    4: 'Attribute Flags Error',
    5: 'Attribute Length Error',
    6: 'Invalid ORIGIN Attribute',
    8: 'Invalid NEXT_HOP Attribute',
    9: 'Optional Attribute Error',
    10: 'Invalid Network Field',
    11: 'Malformed AS_PATH',
  },
  5: {
    1: 'Unexpected Message in OpenSent',
    2: 'Unexpected Message in OpenConfirm',
    3: 'Unexpected Message in Established',
  },
  6: {
    1: 'Maximum Number of Prefixes Reached',
    2: 'Administrative Shutdown',
    3: 'Peer De-configured',
    4: 'Administrative Reset',
    5: 'Connection Rejected',
    6: 'Other Configuration Change',
    7: 'Connection Collision Resolution',
    8: 'Out of Resources',
    9: 'Hard Reset',
    10: 'BFD Down',
  },
  7: { 1: 'Invalid Message Length' },
};

/** Communities with a meaning of their own. */
export const WELL_KNOWN_COMMUNITIES = {
  4294901760: 'GRACEFUL_SHUTDOWN',
  4294901761: 'ACCEPT_OWN',
  4294901766: 'LLGR_STALE',
  4294901767: 'NO_LLGR',
  4294902426: 'BLACKHOLE',
  4294967041: 'NO_EXPORT',
  4294967042: 'NO_ADVERTISE',
  4294967043: 'NO_EXPORT_SUBCONFED',
  4294967044: 'NOPEER',
};

/** Tunnel types of the Encapsulation community and the Tunnel Encapsulation attribute. */
export const TUNNEL_TYPES = {
  1: 'L2TPv3 over IP',
  2: 'GRE',
  7: 'IP in IP',
  8: 'VXLAN',
  9: 'NVGRE',
  10: 'MPLS',
  11: 'MPLS in GRE',
  12: 'VXLAN GPE',
  13: 'MPLS in UDP',
  15: 'SR policy',
  19: 'Geneve',
};

/** An address family pair in words: `IPv4 unicast`. */
export function familyText(afi: number, safi: number): string {
  return `${ADDRESS_FAMILIES[afi] ?? `AFI ${afi}`} ${SUBSEQUENT_FAMILIES[safi] ?? `SAFI ${safi}`}`;
}
