/** Values of organizationally specific TLVs: IEEE Std 802.1Q annex D, IEEE Std 802.3 §79.3, ANSI/TIA-1057. */

import { once } from '../capture/once.ts';
import { bits, flag, hex, named, octets, uint, type ValueNames } from '../dissect/field.ts';
import { type Body, body, countedBytes, countedText, type Parts, restText } from './body.ts';

/** An organization's own TLVs: what its subtype is called, and bodies by subtype. */
export interface Organization {
  /** Key of the subtype's field. */
  readonly subtype: string;
  readonly header: Body;
  readonly bodies: Readonly<Record<number, Body>>;
}

function organization(group: string, subtypes: ValueNames, bodies: Readonly<Record<number, Parts>>): Organization {
  const header = body('lldp', group, { subtype: uint(8, 'Subtype', hex, named(subtypes)) });
  const subtype = header.steps[0]?.key ?? '';
  const declared = Object.entries(bodies).map(([code, parts]) => [code, body('lldp', group, parts)] as const);
  return { subtype, header, bodies: Object.fromEntries(declared) };
}

const aggregation = (): Parts => ({
  aggregation_status: bits(
    8,
    'Aggregation Status',
    {
      reserved: uint(4, 'Reserved'),
      porttype: uint(2, 'Port Type'),
      enabled: flag('Aggregated'),
      cap: flag('Aggregation Capable'),
    },
    hex,
  ),
  aggregated_port_id: uint(32, 'Aggregated Port'),
});

const ieee8021 = (): Organization =>
  organization(
    'ieee.802_1',
    {
      1: 'Port VLAN ID',
      2: 'Port and Protocol VLAN ID',
      3: 'VLAN Name',
      4: 'Protocol Identity',
      5: 'VID Usage Digest',
      6: 'Management VID',
      7: 'Link Aggregation',
      8: 'Congestion Notification',
      9: 'ETS Configuration',
      10: 'ETS Recommendation',
      11: 'Priority-based Flow Control',
      12: 'Application Priority',
      13: 'Edge Virtual Bridging',
      14: 'CDCP',
      16: 'Application VLAN',
    },
    {
      1: { 'port_vlan.id': uint(16, 'Port VLAN') },
      2: {
        port_and_vlan_id_flag: bits(
          8,
          'Flags',
          {
            reserved_high: uint(5, 'Reserved'),
            enabled: flag('Enabled'),
            supported: flag('Supported'),
            reserved_low: uint(1, 'Reserved'),
          },
          hex,
        ),
        'port_proto_vlan.id': uint(16, 'Port and Protocol VLAN'),
      },
      3: {
        'vlan.id': uint(16, 'VLAN'),
        'vlan.name_len': uint(8, 'VLAN Name Length', octets),
        'vlan.name': countedText('VLAN Name'),
      },
      4: {
        'proto.id_length': uint(8, 'Protocol Identity Length', octets),
        'proto.id': countedBytes('Protocol Identity'),
      },
      7: aggregation(),
    },
  );

const ieee8023 = (): Organization =>
  organization(
    'ieee.802_3',
    {
      1: 'MAC/PHY Configuration and Status',
      2: 'Power via MDI',
      3: 'Link Aggregation',
      4: 'Maximum Frame Size',
      5: 'Energy-Efficient Ethernet',
      7: 'Additional Ethernet Capabilities',
    },
    {
      1: {
        mac_phy_auto_neg_status: bits(
          8,
          'Auto-negotiation',
          { reserved: uint(6, 'Reserved'), enabled: flag('Enabled'), supported: flag('Supported') },
          hex,
        ),
        pmd_auto_neg_advertised_caps: uint(16, 'Advertised Capabilities', hex),
        pmd_mau_type: uint(16, 'Operational MAU Type', hex),
      },
      2: {
        mdi_power_support: bits(
          8,
          'Power Support',
          {
            reserved: uint(4, 'Reserved'),
            pse_pairs: flag('Pairs can be controlled'),
            enabled: flag('Enabled'),
            supported: flag('Supported'),
            port_class: flag('Power Sourcing Equipment'),
          },
          hex,
        ),
        mdi_pse_pair: uint(8, 'Power Pair', named({ 1: 'signal', 2: 'spare' })),
        mdi_power_class: uint(8, 'Power Class, plus one'),
      },
      3: aggregation(),
      4: { max_frame_size: uint(16, 'Maximum Frame Size', octets) },
    },
  );

const mediaEndpoint = (): Organization =>
  organization(
    'media',
    {
      1: 'Media Capabilities',
      2: 'Network Policy',
      3: 'Location Identification',
      4: 'Extended Power via MDI',
      5: 'Hardware Revision',
      6: 'Firmware Revision',
      7: 'Software Revision',
      8: 'Serial Number',
      9: 'Manufacturer',
      10: 'Model',
      11: 'Asset ID',
    },
    {
      5: { hardware: restText('Hardware Revision') },
      6: { firmware: restText('Firmware Revision') },
      7: { software: restText('Software Revision') },
      8: { sn: restText('Serial Number') },
      9: { manufacturer: restText('Manufacturer') },
      10: { model: restText('Model') },
      11: { asset: restText('Asset ID') },
    },
  );

/** Organizations whose TLVs are known, by organizationally unique identifier. */
export const organizations = once(
  (): Readonly<Record<number, Organization>> => ({
    32962: ieee8021(),
    4623: ieee8023(),
    4795: mediaEndpoint(),
  }),
);

/** Names of organizations. */
export const ORGANIZATIONS: ValueNames = {
  32962: 'IEEE 802.1',
  4623: 'IEEE 802.3',
  4795: 'TIA, media endpoints',
  322: 'Cisco',
  9953: 'Stanford (OpenFlow)',
  94: 'IANA',
  3791: 'PROFIBUS',
  6945: 'Intel (DCBX)',
};
