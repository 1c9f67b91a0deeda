import { expect, test } from 'vitest';
import { dissectHex } from '../dissect-hex.ts';
import { gapsAtEveryLength, ipFrame } from '../frames.ts';

const GRE = 47;
const MIRRORED =
  '02 00 00 00 00 04  02 00 00 00 00 03  08 00  45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';

test('type I has no header of its own', () => {
  const frame = ipFrame(GRE, `00 00 88 be ${MIRRORED}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre', 'erspan-i', 'eth', 'ip']);
  expect(layers[3]).toEqual({ layer: 'erspan-i', range: [38, 38], tunnel: 'erspan' });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('type II', () => {
  const frame = ipFrame(GRE, `10 00 88 be 00 10 95 28  10 65 c8 65 00 10 03 69 ${MIRRORED}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre', 'erspan', 'eth', 'ip']);
  expect(layers[3]).toEqual({
    layer: 'erspan',
    range: [42, 50],
    tunnel: 'erspan',
    version: 1,
    vlan: 101,
    cos: 6,
    encap: 1,
    truncated: false,
    spanid: 101,
    reserved: 1,
    index: 0x369,
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test('type III without a subheader', () => {
  const frame = ipFrame(GRE, `10 00 22 eb 00 00 00 01  20 65 1c 65 34 76 0b 01 00 05 82 08 ${MIRRORED}`);
  const layers = dissectHex(frame);
  expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre', 'erspan', 'eth', 'ip']);
  expect(layers[3]).toEqual({
    layer: 'erspan',
    range: [42, 54],
    tunnel: 'erspan',
    version: 2,
    vlan: 101,
    cos: 0,
    bso: 3,
    truncated: true,
    spanid: 101,
    timestamp: 880151297,
    sgt: 5,
    p: true,
    ft: 0,
    hw: 32,
    direction: true,
    gra: 0,
    o: false,
  });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['1', '04 00 00 07 00 00 00 09', { platid: 1, pid1_rsvd1: 0, pid1_vsmid: 7, pid1_port_index: 9 }],
  ['3', '0c 00 00 03 15 f7 42 e8', { platid: 3, pid3_rsvd1: 0, pid3_port_index: 3, pid3_timestamp: 0x15f742e8 }],
  ['5', '14 05 00 03 00 00 00 09', { platid: 5, pid5_switchid: 5, pid5_port_index: 3, pid5_timestamp: 9 }],
  ['7', '1c 10 00 03 00 00 00 09', { platid: 7, pid7_rsvd1: 1, pid7_source_index: 3, pid7_timestamp: 9 }],
  ['nobody registered', 'fc 00 00 03 00 00 00 09', { platid: 63, platform_info: 3, platform_info_low: 9 }],
])('type III with the subheader of platform %s', (_, subheader, fields) => {
  const frame = ipFrame(GRE, `10 00 22 eb 00 00 00 01  20 65 00 65 34 76 0b 01 00 00 80 01 ${subheader} ${MIRRORED}`);
  const layers = dissectHex(frame);
  expect(layers[3]).toMatchObject({ range: [42, 62], o: true, ...fields });
  expect(layers[4]).toMatchObject({ layer: 'eth' });
  expect(gapsAtEveryLength(frame)).toEqual([]);
});

test.each([
  ['IP', '08 00', ['ip']],
  ['of another kind', '1c 00', []],
])('type III around a frame %s', (_, flags, names) => {
  const inner = '45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';
  const frame = ipFrame(GRE, `10 00 22 eb 00 00 00 01  20 65 00 65 34 76 0b 01 00 00 ${flags} ${inner}`);
  expect(dissectHex(frame).map(({ layer }) => layer)).toEqual(['eth', 'ip', 'gre', 'erspan', ...names]);
});

test('an unknown version ends the chain', () => {
  const frame = ipFrame(GRE, `10 00 88 be 00 00 00 01  30 65 00 65 00 00 00 00 ${MIRRORED}`);
  expect(dissectHex(frame)[3]).toMatchObject({ layer: 'erspan', version: 3, unknown: '00:65:00:00:00:00' });
  expect(dissectHex(frame)).toHaveLength(4);
  expect(gapsAtEveryLength(frame)).toEqual([]);
});
