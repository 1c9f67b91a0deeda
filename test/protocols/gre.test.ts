import { expect, test } from 'vitest';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { dissectHex, octetsOf } from '../dissect-hex.ts';
import { gapsAtEveryLength, ipFrame, udpFrame } from '../frames.ts';

const GRE = 47;
const INNER_IP = '45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';
const EMPTY_ETHERNET = '02 00 00 00 00 04  02 00 00 00 00 03  88 b5';

/** The GRE layer of an IPv4 packet. */
function greOf(payload: string) {
  return dissectHex(ipFrame(GRE, payload))[2];
}

test('no options', () => {
  const layers = dissectHex(ipFrame(GRE, `00 00 08 00 ${INNER_IP}`));
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre', 'ip']);
  expect(layers[2]).toEqual({
    layer: 'gre',
    range: [34, 38],
    tunnel: 'gre',
    flags: {
      raw: 0,
      checksum: false,
      routing: false,
      key: false,
      sequence_number: false,
      strict_source_route: false,
      recursion_control: 0,
      ack: false,
      reserved: 0,
      version: 0,
    },
    proto: 0x0800,
    routing: [],
  });
});

test.each([
  ['checksum', '80 00 08 00  12 34 00 00', { checksum: 0x1234, offset: 0, range: [34, 42] }],
  ['key', '20 00 08 00  00 00 00 2a', { key: 42, range: [34, 42] }],
  ['sequence number', '10 00 08 00  00 00 00 07', { sequence_number: 7, range: [34, 42] }],
  [
    'all three',
    'b0 00 08 00  12 34 00 00  00 00 00 2a  00 00 00 07',
    { checksum: 0x1234, key: 42, sequence_number: 7, range: [34, 50] },
  ],
])('%s', (_, header, fields) => {
  expect(greOf(`${header} ${INNER_IP}`)).toMatchObject(fields);
  expect(gapsAtEveryLength(ipFrame(GRE, `${header} ${INNER_IP}`))).toEqual([]);
});

test('PPTP: version 1 splits the key and acknowledges', () => {
  const header = '30 81 88 0b  00 12 00 01  00 00 00 05  ff ff ff ff';
  expect(greOf(`${header} ff 03 c0 21`)).toMatchObject({
    flags: { version: 1, ack: true, key: true, sequence_number: true },
    proto: 0x880b,
    key_payload_length: 18,
    key_call_id: 1,
    sequence_number: 5,
    ack_number: 0xffffffff,
    range: [34, 50],
  });
  expect(gapsAtEveryLength(ipFrame(GRE, header))).toEqual([]);
});

test('routing is a list that an entry of length 0 ends', () => {
  const header = '40 00 08 00  00 00 00 00  08 00 00 04 0a 00 00 09  00 00 00 00';
  expect(greOf(`${header} ${INNER_IP}`)).toMatchObject({
    range: [34, 54],
    routing: [
      { address_family: 0x0800, sre_offset: 0, src_length: 4, information: '0a:00:00:09' },
      { address_family: 0, sre_offset: 0, src_length: 0 },
    ],
  });
  expect(gapsAtEveryLength(ipFrame(GRE, `${header} ${INNER_IP}`))).toEqual([]);
});

test('routing without an end is malformed', () => {
  const layers = dissectHex(ipFrame(GRE, '40 00 08 00  00 00 00 00  08 00 00 04 0a 00 00 09'));
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre']);
});

test.each([
  ['Transparent Ethernet Bridging', '00 00 65 58', EMPTY_ETHERNET, ['gre', 'eth']],
  ['WCCP', '00 00 88 3e', INNER_IP, ['gre', 'ip']],
  ['WCCP version 2', '00 00 88 3e  04 33 00 7b', INNER_IP, ['gre', 'ip']],
  ['an unknown protocol', '00 00 00 00', '', ['gre']],
  ['an unknown version', '00 02 08 00', INNER_IP, ['gre']],
])('%s', (_, header, payload, names) => {
  const frame = ipFrame(GRE, `${header} ${payload}`);
  expect(dissectHex(frame).map(({ layer }) => layer)).toEqual(['eth', 'ip', ...names]);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test("WCCP version 2's redirect header", () => {
  expect(greOf(`00 00 88 3e  04 33 00 7b ${INNER_IP}`)).toMatchObject({
    wccp: { redirect_header_valid: true, alternative_bucket_used: false, dynamic_service: false },
    wccp_service_id: 0x33,
    wccp_alternative_bucket: 0,
    wccp_primary_bucket: 0x7b,
  });
});

test('in UDP', () => {
  const layers = dissectHex(udpFrame(4754, `00 00 08 00 ${INNER_IP}`));
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'gre', 'ip']);
});

test.each([
  ['right', '80 00 00 00  7f ff 00 00', []],
  ['wrong', '80 00 00 00  12 34 00 00', [{ code: 'badChecksum', needed: 0x7fff, available: 0x1234 }]],
])('a %s checksum', (_, header, issues) => {
  const dissector = createDissector(standardProtocols);
  const layers = dissector.createLayers();
  const octets = octetsOf(ipFrame(GRE, header));
  dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, 1);
  layers.protocolOf(2).verify?.(layers, 2, true);
  expect(Array.from({ length: layers.issues.count }, (_, index) => layers.issues.at(index))).toMatchObject(issues);
});
