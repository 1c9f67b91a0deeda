/** The octets of packets' trees are those of a plain account of what walks show, for packets as they were captured and for mutated ones. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/dissect/field.ts';
import { type Layers, RowFlag } from '../../src/dissect/layers.ts';
import { type FieldVisitor, walkLayer } from '../../src/dissect/walk.ts';
import { standardProtocols } from '../../src/protocols/index.ts';
import { createDissector } from '../../src/protocols/standard-dissector.ts';
import { leafText, valueText } from '../../src/render/field-text.ts';
import { issueWords } from '../../src/render/line.ts';
import { remaindersOf } from '../../src/render/remainder.ts';
import { createStyle, type Style } from '../../src/render/style.ts';
import { TextBuffer } from '../../src/render/text-buffer.ts';
import { LayerTree, layerTree } from '../../src/render/tree.ts';
import { capturesBelow, FIXTURES, type OwnedPacket, packetsOf } from '../corpus.ts';
import { mutated } from '../mutations.ts';
import { dissectOwned } from '../packet-invariants.ts';

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();

const plain = createStyle();
const styles = [plain, createStyle({ color: true }), createStyle({ unicode: false })];

/** The lines of a packet's tree, each made for itself. */
function treeLines(of: Layers, style: Style): string[] {
  const lines: string[] = [];
  const line = (origin: number, depth: number, start: number, end: number, text: string): void => {
    const first = start - origin;
    const last = end - origin - 1;
    const range = start === end ? '' : first === last ? `${first}` : `${first}${style.dash}${last}`;
    lines.push(`${style.dim(range.padStart(9))}  ${'  '.repeat(depth)}${text}`);
  };
  const depths: number[] = [];
  for (let row = 0; row < of.count; row++) {
    const origin = of.originOf(row);
    let depth = of.parent[row]! < 0 ? 0 : depths[of.parent[row]!]!;
    depths[row] = depth + 1;
    const protocol = of.protocolOf(row);
    const source = of.source[row]!;
    const marks = [
      ...(of.tunnelOf(row) === '' ? [] : [`tunnel ${of.tunnelOf(row)}`]),
      ...((of.flags[row]! & RowFlag.guessed) === 0 ? [] : ['guessed']),
      ...(of.isQuoted(row) ? ['quoted'] : []),
      ...(source === 0 ? [] : [`reassembled from ${of.sources[source - 1]!.frames.join(', ')}`]),
    ];
    const name = `${style.layer(style.strong(protocol.name), row)}  ${protocol.title}`;
    const note = marks.length === 0 ? '' : `  ${style.dim(`[${marks.join(', ')}]`)}`;
    line(origin, depth++, of.start[row]!, of.payload[row]!, `${name}${note}`);
    const view = of.viewOf(row);
    const words = (field: Field, text: string): string => {
      const label = field.kind === 'bool' || field.computed ? `${field.title}: ` : '';
      const named = `${field.name.padEnd(26)} ${label}`;
      return text.trimEnd() === '' ? named.trimEnd() : named + text.trimEnd();
    };
    const visitor: FieldVisitor = {
      leaf: (field, at, start, end, computed) =>
        line(origin, depth, start, end, words(field, leafText(field, view, at, start, end, computed))),
      openGroup: (field, at) => {
        const start = at + field.octetOffset;
        line(origin, depth++, start, start + field.octetWidth, words(field, valueText(field, field.get(view, at))));
      },
      closeGroup: () => depth--,
      openElement: (list, start) => line(origin, depth++, start, start, list.title),
      closeElement: () => depth--,
    };
    walkLayer(of, row, visitor);
    for (let i = 0; i < of.issues.count; i++) {
      const issue = of.issues.at(i);
      if (issue.row !== row) continue;
      const found = `needed ${issue.needed}, found ${issue.available} (${issue.limit})`;
      line(origin, depth, origin, origin, style.alarm(`! ${issueWords(of, row, issue.code)}: ${found}`));
    }
    for (const { kind, start, end } of remaindersOf(of, row)) {
      const onWire = of.wireEnd[row]! - start;
      const captured = kind === 'payload' && onWire > end - start ? ` captured of ${onWire}` : '';
      line(origin, depth, start, end, `${style.dim(kind)}, ${end - start} octets${captured}`);
    }
  }
  for (const { kind, start, end } of remaindersOf(of, -1)) {
    line(of.frameStart, 0, start, end, `${style.dim(kind)}, ${end - start} octets`);
  }
  const { dropped } = of.issues;
  if (dropped > 0) lines.push(`           ${style.alarm(`! and ${dropped} more issues`)}`);
  return lines;
}

