/** The hex breakdown's octets are those of a plain account of the segments, and show every octet once, for captured packets and mutated ones. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flag, instead, named, packed, uint } from '../../src/dissect/field.ts';
import type { Layers } from '../../src/dissect/layers.ts';
import { defineProtocol } from '../../src/dissect/protocol.ts';
import { hexOctet } from '../../src/dissect/value.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { Session } from '../../src/reassemble/session.ts';
import { leafText, valueText } from '../../src/render/field-text.ts';
import { hexBreakdown, PacketHex } from '../../src/render/hex.ts';
import { geometryOf, type HexGeometry } from '../../src/render/hex-geometry.ts';
import { type Segment, segmentsOf } from '../../src/render/segments.ts';
import { createStyle, type Style } from '../../src/render/style.ts';
import { TextBuffer } from '../../src/render/text-buffer.ts';
import { LayerTree, layerTree } from '../../src/render/tree.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf } from '../corpus.ts';
import { dissectOwned } from '../packet-invariants.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

interface Look {
  readonly style: Style;
  readonly width: number;
  readonly only?: ReadonlySet<string>;
}

/** Rows of the same source around a row, outermost first, and the row. */
function pathTo(of: Layers, row: number): number[] {
  const around = row < 0 ? [] : [...pathTo(of, of.parent[row]!), row];
  return around.filter((at) => of.source[at] === of.source[row]);
}

/** Segments that share octets, or a group. */
function clusters(segments: readonly Segment[]): Segment[][] {
  const all: Segment[][] = [];
  let end = 0;
  for (const segment of segments) {
    const last = all.at(-1);
    const isShared = last !== undefined && last[0]!.row === segment.row && segment.bitStart < end;
    if (isShared) last.push(segment);
    else all.push([segment]);
    const ends = segment.parents.flatMap(({ kind, bitOffset, bitWidth }) =>
      kind === 'list' ? [] : [segment.at * 8 + bitOffset + bitWidth],
    );
    end = Math.max(isShared ? end : 0, Math.ceil(Math.max(segment.bitEnd, ...ends) / 8) * 8);
  }
  return all;
}

/** One packet's lines, each made for itself. */
class Account {
  readonly lines: string[] = [];
  private readonly of: Layers;
  private readonly source: number;
  private readonly style: Style;
  private readonly geometry: HexGeometry;
  private readonly view: DataView;
  private path: number[] = [];

  constructor(of: Layers, source: number, segments: readonly Segment[], { style, width }: Look) {
    this.of = of;
    this.source = source;
    this.style = style;
    this.view = source === 0 ? of.view : of.sources[source - 1]!.view;
    this.geometry = geometryOf(width, Math.max(0, ...segments.map(({ row }) => pathTo(of, row).length)));
    for (const cluster of clusters(segments)) {
      this.enter(cluster[0]!.row);
      if (cluster.length === 1) this.whole(cluster[0]!);
      else this.shared(cluster);
    }
  }

  private enter(row: number): void {
    const { of, style } = this;
    const path = pathTo(of, row);
    let common = 0;
    while (common < this.path.length && this.path[common] === path[common]) common++;
    for (const [depth, opened] of path.entries()) {
      if (depth < common) continue;
      const protocol = of.protocolOf(opened);
      const tunnel = of.tunnelOf(opened) === '' ? [] : [`tunnel ${of.tunnelOf(opened)}`];
      const marks = [...tunnel, ...(of.isQuoted(opened) ? ['quoted'] : [])];
      const note = marks.length === 0 ? '' : `  ${style.dim(`[${marks.join(', ')}]`)}`;
      const name = style.layer(style.strong(protocol.name), opened);
      const bars = this.bars(path.slice(0, depth));
      this.lines.push(`${bars}${style.layer(style.bracketOpen, opened)} ${name}  ${protocol.title}${note}`);
    }
    this.path = path;
  }

