/** EDNS options of the OPT pseudo-record: RFC 6891 §6.1.2 and IANA "DNS EDNS0 Option Codes (OPT)". */
import { bytes, computed, named, octets, uint } from '../dissect/field.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { body, each, type Part, type Parts, restBytes, restText, typedElements } from './body.ts';
import { domainName } from './dns-name.ts';
import { DNSSEC_ALGORITHMS, DS_DIGESTS } from './dns-registries.ts';

const OPTION_CODES = {
  1: 'LLQ',
  2: 'Update Lease',
  3: 'NSID',
  4: 'Owner',
  5: 'DNSSEC Algorithms Understood',
  6: 'DS Hash Understood',
  7: 'NSEC3 Hash Understood',
  8: 'Client Subnet',
  9: 'Expire',
  10: 'Cookie',
  11: 'TCP Keepalive',
  12: 'Padding',
  13: 'Chain',
  14: 'Key Tag',
  15: 'Extended DNS Error',
  16: 'Client Tag',
  17: 'Server Tag',
};
/** IANA "Extended DNS Error Codes", RFC 8914 §5.2. */
const EXTENDED_ERRORS = {
  0: 'Other',
  1: 'Unsupported DNSKEY Algorithm',
  2: 'Unsupported DS Digest Type',
  3: 'Stale Answer',
  4: 'Forged Answer',
  5: 'DNSSEC Indeterminate',
  6: 'DNSSEC Bogus',
  7: 'Signature Expired',
  8: 'Signature Not Yet Valid',
  9: 'DNSKEY Missing',
  10: 'RRSIGs Missing',
  11: 'No Zone Key Bit Set',
  12: 'NSEC Missing',
  13: 'Cached Error',
  14: 'Not Ready',
  15: 'Blocked',
  16: 'Censored',
  17: 'Filtered',
  18: 'Prohibited',
  19: 'Stale NXDOMAIN Answer',
  20: 'Not Authoritative',
  21: 'Not Supported',
  22: 'No Reachable Authority',
  23: 'Network Error',
  24: 'Invalid Data',
};
const FAMILIES = { 1: 'IPv4', 2: 'IPv6' };

/** Address of a client subnet (RFC 7871 §6) of one family: as many octets as the netmask needs, the others being zero. */
const subnetAddress = (family: 1 | 2): Part => ({
  spec: computed(family === 1 ? 'ipv4' : 'ipv6', 'Client Subnet'),
  emit: (emit, field, at, end, { view, start }) => {
    const width = family === 1 ? 4 : 16;
    if (at >= end || end - at > width || view.getUint16(start) !== family) return at;
    const padded = new DataView(new ArrayBuffer(width));
    for (let i = at; i < end; i++) padded.setUint8(i - at, view.getUint8(i));
    emit.value(field, family === 1 ? ipv4Text(padded, 0) : ipv6Text(padded, 0), at, end);
    return end;
  },
});
const algorithms = (prefix: string, title: string, values: Readonly<Record<number, string>>): Part =>
  each(title, body('dns.opt', '', { [prefix]: uint(8, title, named(values)) }), { name: `dns.opt.${prefix}_list` });

const optionBody = (parts: Parts) => body('dns.opt', '', parts);

/** The list of options up to the end of the record's data. */
export const ednsOptions: Part = typedElements({
  title: 'Option',
  prefix: 'dns.opt',
  name: 'dns.opt',
  header: { code: uint(16, 'Option Code', named(OPTION_CODES)), len: uint(16, 'Option Length', octets) },
  rest: 'data',
  issue: 'optionBeyondRecord',
  limit: 'dns.resp.len',
  bodies: () => ({
    5: optionBody({ daus: algorithms('dau', 'DNSSEC Algorithm Understood', DNSSEC_ALGORITHMS) }),
    6: optionBody({ dhus: algorithms('dhu', 'DS Hash Understood', DS_DIGESTS) }),
    7: optionBody({ n3us: algorithms('n3u', 'NSEC3 Hash Understood', { 1: 'SHA-1' }) }),
    8: optionBody({
      'client.family': uint(16, 'Family', named(FAMILIES)),
      'client.netmask': uint(8, 'Source Netmask'),
      'client.scope': uint(8, 'Scope Netmask'),
      'client.addr4': subnetAddress(1),
      'client.addr6': subnetAddress(2),
    }),
    10: optionBody({ 'cookie.client': bytes('Client Cookie', 8), 'cookie.server': restBytes('Server Cookie') }),
    11: optionBody({ 'edns_tcp_keepalive.timeout': uint(16, 'Timeout', { unit: '100 ms' }) }),
    12: optionBody({ padding: restBytes('Padding') }),
    13: optionBody({ 'chain.fqdn': domainName('Closest Trust Point') }),
    15: optionBody({
      'ext_error.info_code': uint(16, 'Info Code', named(EXTENDED_ERRORS)),
      'ext_error.extra_text': restText('Extra Text'),
    }),
  }),
});
