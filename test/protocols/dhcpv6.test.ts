import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dhcpv6 } from '../../src/protocols/dhcpv6.ts';
import type { LayerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf, octetsOf } from '../dissect-hex.ts';
import { headerGaps } from '../header-gaps.ts';
import { UDP_PAYLOAD, udpFrame } from '../tcp-frame.ts';

const hex = (value: number, octets = 1): string => value.toString(16).padStart(2 * octets, '0');
const ascii = (text: string): string => [...text].map((c) => hex(c.charCodeAt(0))).join('');
const option = (code: number, value: string): string => hex(code, 2) + hex(octetsOf(value).length, 2) + value;
const message = (options: string, type = '01'): string => `${type} 3a4267 ${options}`;
const address = (last: string): string => 'fd00'.padEnd(32 - last.length, '0') + last;
const relay = (inner: string, type = '0c'): string => `${type} 01 ${address('1')} ${address('2')} ${option(9, inner)}`;

function layer(payload: string): LayerObject {
  const found = dissectHex(udpFrame(547, payload)).find((candidate) => candidate.layer === 'dhcpv6');
  if (found === undefined) throw new Error('no dhcpv6 layer');
  expect(headerGaps(layersOf(udpFrame(547, payload)))).toEqual([]);
  return found;
}
function issuesOf(payload: string): string[] {
  const layers = layersOf(udpFrame(547, payload));
  headerGaps(layers);
  return Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code);
}
function summary(payload: string): string | undefined {
  const layers = layersOf(udpFrame(547, payload));
  const row = layers.count - 1;
  return dhcpv6.summary?.(layers.view, layers.start[row]!, layers.end[row]!, layers, row);
}

test('a message', () => {
  expect(layer(message(option(14, '')))).toEqual({
    layer: 'dhcpv6',
    range: [UDP_PAYLOAD, UDP_PAYLOAD + 8],
    msgtype: 1,
    xid: 0x3a4267,
    options: [expect.objectContaining({ type: 14, length: 0 })],
  });
});

test.each<[string, string, Record<string, unknown>]>([
  // The time counts from 2000-01-01: 336757240 s on is 2010-09-02 15:40:40.
  [
    'DUID of address and time',
    option(1, '0001 0001 141281f8 6cf049b2de6e'),
    {
      duid_type: 1,
      duidllt_hwtype: 1,
      duidllt_time: '2010-09-02T15:40:40Z',
      duidllt_link_layer_addr: '6c:f0:49:b2:de:6e',
    },
  ],
  [
    'DUID of an enterprise',
    option(2, '0002 00000009 4647'),
    { duid_type: 2, duiden_enterprise: 9, duiden_identifier: '46:47' },
  ],
  [
    'DUID of an address',
    option(1, '0003 0001 020000000001'),
    { duidll_hwtype: 1, duidll_link_layer_addr: '02:00:00:00:00:01' },
  ],
  ['DUID of a UUID', option(53, `0004 ${'ab'.repeat(16)}`), { duiduuid_bytes: Array(16).fill('ab').join(':') }],
  ['DUID of another type', option(1, '0009 abcd'), { duid_type: 9, duid_data: 'ab:cd' }],
  [
    'addresses',
    option(
      3,
      `0e6cf049 000000c8 00000177 ${option(5, `${address('5')} 00000177 00000258 ${option(13, `0000 ${ascii('ok')}`)}`)}`,
    ),
    {
      iaid: '0e6cf049',
      iaid_t1: 200,
      iaid_t2: 375,
      options: [
        {
          type: 5,
          iaaddr_ip: 'fd00::5',
          iaaddr_pref_lifetime: 375,
          iaaddr_valid_lifetime: 600,
          options: [{ status_code: 0, status_msg: 'ok' }],
        },
      ],
    },
  ],
  ['temporary addresses', option(4, '02030405'), { iata: '02030405', options: [] }],
  [
    'prefixes',
    option(
      25,
      `00000001 00000000 00000000 ${option(26, `0000007d 0000007d 38 ${address('0')} ${option(67, '40 01')}`)}`,
    ),
    {
      options: [
        {
          iaprefix_pref_len: 56,
          iaprefix_pref_addr: 'fd00::',
          options: [{ pd_exclude_pref_len: 64, pd_exclude_subnet_id: '01' }],
        },
      ],
    },
  ],
  [
    'option request',
    option(6, '0017 0018'),
    { requested_options: [{ requested_option_code: 23 }, { requested_option_code: 24 }] },
  ],
  ['elapsed time, in hundredths of a second', option(8, '0064'), { elapsed_time: 1000 }],
  ['user classes', option(15, '0002 abcd'), { userclasses: [{ userclass_length: 2, userclass_opaque_data: 'ab:cd' }] }],
  [
    'vendor class',
    option(16, `00000137 0008 ${ascii('MSFT 5.0')}`),
    { vendorclass_enterprise: 311, vendorclasses: [{ vendorclass_data: 'MSFT 5.0' }] },
  ],
  [
    'vendor options',
    option(17, '00007571 0001 0002 abcd'),
    { vendoropts_enterprise: 30065, vendoropts: [{ option_code: 1, option_length: 2, option_data: 'ab:cd' }] },
  ],
  [
    'name servers',
    option(23, address('1') + address('2')),
    { dns_servers: [{ dns_server: 'fd00::1' }, { dns_server: 'fd00::2' }] },
  ],
  [
    'domains',
    option(24, '0161 0162 00 0163 00'),
    { search_list_entrys: [{ search_list_entry: 'a.b.' }, { search_list_entry: 'c.' }] },
  ],
  [
    'client FQDN, a partial name',
    option(39, '01 026e31'),
    { client_fqdn_flags: { raw: 1, s: true, n: false }, client_domain: 'n1' },
  ],
  [
    'NTP servers',
    option(56, `0001 0010 ${address('1')} 0003 0005 03${ascii('ntp')}00`),
    {
      ntpservers: [
        { option_type: 1, addr: 'fd00::1' },
        { option_type: 3, fqdn: 'ntp.' },
      ],
    },
  ],
  [
    'client link-layer address',
    option(79, '0001 020000000001'),
    { client_link_layer_type: 1, client_link_layer_addr: '02:00:00:00:00:01' },
  ],
  ['one that is not dissected', option(999, 'abcd'), { value: 'ab:cd' }],
])('option: %s', (_, options, expected) => {
  expect(layer(message(options))['options']).toMatchObject([expected]);
  expect(issuesOf(message(options))).toEqual([]);
});

