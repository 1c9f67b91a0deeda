/** EVPN routes: RFC 7432 §7, prefix routes RFC 9136 §3.1; labels that hold a VNI, RFC 8365 §5.1.3. */
import { bytes, computed, type FieldSpec, hex, macAddress, named, octets, packed, uint } from '../dissect/field.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { type Body, body, type Part, type Parts, specsOf, typedElements } from './body.ts';

const PREFIX = 'bgp.evpn.nlri';
const ROUTE_TYPES = {
  1: 'Ethernet auto-discovery',
  2: 'MAC/IP advertisement',
  3: 'inclusive multicast',
  4: 'Ethernet segment',
  5: 'IP prefix',
  6: 'selective multicast',
  7: 'multicast membership report synch',
  8: 'multicast leave synch',
};
/** Types of Ethernet segment identifiers (RFC 7432 §5). */
const ESI_TYPES = { 0: 'arbitrary', 1: 'LACP', 2: 'bridge protocol', 3: 'MAC', 4: 'router ID', 5: 'AS' };
const VNI_OCTETS = 3;
/** Octets behind the prefix length of an IP prefix route: address, gateway, label. */
const PREFIX_REST = { ipv4: 4 + 4 + VNI_OCTETS, ipv6: 16 + 16 + VNI_OCTETS } as const;

/** An address that is there where `isThere` says so. */
const address = (kind: 'ipv4' | 'ipv6', title: string, isThere: (before: number, left: number) => boolean): Part => ({
  spec: computed(kind, title),
  emit: (emit, field, at, end, { view, before }) => {
    const width = kind === 'ipv4' ? 4 : 16;
    if (!isThere(before, end - at) || at + width > end) return at;
    emit.value(field, kind === 'ipv4' ? ipv4Text(view, at) : ipv6Text(view, at), at, at + width);
    return at + width;
  },
});
/** An address whose width in bits stands in the part before it. */
const sizedAddress = (kind: 'ipv4' | 'ipv6', title: string): Part =>
  address(kind, title, (before) => before === (kind === 'ipv4' ? 32 : 128));

const rd = bytes('Route Distinguisher', 8);
const etag = uint(32, 'Ethernet Tag ID');
const esi: Parts = { 'esi.type': uint(8, 'ESI Type', named(ESI_TYPES)), 'esi.value': bytes('ESI Value', 9) };
const originator: Parts = {
  or_length: uint(8, 'Originator Address Length', { unit: 'bits' }),
  or_addr_ipv4: sizedAddress('ipv4', 'Originator Address'),
  or_addr_ipv6: sizedAddress('ipv6', 'Originator Address'),
};

/** A label as MPLS has it: 20 bits of label, then traffic class and bottom of stack. */
const mplsLabel = (key: string, title: string): Parts => {
  const { label, low } = packed({ label: uint(20, title), low: uint(4, `${title} Low Bits`, hex) });
  const part = (spec: FieldSpec, taken: number): Part => ({
    spec,
    emit: (emit, field, at, end) => {
      if (at + VNI_OCTETS > end) return at;
      emit.field(field, at);
      return at + taken;
    },
  });
  return { [key]: part(label, 0), [`${key}_low`]: part(low, VNI_OCTETS) };
};
/** The one or two labels of a route: `first` is where its VNI or label stands, `second` that of its IP-VRF. */
const labels = (isVni: boolean, second: boolean): Parts => {
  if (!isVni)
    return { ...mplsLabel('mpls_ls1', 'MPLS Label 1'), ...(second ? mplsLabel('mpls_ls2', 'MPLS Label 2') : {}) };
  return {
    vni: uint(24, 'VNI'),
    ...(second ? { vni2: uint(24, 'VNI of the IP-VRF', { name: `${PREFIX}.vni` }) } : {}),
  };
};

function routes(isVni: boolean): Readonly<Record<number, Body>> {
  const route = (parts: Parts): Body => body(PREFIX, '', parts);
  return {
    1: route({ rd, ...esi, etag, ...labels(isVni, false) }),
    2: route({
      rd,
      ...esi,
      etag,
      maclen: uint(8, 'MAC Address Length', { unit: 'bits' }),
      mac_addr: macAddress('MAC Address'),
      iplen: uint(8, 'IP Address Length', { unit: 'bits' }),
      'ip.addr': sizedAddress('ipv4', 'IPv4 Address'),
      'ipv6.addr': sizedAddress('ipv6', 'IPv6 Address'),
      ...labels(isVni, true),
    }),
    3: route({ rd, etag, ...originator }),
    4: route({ rd, ...esi, ...originator }),
    5: route({
      rd,
      ...esi,
      etag,
      prefix_len: uint(8, 'IP Prefix Length', { unit: 'bits' }),
      'ip.addr': address('ipv4', 'IPv4 Address', (_, left) => left === PREFIX_REST.ipv4),
      'ipv6.addr': address('ipv6', 'IPv6 Address', (_, left) => left === PREFIX_REST.ipv6),
      'ipv4.gtw_addr': address('ipv4', 'IPv4 Gateway', (_, left) => left === PREFIX_REST.ipv4 - 4),
      'ipv6.gtw_addr': address('ipv6', 'IPv6 Gateway', (_, left) => left === PREFIX_REST.ipv6 - 16),
      ...labels(isVni, false),
    }),
  };
}

const routeList = (isVni: boolean): Part =>
  typedElements({
    title: 'EVPN Route',
    prefix: PREFIX,
    name: PREFIX,
    header: { rt: uint(8, 'Route Type', named(ROUTE_TYPES)), len: uint(8, 'Length', octets) },
    rest: 'data',
    issue: 'prefixBeyondMessage',
    limit: 'bgp.evpn.nlri.len',
    bodies: () => routes(isVni),
  });

/** Routes whose label fields hold VNIs. */
export const evpnVniRoutes = routeList(true);
/** Routes whose label fields hold MPLS labels. */
export const evpnMplsRoutes = routeList(false);
/** The fields of both, for the list they are shown in. */
export const evpnFields = () =>
  specsOf([
    { specs: evpnMplsRoutes.spec.children, steps: [] },
    { specs: evpnVniRoutes.spec.children, steps: [] },
  ]);
