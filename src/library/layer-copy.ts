/** The rows of one packet, kept for as long as a program keeps the packet. */
import type { Dissector } from '../dissect/dissector.ts';
import type { Issue } from '../dissect/issue.ts';
import type { Layers, Source } from '../dissect/layers.ts';

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

/** What most packets have no others of. */
const NONE: readonly never[] = [];

/** Tables that copies are laid out in to be looked at, one a dissector: a table of its own would cost a packet 3 kB. */
const tables = new WeakMap<Dissector, { readonly layers: Layers; holds: LayerCopy | undefined }>();

/** The issues of a table, as many as it has now. */
export function issuesOf({ issues }: Layers): readonly Issue[] {
  return issues.count === 0 ? NONE : Array.from({ length: issues.count }, (_, index) => ({ ...issues.at(index) }));
}

/** A copy of the layers of a packet, over octets that the packet owns. */
export class LayerCopy {
  private readonly dissector: Dissector;
  private readonly view: DataView;
  private readonly rows: Int32Array;
  private readonly issues: readonly Issue[];
  private readonly sources: readonly Source[];
  private readonly linkType: number;
  private readonly fcsOctets: number;

  /** @param bytes the frame's captured octets, not to change any more */
  constructor(dissector: Dissector, layers: Layers, bytes: Uint8Array) {
    const { count, frameStart } = layers;
    this.dissector = dissector;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.rows = new Int32Array(count * COLUMNS.length);
    let cell = 0;
    for (const name of COLUMNS) {
      const column = layers[name];
      const isPlace = name === 'start' || name === 'payload' || name === 'end' || name === 'wireEnd';
      for (let row = 0; row < count; row++) {
        this.rows[cell++] = column[row]! - (isPlace && layers.source[row] === 0 ? frameStart : 0);
      }
    }
    this.issues = issuesOf(layers);
    this.sources = layers.sources.length === 0 ? NONE : [...layers.sources];
    this.linkType = layers.linkType;
    this.fcsOctets = layers.fcsOctets;
  }

  /** The layers as a table, borrowed until another packet's are asked for. */
  get layers(): Layers {
    let table = tables.get(this.dissector);
    if (table === undefined) {
      table = { layers: this.dissector.createLayers(), holds: undefined };
      tables.set(this.dissector, table);
    }
    if (table.holds !== this) {
      table.holds = this;
      this.layOut(table.layers);
    }
    return table.layers;
  }

  private layOut(layers: Layers): void {
    const count = this.rows.length / COLUMNS.length;
    layers.reset(this.view, 0, this.view.byteLength, this.linkType, this.fcsOctets);
    layers.count = count;
    COLUMNS.forEach((name, index) => {
      layers[name].set(this.rows.subarray(index * count, (index + 1) * count));
    });
    for (const { row, code, needed, available, limit } of this.issues)
      layers.issues.add(row, code, needed, available, limit);
    layers.sources.push(...this.sources);
  }
}