  private bars(rows: readonly number[]): string {
    return rows.map((row) => this.style.layer(this.style.bracketAlong, row)).join('');
  }

  private line(offset: string, columns: string, note: string): void {
    const { style, geometry, path } = this;
    const gap = ' '.repeat(geometry.depth - path.length);
    const left = `${this.bars(path)}${gap} ${style.dim(offset.padEnd(4))}  `;
    const middle = style.layer(columns.padEnd(note === '' ? 0 : geometry.hexWidth), path.at(-1) ?? -1);
    this.lines.push(`${left}${middle}  ${note}`.trimEnd());
  }

  private block(start: number, end: number, notes: readonly string[]): void {
    const { octetsPerLine } = this.geometry;
    const origin = this.source === 0 ? this.of.frameStart : 0;
    const octets = Array.from({ length: end - start }, (_, i) => hexOctet(this.view.getUint8(start + i)));
    for (let i = 0; i * octetsPerLine < octets.length || i < notes.length; i++) {
      const from = i * octetsPerLine;
      const offset = from < octets.length ? (start - origin + from).toString(16).padStart(4, '0') : '';
      this.line(offset, octets.slice(from, from + octetsPerLine).join(' '), notes[i] ?? '');
    }
  }

  private whole({ kind, bitStart, bitEnd, field, at, value }: Segment): void {
    const start = Math.floor(bitStart / 8);
    const end = Math.ceil(bitEnd / 8);
    const size = this.style.dim(`${kind}, ${end - start} octets`);
    if (field !== undefined) {
      this.block(start, end, this.note(field.name, leafText(field, this.view, at, start, end, value)));
    } else if (kind === 'payload' || kind === 'padding') {
      const { octetsPerLine } = this.geometry;
      const text = Array.from({ length: end - start }, (_, i) => String.fromCharCode(this.view.getUint8(start + i)));
      const shown = text.join('').replace(/[^ -~]/g, '.');
      const notes = shown.match(new RegExp(`.{1,${octetsPerLine}}`, 'g')) ?? [];
      this.block(start, end, [`${notes[0]!.padEnd(octetsPerLine)}  ${size}`, ...notes.slice(1)]);
    } else this.block(start, end, [size]);
  }

  private note(name: string, text: string): string[] {
    const { room, nameWidth } = this.geometry;
    const beside = `${name.padEnd(nameWidth)} ${text}`;
    if (beside.length <= room) return [beside];
    const parts = Array.from({ length: Math.ceil(text.length / (room - 2)) }, (_, i) =>
      text.slice(i * (room - 2), (i + 1) * (room - 2)),
    );
    return [name, ...parts.map((part) => `  ${part}`)];
  }

  private shared(parts: readonly Segment[]): void {
    const { geometry, view } = this;
    const first = Math.floor(parts[0]!.bitStart / 8);
    const last = Math.ceil(parts.at(-1)!.bitEnd / 8);
    for (const [i, part] of parts.entries()) {
      const { field, at, bitStart, bitEnd, parents } = part;
      const before = parts[i - 1]?.parents ?? [];
      const groups = parents.filter((parent) => parent.kind !== 'list' && !before.includes(parent));
      const notes = groups.map(
        (group) => `${group.name.padEnd(geometry.nameWidth)} ${valueText(group, group.get(view, at))}`,
      );
      if (i === 0) this.block(first, last, notes);
      if (field === undefined) continue;
      if (i > 0) for (const note of notes) this.line('', '', note);
      const [from, to] = [Math.floor(bitStart / 8), Math.ceil(bitEnd / 8)];
      const text = leafText(field, view, at, from, to, part.value);
      const texts = this.note(field.name, field.kind === 'bool' ? `${field.title}: ${text}` : text);
      const pattern = bitPattern(view, from, to, bitStart, bitEnd);
      const isBeside = pattern.length <= geometry.hexWidth;
      if (!isBeside) this.line('', pattern, '');
      for (const [line, note] of texts.entries()) this.line('', isBeside && line === 0 ? pattern : '', note);
    }
  }
}

