/** Data of resource records by type: RFC 1035 §3.3 and the RFCs that IANA's registry of types names. */

import { once } from '../capture/once.ts';
import { bits, bytes, flag, hex, ipv4Address, ipv6Address, macAddress, named, octets, uint } from '../dissect/field.ts';
import { type Body, body, countedText, each, type Parts, restBytes, restText, specsOf } from './body.ts';
import { ednsOptions } from './dns-edns.ts';
import { domainName } from './dns-name.ts';
import { DNSSEC_ALGORITHMS } from './dns-registries.ts';
import { dnsSecurityData, typeWindows } from './dns-security-data.ts';
import { serviceBinding } from './dns-service-binding.ts';

const data = <G extends string, P extends Parts>(group: G, parts: P) => body('dns', group, parts);
const preference = uint(16, 'Preference');

/** Strings of a length octet and as many characters. */
const strings = (key: string, title: string): Body =>
  data('', {
    [`${key}_strings`]: each(
      title,
      data('', { [`${key}.length`]: uint(8, `${title} Length`, octets), [key]: countedText(title) }),
    ),
  });
const counted = (key: string, title: string): Parts => ({
  [`${key}_length`]: uint(8, `${title} Length`, octets),
  [key]: countedText(title),
});

const tlsa = data('tlsa', {
  certificate_usage: uint(8, 'Certificate Usage', named({ 0: 'PKIX-TA', 1: 'PKIX-EE', 2: 'DANE-TA', 3: 'DANE-EE' })),
  selector: uint(8, 'Selector', named({ 0: 'full certificate', 1: 'public key' })),
  matching_type: uint(8, 'Matching Type', named({ 0: 'no hash', 1: 'SHA-256', 2: 'SHA-512' })),
  certificate_association_data: restBytes('Certificate Association Data'),
});

