import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bgp } from '../../src/protocols/bgp.ts';
import type { LayerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { TCP_PAYLOAD, tcpFrame } from '../tcp-frame.ts';

const hex = (value: number, octets: number): string => value.toString(16).padStart(2 * octets, '0');
const sized = (octets: number, content: string): string => hex(octetsOf(content).length, octets) + content;
const MARKER = 'ff'.repeat(16);

function message(type: number, content: string): string {
  return `${MARKER} ${hex(19 + octetsOf(content).length, 2)} ${hex(type, 1)} ${content}`;
}
const attribute = (flags: string, type: number, value: string): string => `${flags} ${hex(type, 1)} ${sized(1, value)}`;
function update(attributes: string, nlri = '', withdrawn = ''): string {
  return message(2, `${sized(2, withdrawn)} ${sized(2, attributes)} ${nlri}`);
}
const open = (parameters: string, as = 'fc00'): string => message(1, `04 ${as} 00f0 0a000001 ${sized(1, parameters)}`);
const capabilities = (list: string): string => `02 ${sized(1, list)}`;

function bgpLayers(payload: string, port = 179): LayerObject[] {
  return dissectHex(tcpFrame(port, payload)).filter(({ layer }) => layer === 'bgp');
}
function attributesOf(attributes: string): unknown {
  expect(headerGaps(layersOf(tcpFrame(179, update(attributes))))).toEqual([]);
  return bgpLayers(update(attributes))[0]?.['path_attributes'];
}
function issuesOf(payload: string): string[] {
  const layers = layersOf(tcpFrame(179, payload));
  headerGaps(layers);
  return Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
}
function summary(payload: string): string | undefined {
  const layers = layersOf(tcpFrame(179, payload));
  const row = layers.count - 1;
  return bgp.summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

describe('OPEN', () => {
  const families = [
    '01 04 0001 00 01', // IPv4 unicast
    '01 04 0019 00 46', // EVPN
    '02 00', // route refresh
    '40 06 8078 0001 01 80', // graceful restart, 120 s
    '41 04 fbf00001', // 4-octet AS
    '45 04 0001 01 03', // ADD-PATH
    '05 06 0001 0001 0002', // IPv4 over IPv6 next hops
    '49 06 02 6e31 02 6462', // FQDN
    '09 01 03', // role
    '47 07 0001 01 80 015180', // long-lived graceful restart, a day
    '03 07 0001 00 01 01 40 03', // outbound route filtering
    '07 03 18 0001', // BGPsec
    'f0 02 abcd', // not in use
  ].join('');

  test('capabilities', () => {
    const [layer] = bgpLayers(open(capabilities(families)));
    expect(layer).toMatchObject({
      length: 29 + 2 + octetsOf(families).length,
      type: 1,
      open_version: 4,
      open_myas: 0xfc00,
      open_holdtime: 240,
      open_identifier: '10.0.0.1',
      open_opt_params: [
        {
          type: 2,
          capabilities: [
            { type: 1, length: 4, mp_afi: 1, mp_safi: 1 },
            { type: 1, mp_afi: 25, mp_safi: 70 },
            { type: 2, length: 0 },
            {
              type: 64,
              gr_timers: { raw: 0x8078, restart_flag: true, notification_flag: false, restart_time: 120 },
              grs: [{ gr_afi: 1, gr_safi: 1, gr_flag: { pfs: true } }],
            },
            { type: 65, '4as': 0xfbf00001 },
            { type: 69, aps: [{ ap_afi: 1, ap_safi: 1, ap_sendreceive: 3 }] },
            { type: 5, enhs: [{ enh_afi: 1, enh_safi: 1, enh_nhafi: 2 }] },
            { type: 73, orf_fqdn_hostname: 'n1', orf_fqdn_domain_name: 'db' },
            { type: 9, role: 3 },
            { type: 71, llgrs: [{ llgr_flag: 0x80, llgr_stale_time: 86400 }] },
            { type: 3, orf_number: 1, orfs: [{ orf_type: 64, orf_sendreceive: 3 }] },
            { type: 7, bgpsec_flags: { version: 1, sendreceive: true }, bgpsec_afi: 1 },
            { type: 240, unknown: 'ab:cd' },
          ],
        },
      ],
    });
    expect(headerGaps(layersOf(tcpFrame(179, open(capabilities(families)))))).toEqual([]);
  });

  test('extended optional parameters (RFC 9072)', () => {
    const payload = message(1, `04 fc00 00f0 0a000001 ff ff 0009 02 0006 41 04 00010000`);
    expect(bgpLayers(payload)[0]).toMatchObject({
      open_opt_len: 255,
      open_opt_extended_len: 9,
      open_opt_params: [{ type: 2, extended_len: 6, capabilities: [{ '4as': 65536 }] }],
    });
    expect(issuesOf(payload)).toEqual([]);
  });

  test.each([
    [open(''), 'OPEN AS 64512 hold 240 id 10.0.0.1'],
    [open(capabilities('02 00 41 04 fbf00001'), '5ba0'), 'OPEN AS 4226809857 hold 240 id 10.0.0.1'],
  ])('%# in brief', (payload, words) => {
    expect(summary(payload)).toBe(words);
  });
});

describe('UPDATE', () => {
  const base =
    attribute('40', 1, '00') + attribute('40', 2, '02 02 0000fc00 0000fc01') + attribute('40', 3, '0a000002');

  test('routes, withdrawn ones and attributes', () => {
    const payload = update(base, '1a 0af40100 18 0af402', '18 0a0102 00');
    const [layer] = bgpLayers(payload);
    expect(layer).toMatchObject({
      range: [TCP_PAYLOAD, TCP_PAYLOAD + octetsOf(payload).length],
      update_withdrawn_routes_length: 5,
      withdrawn_routes: [
        { prefix_length: 24, withdrawn_prefix: '10.1.2.0' },
        { prefix_length: 0, withdrawn_prefix: '0.0.0.0' },
      ],
      path_attributes: [
        { flags: { raw: 0x40, transitive: true, optional: false }, type_code: 1, length: 1, origin: 0 },
        { as_path_segment: [{ type: 2, length: 2, numbers: [{ as4: 64512 }, { as4: 64513 }] }] },
        { type_code: 3, next_hop: '10.0.0.2' },
      ],
      nlri: [
        { prefix_length: 26, nlri_prefix: '10.244.1.0' },
        { prefix_length: 24, nlri_prefix: '10.244.2.0' },
      ],
    });
    expect(headerGaps(layersOf(tcpFrame(179, payload)))).toEqual([]);
  });

  test.each([
    ['two octets', '02 02 fc00 fc01', [{ as2: 64512 }, { as2: 64513 }]],
    ['four octets, the upper ones 0', '02 01 0000fc00', [{ as4: 64512 }]],
    ['four octets, the upper ones not 0', '02 01 00020001', [{ as4: 131073 }]],
  ])('AS numbers of %s are told apart by the path', (_, path, numbers) => {
    expect(attributesOf(attribute('40', 2, path))).toMatchObject([{ as_path_segment: [{ numbers }] }]);
  });

  test('path identifiers are told by what fits', () => {
    const [layer] = bgpLayers(update(base, '00000014 18 06020a 00000015 18 06020b'));
    expect(layer?.['nlri']).toMatchObject([
      { nlri_path_id: 20, prefix_length: 24, nlri_prefix: '6.2.10.0' },
      { nlri_path_id: 21, nlri_prefix: '6.2.11.0' },
    ]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ['MED', attribute('80', 4, '00000064'), { multi_exit_disc: 100 }],
    ['LOCAL_PREF', attribute('40', 5, '000000c8'), { local_pref: 200 }],
    ['ATOMIC_AGGREGATE', attribute('40', 6, ''), { length: 0 }],
    [
      'AGGREGATOR of 2 octets',
      attribute('c0', 7, 'fc00 0a000001'),
      { aggregator_as: 64512, aggregator_origin: '10.0.0.1' },
    ],
    ['AGGREGATOR of 4 octets', attribute('c0', 7, '00010000 0a000001'), { aggregator_as: 65536 }],
    [
      'COMMUNITIES',
      attribute('c0', 8, 'fc00 0064 ffffff01'),
      { communities: [{ community_as: 64512, community_value: 100 }, { community_wellknown: 0xffffff01 }] },
    ],
    ['ORIGINATOR_ID', attribute('80', 9, '0a000001'), { originator_id: '10.0.0.1' }],
    [
      'CLUSTER_LIST',
      attribute('80', 10, '0a000001 0a000002'),
      { clusters: [{ cluster_id: '10.0.0.1' }, { cluster_id: '10.0.0.2' }] },
    ],
    ['AS4_PATH', attribute('c0', 17, '02 01 0000fc00'), { as_path_segment: [{ numbers: [{ as4: 64512 }] }] }],
    [
      'AIGP',
      attribute('80', 26, '01 000b 00000000000007d0'),
      { aigps: [{ type: 1, length: 11, accu_igp_metric: '2000' }] },
    ],
    [
      'LARGE_COMMUNITY',
      attribute('c0', 32, '0000ffff 00000001 00000002'),
      { large_communities: [{ ga: 65535, ldp1: 1, ldp2: 2 }] },
    ],
    ['ONLY_TO_CUSTOMER', attribute('c0', 35, '0000fc00'), { only_to_customer: 64512 }],
    [
      'PMSI_TUNNEL',
      attribute('c0', 22, '00 06 000064 0a000001'),
      { pmsi_tunnel_type: 6, pmsi_tunnel_id: '0a:00:00:01' },
    ],
    [
      'TUNNEL_ENCAPSULATION',
      attribute('c0', 23, '0008 0002 abcd'),
      { tunnels: [{ encaps_tunnel_tlv_type: 8, encaps_tunnel_tlv_len: 2, encaps_tunnel_tlv_data: 'ab:cd' }] },
    ],
    ['one of two octets of length', '50 01 0001 02', { length: 1, origin: 2 }],
    ['one that is not in use', attribute('c0', 250, 'abcd'), { unknown: 'ab:cd' }],
    [
      'ATTR_SET',
      attribute('c0', 128, `0000fde9 ${attribute('40', 5, '00000064')}`),
      { attr_set_origin_as: 65001, attributes: [{ local_pref: 100 }] },
    ],
  ])('%s', (_, attributes, expected) => {
    expect(attributesOf(attributes)).toMatchObject([expected]);
    expect(issuesOf(update(attributes))).toEqual([]);
  });

  test('extended communities', () => {
    const list = [
      '0002 fc00 00000064', // route target
      '0102 0a000001 0064', // route target by address
      '0202 0000fc00 0064', // route target by 4-octet AS
      '4004 fc00 47f42400', // link bandwidth
      '030c 00000000 0008', // encapsulation: VXLAN
      '030b 0000 00000007', // color
      '0600 01 00 00000005', // MAC mobility
      '0603 020000000001', // router's MAC
      '9999 010203040506', // not in use
    ].join('');
    expect(attributesOf(attribute('c0', 16, list))).toMatchObject([
      {
        ext_communities: [
          {
            ext_com_type: { raw: 0, auth: false, tran: false },
            ext_com_stype_tr_as2: 2,
            ext_com_value_as2: 64512,
            ext_com_value_an4: 100,
          },
          { ext_com_stype_tr_IP4: 2, ext_com_value_IP4: '10.0.0.1', ext_com_value_an2: 100 },
          { ext_com_stype_tr_as4: 2, ext_com_value_as4: 64512, ext_com_value_an2: 100 },
          { ext_com_type: { tran: true }, ext_com_stype_ntr_as2: 4, ext_com_value_link_bw: 125000 },
          { ext_com_stype_tr_opaque: 12, ext_com_tunnel_type: 8 },
          { ext_com_color: 7 },
          { ext_com_stype_tr_evpn: 0, ext_com_evpn_mmac_flags: { sticky: true }, ext_com_evpn_mmac_seq: 5 },
          { ext_com_evpn_esi_router_mac: '02:00:00:00:00:01' },
          { ext_com_stype_unknown: 0x99, ext_com_value: '01:02:03:04:05:06' },
        ],
      },
    ]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    [
      'IPv6 with a link-local next hop',
      `0002 01 20 ${'20010db8'.padEnd(31, '0')}1 ${'fe80'.padEnd(31, '0')}1 00 40 20010db800010002`,
      {
        mp_reach_nlri_next_hops: [{ next_hop_ipv6: '2001:db8::1' }, { next_hop_ipv6_link_local: 'fe80::1' }],
        mp_reach_nlri_prefixes: [{ prefix_length: 64, mp_reach_nlri_ipv6_prefix: '2001:db8:1:2::' }],
      },
    ],
    [
      'labeled IPv4',
      '0001 04 04 01010102 00 50 000640 000651 1e0101 80',
      {
        mp_reach_nlri_next_hops: [{ next_hop_ipv4: '1.1.1.2' }],
        mp_reach_nlri_prefixes: [
          { prefix_length: 80, label_stack: '100,101 (bottom)', mp_reach_nlri_ipv4_prefix: '30.1.1.128' },
        ],
      },
    ],
    [
      'VPN IPv4',
      '0001 80 0c 0000000000000000 0a000001 00 70 000641 0000fc0000000064 0a0102',
      {
        mp_reach_nlri_next_hops: [{ next_hop_rd: '0:0', next_hop_ipv4: '10.0.0.1' }],
        mp_reach_nlri_prefixes: [
          { label_stack: '100 (bottom)', rd: '64512:100', mp_reach_nlri_ipv4_prefix: '10.1.2.0' },
        ],
      },
    ],
    ['a family whose routes are not dissected', '4004 47 04 0a000001 00 abcd', { mp_reach_nlri_data: 'ab:cd' }],
    [
      'SNPAs',
      '0001 01 04 0a000001 02 02 aa 00 18 0a0102',
      {
        mp_reach_nlri_nbr_snpa: 2,
        mp_reach_nlri_snpas: [
          { snpa_length: 2, snpa: 'aa' },
          { snpa_length: 0, snpa: '' },
        ],
        mp_reach_nlri_prefixes: [{ mp_reach_nlri_ipv4_prefix: '10.1.2.0' }],
      },
    ],
  ])('MP_REACH_NLRI: %s', (_, value, expected) => {
    expect(attributesOf(attribute('80', 14, value))).toMatchObject([expected]);
    expect(issuesOf(update(attribute('80', 14, value)))).toEqual([]);
  });

  test('MP_UNREACH_NLRI', () => {
    expect(attributesOf(attribute('80', 15, '0002 01 20 20010db8'))).toMatchObject([
      {
        mp_unreach_nlri_afi: 2,
        mp_unreach_nlri_prefixes: [{ prefix_length: 32, mp_unreach_nlri_ipv6_prefix: '2001:db8::' }],
      },
    ]);
  });

  const RD = '0001 0a000001 0064';
  const ESI = '00 000000000000000000';
  const VXLAN = attribute('c0', 16, '030c 00000000 0008');
  const evpn = (routes: string): string =>
    attribute('90', 14, '').slice(0, 2) + `0e ${sized(2, `0019 46 04 0a000001 00 ${routes}`)}`;
  const route = (type: number, value: string): string => `${hex(type, 1)} ${sized(1, value)}`;

  test.each<[string, string, Record<string, unknown>]>([
    [
      '1 Ethernet auto-discovery',
      route(1, `${RD} ${ESI} ffffffff 000065`),
      { rt: 1, esi_type: 0, etag: 0xffffffff, vni: 101 },
    ],
    [
      '2 MAC without IP',
      route(2, `${RD} ${ESI} 00000000 30 020000000001 00 000065`),
      { rt: 2, maclen: 48, mac_addr: '02:00:00:00:00:01', iplen: 0, vni: 101 },
    ],
    [
      '2 MAC and IPv4, two VNIs',
      route(2, `${RD} ${ESI} 00000000 30 020000000001 20 0af40105 000065 0000c8`),
      { ip_addr: '10.244.1.5', vni: 101, vni2: 200 },
    ],
    [
      '2 MAC and IPv6',
      route(2, `${RD} ${ESI} 00000000 30 020000000001 80 ${'fd00'.padEnd(31, '0')}5 000065`),
      { ipv6_addr: 'fd00::5', vni: 101 },
    ],
    ['3 inclusive multicast', route(3, `${RD} 00000000 20 0a000001`), { or_length: 32, or_addr_ipv4: '10.0.0.1' }],
    ['4 Ethernet segment', route(4, `${RD} ${ESI} 80 ${'fd00'.padEnd(31, '0')}5`), { or_addr_ipv6: 'fd00::5' }],
    [
      '5 IPv4 prefix',
      route(5, `${RD} ${ESI} 00000000 18 0af40100 00000000 000065`),
      { prefix_len: 24, ip_addr: '10.244.1.0', ipv4_gtw_addr: '0.0.0.0', vni: 101 },
    ],
    [
      '5 IPv6 prefix',
      route(5, `${RD} ${ESI} 00000000 40 ${'fd00'.padEnd(32, '0')} ${'fd00'.padEnd(31, '0')}9 000065`),
      { ipv6_addr: 'fd00::', ipv6_gtw_addr: 'fd00::9', vni: 101 },
    ],
    ['6, which is not dissected', route(6, 'abcd'), { rt: 6, len: 2, data: 'ab:cd' }],
  ])('EVPN route %s', (_, routes, expected) => {
    expect(attributesOf(evpn(routes) + VXLAN)).toMatchObject([{ evpn_nlri: [expected] }, {}]);
    expect(issuesOf(update(evpn(routes) + VXLAN))).toEqual([]);
  });

  test('EVPN labels are MPLS labels unless a community names a tunnel with VNIs', () => {
    expect(attributesOf(evpn(route(1, `${RD} ${ESI} 00000000 000651`)))).toMatchObject([
      { evpn_nlri: [{ mpls_ls1: 101, mpls_ls1_low: 1 }] },
    ]);
  });

  test.each([
    [update(base, '1a 0af40100'), 'UPDATE 10.244.1.0/26 via 10.0.0.2'],
    [update(base, '18 0a0101 18 0a0102 18 0a0103'), 'UPDATE 10.1.1.0/24, 10.1.2.0/24 and 1 more via 10.0.0.2'],
    [update('', '', '18 0a0102'), 'UPDATE withdraw 10.1.2.0/24'],
    [update(attribute('80', 14, `0002 01 10 ${'fd00'.padEnd(31, '0')}1 00 10 fd01`)), 'UPDATE fd01::/16 via fd00::1'],
    [update(attribute('80', 15, '0002 01 10 fd01')), 'UPDATE withdraw fd01::/16'],
    [update(evpn(route(6, 'abcd'))), 'UPDATE L2VPN EVPN via 10.0.0.1'],
    [update(''), 'UPDATE end of RIB'],
    [update(attribute('80', 15, '0002 01')), 'UPDATE end of RIB IPv6 unicast'],
    [message(4, ''), 'KEEPALIVE'],
    [message(5, '0001 00 01'), 'ROUTE-REFRESH IPv4 unicast'],
    [message(9, ''), 'type 9'],
  ])('%# in brief', (payload, words) => {
    expect(summary(payload)).toBe(words);
  });
});

describe('NOTIFICATION', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      '06 02 04 67626479',
      {
        notify_major_error: 6,
        notify_minor_error_cease: 2,
        notify_communication_length: 4,
        notify_communication: 'gbdy',
      },
      'Cease: Administrative Shutdown "gbdy"',
    ],
    ['04 00', { notify_major_error: 4, notify_minor_error_expired: 0 }, 'Hold Timer Expired'],
    [
      '02 02 fc00',
      { notify_minor_error_open: 2, notify_error_open_bad_peer_as: 64512 },
      'OPEN Message Error: Bad Peer AS',
    ],
    [
      '03 05 400101',
      { notify_minor_error_update: 5, notify_minor_data: '40:01:01' },
      'UPDATE Message Error: Attribute Length Error',
    ],
    ['01 02 0013', { notify_minor_error: 2 }, 'Message Header Error: Bad Message Length'],
    ['05 01', { notify_minor_error_state: 1 }, 'Finite State Machine Error: Unexpected Message in OpenSent'],
    ['63 07', { notify_minor_error_unknown: 7 }, 'error 99: subcode 7'],
  ])('%s', (content, expected, words) => {
    const payload = message(3, content);
    expect(bgpLayers(payload)[0]).toMatchObject(expected);
    expect(headerGaps(layersOf(tcpFrame(179, payload)))).toEqual([]);
    expect(summary(payload)).toBe(`NOTIFICATION ${words}`);
  });
});