/** The bits [bitStart, bitEnd) within the octets [from, to) in groups of four, dots for all others. */
function bitPattern(view: DataView, from: number, to: number, bitStart: number, bitEnd: number): string {
  const bits = Array.from({ length: (to - from) * 8 }, (_, i) => {
    const bit = from * 8 + i;
    const isMine = bit >= bitStart && bit < bitEnd;
    return isMine ? String((view.getUint8(Math.floor(bit / 8)) >> (7 - (bit % 8))) & 1) : '.';
  });
  return bits.join('').replace(/.{4}(?=.)/g, '$& ');
}

function accountOf(of: Layers, look: Look): string {
  const { style, only } = look;
  const lines: string[] = [];
  for (let source = 0; source <= of.sources.length; source++) {
    const isShown = ({ row }: Segment): boolean =>
      only === undefined || (row >= 0 && only.has(of.protocolOf(row).name));
    if (source > 0) lines.push(style.dim(`reassembled from frames ${of.sources[source - 1]!.frames.join(', ')}`));
    lines.push(...new Account(of, source, segmentsOf(of, source).filter(isShown), look).lines);
  }
  return lines.map((line) => `${line}\n`).join('');
}

const plain = createStyle();
const looks: readonly Look[] = [
  { style: plain, width: 80 },
  { style: createStyle({ color: true, unicode: false }), width: 92, only: new Set(['ip', 'tcp', 'dns', 'eth']) },
  { style: createStyle({ color: true }), width: 150 },
  { style: plain, width: 52 },
];
const out = new TextBuffer();
/** Writers that remember what they wrote of the packets before. */
const writers = looks.map(({ style, width, only }) => new PacketHex(out, style, width, only));

/** Checks that the breakdown of the packet that was dissected is the same however often it was written before. */
function expectBreakdown(): void {
  for (const [i, look] of looks.entries()) {
    const expected = accountOf(layers, look);
    for (let times = 0; times < 3; times++) {
      out.at = 0;
      writers[i]!.write(layers);
      expect(out.textFrom(0)).toBe(expected);
    }
  }
}

function expectPacket(packet: OwnedPacket): void {
  dissectOwned(dissector, layers, packet);
  expectBreakdown();
  const shown = hexBreakdown(layers, plain).flatMap((line) => {
    const [, octets = ''] = /^[│ ]* [0-9a-f]{4} {2}((?:[0-9a-f]{2}(?: |$)){1,8})/.exec(line) ?? [];
    return octets.trim().split(' ').filter(Boolean);
  });
  expect(shown).toEqual(Array.from(packet.octets, hexOctet));
}

const captures = capturesBelow(FIXTURES);

test.each(captures)('%s', (path) => {
  for (const packet of packetsOf(join(FIXTURES, path)).slice(0, 12)) expectPacket(packet);
});

test('reassembled packets', () => {
  const session = new Session();
  let reassembled = 0;
  for (const [i, packet] of packetsOf(`${FIXTURES}outer-fragmentation/node1-eth1.pcap`).slice(0, 60).entries()) {
    const { octets, wireLength, linkType, fcsOctets } = packet;
    session.at(i + 1, 0, '');
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    dissector.dissect(layers, view, 0, octets.length, wireLength, linkType, fcsOctets, session);
    reassembled += layers.sources.length;
    expectBreakdown();
  }
  expect(reassembled).toBeGreaterThan(0);
});

const carriedBy = { linkType: [147] };
const sharedBehind = defineProtocol('crooked', {
  title: 'Shared with what stands behind',
  source: 'made up',
  carriedBy,
  fields: { first: uint(32, 'First'), flag: flag('Flag') },
  variable: packed({ rest: uint(7, 'Rest') }, 1),
  headerLength: () => 5,
  details: (emit, _, start) => emit.field(sharedBehind.variable.rest, start + 4),
});

