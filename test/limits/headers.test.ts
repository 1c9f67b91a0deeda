/** Headers that nest, repeat or claim without end: each has a bound, and reaching it is told with the packet. */
import { describe, expect, test } from 'vitest';
import { MAX_ISSUES } from '../../src/dissect/issue.ts';
import { type Layers, MAX_LAYERS } from '../../src/dissect/layers.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { packetLine } from '../../src/render/line.ts';
import { createStyle } from '../../src/render/style.ts';
import { layerTree } from '../../src/render/tree.ts';
import { octetsOf } from '../dissect-hex.ts';
import { inIpv4, inIpv6, zeros } from '../ip-packets.ts';
import { bareJson, keyFault, partitionFault } from '../packet-invariants.ts';

const IPV4 = 228;
const IPV6 = 229;
const ETHERNET = 1;
const dissector = createDissector(standardProtocols);

interface Bounded {
  readonly layers: Layers;
  readonly codes: readonly string[];
  readonly json: string;
}

/** Dissects a frame; everything that holds for every packet must hold for it. */
function dissect(octets: Uint8Array, linkType: number): Bounded {
  const layers = dissector.createLayers();
  dissector.dissect(layers, new DataView(octets.buffer), 0, octets.length, octets.length, linkType);
  const json = bareJson(layers);
  expect(() => JSON.parse(json)).not.toThrow();
  expect(partitionFault(layers)).toBe('');
  expect(keyFault(layers)).toBe('');
  return { layers, json, codes: Array.from({ length: layers.issues.count }, (_, i) => layers.issues.at(i).code) };
}

const hex = (text: string, linkType = IPV4): Bounded => dissect(octetsOf(text), linkType);
const repeat = (pattern: string, count: number): string => `${pattern} `.repeat(count);

/** A header before as many octets as its length field can count. */
function nested(
  header: Uint8Array,
  length: number,
  setLength: (view: DataView, at: number, left: number) => void,
): Uint8Array {
  const octets = new Uint8Array(length);
  const view = new DataView(octets.buffer);
  for (let at = 0; at + header.length <= length; at += header.length) {
    octets.set(header, at);
    setLength(view, at, length - at);
  }
  return octets;
}

describe('nested without end', () => {
  test.each([
    ['IPv4 in IPv4', IPV4, inIpv4('04', ''), 2, 0],
    ['IPv6 in IPv6', IPV6, inIpv6('29', ''), 4, 40],
    ['GRE in IPv4', IPV4, inIpv4('2f', '0000 0800'), 2, 0],
    ['VXLAN in UDP', ETHERNET, `${zeros(12)} 0800 ${inIpv4('11', '0000 12b5 0000 0000 0800 0000 0000 0100')}`, 16, 14],
  ])('%s ends after MAX_LAYERS', (_, linkType, header, lengthAt, before) => {
    const octets = nested(octetsOf(header), 16_000, (view, at, left) => view.setUint16(at + lengthAt, left - before));
    const { layers, codes } = dissect(octets, linkType);
    expect(layers.count).toBe(MAX_LAYERS);
    expect(codes).toContain('tooManyLayers');
  });

  test.each([
    ['VLAN tags', ETHERNET, `${zeros(12)} ${repeat('8100 0001', 4000)}`],
    ['destination options of IPv6', IPV6, inIpv6('3c', repeat('3c00 0104 0000 0000', 2000))],
    ['routing headers of IPv6', IPV6, inIpv6('2b', repeat('2b00 0000 0000 0000', 2000))],
    ['authentication headers', IPV4, inIpv4('33', repeat('3304 0000 00000000 00000000 000000000000000000000000', 600))],
    [
      'messages of BGP in one segment',
      IPV4,
      inIpv4('06', `00b3 00b3 ${zeros(8)} 5018 0000 00000000 ${repeat(`${'ff'.repeat(16)} 0013 04`, 800)}`),
    ],
  ])('%s end after MAX_LAYERS', (_, linkType, frame) => {
    const { layers, codes } = hex(frame, linkType);
    expect(layers.count).toBe(MAX_LAYERS);
    expect(codes).toContain('tooManyLayers');
  });

  test('a stack of MPLS labels is one layer', () => {
    const { layers } = hex(`${zeros(12)} 8847 ${repeat('0001 0000', 4000)}`, ETHERNET);
    expect(layers.count).toBe(2);
  });
});

