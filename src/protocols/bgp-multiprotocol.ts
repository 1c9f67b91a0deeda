/** Routes of other families than IPv4 unicast: MP_REACH_NLRI and MP_UNREACH_NLRI, RFC 4760 §3–4. */
import { bytes, computed, list, named, octets, text, uint } from '../dissect/field.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import { evpnFields, evpnMplsRoutes, evpnVniRoutes } from './bgp-evpn.ts';
import { distinguisherText, emitPrefixes, prefixForm, prefixList, ROUTE_DISTINGUISHER } from './bgp-nlri.ts';
import { ADDRESS_FAMILIES, Afi, Safi, SUBSEQUENT_FAMILIES } from './bgp-registries.ts';
import { body, countedBytes, each, type FieldsByKey, fieldOf, type Part, type Parts, restBytes } from './body.ts';
import { flatNames } from './flat-names.ts';

const REACH = 'bgp.update.path_attribute.mp_reach_nlri';
const UNREACH = 'bgp.update.path_attribute.mp_unreach_nlri';
const REACH_ADDRESSES = { ipv4: 'mp_reach_nlri_ipv4_prefix', ipv6: 'mp_reach_nlri_ipv6_prefix' };
const UNREACH_ADDRESSES = { ipv4: 'mp_unreach_nlri_ipv4_prefix', ipv6: 'mp_unreach_nlri_ipv6_prefix' };

/** Next hops in as many octets as the part before says: addresses, in VPNs each behind a route distinguisher. */
const nextHops: Part = {
  spec: list(
    'Next Hop',
    () =>
      flatNames(REACH, {
        'next_hop.rd': text('Route Distinguisher'),
        'next_hop.ipv4': computed('ipv4', 'IPv4 Address'),
        'next_hop.ipv6': computed('ipv6', 'IPv6 Address'),
        'next_hop.ipv6.link_local': computed('ipv6', 'Link-local Address'),
        'next_hop.data': bytes('Next Hop of Another Kind'),
      }),
    { name: `${REACH}.next_hops` },
  ),
  emit: (emit, hops, from, limit, { view, start, before }) => {
    const fields = hops.of as FieldsByKey;
    const end = Math.min(from + before, limit);
    const rd = view.getUint8(start + 2) === Safi.vpn ? ROUTE_DISTINGUISHER : 0;
    const length = end - from;
    const width = length === rd + 4 ? 4 : length === rd + 16 || length === 2 * (rd + 16) ? 16 : 0;
    for (let at = from; at < end; ) {
      const next = width === 0 ? end : at + rd + width;
      emit.begin(hops, at);
      if (width === 0) emit.octets(fieldOf(fields, 'next_hop_data'), at, end);
      else {
        if (rd > 0) emit.value(fieldOf(fields, 'next_hop_rd'), distinguisherText(view, at), at, at + rd);
        const key = width === 4 ? 'next_hop_ipv4' : at === from ? 'next_hop_ipv6' : 'next_hop_ipv6_link_local';
        const address = width === 4 ? ipv4Text(view, at + rd) : ipv6Text(view, at + rd);
        emit.value(fieldOf(fields, key), address, at + rd, next);
      }
      emit.end(next);
      at = next;
    }
    return Math.max(from, end);
  },
};

/** Routes of the family in the attribute's first octets, where they are prefixes. */
const prefixes = (name: string, addresses: { ipv4: string; ipv6: string }): Part => ({
  spec: prefixList('Route', `${name}.prefixes`, [addresses.ipv4, addresses.ipv6]),
  emit: (emit, field, at, end, { view, start }) => {
    const form = prefixForm(view.getUint16(start), view.getUint8(start + 2), addresses);
    if (form === undefined || at >= end) return at;
    emitPrefixes(emit, field, view, at, end, form);
    return end;
  },
});

const evpn = (isVni: boolean): Part => ({
  spec: list('EVPN Route', evpnFields, { name: 'bgp.evpn.nlri' }),
  emit: (emit, field, at, end, context) => {
    const { view, start } = context;
    if (view.getUint16(start) !== Afi.l2vpn || view.getUint8(start + 2) !== Safi.evpn) return at;
    return (isVni ? evpnVniRoutes : evpnMplsRoutes).emit(emit, field, at, end, context);
  },
});

const afi = uint(16, 'Address Family', named(ADDRESS_FAMILIES));
const safi = uint(8, 'Subsequent Address Family', named(SUBSEQUENT_FAMILIES));

/** Subnetwork points of attachment, which RFC 4760 reserves: as many as the octet before says. */
const attachments: Part = {
  spec: each(
    'Subnetwork Point of Attachment',
    body(REACH, '', { snpa_length: uint(8, 'SNPA Length', { unit: 'semi-octets' }), snpa: countedBytes('SNPA') }),
    { name: `${REACH}.snpas` },
  ).spec,
  emit: (emit, list, from, end, { view, before }) => {
    const fields = list.of as FieldsByKey;
    let at = from;
    for (let left = before; left > 0 && at < end; left--) {
      const next = Math.min(at + 1 + ((view.getUint8(at) + 1) >> 1), end);
      emit.begin(list, at);
      emit.field(fieldOf(fields, 'snpa_length'), at);
      emit.octets(fieldOf(fields, 'snpa'), at + 1, next);
      emit.end(next);
      at = next;
    }
    return at;
  },
};

/** Parts of MP_REACH_NLRI; `isVni` says what the labels of EVPN routes hold. */
export const mpReach = (isVni: boolean): Parts => ({
  'mp_reach_nlri.afi': afi,
  'mp_reach_nlri.safi': safi,
  'mp_reach_nlri.next_hop_len': uint(8, 'Next Hop Length', octets),
  'mp_reach_nlri.next_hops': nextHops,
  'mp_reach_nlri.nbr_snpa': uint(8, 'Number of SNPAs'),
  'mp_reach_nlri.snpas': attachments,
  'mp_reach_nlri.prefixes': prefixes(REACH, REACH_ADDRESSES),
  evpn_nlri: evpn(isVni),
  'mp_reach_nlri.data': restBytes('Routes of Another Kind'),
});

/** Parts of MP_UNREACH_NLRI. */
export const mpUnreach = (isVni: boolean): Parts => ({
  'mp_unreach_nlri.afi': afi,
  'mp_unreach_nlri.safi': safi,
  'mp_unreach_nlri.prefixes': prefixes(UNREACH, UNREACH_ADDRESSES),
  evpn_nlri: evpn(isVni),
  'mp_unreach_nlri.data': restBytes('Routes of Another Kind'),
});