test('ROUTE-REFRESH with outbound route filters', () => {
  expect(bgpLayers(message(5, '0001 00 01 01 40 0002 abcd'))[0]).toMatchObject({
    route_refresh_afi: 1,
    route_refresh_safi: 1,
    route_refresh_orf_flag: 1,
    route_refresh_orfs: [{ orf_type: 64, orf_length: 2, orf_entries: 'ab:cd' }],
  });
});

describe('messages in a stream', () => {
  const keepalive = message(4, '');

  test('several in one segment are a layer each', () => {
    expect(bgpLayers(keepalive + update('') + keepalive).map(({ type }) => type)).toEqual([4, 2, 4]);
  });

  test('the end of a message whose beginning is missing is passed over', () => {
    expect(bgpLayers(`0af40100 18 ${keepalive}`)).toMatchObject([{ continuation: '0a:f4:01:00:18' }, { type: 4 }]);
  });

  test('one that goes on in the next segment says so', () => {
    const layers = layersOf(tcpFrame(179, message(2, '0000 0040')));
    expect(headerGaps(layers)).toEqual([]);
    expect(issuesOf(`${MARKER} 0040 02 0000`)).toContain('continues');
    expect(issuesOf(MARKER.slice(0, 10))).toEqual(['continues']);
  });

  test('octets without a marker are not BGP', () => {
    expect(bgpLayers('deadbeef'.repeat(8))).toEqual([]);
  });

  test('a damaged marker is told', () => {
    expect(issuesOf(keepalive.replace('ff', '7f'))).toEqual(['marker']);
  });

  test('on another port it is a guess', () => {
    expect(bgpLayers(keepalive, 1790)).toMatchObject([{ guessed: true, type: 4 }]);
    expect(bgpLayers(message(9, ''), 1790)).toEqual([]);
  });
});

