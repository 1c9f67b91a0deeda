/** Communities: RFC 1997, extended RFC 4360 and IANA "BGP Extended Communities", large RFC 8092. */

import { once } from '../capture/once.ts';
import { bits, bytes, computed, flag, hex, ipv4Address, list, macAddress, named, uint } from '../dissect/field.ts';
import { TUNNEL_TYPES, WELL_KNOWN_COMMUNITIES } from './bgp-registries.ts';
import {
  type Body,
  body,
  each,
  emitBody,
  type FieldsByKey,
  fieldOf,
  type Part,
  type Parts,
  restBytes,
  specsOf,
} from './body.ts';
import { flatNames } from './flat-names.ts';

const ATTRIBUTE = 'bgp.update.path_attribute';
const EXTENDED_OCTETS = 8;

/** Communities of 32 bits; the first and the last 65,536 are reserved, and shown as one number. */
export const communities: Part = {
  spec: list(
    'Community',
    () =>
      flatNames(ATTRIBUTE, {
        community_wellknown: uint(32, 'Well-known Community', hex, named(WELL_KNOWN_COMMUNITIES)),
        community_as: uint(16, 'AS'),
        community_value: uint(16, 'Value'),
      }),
    { name: `${ATTRIBUTE}.community` },
  ),
  emit: (emit, elements, from, end, { view }) => {
    const fields = elements.of as FieldsByKey;
    let at = from;
    for (; at + 4 <= end; at += 4) {
      const administrator = view.getUint16(at);
      emit.begin(elements, at);
      if (administrator === 0 || administrator === 0xffff) emit.field(fieldOf(fields, 'community_wellknown'), at);
      else {
        emit.field(fieldOf(fields, 'community_as'), at);
        emit.field(fieldOf(fields, 'community_value'), at + 2);
      }
      emit.end(at + 4);
    }
    return at;
  },
};

export const largeCommunities = each(
  'Large Community',
  body('bgp.large_communities', '', {
    ga: uint(32, 'Global Administrator'),
    ldp1: uint(32, 'Local Data Part 1'),
    ldp2: uint(32, 'Local Data Part 2'),
  }),
  { name: 'bgp.large_communities' },
);

/** A rate as an IEEE 754 number of octets per second. */
const rate = (title: string): Part => ({
  spec: computed('number', title, { unit: 'octets/s' }),
  emit: (emit, field, at, end, { view }) => {
    if (at + 4 > end) return at;
    emit.value(field, view.getFloat32(at), at, at + 4);
    return at + 4;
  },
});

const COMMON_SUBTYPES = {
  2: 'Route Target',
  3: 'Route Origin',
  4: 'Link Bandwidth',
  5: 'OSPF Domain Identifier',
  8: 'BGP Data Collection',
  9: 'Source AS',
  10: 'L2VPN Identifier',
};
const OPAQUE_SUBTYPES = {
  1: 'Cost',
  3: 'CP-ORF',
  6: 'OSPF Route Type',
  11: 'Color',
  12: 'Encapsulation',
  13: 'Default Gateway',
};
const EVPN_SUBTYPES = {
  0: 'MAC Mobility',
  1: 'ESI Label',
  2: 'ES-Import Route Target',
  3: "Router's MAC",
  4: 'Layer 2 Attributes',
  5: 'E-Tree',
  6: 'DF Election',
};
const FLOW_SUBTYPES = {
  6: 'Flow Traffic Rate',
  7: 'Flow Traffic Action',
  8: 'Flow Redirect',
  9: 'Flow Traffic Remarking',
  10: 'Layer 2 Info',
};
/** Key of the subtype by type, with the meaning of its values. */
const SUBTYPES: Readonly<Record<number, readonly [key: string, values: Readonly<Record<number, string>>]>> = {
  0: ['stype_tr_as2', COMMON_SUBTYPES],
  1: ['stype_tr_IP4', COMMON_SUBTYPES],
  2: ['stype_tr_as4', COMMON_SUBTYPES],
  3: ['stype_tr_opaque', OPAQUE_SUBTYPES],
  6: ['stype_tr_evpn', EVPN_SUBTYPES],
  64: ['stype_ntr_as2', COMMON_SUBTYPES],
  65: ['stype_ntr_IP4', COMMON_SUBTYPES],
  66: ['stype_ntr_as4', COMMON_SUBTYPES],
  67: ['stype_ntr_opaque', { 0: 'Origin Validation State', 1: 'Cost' }],
  128: ['stype_tr_exp', FLOW_SUBTYPES],
};
const UNKNOWN_SUBTYPE = 'stype_unknown';

const value = (parts: Parts): Body => body('bgp', '', parts);
const as2 = uint(16, '2-Octet AS');
const number2 = uint(16, 'Number');
const number4 = uint(32, 'Number');
const asValue = value({ 'ext_com.value_as2': as2, 'ext_com.value_an4': number4 });
const ipv4Value = value({ 'ext_com.value_IP4': ipv4Address('IPv4 Address'), 'ext_com.value_an2': number2 });
const as4Value = value({ 'ext_com.value_as4': uint(32, '4-Octet AS'), 'ext_com.value_an2': number2 });
const bandwidth = value({ 'ext_com.value_as2': as2, 'ext_com.value_link_bw': rate('Link Bandwidth') });