/** Fields that share octets with others however they are cut, or with what stands behind them, and one that follows from more than its octets. */
const crooked = [
  defineProtocol('crooked', {
    title: 'Shared between fields',
    source: 'made up',
    carriedBy,
    fields: { long: uint(28, 'Long'), across: uint(8, 'Across'), short: uint(4, 'Short'), last: uint(8, 'Last') },
  }),
  sharedBehind,
  defineProtocol('crooked', {
    title: 'Followed by what tells its kind',
    source: 'made up',
    carriedBy,
    fields: {
      code: uint(16, 'Code', named({ 4660: 'one' })),
      other: instead('code', uint(16, 'Other', named({ 4660: 'two' })), (_, view, at) => view.getUint8(at + 2) > 9),
      kind: uint(32, 'Kind'),
    },
  }),
];

test.each(crooked)('$title', (protocol) => {
  const of = createDissector([...standardProtocols, protocol]);
  const rows = of.createLayers();
  const writer = new PacketHex(out, plain);
  const tree = new LayerTree(out, plain);
  for (const third of [0x56, 0x56, 0x56, 0x05, 0x56]) {
    const octets = Uint8Array.of(0x12, 0x34, third, 0x78, 0x9a, 0xbc, 0xde);
    of.dissect(rows, new DataView(octets.buffer), 0, octets.length, octets.length, 147);
    out.at = 0;
    writer.write(rows);
    expect(out.textFrom(0)).toBe(accountOf(rows, { style: plain, width: 80 }));
    out.at = 0;
    tree.write(rows);
    const kept = out.textFrom(0);
    expect(kept).toBe(
      layerTree(rows, plain)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(kept).toContain('crooked.');
  }
});

test('layers inside of each other and side by side, at the same places and as deep', () => {
  const octets = Uint8Array.from({ length: 20 }, (_, i) => i);
  const style = createStyle({ color: true });
  const writer = new PacketHex(out, style);
  const rows = dissector.createLayers();
  const nested = [
    ['vlan', -1, 0, 4, 20],
    ['vlan', 0, 4, 8, 20],
    ['vlan', 1, 8, 12, 20],
  ] as const;
  const beside = [nested[0], ['vlan', 0, 4, 8, 8], ['vlan', 0, 8, 12, 20], ['vlan', 2, 12, 16, 20]] as const;
  for (const shown of [nested, nested, nested, beside, beside, beside, nested]) {
    rows.reset(new DataView(octets.buffer), 0, octets.length, 1, 0);
    rows.count = shown.length;
    for (const [row, [name, parent, start, payload, end]] of shown.entries()) {
      rows.protocol[row] = dissector.named(name);
      rows.markUnusual(row, 0, 0, parent);
      rows.start[row] = start;
      rows.payload[row] = payload;
      rows.end[row] = end;
      rows.wireEnd[row] = end;
    }
    out.at = 0;
    writer.write(rows);
    expect(out.textFrom(0)).toBe(accountOf(rows, { style, width: 80 }));
  }
});

describe('mutated packets', () => {
  const packets = captures.flatMap((path) => packetsOf(join(FIXTURES, path)).slice(0, 10));
  const octet = fc.integer({ min: 0, max: 255 });
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('anywhere in their first octets, and cut', () => {
    const mutations = fc.array(fc.tuple(place, octet), { maxLength: 6 });
    const property = fc.property(fc.constantFrom(...packets), mutations, place, (packet, changes, part) => {
      const octets = packet.octets.slice(0, Math.ceil(packet.octets.length * Math.min(1, 1.2 * part)));
      for (const [at, value] of changes) octets[Math.floor(at * Math.min(octets.length, 120))] = value;
      expectPacket({ ...packet, octets });
    });
    fc.assert(property, { seed: 7, numRuns: 800 });
  });
});
