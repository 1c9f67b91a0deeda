import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { IPV6, inIpv6 } from '../ip-packets.ts';
import { verifyAll } from '../verify-all.ts';

const SOURCE = 'fe 80 00 00 00 00 00 00 02 16 3e ff fe 11 34 24';
const DESTINATION = 'ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01';
const TARGET = '20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02';
const GROUP = 'ff 02 00 00 00 00 00 00 00 00 00 01 ff 11 34 24';

const packet = (payload: string, nextHeader = '3a'): string => inIpv6(nextHeader, payload, SOURCE, DESTINATION);

/** The start of a UDP packet, as a router quotes it. */
const QUOTED = `60 00 00 00 05 a0 11 40 ${TARGET} ${SOURCE} 00 35 d4 31 05 a0 00 00`;

const NOTHING: object = {};

test.each([
  ['echo request', '80 00 00 00 12 34 00 07 61 62', 8, { echo_identifier: 0x1234, echo_sequence_number: 7 }],
  [
    'port unreachable',
    `01 04 00 00 00 00 00 00 ${QUOTED}`,
    8,
    { meaning: 'Destination Unreachable: port unreachable', reserved: '00:00:00:00' },
  ],
  [
    'unreachable with the length of the quoted part (RFC 4884 §4.4)',
    `01 00 00 00 06 00 00 00 ${QUOTED}`,
    8,
    { length: 6, reserved: '00:00:00' },
  ],
  ['packet too big', `02 00 00 00 00 00 05 00 ${QUOTED}`, 8, { meaning: 'Packet Too Big', mtu: 1280 }],
  [
    'time exceeded',
    `03 01 00 00 00 00 00 00 ${QUOTED}`,
    8,
    { meaning: 'Time Exceeded: fragment reassembly time exceeded' },
  ],
  ['parameter problem', `04 01 00 00 00 00 00 28 ${QUOTED}`, 8, { pointer: 40 }],
  [
    'listener query, version 1 (RFC 2710 §3)',
    `82 00 00 00 27 10 00 00 ${GROUP}`,
    24,
    { mld_maximum_response_delay: 10000, reserved: '00:00', mld_multicast_address: 'ff02::1:ff11:3424' },
  ],
  [
    'listener query, version 2 (RFC 9777 §5.1)',
    `82 00 00 00 27 10 00 00 ${GROUP} 0a 7d 00 01 ${TARGET}`,
    44,
    {
      mld_maximum_response_code: 10000,
      mld_flag: { s: true, qrv: 2 },
      mld_qqi: 125,
      mld_nb_sources: 1,
      mld_source: [{ address: '2001:db8::2' }],
    },
  ],
  ['listener done', `84 00 00 00 00 00 00 00 ${GROUP}`, 24, { mld_multicast_address: 'ff02::1:ff11:3424' }],
  [
    'listener report, version 2 (RFC 9777 §5.2)',
    `8f 00 00 00 00 00 00 02  04 00 00 00 ${GROUP}  06 01 00 01 ${GROUP} ${TARGET} 01 02 03 04`,
    68,
    {
      mldr_nb_mcast_records: 2,
      mldr_mar: [
        { record_type: 4, aux_data_len: 0, nb_sources: 0, multicast_address: 'ff02::1:ff11:3424', source: [] },
        { record_type: 6, nb_sources: 1, source: [{ address: '2001:db8::2' }], auxiliary_data: '01:02:03:04' },
      ],
    },
  ],
  [
    'router solicitation',
    '85 00 00 00 00 00 00 00 01 01 0a 58 0a f4 01 01',
    16,
    { opt: [{ type: 1, length: 1, linkaddr: '0a:58:0a:f4:01:01' }] },
  ],
  [
    'router advertisement',
    '86 00 00 00 40 d8 07 08 00 00 00 01 00 00 00 02',
    16,
    {
      nd_ra_cur_hop_limit: 64,
      nd_ra_flag: { m: true, o: true, h: false, prf: 3, p: false, rsv: 0 },
      nd_ra_router_lifetime: 1800,
      nd_ra_reachable_time: 1,
      nd_ra_retrans_timer: 2,
      opt: [],
    },
  ],
  [
    'neighbour solicitation',
    `87 00 00 00 00 00 00 00 ${TARGET} 01 01 0a 58 0a f4 01 01`,
    32,
    { reserved: '00:00:00:00', nd_ns_target_address: '2001:db8::2', opt: [{ linkaddr: '0a:58:0a:f4:01:01' }] },
  ],
  [
    'neighbour advertisement',
    `88 00 00 00 60 00 00 00 ${TARGET}`,
    24,
    { nd_na_flag: { r: false, s: true, o: true, rsv: 0 }, nd_na_target_address: '2001:db8::2' },
  ],
  [
    'redirect',
    `89 00 00 00 00 00 00 00 ${TARGET} ${GROUP} 02 01 0a 58 0a f4 01 01`,
    48,
    { nd_rd_target_address: '2001:db8::2', rd_na_destination_address: 'ff02::1:ff11:3424', opt: [{ type: 2 }] },
  ],
  [
    'multicast router advertisement',
    '97 14 00 00 00 7d 00 02',
    8,
    { mcast_ra_query_interval: 125, mcast_ra_robustness_variable: 2 },
  ],
  ['multicast router solicitation', '98 00 00 00', 4, NOTHING],
  ['extended echo request', 'a0 00 00 00 12 34 01 01', 8, { ext_echo_seq: 1, ext_echo_req: { local: true } }],
  ['extended echo reply', 'a1 00 00 00 12 34 01 46', 8, { ext_echo_rsp: { state: 2, active: true, ipv4: true } }],
  ['a type nobody knows', 'c8 07 00 00 12 34 01 46', 4, { meaning: 'type 200: code 7' }],
])('%s', (_, message, octets, fields) => {
  const hex = packet(message);
  expect(dissectHex(hex, IPV6)[1]).toMatchObject({ layer: 'icmpv6', range: [40, 40 + octets], ...fields });
  expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
  const length = octetsOf(hex).length;
  for (let captured = 40; captured < length; captured++) {
    expect(headerGaps(layersOf(hex, { ...IPV6, captured }))).toEqual([]);
  }
});

