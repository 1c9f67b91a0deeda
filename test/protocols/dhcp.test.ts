import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dhcp } from '../../src/protocols/dhcp.ts';
import type { LayerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { UDP_PAYLOAD, udpFrame } from '../tcp-frame.ts';

const hex = (value: number): string => value.toString(16).padStart(2, '0');
const ascii = (text: string): string => [...text].map((c) => hex(c.charCodeAt(0))).join('');
const option = (code: number, value: string): string => hex(code) + hex(octetsOf(value).length) + value;
const END = 'ff';

interface Header {
  type?: string;
  yours?: string;
  hardware?: string;
  server?: string;
  file?: string;
}
/** The fixed 236 octets. */
function header({ type = '01', yours = '00000000', hardware = '01 06', server = '', file = '' }: Header = {}): string {
  const chaddr = '020000000001'.padEnd(32, '0');
  const addresses = `00000000 ${yours} 00000000 0af40001`;
  return `${type} ${hardware} 00 00003d1d 0005 8000 ${addresses} ${chaddr} ${server.padEnd(128, '0')} ${file.padEnd(256, '0')}`;
}
const message = (options: string, fields?: Header): string => `${header(fields)} 63825363 ${options}`;

function layer(payload: string): LayerObject {
  const found = dissectHex(udpFrame(67, payload)).find((candidate) => candidate.layer === 'dhcp');
  if (found === undefined) throw new Error('no dhcp layer');
  expect(headerGaps(layersOf(udpFrame(67, payload)))).toEqual([]);
  return found;
}
function issuesOf(payload: string): string[] {
  const layers = layersOf(udpFrame(67, payload));
  headerGaps(layers);
  return Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
}
function summary(payload: string): string | undefined {
  const layers = layersOf(udpFrame(67, payload));
  const row = layers.count - 1;
  return dhcp.summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

test('a Discover: header, options, padding', () => {
  const options = `${option(53, '01')} 0000 ${option(55, '0103')} ${END} 000000`;
  expect(layer(message(options))).toEqual({
    layer: 'dhcp',
    range: [UDP_PAYLOAD, UDP_PAYLOAD + 240 + octetsOf(options).length],
    type: 1,
    hw_type: 1,
    hw_len: 6,
    hops: 0,
    id: 0x3d1d,
    secs: 5,
    flags: { raw: 0x8000, bc: true, reserved: 0 },
    ip_client: '0.0.0.0',
    ip_your: '0.0.0.0',
    ip_server: '0.0.0.0',
    ip_relay: '10.244.0.1',
    hw_mac_addr: '02:00:00:00:00:01',
    hw_addr_padding: '00:00:00:00:00:00:00:00:00:00',
    server: '',
    server_options: [],
    file: '',
    file_options: [],
    cookie: '99.130.83.99',
    options: [
      expect.objectContaining({ type: 53, length: 1, dhcp: 1 }),
      expect.objectContaining({ type: 0, padding: '00' }),
      expect.objectContaining({
        type: 55,
        length: 2,
        request_list: [{ request_list_item: 1 }, { request_list_item: 3 }],
      }),
      expect.objectContaining({ type: 255, padding: '00:00:00' }),
    ],
  });
});

test.each<[string, string, Record<string, unknown>]>([
  ['subnet mask', option(1, 'ffffff00'), { subnet_mask: '255.255.255.0' }],
  ['time offset, which may be negative', option(2, 'ffffb9b0'), { time_offset: -18000 }],
  ['routers', option(3, '0a000001 0a000002'), { routers: [{ router: '10.0.0.1' }, { router: '10.0.0.2' }] }],
  ['name servers', option(6, '08080808'), { domain_name_servers: [{ domain_name_server: '8.8.8.8' }] }],
  ['host name that ends with a zero', option(12, `${ascii('n1')}00`), { length: 3, hostname: 'n1' }],
  ['MTU', option(26, '05dc'), { interface_mtu: 1500 }],
  [
    'static routes',
    option(33, '0a000000 0a000001'),
    { static_route: [{ static_route_ip: '10.0.0.0', static_route_router: '10.0.0.1' }] },
  ],
  ['lease time', option(51, '00000e10'), { ip_address_lease_time: 3600 }],
  ['vendor class', option(60, ascii('MSFT 5.0')), { vendor_class_id: 'MSFT 5.0' }],
  ['client identifier by MAC', option(61, '01 020000000001'), { hw_type: 1, hw_mac_addr: '02:00:00:00:00:01' }],
  ['client identifier as text', option(61, `00 ${ascii('node1')}`), { client_id_type: 0, client_id_undef: 'node1' }],
  [
    'client identifier by DUID',
    option(61, 'ff 00000001 0003 0001 020000000001'),
    { client_id_type: 255, client_id_iaid: '00:00:00:01', client_id_duid: '00:03:00:01:02:00:00:00:00:01' },
  ],
  ['user class of a boot loader', option(77, ascii('iPXE')), { user_class_text: 'iPXE' }],
  [
    'user classes',
    option(77, '0161 026263'),
    { user_classes: [{ user_class_length: 1, user_class_data: '61' }, { user_class_data: '62:63' }] },
  ],
  [
    'FQDN as text',
    option(81, `01 00 00 ${ascii('a.b')}`),
    { fqdn_flags: { raw: 1, s: true, e: false }, fqdn_name: 'a.b' },
  ],
  ['FQDN encoded', option(81, '05 00 00 0161 0162 00'), { fqdn_flags: { e: true }, fqdn_name: 'a.b' }],
  [
    'relay agent information',
    option(82, `01 02 abcd 05 04 0a000000 63 01 7f`),
    {
      agent_information: [
        { suboption: 1, length: 2, agent_circuit_id: 'ab:cd' },
        { suboption: 5, link_selection: '10.0.0.0' },
        { suboption: 99, value: '7f' },
      ],
    },
  ],
  [
    'delayed authentication',
    option(90, `01 01 00 0000000000000001 31323334 ${'aa'.repeat(16)}`),
    {
      dhcp_authentication_protocol: 1,
      dhcp_authentication_secret_id: 0x31323334,
      dhcp_authentication_hmac_md5_hash: Array(16).fill('aa').join(':'),
    },
  ],
  [
    'architectures',
    option(93, '0007 000b'),
    { architectures: [{ client_system_architecture: 7 }, { client_system_architecture: 11 }] },
  ],
  ['IPv6-only preferred', option(108, '00000708'), { ipv6_only_preferred: 1800 }],
  // RFC 3397 §2's example, in one option: eng.apple.com. and a name that points into it.
  [
    'domain search with a compressed name',
    option(119, '03656e67 056170706c65 03636f6d 00 09 6d61726b6574696e67 c004'),
    {
      domain_search: [
        { dhcp_dns_domain_search_list_fqdn: 'eng.apple.com' },
        { dhcp_dns_domain_search_list_fqdn: 'marketing.apple.com' },
      ],
    },
  ],
  [
    'SIP servers by address',
    option(120, '01 0a000001'),
    { sip_server_encoding: 1, sip_addresses: [{ sip_server_address: '10.0.0.1' }] },
  ],
  ['SIP servers by name', option(120, '00 0161 00'), { sip_server_encoding: 0, sip_names: [{ sip_server_name: 'a' }] }],
  [
    'classless static routes',
    option(121, '00 0a000001 18 0a0102 0a000002 19 0a010280 0a000003'),
    {
      classless_static_routes: [
        { width: 0, destination: '0.0.0.0', router: '10.0.0.1' },
        { width: 24, destination: '10.1.2.0', router: '10.0.0.2' },
        { width: 25, destination: '10.1.2.128', router: '10.0.0.3' },
      ],
    },
  ],
  [
    'vendor-identifying information',
    option(125, '00000de9 04 01 02 abcd'),
    { vis: [{ vi_enterprise: 3561, vi_length: 4, vi_suboptions: [{ suboption: 1, length: 2, value: 'ab:cd' }] }] },
  ],
  ['one that is not dissected', option(43, 'abcd'), { value: 'ab:cd' }],
])('option: %s', (_, options, expected) => {
  expect(layer(message(options + END))['options']).toMatchObject([expected, { type: 255 }]);
  expect(issuesOf(message(options + END))).toEqual([]);
});

test('options in the place of the server name and the boot file', () => {
  const found = layer(
    message(option(52, '03') + END, { server: option(12, ascii('s')) + END, file: option(67, ascii('pxe')) + END }),
  );
  expect(found['server_options']).toMatchObject([{ hostname: 's' }, { type: 255 }]);
  expect(found['file_options']).toMatchObject([{ bootfile_name: 'pxe' }, { type: 255 }]);
  expect(found['server']).toBeUndefined();
});

test('server name and boot file', () => {
  expect(layer(message(END, { server: ascii('tftp'), file: ascii('pxelinux.0') }))).toMatchObject({
    server: 'tftp',
    file: 'pxelinux.0',
  });
});

test('a client that is not on Ethernet', () => {
  expect(layer(message(END, { hardware: '20 10' }))).toMatchObject({
    hw_type: 32,
    hw_addr: expect.stringMatching(/^02:00/),
  });
  expect(layer(message(END, { hardware: '06 03' }))).toMatchObject({
    hw_addr: '02:00:00',
    hw_addr_padding: expect.stringMatching(/^00:00:01/),
  });
});

test('BOOTP has a vendor area where DHCP has options', () => {
  expect(layer(`${header()} ${'00'.repeat(64)}`)).toMatchObject({
    bootp: true,
    vendor_specific_options: expect.any(String),
    options: [],
  });
});

test.each([
  [message(option(53, '01') + END), 'Discover from 02:00:00:00:00:01'],
  [message(option(53, '05') + END, { type: '02', yours: '0af40105' }), 'ACK 10.244.1.5 to 02:00:00:00:00:01'],
  [message(`00 ${option(12, '61')} ${option(53, '02')}`, { type: '02' }), 'Offer to 02:00:00:00:00:01'],
  [header({ type: '02' }), 'Boot Reply to 02:00:00:00:00:01'],
])('%# in brief', (payload, words) => {
  expect(summary(payload)).toBe(words);
});

describe('bad input', () => {
  test.each([
    ['an option beyond the message', message('35 05 01'), ['optionBeyondMessage']],
    ['an option without a length', message('35'), ['optionBeyondMessage']],
    ['an option of a wrong length', message(option(1, 'ffffff') + END), ['optionLength']],
    ['an option of length 0', message(option(51, '') + END), []],
    ['a route of a wrong width', message(option(121, '21 0a000000 0a000001') + END), ['optionLength']],
    ['a suboption beyond its option', message(option(82, '01 09 ab') + END), ['optionBeyondMessage']],
    ['a hardware address longer than its field', message(END, { hardware: '06 20' }), ['hardwareAddressTooLong']],
    ['a name that loops', message(option(119, 'c000') + END), ['nameTooLong']],
  ])('%s', (_, payload, codes) => {
    expect(issuesOf(payload)).toEqual(codes);
  });

  test('cut at each octet', () => {
    const frame = udpFrame(
      67,
      message(option(53, '01') + option(61, '01 020000000001') + option(82, '01 02 abcd') + END),
    );
    for (let captured = UDP_PAYLOAD; captured < octetsOf(frame).length; captured++) {
      const layers = layersOf(frame, { captured });
      expect(headerGaps(layers)).toEqual([]);
      expect(layers.issues.at(0).code).toBe('truncated');
      expect(layers.issues.count).toBe(1);
    }
  });

  test('any octets as options', () => {
    const known = fc.constantFrom(1, 3, 12, 52, 61, 77, 81, 82, 90, 119, 120, 121, 125);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), known, (octets, code) => {
        const value = Array.from(octets, hex).join('');
        for (const options of [value, option(code, value) + END]) {
          const layers = layersOf(udpFrame(68, message(options)));
          expect(headerGaps(layers)).toEqual([]);
        }
      }),
    );
  });
});