/** Bodies by record type. Types that are missing have their data shown as octets. */
const bodies = once(() => ({
  1: data('', { a: ipv4Address('Address') }),
  2: data('', { ns: domainName('Name Server') }),
  3: data('', { md: domainName('Mail Destination') }),
  4: data('', { mf: domainName('Mail Forwarder') }),
  5: data('', { cname: domainName('Canonical Name') }),
  6: data('soa', {
    mname: domainName('Primary Name Server'),
    rname: domainName("Responsible Authority's Mailbox"),
    serial_number: uint(32, 'Serial Number'),
    refresh_interval: uint(32, 'Refresh Interval', { unit: 's' }),
    retry_interval: uint(32, 'Retry Interval', { unit: 's' }),
    expire_limit: uint(32, 'Expire Limit', { unit: 's' }),
    minimum_ttl: uint(32, 'Minimum TTL', { unit: 's' }),
  }),
  7: data('', { mb: domainName('Mailbox') }),
  8: data('', { mg: domainName('Mail Group Member') }),
  9: data('', { mr: domainName('Mail Rename') }),
  10: data('', { null: restBytes('Null Data') }),
  12: data('ptr', { domain_name: domainName('Domain Name') }),
  13: data('hinfo', { ...counted('cpu', 'CPU'), ...counted('os', 'OS') }),
  14: data('minfo', { r: domainName('Responsible Mailbox'), e: domainName('Error Mailbox') }),
  15: data('mx', { preference, mail_exchange: domainName('Mail Exchange') }),
  16: strings('txt', 'TXT'),
  17: data('rp', { mailbox: domainName('Mailbox'), txt_rr: domainName('TXT RR') }),
  18: data('afsdb', { subtype: uint(16, 'Subtype'), hostname: domainName('Hostname') }),
  21: data('rt', { subtype: preference, intermediate_host: domainName('Intermediate Host') }),
  28: data('', { aaaa: ipv6Address('Address') }),
  29: data('loc', {
    version: uint(8, 'Version'),
    size: uint(8, 'Size', hex),
    horizontal_precision: uint(8, 'Horizontal Precision', hex),
    vertical_precision: uint(8, 'Vertical Precision', hex),
    latitude: uint(32, 'Latitude'),
    longitude: uint(32, 'Longitude'),
    altitude: uint(32, 'Altitude'),
  }),
  33: data('srv', {
    priority: uint(16, 'Priority'),
    weight: uint(16, 'Weight'),
    port: uint(16, 'Port'),
    target: domainName('Target'),
  }),
  35: data('naptr', {
    order: uint(16, 'Order'),
    preference,
    ...counted('flags', 'Flags'),
    ...counted('service', 'Service'),
    ...counted('regex', 'Regex'),
    replacement: domainName('Replacement'),
  }),
  36: data('kx', { preference, key_exchange: domainName('Key Exchange') }),
  37: data('cert', {
    type: uint(16, 'Type', named({ 1: 'PKIX', 2: 'SPKI', 3: 'PGP', 4: 'IPKIX', 5: 'ISPKI', 6: 'IPGP', 253: 'URI' })),
    key_tag: uint(16, 'Key Tag', hex),
    algorithm: uint(8, 'Algorithm', named(DNSSEC_ALGORITHMS)),
    certificate: restBytes('Certificate'),
  }),
  39: data('', { dname: domainName('Delegation Name') }),
  41: data('', { opt: ednsOptions }),
  44: data('sshfp', {
    algorithm: uint(8, 'Algorithm', named({ 1: 'RSA', 2: 'DSA', 3: 'ECDSA', 4: 'Ed25519', 6: 'Ed448' })),
    'fingerprint.type': uint(8, 'Fingerprint Type', named({ 1: 'SHA-1', 2: 'SHA-256' })),
    fingerprint: restBytes('Fingerprint'),
  }),
  49: data('dhcid', { rdata: restBytes('DHCID Data') }),
  52: tlsa,
  53: tlsa,
  55: data('hip', {
    'hit.length': uint(8, 'HIT Length', octets),
    'hit.pk.algo': uint(8, 'Public Key Algorithm'),
    'pk.length': uint(16, 'Public Key Length', octets),
    rest: restBytes('Host Identity Tag, Public Key and Servers'),
  }),
  61: data('', { openpgpkey: restBytes('OpenPGP Key') }),
  62: data('csync', {
    soa: uint(32, 'SOA Serial'),
    flags: bits(16, 'Flags', {
      reserved: uint(14, 'Reserved'),
      soaminimum: flag('SOA Minimum'),
      immediate: flag('Immediate'),
    }),
    windows: typeWindows,
  }),
  63: data('zonemd', {
    serial: uint(32, 'Serial'),
    scheme: uint(8, 'Scheme', named({ 1: 'SIMPLE' })),
    hash_algo: uint(8, 'Hash Algorithm', named({ 1: 'SHA-384', 2: 'SHA-512' })),
    digest: restBytes('Digest'),
  }),
  64: serviceBinding,
  65: serviceBinding,
  99: strings('spf', 'SPF'),
  104: data('', { 'ilnp.nid.preference': preference, 'ilnp.nid': bytes('Node Identifier', 8) }),
  105: data('', { 'ilnp.l32.preference': preference, 'ilnp.l32': ipv4Address('Locator32') }),
  106: data('', { 'ilnp.l64.preference': preference, 'ilnp.l64': bytes('Locator64', 8) }),
  107: data('', { 'ilnp.lp.preference': preference, 'ilnp.lp': domainName('Locator Name') }),
  108: data('', { eui48: macAddress('EUI-48 Address') }),
  109: data('', { eui64: bytes('EUI-64 Address', 8) }),
  256: data('uri', { priority: uint(16, 'Priority'), weight: uint(16, 'Weight'), target: restText('Target') }),
  257: data('caa', {
    flags: bits(8, 'Flags', { issuer_critical: flag('Issuer Critical'), reserved: uint(7, 'Reserved') }, hex),
    tag_length: uint(8, 'Tag Length', octets),
    tag: countedText('Tag'),
    value: restText('Value'),
  }),
  ...dnsSecurityData(),
}));

/** The body of a record type; undefined where its data is shown as octets. */
export const dnsRecordData = (type: number): Body | undefined => (bodies() as Readonly<Record<number, Body>>)[type];

/** The fields of all bodies. */
export const dnsRecordFields = () => specsOf(Object.values(bodies()));
