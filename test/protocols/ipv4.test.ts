import { describe, expect, test } from 'vitest';
import { layerObject } from '../../src/render/object.ts';
import { dissectHex, layersOf } from '../dissect-hex.ts';

const RAW_IP = 101;
/** Protocol 253 is for experiments (RFC 3692): nothing is dissected behind it. */
const EXPERIMENT = 'fd';

/** An IPv4 header with the options given, padded by the caller to 4 octets. */
function header(options: string, { fragment = '0000', length = '', protocol = EXPERIMENT } = {}): string {
  const octets = options.replace(/\s/g, '').length / 2;
  const total = length || (20 + octets).toString(16).padStart(4, '0');
  return `4${(5 + octets / 4).toString(16)} b9 ${total} 1234 ${fragment} 40 ${protocol} 0000 0a000001 0a000002 ${options}`;
}

function dissectIp(hex: string): ReturnType<typeof dissectHex> {
  return dissectHex(hex, { linkType: RAW_IP });
}

test('the fixed header', () => {
  expect(dissectIp(header('', { fragment: '4000' }))).toEqual([
    {
      layer: 'ip',
      range: [0, 20],
      version: 4,
      hdr_len: 20,
      dsfield: { raw: 0xb9, dscp: 46, ecn: 1 },
      len: 20,
      id: 0x1234,
      flags: { raw: 2, rb: false, df: true, mf: false },
      frag_offset: 0,
      ttl: 64,
      proto: 253,
      checksum: 0,
      src: '10.0.0.1',
      dst: '10.0.0.2',
      opt: [],
    },
  ]);
});

test('the fragment offset is what stands there: units of 8 octets', () => {
  expect(dissectIp(header('', { fragment: '20b9' }))[0]).toMatchObject({ frag_offset: 0xb9, flags: { mf: true } });
});

describe('options', () => {
  const type = (raw: number, copy: boolean, group: number, number: number): object => ({
    type: { raw, copy, class: group, number },
  });
  test.each([
    ['router alert, RFC 2113', '94 04 0000', [{ ...type(148, true, 0, 20), len: 4, ra: 0 }]],
    [
      'record route with one address and room for another, RFC 791 §3.1',
      '07 0b 08 0a000001 00000000 00',
      [
        { ...type(7, false, 0, 7), len: 11, ptr: 8, route: [{ rec_rt: '10.0.0.1' }, { empty_rt: '0.0.0.0' }] },
        type(0, false, 0, 0),
      ],
    ],
    [
      'loose source route with one address visited, RFC 791 §3.1',
      '01 83 0b 08 0a000001 0a000003',
      [type(1, false, 0, 1), { len: 11, ptr: 8, route: [{ rec_rt: '10.0.0.1' }, { src_rt: '10.0.0.3' }] }],
    ],
    [
      'timestamps with addresses, RFC 791 §3.1',
      '44 0c 0d 11 0a000001 00000005',
      [{ len: 12, ptr: 13, overflow: 1, flag: 1, route: [{ time_stamp_addr: '10.0.0.1', time_stamp: 5 }] }],
    ],
    ['timestamps alone', '44 08 05 00 00000005', [{ len: 8, overflow: 0, flag: 0, route: [{ time_stamp: 5 }] }]],
    ['behind the end', '00 030303', [type(0, false, 0, 0), { rest: '03:03:03' }]],
    ['unknown', '59 04 abcd', [{ ...type(0x59, false, 2, 25), len: 4, data: 'ab:cd' }]],
    ['reaching beyond the header', '59 e8 abcd', [{ len: 0xe8, data: 'ab:cd' }]],
  ])('%s', (_name, options, expected) => {
    const [ip] = dissectIp(header(options));
    expect(ip?.['opt']).toMatchObject(expected);
    expect(ip?.['opt']).toHaveLength(expected.length);
  });

  test.each([0, 1])('a length of %d ends the list with an issue', (length) => {
    const layers = layersOf(header(`59 0${length} 0102`), { linkType: RAW_IP });
    expect(layerObject(layers, 0)['opt']).toMatchObject([{ data: `0${length}:01:02` }]);
    expect(layers.issues.has(0, 'optionLength')).toBe(true);
  });
});

test.each([
  ['version 6 in an IPv4 header', '65 00 0014 0000 0000 40 fd 0000 0a000001 0a000002', 'versionNot4'],
  ['header of 16 octets', '44 00 0014 0000 0000 40 fd 0000 0a000001 0a000002', 'headerTooShort'],
  ['total length below the header', '45 00 0013 0000 0000 40 fd 0000 0a000001 0a000002', 'lengthBelowHeader'],
])('%s is malformed and ends the chain', (_name, hex, code) => {
  const layers = layersOf(hex, { linkType: 228 });
  expect(layers.count).toBe(1);
  expect(layers.issues.has(0, code)).toBe(true);
});

test('a total length of 0 reaches to the end of the frame, as offload leaves it', () => {
  const udp = '1f90 0035 000c 0000 01020304';
  expect(dissectIp(`${header('', { length: '0000', protocol: '11' })} ${udp}`)[1]).toMatchObject({
    layer: 'udp',
    length: 12,
  });
});
