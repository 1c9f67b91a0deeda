/** Numbers of IP protocols that flows treat in their own way (IANA "Protocol Numbers"). */
export const TCP = 6;
export const UDP = 17;
const SCTP = 132;

/** Whether a protocol's header begins with two ports. */
export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP;
}

/** Names of IP protocols in flows; others are called by their number. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  112: 'vrrp',
  132: 'sctp',
};

/** Name of an IP protocol, as records have it. */
export function protocolName(protocol: number): string {
  return PROTOCOL_NAMES[protocol] ?? `ip-proto-${protocol}`;
}
