import { describe, expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';
import { etherFrame, gapsAtEveryLength, lengthFrame } from '../frames.ts';

const IP = '45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';
const TOPOLOGY_CHANGE = '00 00 00 80';

test('unnumbered information to a service access point', () => {
  const frame = lengthFrame(`42 42 03 ${TOPOLOGY_CHANGE}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'llc', 'stp']);
  expect(layers[0]).toMatchObject({ len: 7, range: [0, 14] });
  expect(layers[1]).toEqual({
    layer: 'llc',
    range: [14, 17],
    dsap: { raw: 0x42, sap: 0x21, ig: false },
    ssap: { raw: 0x42, sap: 0x21, cr: false },
    control: { raw: 3, modifier_high: 0, poll_final: false, modifier_low: 0, ftype: 3 },
    control_u_modifier_cmd: 0,
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('SNAP with an EtherType', () => {
  const frame = lengthFrame(`aa aa 03 00 00 00 08 00 ${IP}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'llc', 'ip']);
  expect(layers[1]).toMatchObject({ range: [14, 22], oui: 0, type: 0x0800 });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['802.1H bridge tunnel', '00 00 f8 08 00', IP, ['ip'], { oui: 0xf8, type: 0x0800 }],
  ["Cisco's PVST+", '00 00 0c 01 0b', TOPOLOGY_CHANGE, ['stp'], { cisco_pid: 0x010b }],
  ['CDP', '00 00 0c 20 00', '02 b4', [], { cisco_pid: 0x2000 }],
  ['a bridged BPDU', '00 80 c2 00 0e', TOPOLOGY_CHANGE, ['stp'], { oui: 0x80c2, pid: 0x000e }],
  ['Nortel', '00 00 81 01 a2', '00 00', [], { nortel_pid: 0x01a2 }],
  ['Extreme Networks', '00 e0 2b 00 bb', '00 00', [], { extreme_pid: 0x00bb }],
  ['AppleTalk', '08 00 07 80 9b', '00 00', [], { apple_atalk_pid: 0x809b }],
  ['another organization', '00 01 42 80 9b', '00 00', [], { oui: 0x000142, pid: 0x809b }],
])('SNAP: %s', (_, snap, payload, names, fields) => {
  const frame = lengthFrame(`aa aa 03 ${snap} ${payload}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'llc', ...names]);
  expect(layers[1]).toMatchObject(fields);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('over ATM there is nothing before it', () => {
  const layers = dissectHex(`aa aa 03 00 00 00 08 00 ${IP}`, { linkType: 100 });
  expect(layers.map(({ layer }) => layer)).toEqual(['llc', 'ip']);
});

describe('control', () => {
  test.each([
    ['a command that polls', 'f0 f0 7f', { control_u_modifier_cmd: 0x1b, control_p: true }],
    ['a response that ends a poll', 'f0 f1 73', { control_u_modifier_resp: 0x18, control_f: true }],
    [
      'supervisory',
      'f0 f0 05 03',
      { control_s: { raw: 0x0305, reserved: 0, s_ftype: 1, ftype: 1, n_r: 1, poll_final: true }, control_p: true },
    ],
    [
      'information',
      'f0 f1 0a 04',
      { control_i: { raw: 0x040a, n_s: 5, ftype: 0, n_r: 2, poll_final: false }, range: [14, 18] },
    ],
  ])('%s', (_, header, fields) => {
    const frame = lengthFrame(`${header} ff ff`);
    expect(dissectHex(frame)[1]).toMatchObject(fields);
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('only information is carried on', () => {
    expect(dissectHex(lengthFrame(`42 42 e3 ${TOPOLOGY_CHANGE}`))).toHaveLength(2);
    expect(dissectHex(lengthFrame(`42 42 13 ${TOPOLOGY_CHANGE}`))).toHaveLength(3);
    expect(dissectHex(lengthFrame(`42 42 00 00 ${TOPOLOGY_CHANGE}`))).toHaveLength(3);
    expect(dissectHex(lengthFrame(`42 42 01 00 ${TOPOLOGY_CHANGE}`))).toHaveLength(2);
  });
});

describe('the length in place of a type', () => {
  test('padding behind it belongs to no layer', () => {
    const layers = dissectHex(lengthFrame(`42 42 03 ${TOPOLOGY_CHANGE} ${'00'.repeat(39)}`, 7));
    expect(layers.at(-1)).toMatchObject({ layer: 'stp', range: [17, 21] });
  });

  test('ends the payload of a VLAN tag, too', () => {
    const pvst =
      '00 00 00 00 00 80 01 02 00 00 00 00 01 00 00 00 00 80 01 02 00 00 00 00 02 80 01 00 00 14 00 02 00 0f 00';
    const layers = dissectHex(etherFrame(0x8100, `00 05 00 26 42 42 03 ${pvst} 00 00 00 00 02 00 05`));
    expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'vlan', 'llc', 'stp']);
    expect(layers[3]).toMatchObject({ range: [21, 56] });
  });

  test.each([0, 1])('of %i octets', (length) => {
    expect(gapsAtEveryLength(lengthFrame('42 42 03', length))).toEqual([]);
  });

  test("NetWare's raw 802.3 has no LLC header", () => {
    expect(dissectHex(lengthFrame('ff ff 00 22 00 11'))).toHaveLength(1);
  });
});
