/** Path attributes of UPDATE messages: RFC 4271 §4.3 and the RFCs that IANA's "BGP Path Attributes" names. */

import { once } from '../capture/once.ts';
import {
  bits,
  bytes,
  type Field,
  type FieldSpec,
  flag,
  hex,
  ipv4Address,
  list,
  named,
  number,
  octets,
  uint,
  uint64,
} from '../dissect/field.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import { as4Path, asPath } from './bgp-as-path.ts';
import { communities, extendedCommunities, labelsAreVnis, largeCommunities } from './bgp-communities.ts';
import { mpReach, mpUnreach } from './bgp-multiprotocol.ts';
import { PATH_ATTRIBUTES, TUNNEL_TYPES } from './bgp-registries.ts';
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
  typedElements,
} from './body.ts';
import { flatNames } from './flat-names.ts';

const PREFIX = 'bgp.update.path_attribute';
/** Flag that says that the length has two octets. */
const EXTENDED_LENGTH = 0x10;
const EXTENDED_COMMUNITIES = 16;
const LARGE_AGGREGATOR = 8;

const attribute = (parts: Parts): Body => body(PREFIX, '', parts);

/** AS number of an aggregator, of four octets where the attribute has room for that (RFC 6793 §3). */
const aggregatorAs: Part = {
  spec: number('Aggregator AS'),
  emit: (emit, field, at, end, { view }) => {
    const width = end - at >= LARGE_AGGREGATOR ? 4 : 2;
    if (at + width > end) return at;
    emit.value(field, width === 4 ? view.getUint32(at) : view.getUint16(at), at, at + width);
    return at + width;
  },
};
const aggregator = attribute({ aggregator_as: aggregatorAs, aggregator_origin: ipv4Address('Aggregator Origin') });

const PMSI_TUNNELS = {
  0: 'none',
  1: 'RSVP-TE P2MP LSP',
  2: 'mLDP P2MP LSP',
  3: 'PIM-SSM tree',
  4: 'PIM-SM tree',
  5: 'BIDIR-PIM tree',
  6: 'ingress replication',
  7: 'mLDP MP2MP LSP',
};

const tunnels = typedElements({
  title: 'Tunnel',
  prefix: 'bgp.update',
  name: 'bgp.update.encaps_tunnel_tlv',
  header: {
    encaps_tunnel_tlv_type: uint(16, 'Tunnel Type', named(TUNNEL_TYPES)),
    encaps_tunnel_tlv_len: uint(16, 'Length', octets),
  },
  rest: 'encaps_tunnel_tlv_data',
  issue: 'elementBeyondAttribute',
  limit: `${PREFIX}.length`,
  bodies: () => ({}),
});

/** Bodies by type code, but for the routes of other families. */
const commonAttributes = once(
  (): Readonly<Record<number, Body>> => ({
    1: attribute({ origin: uint(8, 'Origin', named({ 0: 'IGP', 1: 'EGP', 2: 'INCOMPLETE' })) }),
    2: attribute({ as_path_segment: asPath }),
    3: attribute({ next_hop: ipv4Address('Next Hop') }),
    4: attribute({ multi_exit_disc: uint(32, 'Multiple Exit Discriminator') }),
    5: attribute({ local_pref: uint(32, 'Local Preference') }),
    6: attribute({}),
    7: aggregator,
    8: attribute({ communities }),
    9: attribute({ originator_id: ipv4Address('Originator Identifier') }),
    10: attribute({
      clusters: each('Cluster', body('bgp.path_attribute', '', { cluster_id: ipv4Address('Cluster ID') }), {
        name: 'bgp.path_attribute.cluster_list',
      }),
    }),
    16: attribute({ ext_communities: extendedCommunities }),
    17: attribute({ as_path_segment: as4Path }),
    18: aggregator,
    22: attribute({
      'pmsi.tunnel.flags': uint(8, 'Flags'),
      'pmsi.tunnel.type': uint(8, 'Tunnel Type', named(PMSI_TUNNELS)),
      pmsi_label: bits(24, 'Label', {
        label: uint(20, 'MPLS Label', { name: `${PREFIX}.mpls_label_value_20bits` }),
        low: uint(4, 'Low Bits', hex),
      }),
      'pmsi.tunnel.id': restBytes('Tunnel ID'),
    }),
    23: attribute({ tunnels }),
    26: attribute({
      aigps: each(
        'AIGP TLV',
        body('bgp.update.attribute.aigp', '', {
          type: uint(8, 'Type', named({ 1: 'AIGP' })),
          length: uint(16, 'Length', octets),
          accu_igp_metric: uint64('Accumulated IGP Metric'),
        }),
        { name: `${PREFIX}.aigp` },
      ),
    }),
    32: attribute({ large_communities: largeCommunities }),
    35: attribute({ only_to_customer: uint(32, 'Only to Customer AS') }),
  }),
);

