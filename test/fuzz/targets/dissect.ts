/** One frame: rows, JSON, tree, hex breakdown and listing. An input is two octets of link type and lengths, then the frame. */
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { verifyChecksums } from '../../../src/dissect/checksums.ts';
import { Dissector } from '../../../src/dissect/dissector.ts';
import { standardProtocols } from '../../../src/protocols/index.ts';
import { createDissector } from '../../../src/protocols/standard-dissector.ts';
import { hexBreakdown } from '../../../src/render/hex.ts';
import { packetLine } from '../../../src/render/line.ts';
import { layerObject } from '../../../src/render/object.ts';
import { protocolsText } from '../../../src/render/protocols-text.ts';
import { jsonText } from '../../../src/render/safe-text.ts';
import { recordSchema } from '../../../src/render/schema.ts';
import { createStyle } from '../../../src/render/style.ts';
import { layerTree } from '../../../src/render/tree.ts';
import type { OwnedPacket } from '../../corpus.ts';
import {
  bareJson,
  cutFault,
  dissectOwned,
  keyFault,
  layerEnds,
  partitionFault,
  rowsText,
} from '../../packet-invariants.ts';
import { ColumnsCheck } from '../columns-check.ts';
import { packetWords } from '../dictionary.ts';
import { pcapOf, seedPackets } from '../seeds.ts';
import { checkText, type FuzzTarget, promise } from '../target.ts';

/** The first two octets: a link type below, bits for the lengths above. */
const HEAD_OCTETS = 2;
const LINK_TYPE_MASK = 0xfff;
/** The last octets are a check sequence; the record's length on the wire is 0; octets on the wire were not captured. */
const HAS_FCS = 0x1000;
const NO_LENGTH = 0x4000;
const IS_CUT = 0x8000;
const FCS_OCTETS = 4;
const NOT_CAPTURED = 40;
/** A frame of Ethernet's usual length; the time of longer ones may be longer in proportion. */
const USUAL_FRAME = 1514;
/** Dissection of a usual frame with its record must take less. */
const MILLIS = 5;
/** Characters of JSON an octet of a frame may become: more, and a small capture would fill a disk. */
const CHARACTERS_PER_OCTET = 400;

const dissector = createDissector(standardProtocols);
const layers = dissector.createLayers();
const general = new Dissector(standardProtocols);
const other = dissector.createLayers();
const columns = new ColumnsCheck(dissector, layers);
const style = createStyle();
const head = { number: 1, time: '0.0', length: 0, captured: 0, point: '' };
const validate = new Ajv2020({ strict: false, discriminator: true }).compile(recordSchema(standardProtocols));

/** The frame that an input stands for. */
function packetOf(input: Uint8Array): OwnedPacket {
  const word = ((input[0] ?? 0) << 8) | (input[1] ?? 0);
  const octets = input.subarray(HEAD_OCTETS);
  const whole = octets.length + ((word & IS_CUT) === 0 ? 0 : NOT_CAPTURED);
  return {
    octets,
    wireLength: (word & NO_LENGTH) === 0 ? whole : 0,
    linkType: word & LINK_TYPE_MASK,
    fcsOctets: (word & HAS_FCS) === 0 ? 0 : FCS_OCTETS,
  };
}

/** A full record as the plain one: a field's value in place of the object around it, and no bits. */
function withoutBits(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBits);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Record<string, unknown>;
  // Fields may be named so too; theirs are objects.
  if ('value' in members && typeof members['value'] !== 'object') return members['value'];
  const kept = Object.entries(members).filter(([key, member]) => key !== 'bits' || !Array.isArray(member));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutBits(member)]));
}

function run(input: Uint8Array): void {
  const packet = packetOf(input);
  const { octets } = packet;
  dissectOwned(general, other, packet);
  dissectOwned(dissector, layers, packet);
  promise(rowsText(layers) === rowsText(other), 'generated code makes other rows than the general chain');
  const json = bareJson(layers);
  promise(json.length <= 4096 + CHARACTERS_PER_OCTET * octets.length, 'the record is far longer than the packet');
  checkText('the record', json, octets);
  const record: { layers: Record<string, unknown>[] } = JSON.parse(json);
  promise(
    validate(record),
    `the record is not valid: ${validate.errors?.find((e) => e.keyword !== 'oneOf')?.instancePath.replace(/\d+/g, '#')}`,
  );
  promise(keyFault(layers) === '', `keys: ${keyFault(layers)}`);
  const fault = partitionFault(layers);
  promise(fault === '', `bits: ${fault.replace(/\d+/g, '#')}`);
  promise(jsonText(record) === json, 'the record is not written as JSON.stringify writes it');
  const full = bareJson(layers, true);
  const withBits: { layers: Record<string, unknown>[] } = JSON.parse(full);
  promise(jsonText(withBits) === full, 'the full record is not written as JSON.stringify writes it');
  promise(isDeepStrictEqual(withoutBits(withBits), record), 'the full record has other values than the plain one');
  const objects = Array.from({ length: layers.count }, (_, row) => layerObject(layers, row));
  const told = record.layers.map(({ payload: _, padding: __, ...layer }: Record<string, unknown>) => layer);
  promise(isDeepStrictEqual(told, objects), 'the layers of the record are not those of the object API');
  columns.check(octets);
  checkText('the listing', packetLine(layers, head, style), octets);
  checkText('the tree', layerTree(layers, style).join('\n'), octets);
  checkText('the hex', hexBreakdown(layers, style, 80).join('\n'), octets);
  verifyChecksums(layers, true);
  promise(
    bareJson(dissectOwned(dissector, other, packet, undefined, 0xff)) === json,
    'octets behind the packet change the record',
  );
  const whole = layerEnds(dissectOwned(dissector, layers, packet), true);
  const captured = octets.length === 0 ? 0 : (json.length * 31) % octets.length;
  const cut = dissectOwned(dissector, other, packet, captured);
  bareJson(cut);
  const lost = cutFault(whole, cut, captured);
  promise(lost === '', `a cut loses a layer: ${protocolsText(layers)}`);
  promise(partitionFault(cut) === '', `bits of a cut: ${partitionFault(cut).replace(/\d+/g, '#')}`);
}

export const dissect: FuzzTarget = {
  longest: 3000,
  words: packetWords(standardProtocols),
  seeds: () =>
    seedPackets(dissector, layers).map(({ linkType, octets }) => Uint8Array.of(linkType >> 8, linkType, ...octets)),
  run,
  timed: {
    run: (input) => void bareJson(dissectOwned(dissector, layers, packetOf(input))),
    millisOf: (input) => MILLIS * Math.max(1, input.length / USUAL_FRAME),
  },
  fixture: (input) => ({ octets: pcapOf(packetOf(input)), extension: 'pcap' }),
};
