import { describe, expect, test } from 'vitest';
import { objectIdentifierText } from '../../src/protocols/object-identifier.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { etherFrame, gapsAtEveryLength } from '../frames.ts';
import { headerGaps } from '../header-gaps.ts';

const LLDP = 0x88cc;
const END = '00 00';

/** A TLV around its value. */
function tlv(type: number, value: string): string {
  return `${((type << 9) | octetsOf(value).length).toString(16).padStart(4, '0')} ${value}`;
}

test.each([
  [
    'chassis: MAC address',
    1,
    '04 02 00 00 00 00 01',
    { len: 7, chassis_subtype: 4, chassis_id_mac: '02:00:00:00:00:01' },
  ],
  [
    'chassis: IPv4 address',
    1,
    '05 01 0a 00 00 01',
    { chassis_subtype: 5, network_address_subtype: 1, chassis_id_ip4: '10.0.0.1' },
  ],
  ['chassis: interface name', 1, '06 65 74 68 30', { chassis_subtype: 6, chassis_id: '65:74:68:30' }],
  ['chassis: MAC address cut', 1, '04 02 00', { chassis_subtype: 4, chassis_id: '02:00' }],
  ['chassis: IPv4 address cut', 1, '05 01 0a 00', { network_address_subtype: 1, chassis_id: '0a:00' }],
  ['chassis: no value', 1, '', { len: 0 }],
  ['port: MAC address', 2, '03 02 00 00 00 00 01', { port_subtype: 3, port_id_mac: '02:00:00:00:00:01' }],
  [
    'port: IPv6 address',
    2,
    '04 02 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01',
    { port_subtype: 4, network_address_subtype: 2, port_id_ip6: '2001:db8::1' },
  ],
  ['port: interface name', 2, '05 65 74 68 30', { port_subtype: 5, port_id: 'eth0' }],
  ['time to live', 3, '00 78', { time_to_live: 120 }],
  ['time to live, cut', 3, '00', { unknown_subtype_content: '00' }],
  ['port description', 4, '75 70', { port_desc: 'up' }],
  ['system name', 5, '6e 6f 64 65 31', { tlv_system_name: 'node1' }],
  ['system description', 6, '4c 69 6e 75 78', { tlv_system_desc: 'Linux' }],
  [
    'capabilities',
    7,
    '00 9c 00 14',
    {
      tlv_system_cap: { raw: 0x9c, station_only: true, router: true, wlan_access_pt: true, bridge: true, other: false },
      tlv_enable_system_cap: { raw: 0x14, router: true, bridge: true, wlan_access_pt: false },
    },
  ],
  [
    'management address',
    8,
    '05 01 0a 00 00 01  02 00 00 00 07  08 2b 06 01 02 01 1f 01 01',
    {
      mgn_address_len: 5,
      mgn_address_subtype: 1,
      mgn_addr_ip4: '10.0.0.1',
      mgn_interface_subtype: 2,
      mgn_interface_number: 7,
      mgn_obj_len: 8,
      mgn_obj_id: '1.3.6.1.2.1.31.1.1',
    },
  ],
  [
    'management address of another family',
    8,
    '07 06 02 00 00 00 00 01  01 00 00 00 00  00',
    { mgn_address_subtype: 6, mgn_addr_hex: '02:00:00:00:00:01', mgn_interface_number: 0, mgn_obj_len: 0 },
  ],
  ['management address that passes its TLV', 8, 'ff 01 0a 00', { mgn_address_len: 255, mgn_addr_hex: '0a:00' }],
  ['management address of length 0', 8, '00 01 02 00 00 00 07 00', { mgn_address_len: 0, mgn_interface_number: 7 }],
  ['reserved type', 9, 'de ad', { type: 9, unknown_subtype_content: 'de:ad' }],
  [
    'IEEE 802.1: port VLAN',
    127,
    '00 80 c2 01 00 05',
    { orgtlv_oui: 0x0080c2, ieee_802_1_subtype: 1, ieee_802_1_port_vlan_id: 5 },
  ],
  [
    'IEEE 802.1: port and protocol VLAN',
    127,
    '00 80 c2 02 06 00 05',
    {
      ieee_802_1_port_and_vlan_id_flag: { raw: 6, supported: true, enabled: true },
      ieee_802_1_port_proto_vlan_id: 5,
    },
  ],
  [
    'IEEE 802.1: VLAN name',
    127,
    '00 80 c2 03 00 05 03 6c 61 62',
    { ieee_802_1_vlan_id: 5, ieee_802_1_vlan_name_len: 3, ieee_802_1_vlan_name: 'lab' },
  ],
  ['IEEE 802.1: protocol', 127, '00 80 c2 04 02 88 8e', { ieee_802_1_proto_id: '88:8e' }],
  ['IEEE 802.1: another', 127, '00 80 c2 0b 08 ff', { ieee_802_1_subtype: 11, unknown_subtype_content: '08:ff' }],
  [
    'IEEE 802.3: auto-negotiation',
    127,
    '00 12 0f 01 03 6c 01 00 1e',
    {
      ieee_802_3_subtype: 1,
      ieee_802_3_mac_phy_auto_neg_status: { raw: 3, enabled: true, supported: true },
      ieee_802_3_pmd_auto_neg_advertised_caps: 0x6c01,
      ieee_802_3_pmd_mau_type: 30,
    },
  ],
  [
    'IEEE 802.3: power',
    127,
    '00 12 0f 02 07 01 05 51 00',
    {
      ieee_802_3_mdi_power_support: { raw: 7, port_class: true, supported: true, enabled: true, pse_pairs: false },
      ieee_802_3_mdi_pse_pair: 1,
      ieee_802_3_mdi_power_class: 5,
      unknown_subtype_content: '51:00',
    },
  ],
  [
    'IEEE 802.3: aggregation',
    127,
    '00 12 0f 03 03 00 00 00 64',
    { ieee_802_3_aggregation_status: { cap: true, enabled: true }, ieee_802_3_aggregated_port_id: 100 },
  ],
  ['IEEE 802.3: frame size', 127, '00 12 0f 04 05 ee', { ieee_802_3_max_frame_size: 1518 }],
  ['media: model', 127, '00 12 bb 0a 53 31', { media_subtype: 10, media_model: 'S1' }],
  ['another organization', 127, '00 01 42 07 be ef', { unknown_subtype: 7, unknown_subtype_content: 'be:ef' }],
  ['organization alone', 127, '00 01 42', { orgtlv_oui: 0x000142 }],
  ['organization cut', 127, '00 01', { unknown_subtype_content: '00:01' }],
])('%s', (_, type, value, fields) => {
  const frame = etherFrame(LLDP, `${tlv(type, value)} ${END}`);
  const [, layer] = dissectHex(frame);
  expect(layer).toMatchObject({
    layer: 'lldp',
    tlv: [
      { type, ...fields },
      { type: 0, len: 0 },
    ],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

describe('the list of TLVs', () => {
  const two = `${tlv(5, '6e 31')} ${tlv(4, '75 70')}`;

  test('ends with the end TLV: padding is not part of it', () => {
    const frame = etherFrame(LLDP, `${two} ${END} ${'00'.repeat(20)}`);
    expect(dissectHex(frame)[1]).toMatchObject({ range: [14, 24], tlv: [{ type: 5 }, { type: 4 }, { type: 0 }] });
    expect(headerGaps(layersOf(frame))).toEqual([]);
  });

  test('may end with the frame', () => {
    const frame = etherFrame(LLDP, two);
    expect(dissectHex(frame)[1]).toMatchObject({ range: [14, 22], tlv: [{ type: 5 }, { type: 4 }] });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('shows the TLVs before one that passes the frame', () => {
    const frame = etherFrame(LLDP, `${two} 0b ff 61`);
    expect(dissectHex(frame)[1]).toMatchObject({
      tlv: [{ type: 5 }, { type: 4 }, { type: 5, len: 511, tlv_system_name: 'a' }],
    });
    expect(layersOf(frame).issues.at(0)).toMatchObject({ row: 1, code: 'malformed' });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });
});

test.each([
  ['2b 06 01 04 01', '1.3.6.1.4.1'],
  ['2b 06 01 04 01 89 36', '1.3.6.1.4.1.1206'],
  ['88 37', '2.999'],
  ['00', '0.0'],
  ['2b 86', '1.3'],
  ['', ''],
])('object identifier %s', (hex, text) => {
  const octets = octetsOf(hex);
  expect(objectIdentifierText(new DataView(octets.buffer), 0, octets.length)).toBe(text);
});