describe('bad input', () => {
  test.each([
    ['a length below the header', `${MARKER} 0012 04`, ['messageLength']],
    ['withdrawn routes beyond the message', message(2, '0005 18'), ['routesBeyondMessage', 'prefixBeyondMessage']],
    ['attributes beyond the message', message(2, '0000 0005 40'), ['routesBeyondMessage', 'attributeBeyondMessage']],
    ['an attribute beyond the attributes', update('40 01 05 00'), ['attributeBeyondMessage']],
    ['an attribute of a wrong length', update(attribute('40', 3, '0a0000')), ['attributeLength']],
    [
      'a segment beyond its path',
      update(attribute('40', 2, '02 03 0000fc00')),
      ['segmentBeyondAttribute', 'attributeLength'],
    ],
    ['a prefix beyond the message', update('', '18 0a01'), ['prefixBeyondMessage']],
    ['a prefix longer than an address', update('', '28 0a01020304'), ['prefixTooLong']],
    ['a capability beyond its parameter', open(capabilities('41 04 00')), ['capabilityBeyondParameter']],
    ['a parameter beyond the message', open('02 09 02 00'), ['parameterBeyondMessage']],
    ['a tunnel beyond its attribute', update(attribute('c0', 23, '0008 0009 ab')), ['elementBeyondAttribute']],
  ])('%s', (_, payload, codes) => {
    expect(issuesOf(payload)).toEqual(codes);
  });

  test('any octets in any message', () => {
    const content = fc.uint8Array({ maxLength: 120 }).map((octets) => Array.from(octets, (o) => hex(o, 1)).join(''));
    const attributes = fc.tuple(fc.constantFrom(2, 7, 8, 14, 15, 16, 22, 23, 26, 128), content);
    const messages = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 6 }), content).map(([type, octets]) => message(type, octets)),
      attributes.map(([type, value]) => update(`50 ${hex(type, 1)} ${sized(2, value)}`)),
      fc
        .tuple(fc.constantFrom('0001 01', '0002 80', '0019 46'), content)
        .map(([family, value]) => update(`90 0e ${sized(2, `${family} 04 0a000001 00 ${value}`)}`)),
      content.map((list) => open(capabilities(list))),
    );
    fc.assert(
      fc.property(messages, fc.nat(200), (payload, cut) => {
        const frame = tcpFrame(179, payload);
        for (const captured of [Number.POSITIVE_INFINITY, TCP_PAYLOAD + cut]) {
          const layers = layersOf(frame, { captured });
          expect(headerGaps(layers)).toEqual([]);
          for (let row = 0; row < layers.count; row++) {
            layers.protocolOf(row).summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
