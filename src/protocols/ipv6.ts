/** IPv6 header, RFC 8200 §3. */
import { bits, hex, ipv6Address, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { DSCP, ECN, IP_PROTOCOLS } from './registries.ts';

/** Octets of the header; it has no options. */
const HEADER = 40;

export const ipv6 = defineProtocol('ipv6', {
  title: 'Internet Protocol Version 6',
  source: 'RFC 8200 §3',
  carriedBy: { linkType: [229], etherType: [0x86dd], ipProtocol: [41], nshNextProtocol: [2] },
  role: 'network',
  tunnel: { ip: '6in4', ipv6: '6in6', udp: 'flannel-udp' },
  fields: {
    version: uint(4, 'Version'),
    tclass: bits(
      8,
      'Traffic Class',
      { dscp: uint(6, 'Codepoint', named(DSCP)), ecn: uint(2, 'Explicit Congestion Notification', named(ECN)) },
      hex,
    ),
    flow: uint(20, 'Flow Label', hex),
    plen: uint(16, 'Payload Length', octets),
    nxt: uint(8, 'Next Header', named(IP_PROTOCOLS)),
    hlim: uint(8, 'Hop Limit'),
    src: ipv6Address('Source'),
    dst: ipv6Address('Destination'),
  },
  checks: [{ field: 'version', equals: 6, issue: 'versionNot6' }],
  // A payload length of 0 is a jumbogram's (RFC 2675 §3), or what segmentation offload leaves for the card to fill in.
  extent: { field: 'plen', includesHeader: false, zeroIsUnbounded: true },
  next: { table: 'ipProtocol', field: 'nxt' },
  summary: summarize,
  issues: { versionNot6: 'the version of an IPv6 header is 6' },
});

function summarize(view: DataView, start: number, end: number): string {
  return `next header ${ipv6.fields.nxt.get(view, start)} len=${end - start - HEADER}`;
}
