import { describe, expect, test } from 'vitest';
import { dissectHex, layersOf } from '../dissect-hex.ts';
import { etherFrame, gapsAtEveryLength, udpFrame } from '../frames.ts';

const GPE = 4790;
const INNER_IP = '45 00 00 14 00 00 00 00 40 3b 00 00  0a 01 00 01  0a 01 00 02';
const INNER_ETHERNET = `02 00 00 00 00 04  02 00 00 00 00 03  08 00 ${INNER_IP}`;
const MD_TYPE_1 = '0f c6 01 01  00 00 2a ff  00 00 00 01  00 00 00 02  00 00 00 03  00 00 00 04';

describe('VXLAN-GPE', () => {
  test('around NSH', () => {
    const frame = udpFrame(GPE, `0c 00 00 04 00 00 0a 00 ${MD_TYPE_1} ${INNER_IP}`);
    const layers = dissectHex(frame);
    expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'vxlan-gpe', 'nsh', 'ip']);
    expect(layers[3]).toEqual({
      layer: 'vxlan-gpe',
      range: [42, 50],
      tunnel: 'vxlan-gpe',
      flags: { raw: 0x0c, reserved1: 0, ver: 0, i_bit: true, p_bit: true, b_bit: false, o_bit: false },
      reserved_16: 0,
      next_proto: 4,
      vni: 10,
      reserved8: 0,
    });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test.each([
    ['IPv4', '0c 00 00 01', INNER_IP, ['ip']],
    ['Ethernet', '0c 00 00 03', INNER_ETHERNET, ['eth', 'ip']],
    ['Ethernet, without the P bit', '08 00 00 00', INNER_ETHERNET, ['eth', 'ip']],
    ['something unknown', '0c 00 00 99', INNER_IP, []],
  ])('around %s', (_, header, payload, names) => {
    const layers = dissectHex(udpFrame(GPE, `${header} 00 00 0a 00 ${payload}`));
    expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'ip', 'udp', 'vxlan-gpe', ...names]);
  });
});

describe('NSH', () => {
  test('fixed-length context', () => {
    const frame = etherFrame(0x894f, `${MD_TYPE_1} ${INNER_IP}`);
    const layers = dissectHex(frame);
    expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'nsh', 'ip']);
    expect(layers[1]).toEqual({
      layer: 'nsh',
      range: [14, 38],
      version: 0,
      Obit: false,
      CBit: false,
      ttl: 63,
      length: 6,
      unassigned: 0,
      mdtype: 1,
      nextproto: 1,
      spi: 42,
      si: 255,
      context: [
        { contextheader: '00:00:00:01' },
        { contextheader: '00:00:00:02' },
        { contextheader: '00:00:00:03' },
        { contextheader: '00:00:00:04' },
      ],
      tlv: [],
    });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('variable-length context, padded to words', () => {
    const frame = etherFrame(
      0x894f,
      `0f c5 02 03  00 00 2a ff  ff f5 07 05  01 02 03 04  05 00 00 00 ${INNER_ETHERNET}`,
    );
    const layers = dissectHex(frame);
    expect(layers.map(({ layer }) => layer)).toEqual(['eth', 'nsh', 'eth', 'ip']);
    expect(layers[1]).toMatchObject({
      tlv: [
        {
          metadataclass: 0xfff5,
          metadatatype: 7,
          metadataunassignedbit: 0,
          metadatalen: 5,
          metadata: '01:02:03:04:05',
          padding: '00:00:00',
        },
      ],
    });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('a context header of length 0', () => {
    const frame = etherFrame(0x894f, `0f c3 02 01  00 00 2a ff  00 01 02 00 ${INNER_IP}`);
    expect(dissectHex(frame)[1]).toMatchObject({
      tlv: [{ metadataclass: 1, metadatatype: 2, metadataunassignedbit: 0, metadatalen: 0 }],
    });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('a context header that reaches beyond the header is cut there', () => {
    const frame = etherFrame(0x894f, `0f c4 02 01  00 00 2a ff  00 01 02 7f  de ad be ef ${INNER_IP}`);
    expect(dissectHex(frame)[1]).toMatchObject({ tlv: [{ metadatalen: 127, metadata: 'de:ad:be:ef' }] });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('an unknown MD type', () => {
    const frame = etherFrame(0x894f, `0f c3 0f 01  00 00 2a ff  00 01 02 00 ${INNER_IP}`);
    expect(dissectHex(frame)[1]).toMatchObject({ mdtype: 15, unknown: '00:01:02:00' });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });

  test('a length below the fixed words is malformed', () => {
    const frame = etherFrame(0x894f, `0f c1 01 01  00 00 2a ff ${INNER_IP}`);
    const layers = layersOf(frame);
    expect(layers.count).toBe(2);
    expect(layers.issues.at(0)).toMatchObject({
      code: 'lengthBelowFixed',
      needed: 2,
      available: 1,
      limit: 'nsh.length',
    });
    expect(gapsAtEveryLength(frame)).toEqual([]);
  });
});