/** With the routes of other families, whose label fields hold VNIs or MPLS labels. */
const attributesWith = (isVni: boolean): Readonly<Record<number, Body>> => ({
  ...commonAttributes(),
  14: attribute(mpReach(isVni)),
  15: attribute(mpUnreach(isVni)),
});
const mplsAttributes = once(() => attributesWith(false));
const vniAttributes = once(() => attributesWith(true));

const header = () =>
  flatNames(PREFIX, {
    flags: bits(
      8,
      'Flags',
      {
        optional: flag('Optional'),
        transitive: flag('Transitive'),
        partial: flag('Partial'),
        extended_length: flag('Extended Length'),
        unused: uint(4, 'Unused'),
      },
      hex,
    ),
    type_code: uint(8, 'Type Code', named(PATH_ATTRIBUTES)),
    length: number('Length', octets),
  });
const innerSpecs = () => ({
  ...header(),
  ...specsOf(Object.values(mplsAttributes())),
  unknown: bytes('Unknown', 0, { name: 'bgp.update.path_attributes.unknown' }),
});

/** Attributes of a customer's route that a provider carries along (RFC 6368 §5). */
const ATTRIBUTE_SET = 128;
const attributeSet = attribute({
  'attr_set.origin_as': uint(32, 'Origin AS'),
  attributes: {
    spec: list('Path Attribute of the Set', innerSpecs, { name: 'bgp.update.path_attribute' }),
    emit: (emit, field, at, end, { view }) => emitPathAttributes(emit, field, view, at, end, false),
  },
});

/** The list of path attributes. */
export const pathAttributes: FieldSpec = list('Path Attribute', () => ({ ...innerSpecs(), ...attributeSet.specs }), {
  name: 'bgp.update.path_attributes',
});

/** An attribute's place: its value is [value, next). */
export interface AttributePlace {
  readonly type: number;
  readonly value: number;
  readonly next: number;
}

/** The attribute at `at`; undefined where its header is not there. `next` may lie beyond `end`. */
export function attributeAt(view: DataView, at: number, end: number): AttributePlace | undefined {
  if (at + 3 > end) return undefined;
  const isLong = (view.getUint8(at) & EXTENDED_LENGTH) !== 0;
  const value = at + (isLong ? 4 : 3);
  if (value > end) return undefined;
  const length = isLong ? view.getUint16(at + 2) : view.getUint8(at + 2);
  return { type: view.getUint8(at + 1), value, next: value + length };
}

/** Whether some attribute of [from, end) says that labels of routes are VNIs. */
function hasVniTunnel(view: DataView, from: number, end: number): boolean {
  for (let at = from, place = attributeAt(view, at, end); place !== undefined; place = attributeAt(view, at, end)) {
    at = place.next;
    if (place.type === EXTENDED_COMMUNITIES && labelsAreVnis(view, place.value, Math.min(at, end))) return true;
  }
  return false;
}

/** Emits the attributes of [from, end), and answers the first octet behind them; `isOutermost` allows for sets of attributes. */
export function emitPathAttributes(
  emit: FieldEmitter,
  attributes: Field,
  view: DataView,
  from: number,
  end: number,
  isOutermost: boolean,
): number {
  const fields = attributes.of as FieldsByKey;
  const unknown = fieldOf(fields, 'unknown');
  const bodies = hasVniTunnel(view, from, end) ? vniAttributes() : mplsAttributes();
  for (let at = from; at < end; ) {
    const place = attributeAt(view, at, end);
    emit.begin(attributes, at);
    if (place === undefined) {
      emit.issue('attributeBeyondMessage', 3, end - at, 'bgp.update.path_attributes.length');
      emit.octets(unknown, at, end);
      emit.end(end);
      break;
    }
    const { type, value, next } = place;
    if (next > end) emit.issue('attributeBeyondMessage', next - at, end - at, 'bgp.update.path_attributes.length');
    const cut = Math.min(next, end);
    emit.field(fieldOf(fields, 'flags'), at);
    emit.field(fieldOf(fields, 'type_code'), at + 1);
    emit.value(fieldOf(fields, 'length'), next - value, at + 2, value);
    const known = type === ATTRIBUTE_SET && isOutermost ? attributeSet : bodies[type];
    const taken = known === undefined ? value : emitBody(emit, fields, known, view, value, cut, at);
    if (taken < cut) {
      if (known !== undefined && next <= end)
        emit.issue('attributeLength', taken - value, next - value, `${PREFIX}.length`);
      emit.octets(unknown, taken, cut);
    }
    emit.end(cut);
    at = cut;
  }
  return end;
}