/** Bodies by type and subtype, as `type << 8 | subtype`. */
const valuesBySubtype = once(
  (): Readonly<Record<number, Body>> => ({
    4: bandwidth,
    16388: bandwidth,
    774: value({
      'ext_com.value_ospf_rtype.area': ipv4Address('OSPF Area'),
      'ext_com.value_ospf_rtype.type': uint(8, 'OSPF Route Type'),
      'ext_com.value_ospf_rtype.options': bits(8, 'OSPF Options', {
        reserved: uint(7, 'Reserved'),
        mt: flag('Metric Type 2'),
      }),
    }),
    779: value({ 'ext_com.color_flags': uint(16, 'Flags', hex), 'ext_com.color': uint(32, 'Color') }),
    780: value({
      'ext_com.reserved': bytes('Reserved', 4),
      'ext_com.tunnel_type': uint(16, 'Tunnel Type', named(TUNNEL_TYPES)),
    }),
    1536: value({
      'ext_com_evpn.mmac.flags': bits(8, 'Flags', { reserved: uint(7, 'Reserved'), sticky: flag('Sticky MAC') }, hex),
      'ext_com_evpn.mmac.reserved': uint(8, 'Reserved'),
      'ext_com_evpn.mmac.seq': uint(32, 'Sequence Number'),
    }),
    1538: value({ 'ext_com_evpn.esi.rt': macAddress('ES-Import Route Target') }),
    1539: value({ 'ext_com_evpn.esi.router_mac': macAddress("Router's MAC") }),
    32774: value({ 'ext_com.value_as2': as2, 'ext_com_flow.rate_limit': rate('Rate Limit') }),
    32776: asValue,
  }),
);
/** Bodies of types whose subtypes all look alike. */
const VALUES_BY_TYPE: Readonly<Record<number, Body>> = {
  0: asValue,
  1: ipv4Value,
  2: as4Value,
  64: asValue,
  65: ipv4Value,
  66: as4Value,
};
const rest = value({ 'ext_com.value': restBytes('Value') });

const header = (): Body =>
  value({
    'ext_com.type': bits(
      8,
      'Type',
      {
        auth: flag('Experimental'),
        tran: flag('Non-Transitive'),
        type: uint(6, 'Type', { name: 'bgp.ext_com.type.low' }),
      },
      hex,
    ),
    ...Object.fromEntries(
      Object.values(SUBTYPES).map(
        ([key, values]) => [`ext_com.${key}`, uint(8, 'Subtype', hex, named(values))] as const,
      ),
    ),
    [`ext_com.${UNKNOWN_SUBTYPE}`]: uint(8, 'Subtype', hex),
  });

export const extendedCommunities: Part = {
  spec: list(
    'Extended Community',
    () => specsOf([header(), ...Object.values(valuesBySubtype()), ...Object.values(VALUES_BY_TYPE), rest]),
    { name: 'bgp.ext_community' },
  ),
  emit: (emit, elements, from, end, { view }) => {
    const fields = elements.of as FieldsByKey;
    let at = from;
    for (; at + EXTENDED_OCTETS <= end; at += EXTENDED_OCTETS) {
      const next = at + EXTENDED_OCTETS;
      const type = view.getUint8(at);
      const [subtypeKey] = SUBTYPES[type] ?? [UNKNOWN_SUBTYPE];
      emit.begin(elements, at);
      emit.field(fieldOf(fields, 'ext_com_type'), at);
      emit.field(fieldOf(fields, `ext_com_${subtypeKey}`), at + 1);
      const known = valuesBySubtype()[view.getUint16(at)] ?? VALUES_BY_TYPE[type] ?? rest;
      const taken = emitBody(emit, fields, known, view, at + 2, next, at);
      if (taken < next) emitBody(emit, fields, rest, view, taken, next, at);
      emit.end(next);
    }
    return at;
  },
};

/** Type and subtype of the Encapsulation community (RFC 9012 §4.1). */
const ENCAPSULATION = 0x030c;
/** Tunnel types whose label fields hold a virtual network identifier: VXLAN, NVGRE, VXLAN GPE, Geneve. */
const VNI_TUNNELS: readonly number[] = [8, 9, 12, 19];

/** Whether the extended communities of [from, end) say that labels are virtual network identifiers (RFC 8365 §5.1.3). */
export function labelsAreVnis(view: DataView, from: number, end: number): boolean {
  for (let at = from; at + EXTENDED_OCTETS <= end; at += EXTENDED_OCTETS) {
    if (view.getUint16(at) === ENCAPSULATION && VNI_TUNNELS.includes(view.getUint16(at + 6))) return true;
  }
  return false;
}