describe('relayed messages', () => {
  test('stand within the relay message option, with what the relay adds beside them', () => {
    const payload = relay(message(option(8, '0000'))) + option(18, ascii('eth0'));
    expect(layer(payload)).toMatchObject({
      msgtype: 12,
      hopcount: 1,
      linkaddr: 'fd00::1',
      peeraddr: 'fd00::2',
      options: [
        { type: 9, relayed: [{ msgtype: 1, xid: 0x3a4267, options: [{ type: 8, elapsed_time: 0 }] }] },
        { type: 18, interface_id: '65:74:68:30' },
      ],
    });
  });

  test('are shown two deep; a third is octets', () => {
    const inner = (object: unknown): unknown =>
      (object as { options: { relayed: unknown[] }[] }).options[0]?.relayed?.[0];
    const second = inner(inner(layer(relay(relay(relay(message('')))))));
    expect(second).toMatchObject({ msgtype: 12, options: [{ type: 9, value: expect.stringMatching(/^01:3a/) }] });
  });
});

test.each([
  [message('', '02'), 'Advertise xid 0x3a4267'],
  [relay(message(''), '0d'), 'Relay-reply Solicit xid 0x3a4267'],
  [`0c 00 ${address('1')} ${address('2')}`, 'Relay-forw'],
  [message('', '63'), 'type 99 xid 0x3a4267'],
])('%# in brief', (payload, words) => {
  expect(summary(payload)).toBe(words);
});

describe('bad input', () => {
  test.each([
    ['an option beyond the message', message('0008 0004 0000'), ['optionBeyondMessage']],
    ['half an option header', message('0008'), ['optionBeyondMessage']],
    [
      'an option beyond the one it stands in',
      message(option(3, '00000001 00000000 00000000 000d 0009 00')),
      ['optionBeyondMessage'],
    ],
    ['a user class beyond its option', message(option(15, '6578 72')), ['lengthBeyondEnclosing']],
  ])('%s', (_, payload, codes) => {
    expect(issuesOf(payload)).toEqual(codes);
  });

  test('cut at each octet', () => {
    const frame = udpFrame(
      546,
      relay(message(option(3, `0e6cf049 00000000 00000000 ${option(5, `${address('5')} 00000001 00000002`)}`))),
    );
    for (let captured = UDP_PAYLOAD; captured < octetsOf(frame).length; captured++) {
      const layers = layersOf(frame, { captured });
      expect(headerGaps(layers)).toEqual([]);
      expect(Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code)).toEqual(['truncated']);
    }
  });

  test('any octets as options', () => {
    const known = fc.constantFrom(1, 3, 4, 5, 9, 13, 16, 17, 24, 25, 39, 56);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), known, (octets, code) => {
        const value = Array.from(octets, (octet) => hex(octet)).join('');
        for (const options of [value, option(code, value)]) {
          for (const payload of [message(options), relay(message(options))]) {
            expect(headerGaps(layersOf(udpFrame(547, payload)))).toEqual([]);
            summary(payload);
          }
        }
      }),
    );
  });
});
