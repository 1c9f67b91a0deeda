import { expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { gapsAtEveryLength, udpFrame } from '../frames.ts';
import { headerGaps } from '../header-gaps.ts';

const GENEVE = 6081;
const INNER =
  '02 00 00 00 00 04  02 00 00 00 00 03  08 00  45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';

test('without options', () => {
  const frame = udpFrame(GENEVE, `00 40 65 58 00 00 0a 00 ${INNER}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'geneve', 'eth', 'ip']);
  expect(layers[3]).toEqual({
    layer: 'geneve',
    range: [42, 50],
    tunnel: 'geneve',
    version: 0,
    opt_len: 0,
    flags: { raw: 0x40, oam: false, critical: true, reserved: false },
    proto_type: 0x6558,
    vni: 10,
    reserved: 0,
    option: [],
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  [
    'OVN: logical ports',
    '01 02 80 01  00 05 80 03',
    {
      class: 0x0102,
      type: { raw: 0x80, critical: true, number: 0 },
      flags_reserved: false,
      length: 8,
      ovn_reserved: 0,
      ovn_ingress_port: 5,
      ovn_egress_port: 0x8003,
    },
  ],
  [
    'Cilium: DSR over IPv4',
    '01 4b 81 02  0a 60 00 64  1f 90 00 00',
    { class: 0x014b, length: 12, cilium_dsr_ipv4: '10.96.0.100', cilium_dsr_port: 8080, cilium_dsr_pad: 0 },
  ],
  [
    'Cilium: DSR over IPv6',
    '01 4b 81 05  fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 64  1f 90 00 00',
    { length: 24, cilium_dsr_ipv6: 'fd00::64', cilium_dsr_port: 8080 },
  ],
  [
    'Google Cloud: network and direction',
    '01 32 01 01  80 00 00 d1',
    { gcp_vnid: 134217741, gcp_reserved: false, gcp_direction: true },
  ],
  ['Google Cloud: endpoint', '01 32 02 02  08 00 00 0d  c0 a8 64 02', { gcp_endpoint: '08:00:00:0d:c0:a8:64:02' }],
  ['Google Cloud: profile', '01 32 03 02  00 00 00 00  00 00 12 34', { gcp_profile: '4660' }],
  ['OVN, of another length', '01 02 80 02  00 05 80 03  00 00 00 00', { unknown_data: '00:05:80:03:00:00:00:00' }],
  ['unknown', 'ff ff 01 01  de ad be ef', { class: 0xffff, unknown_data: 'de:ad:be:ef' }],
  ['without data', '01 00 01 00', { class: 0x0100, length: 4 }],
])('option: %s', (_, option, fields) => {
  const words = option.replaceAll(' ', '').length / 8;
  const frame = udpFrame(GENEVE, `${words.toString(16).padStart(2, '0')} 00 65 58 00 00 0a 00 ${option} ${INNER}`);
  const layers = dissectHex(frame);
  expect(layers[3]).toMatchObject({ opt_len: words * 4, option: [fields] });
  expect(layers.at(-1)?.layer).toBe('ip');
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('several options, the last of which reaches beyond the header', () => {
  const frame = udpFrame(GENEVE, `03 00 65 58 00 00 0a 00  01 00 01 00  01 00 02 05  de ad be ef ${INNER}`);
  expect(dissectHex(frame)[3]).toMatchObject({
    option: [{ length: 4 }, { length: 24, unknown_data: 'de:ad:be:ef' }],
  });
  const layers = layersOf(frame);
  expect(layers.count).toBe(6);
  expect(headerGaps(layers)).toEqual([]);
  expect(layers.issues.at(0)).toMatchObject({ row: 3, code: 'optionBeyondHeader', needed: 24, available: 8 });
});

test.each([
  ['another version', '40 00 65 58 00 00 0a 00', 'unknownVersion'],
  ['options beyond the packet', '3f 00 65 58 00 00 0a 00', 'malformed'],
])('%s ends the chain', (_, header, code) => {
  const frame = udpFrame(GENEVE, `${header} ${INNER}`);
  const layers = layersOf(frame);
  expect(layers.count).toBe(4);
  expect(layers.issues.at(0)).toMatchObject({ row: 3, code });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});