describe('Neighbour Discovery options', () => {
  /** A Router Solicitation with these options. */
  const withOptions = (options: string): string => packet(`85 00 00 00 00 00 00 00 ${options}`);

  test.each([
    [
      'prefix information',
      `03 04 40 c0 00 27 8d 00 00 09 3a 80 00 00 00 00 ${TARGET}`,
      {
        prefix_length: 64,
        prefix_flag: { l: true, a: true, r: false },
        prefix_valid_lifetime: 2592000,
        prefix_preferred_lifetime: 604800,
        prefix: '2001:db8::2',
      },
    ],
    ['MTU', '05 01 00 00 00 00 05 dc', { reserved: '00:00', mtu: 1500 }],
    ['NBMA shortcut limit (RFC 2491)', '06 01 05 00 00 00 00 00', { nbma_shortcut_limit: 5, data: '00:00:00:00:00' }],
    ['advertisement interval', '07 01 00 00 00 00 0b b8', { advertisement_interval: 3000 }],
    ['home agent information', '08 01 00 00 00 01 07 08', { home_agent_preference: 1, home_agent_lifetime: 1800 }],
    [
      'timestamp (RFC 3971 §5.3.1)',
      '0d 02 00 00 00 00 00 00 00 00 5f 00 00 00 00 00',
      { timestamp: '00:00:5f:00:00:00:00:00' },
    ],
    ['nonce', '0e 01 01 02 03 04 05 06', { nonce: '01:02:03:04:05:06' }],
    [
      'route information, eight octets of prefix',
      '18 02 40 08 00 00 07 08 20 01 0d b8 00 01 00 00',
      { prefix_length: 64, route_info_flag: { route_preference: 1 }, route_lifetime: 1800, prefix: '2001:db8:1::' },
    ],
    [
      'DNS servers',
      `19 05 00 00 00 00 00 3c ${TARGET} ${SOURCE}`,
      { rdnss_lifetime: 60, rdnss: [{ address: '2001:db8::2' }, { address: 'fe80::216:3eff:fe11:3424' }] },
    ],
    ['flags', '1a 01 80 00 00 00 00 00', { efo: { m: true, o: false } }],
    [
      'DNS search list',
      '1f 03 00 00 00 00 00 3c  03 73 76 63 00  07 63 6c 75 73 74 65 72 00 00 00',
      { dnssl_lifetime: 60, dnssl: [{ name: 'svc' }, { name: 'cluster' }], padding: '00:00' },
    ],
    [
      'DNS search list with a pointer, which it can not have',
      '1f 02 00 00 00 00 00 3c c0 0c 00 00 00 00 00 00',
      { dnssl: [], data: 'c0:0c:00:00:00:00:00:00' },
    ],
    ['captive portal', '25 01 68 74 74 70 00 00', { captive_portal: 'http', padding: '00:00' }],
    [
      'PREF64 (RFC 8781)',
      '26 02 07 08 00 64 ff 9b 00 00 00 00 00 00 00 00',
      { pref64: { scaled_lifetime: 225, plc: 0 }, pref64_prefix: '64:ff9b::' },
    ],
    [
      'PREF64 with a length code that is not assigned',
      '26 02 07 0e 00 64 ff 9b 00 00 00 00 00 00 00 00',
      { pref64: { scaled_lifetime: 225, plc: 6 }, data: '00:64:ff:9b:00:00:00:00:00:00:00:00' },
    ],
    ['one nobody knows', 'fd 01 01 02 03 04 05 06', { data: '01:02:03:04:05:06' }],
    ['one too short for its type', '03 01 40 c0 00 00 00 00', { data: '40:c0:00:00:00:00' }],
  ])('%s', (_, option, fields) => {
    const hex = withOptions(option);
    expect(dissectHex(hex, IPV6)[1]).toMatchObject({ opt: [fields] });
    expect(layersOf(hex, IPV6).issues.count).toBe(0);
    expect(headerGaps(layersOf(hex, IPV6))).toEqual([]);
  });

  test.each([
    ['of length 0', '05 00 00 00 00 00 05 dc', { code: 'optionLength', needed: 1, available: 0 }],
    ['that passes the end', '05 02 00 00 00 00 05 dc', { code: 'optionBeyondMessage', needed: 16, available: 8 }],
  ])('one %s', (_, option, issue) => {
    const layers = layersOf(withOptions(option), IPV6);
    expect(headerGaps(layers)).toEqual([]);
    expect(layers.issues.at(0)).toMatchObject(issue);
  });
});