const out = new TextBuffer();
/** Writers that remember what they wrote of the packets before. */
const trees = styles.map((style) => new LayerTree(out, style));

/** Checks that a packet's tree is the same however often it was written before. */
function expectTree(packet: OwnedPacket): void {
  for (const [i, style] of styles.entries()) {
    for (let times = 0; times < 3; times++) {
      // To walk a layer may tell of an issue: who writes the tree walks it first.
      dissectOwned(dissector, layers, packet);
      out.at = 0;
      trees[i]!.write(layers);
      const expected = treeLines(layers, style).map((line) => `${line}\n`);
      expect(out.textFrom(0)).toBe(expected.join(''));
    }
  }
}

const captures = capturesBelow(FIXTURES);

test.each(captures)('%s', (path) => {
  for (const packet of packetsOf(join(FIXTURES, path)).slice(0, 24)) expectTree(packet);
});

describe('mutated packets', () => {
  const packets = captures.flatMap((path) => packetsOf(join(FIXTURES, path)).slice(0, 20));
  const octet = fc.integer({ min: 0, max: 255 });

  test('anywhere in their first octets, and cut', () => {
    const property = fc.property(mutated(packets), expectTree);
    fc.assert(property, { seed: 7, numRuns: 400 });
  });

  test('in one octet after the other, from one packet to the next', () => {
    const property = fc.property(fc.constantFrom(...packets), fc.array(octet, { minLength: 120 }), (packet, values) => {
      const octets = packet.octets.slice();
      for (const at of octets.subarray(0, 120).keys()) {
        octets[at] = values[at]!;
        dissectOwned(dissector, layers, { ...packet, octets });
        out.at = 0;
        trees[0]!.write(layers);
        const expected = treeLines(layers, plain).map((line) => `${line}\n`);
        expect(out.textFrom(0)).toBe(expected.join(''));
        octets[at] = packet.octets[at]!;
      }
    });
    fc.assert(property, { seed: 7, numRuns: 60 });
  });
});

test('what is wrong with options is told of each packet', () => {
  const packet = packetsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`).find(({ octets }) => {
    const options = octets.subarray(104);
    return octets[73] === 6 && options[0] === 2 && options[1] === 4;
  });
  const octets = packet!.octets.slice();
  octets[105] = 1;
  for (let times = 0; times < 6; times++) {
    dissectOwned(dissector, layers, { ...packet!, octets });
    out.at = 0;
    trees[0]!.write(layers);
    expect(out.textFrom(0)).toContain('an option is shorter than');
  }
});

test('layers of chosen protocols only', () => {
  const [, , packet] = packetsOf(`${FIXTURES}flannel-vxlan/node1-eth1.pcap`);
  dissectOwned(dissector, layers, packet!);
  const all = layerTree(layers, plain);
  const only = layerTree(layers, plain, new Set(['tcp']));
  expect(only.length).toBeGreaterThan(10);
  expect(only.every((line) => all.some((other) => other.replace(/ +/g, ' ') === line.replace(/ +/g, ' ')))).toBe(true);
  expect(only.every((line) => / {2}(tcp|Option)/.test(line) || line.includes('payload'))).toBe(true);
});
