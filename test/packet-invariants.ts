/** What holds for every packet, however hostile: checked on fixtures, at every cut, and by the fuzz loop. */
import { NO_TIME } from '../src/capture/timestamp.ts';
import type { Dissector } from '../src/dissect/dissector.ts';
import type { Field } from '../src/dissect/field.ts';
import { type Layers, RowFlag } from '../src/dissect/layers.ts';
import { type FieldVisitor, walkLayer } from '../src/dissect/walk.ts';
import { packetJson } from '../src/render/json.ts';
import { segmentsOf } from '../src/render/segments.ts';
import type { OwnedPacket } from './corpus.ts';

/** Octets before a packet in its view, so that a position taken from 0 instead of the packet's start shows. */
const BEFORE = 64;
/** Octets behind a packet in its view: as far as a read beyond the end is likely to go. */
const BEHIND = 2048;

/** Dissects the first `captured` octets of a packet with the octet `behind` repeated after them. */
export function dissectOwned(
  dissector: Dissector,
  layers: Layers,
  packet: OwnedPacket,
  captured = packet.octets.length,
  behind = 0,
): Layers {
  const octets = new Uint8Array(BEFORE + captured + BEHIND).fill(behind);
  octets.set(packet.octets.subarray(0, captured), BEFORE);
  const { wireLength, linkType, fcsOctets } = packet;
  dissector.dissect(layers, new DataView(octets.buffer), BEFORE, BEFORE + captured, wireLength, linkType, fcsOctets);
  return layers;
}

/** The packet's record with a head that says nothing. */
export function bareJson(of: Layers, full = false): string {
  const head = {
    number: 1,
    seconds: 0,
    nanos: NO_TIME,
    point: '',
    interface: undefined,
    captured: 0,
    length: 0,
    comments: [],
  };
  return packetJson(of, head, { full });
}

const COLUMNS = [
  'protocol',
  'start',
  'payload',
  'end',
  'wireEnd',
  'status',
  'flags',
  'source',
  'parent',
  'tunnel',
] as const;

/** All that the rows of a packet say, to be compared with what another dissector makes of it. */
export function rowsText(of: Layers): string {
  const columns = COLUMNS.map((name) => `${name} ${of[name].subarray(0, of.count).join(' ')}`);
  const issues = Array.from({ length: of.issues.count }, (_, issue) => JSON.stringify(of.issues.at(issue)));
  return [...columns, ...issues].join('\n');
}

/** The first fault in how segments share out the bits of a source (0: the frame); '' where there is none. */
export function partitionFault(of: Layers, source = 0): string {
  const first = source === 0 ? of.frameStart : 0;
  const end = source === 0 ? of.frameEnd : of.sources[source - 1]!.view.byteLength;
  let bit = first * 8;
  for (const { bitStart, bitEnd, kind, field, row } of segmentsOf(of, source)) {
    const name = field?.name ?? kind;
    const layer = row < 0 ? 'frame' : of.protocolOf(row).name;
    const relative = bitStart - first * 8;
    if (bitStart !== bit) return `${layer}: ${name} begins at bit ${relative}, expected ${bit - first * 8}`;
    if (bitEnd <= bitStart) return `${layer}: ${name} at bit ${relative} is empty`;
    if (kind === 'incomplete' && !of.issues.has(row) && of.status[row] === 0)
      return `${layer}: octets at ${relative / 8} belong to no field`;
    bit = bitEnd;
  }
  return bit === end * 8 ? '' : `ends at bit ${bit - first * 8} of ${(end - first) * 8}`;
}

/** Sees that no object of the JSON would have a key twice. */
class KeyCheck implements FieldVisitor {
  fault = '';
  private readonly seen: Set<string>[] = [new Set()];
  private readonly openLists: (Field | undefined)[] = [undefined];

  private key(field: Field): void {
    this.openLists[this.openLists.length - 1] = undefined;
    this.add(field);
  }

  private add(field: Field): void {
    const keys = this.seen.at(-1)!;
    if (keys.has(field.key)) this.fault ||= `${field.name} is there twice in one object`;
    keys.add(field.key);
  }

  private enter(): void {
    this.seen.push(new Set());
    this.openLists.push(undefined);
  }

  private leave(): void {
    this.seen.pop();
    this.openLists.pop();
  }

  leaf(field: Field): void {
    this.key(field);
  }

  openGroup(field: Field): void {
    this.key(field);
    this.enter();
  }

  closeGroup(): void {
    this.leave();
  }

  openElement(list: Field): void {
    const top = this.openLists.length - 1;
    if (this.openLists[top] !== list) this.add(list);
    this.openLists[top] = list;
    this.enter();
  }

  closeElement(): void {
    this.leave();
  }
}

/** The first key that a layer's JSON object would have twice; '' where there is none. */
export function keyFault(of: Layers): string {
  for (let row = 0; row < of.count; row++) {
    const check = new KeyCheck();
    walkLayer(of, row, check);
    if (check.fault !== '') return check.fault;
  }
  return '';
}

/** What of a packet's layers must not change when less of the packet is captured: name and end of each row of the frame, in order. */
export interface LayerEnds {
  readonly names: readonly string[];
  readonly ends: readonly number[];
}

/**
 * The layers of the frame, with their ends counted from its first octet, up to the first that depends on content, for of that less may be too little
 * to go by: one that was recognised by its looks, and messages of a stream, where one may have to be searched for. Of streams that are not
 * `hostile` the first message is where the stream says.
 */
export function layerEnds(of: Layers, hostile = false): LayerEnds {
  const all = Array.from({ length: of.count }, (_, row) => row);
  const isLaterMessage = (row: number): boolean => row > 0 && of.parent[row] === of.parent[row - 1];
  const uncertain = all.findIndex(
    (row) =>
      (of.flags[row]! & RowFlag.guessed) !== 0 ||
      (of.protocolOf(row).messages !== undefined && (hostile || isLaterMessage(row))),
  );
  const rows = uncertain < 0 ? all : all.slice(0, uncertain);
  return {
    names: rows.map((row) => of.protocolOf(row).name),
    ends: rows.map((row) => of.payload[row]! - of.frameStart),
  };
}

/** Which layer before the cut is lost or changed in `cut`, dissected from the first `captured` octets; '' where none is. */
export function cutFault(whole: LayerEnds, cut: Layers, captured: number): string {
  for (const [row, end] of whole.ends.entries()) {
    if (end > captured) break;
    if (row >= cut.count || cut.protocolOf(row).name !== whole.names[row])
      return `cut at ${captured} of ${whole.names.join(':')} loses layer ${row}`;
  }
  return '';
}