test('a record that passes the message says so', () => {
  const layers = layersOf(packet(`8f 00 00 00 00 00 00 01 04 00 00 09 ${GROUP}`), IPV6);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ code: 'recordBeyondMessage', needed: 164, available: 20 });
});

describe('a quoted packet', () => {
  test.each([
    ['of an error', `02 00 00 00 00 00 05 00 ${QUOTED}`],
    [
      'in the Redirected Header of a redirect',
      `89 00 00 00 00 00 00 00 ${TARGET} ${GROUP} 04 07 00 00 00 00 00 00 ${QUOTED}`,
    ],
  ])('%s is dissected and marked', (_, message) => {
    const layers = dissectHex(packet(message), IPV6);
    expect(layers.map(({ layer }) => layer)).toEqual(['ipv6', 'icmpv6', 'ipv6', 'udp']);
    expect(layers[2]).toMatchObject({ quoted: true, dst: 'fe80::216:3eff:fe11:3424' });
    expect(layersOf(packet(message), IPV6).issues.count).toBe(0);
    expect(headerGaps(layersOf(packet(message), IPV6))).toEqual([]);
  });

  test('before other options stays within its option', () => {
    const options = `04 07 00 00 00 00 00 00 ${QUOTED} 02 01 0a 58 0a f4 01 01`;
    const layers = dissectHex(packet(`89 00 00 00 00 00 00 00 ${TARGET} ${GROUP} ${options}`), IPV6);
    expect(layers).toHaveLength(2);
    expect(layers[1]).toMatchObject({ opt: [{ type: 4 }, { type: 2, linkaddr: '0a:58:0a:f4:01:01' }] });
  });
});

describe('checksum', () => {
  const ECHO = '12 34 00 07 61 62';

  test('is verified over the pseudo-header', () => {
    const [wrong] = verifyAll(layersOf(packet(`80 00 00 00 ${ECHO}`), IPV6));
    expect(wrong).toMatchObject({ layer: 'icmpv6', code: 'badChecksum', available: 0 });
    const right = (wrong?.needed ?? 0).toString(16).padStart(4, '0');
    // Sum by hand: addresses 0xfe80+0x0216+0x3eff+0xfe11+0x3424+0xff02+0x0001, length 10, next header 58, message 0x8000+0x1234+0x0007+0x6162
    expect(right).toBe('9b4d');
    expect(verifyAll(layersOf(packet(`80 00 ${right} ${ECHO}`), IPV6))).toEqual([]);
  });

  test('counts the final destination while a routing header leads elsewhere (RFC 8200 §8.1)', () => {
    const route = (address: string): string => `3a 02 00 01 00 00 00 00 ${address}`;
    const right = '9b4d';
    expect(verifyAll(layersOf(packet(`${route(DESTINATION)} 80 00 ${right} ${ECHO}`, '2b'), IPV6))).toEqual([]);
    const [wrong] = verifyAll(layersOf(packet(`${route(TARGET)} 80 00 ${right} ${ECHO}`, '2b'), IPV6));
    expect(wrong).toMatchObject({ code: 'badChecksum' });
  });
});
