/** The two IPv6 headers made of options: Hop-by-Hop, RFC 8200 §4.3, and Destination Options, §4.6. */
import { computed, named, octets, uint } from '../dissect/field.ts';
import { defineProtocol } from '../dissect/protocol.ts';
import { emitIpv6Options, IPV6_OPTION_ISSUES, ipv6Options } from './ipv6-options.ts';
import { IP_PROTOCOLS } from './registries.ts';

function defineOptionsHeader<N extends string>(name: N, title: string, source: string, protocolNumber: number) {
  const header = defineProtocol(name, {
    title,
    source,
    carriedBy: { ipProtocol: [protocolNumber] },
    role: 'extension',
    fields: {
      nxt: uint(8, 'Next Header', named(IP_PROTOCOLS)),
      len: uint(8, 'Length in 8 octets beyond the first 8'),
    },
    variable: () => ({
      len_oct: computed('number', 'Length', octets),
      opt: ipv6Options,
    }),
    headerLength: (view, start) => lengthInOctets(view, start),
    next: { table: 'ipProtocol', field: 'nxt' },
    details: (emit, view, start, end) => {
      emit.value(header.variable.len_oct, lengthInOctets(view, start));
      emitIpv6Options(emit, header.variable.opt, view, start + 2, end, header.fields.len.name);
    },
    issues: IPV6_OPTION_ISSUES,
  });
  function lengthInOctets(view: DataView, start: number): number {
    return 8 * (header.fields.len.get(view, start) + 1);
  }
  return header;
}

export const ipv6HopByHop = defineOptionsHeader('ipv6.hopopts', 'IPv6 Hop-by-Hop Options', 'RFC 8200 §4.3', 0);
export const ipv6DestinationOptions = defineOptionsHeader(
  'ipv6.dstopts',
  'IPv6 Destination Options',
  'RFC 8200 §4.6',
  60,
);