describe('options that do not advance, or too far', () => {
  const tcp = (options: string): string => inIpv4('06', `0001 0002 ${zeros(8)} f010 0000 0000 0000 ${options}`);
  const ip = (options: string): string =>
    `4f 00 ${octetsOf(options).length === 40 ? '003c' : '0000'} 0000 0000 40 fd 0000 0a000001 0a000002 ${options}`;
  const geneve = (length: string, options: string): string =>
    inIpv4('11', `0000 17c1 0000 0000 ${length} 0000 000000 00 ${options}`);

  test.each([
    ['TCP, length 0', tcp(repeat('fe 00', 20))],
    ['TCP, length 1', tcp(repeat('fe 01', 20))],
    ['TCP, length 255', tcp(repeat('fe ff', 20))],
    ['TCP, SACK of an odd length', tcp(`05 07 ${zeros(38)}`)],
    ['TCP, only padding', tcp(repeat('01', 40))],
    ['IP, length 0', ip(repeat('83 00', 20))],
    ['IP, length 1', ip(repeat('83 01', 20))],
    ['IP, length 255', ip(repeat('07 ff', 20))],
    ['IP, a pointer beyond its route', ip(`07 27 ff ${zeros(37)}`)],
    ['Geneve, options beyond the packet', geneve('3f', '0000 00 1f')],
    ['Geneve, options of no body', geneve('3f', repeat('0102 80 00', 63))],
    ['Geneve, an option longer than all', geneve('02', '0102 80 1f 00000000')],
  ])('%s', (_, frame) => {
    const { layers, json } = hex(frame);
    expect(layers.count).toBeGreaterThan(0);
    expect(json.length).toBeLessThan(20_000);
  });

  test.each([
    ['TCP', tcp(repeat('fe 00', 20))],
    ['IP', ip(repeat('83 01', 20))],
    ['Geneve', geneve('02', '0102 80 1f 00000000')],
  ])('%s tells that an option is wrong', (_, frame) => {
    expect(hex(frame).codes.length).toBeGreaterThan(0);
  });
});

describe('messages that point back, or claim more than there is', () => {
  const dns = (message: string): string => inIpv4('11', `0035 0035 0000 0000 ${message}`);
  const bgp = (body: string): string => {
    const length = (19 + octetsOf(body).length).toString(16).padStart(4, '0');
    return inIpv4('06', `00b3 00b3 ${zeros(8)} 5018 0000 00000000 ${'ff'.repeat(16)} ${length} 02 ${body}`);
  };

  test.each([
    ['a pointer to itself', dns('0000 0000 0001 0000 0000 0000 c00c 0001 0001'), 'nameTooLong'],
    ['two pointers to each other', dns('0000 0000 0001 0000 0000 0000 c00e c00c 0001 0001'), 'nameTooLong'],
    ['a label before a pointer to it', dns('0000 0000 0001 0000 0000 0000 01 61 c00c 0001 0001'), 'nameTooLong'],
    ['65,535 records of which none is there', dns('0000 0000 ffff ffff ffff ffff'), 'countBeyondMessage'],
    ['attributes of BGP beyond the message', bgp('0000 ffff 40 01 01 00'), undefined],
    ['an attribute of BGP beyond the others', bgp('0000 0004 50 02 ffff'), 'attributeBeyondMessage'],
    ['withdrawn routes of BGP beyond the message', bgp('ffff 00'), undefined],
    ['a prefix of BGP of 255 bits', bgp('0000 0000 ff 0a'), 'prefixBeyondMessage'],
  ])('%s', (_, frame, code) => {
    const { codes } = hex(frame);
    expect(codes.length).toBeGreaterThan(0);
    if (code !== undefined) expect(codes).toContain(code);
  });
});

test('issues beyond MAX_ISSUES are counted, and the count is told', () => {
  const { layers } = hex(inIpv4('06', `0001 0002 ${zeros(8)} 5010 0000 0000 0000`));
  for (let i = 0; i < 3 * MAX_ISSUES; i++) layers.issues.add(0, `code${i}`, 0, 0, '');
  expect(layers.issues.count).toBe(MAX_ISSUES);
  const { dropped } = layers.issues;
  expect(dropped).toBeGreaterThan(MAX_ISSUES);
  expect(JSON.parse(bareJson(layers))).toMatchObject({ issuesDropped: dropped });
  // However often a packet is shown, its issues are as many.
  expect(JSON.parse(bareJson(layers, true))).toMatchObject({ issuesDropped: dropped });
  expect(layerTree(layers, createStyle()).at(-1)).toContain(`! and ${dropped} more issues`);
  const head = { number: 1, time: '0', length: 40, captured: 40, point: '' };
  expect(packetLine(layers, head, createStyle())).toContain(`; and ${dropped} more`);
});

test('the longest packet there can be, of whatever octets, has a record of bounded length', () => {
  for (const octet of [0x00, 0x01, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xc0, 0xff]) {
    for (const linkType of [0, 1, 12, 101, 113, 228, 229, 276]) {
      const { json } = dissect(new Uint8Array(65_535).fill(octet), linkType);
      expect(json.length).toBeLessThan(2_000_000);
    }
  }
});
