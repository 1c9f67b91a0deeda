/** The protocols that come with netdissect: a plain list, one line each. */
import { ah } from './ah.ts';
import { arp } from './arp.ts';
import { bfd, bfdEcho } from './bfd.ts';
import { bgp } from './bgp.ts';
import { dhcp } from './dhcp.ts';
import { dhcpv6 } from './dhcpv6.ts';
import { dns, llmnr, mdns } from './dns.ts';
import { erspan, erspanTypeI } from './erspan.ts';
import { esp } from './esp.ts';
import { ethernet } from './ethernet.ts';
import { flannelUdp } from './flannel-udp.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { http } from './http.ts';
import { http2 } from './http2.ts';
import { icmp } from './icmp.ts';
import { icmpExtension } from './icmp-ext.ts';
import { icmpv6 } from './icmpv6.ts';
import { igmp } from './igmp.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';
import { ipv6Fragment } from './ipv6-fraghdr.ts';
import { ipv6DestinationOptions, ipv6HopByHop } from './ipv6-options-headers.ts';
import { ipv6Routing } from './ipv6-routing.ts';
import { llc } from './llc.ts';
import { lldp } from './lldp.ts';
import { mipv6 } from './mipv6.ts';
import { mpls } from './mpls.ts';
import { nsh } from './nsh.ts';
import { ntp } from './ntp.ts';
import { nullLoopback } from './null.ts';
import { associatedChannel, pseudowireEthernet } from './pseudowire.ts';
import { quic } from './quic.ts';
import { raw } from './raw.ts';
import { sctp } from './sctp.ts';
import { sll } from './sll.ts';
import { sll2 } from './sll2.ts';
import { stp } from './stp.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { udp } from './udp.ts';
import { ieee8021ad, vlan } from './vlan.ts';
import { vrrp } from './vrrp.ts';
import { vxlan } from './vxlan.ts';
import { vxlanGpe } from './vxlan-gpe.ts';
import { wireguard } from './wireguard.ts';

export const standardProtocols = [
  ethernet,
  vlan,
  ieee8021ad,
  arp,
  sll,
  sll2,
  nullLoopback,
  raw,
  ipv4,
  ipv6,
  ipv6HopByHop,
  ipv6Routing,
  ipv6Fragment,
  ipv6DestinationOptions,
  mipv6,
  icmp,
  icmpExtension,
  icmpv6,
  igmp,
  vrrp,
  ah,
  esp,
  gre,
  erspan,
  erspanTypeI,
  tcp,
  udp,
  vxlan,
  flannelUdp,
  http,
  http2,
  tls,
  quic,
  dns,
  mdns,
  llmnr,
  geneve,
  nsh,
  vxlanGpe,
  mpls,
  associatedChannel,
  pseudowireEthernet,
  llc,
  stp,
  bgp,
  lldp,
  dhcp,
  sctp,
  bfd,
  bfdEcho,
  wireguard,
  dhcpv6,
  ntp,
] as const;
