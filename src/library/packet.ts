/** Packets as a program that uses the library gets them: borrowed while a capture is read, or owned, with layers by name. */
import type { CaptureInterface } from '../capture/interface.ts';
import { Packet } from '../capture/packet.ts';
import { readPacketOptions } from '../capture/pcapng-options.ts';
import { formatTime, NO_TIME } from '../capture/timestamp.ts';
import type { Dissector } from '../dissect/dissector.ts';
import type { Field } from '../dissect/field.ts';
import type { Issue } from '../dissect/issue.ts';
import type { Layers } from '../dissect/layers.ts';
import { FilterContext } from '../filter/context.ts';
import { packetJson, type RecordHead } from '../render/json.ts';
import { type LayerObject, layerObject } from '../render/object.ts';
import { protocolsText } from '../render/protocols-text.ts';
import { issuesOf, LayerCopy } from './layer-copy.ts';
import type { StandardLayers } from './layer-types.ts';

/** What filters and renderers see of a packet. Borrowed: it holds until another packet's is asked for. */
export interface FilterablePacket {
  readonly context: FilterContext;
}

/**
 * A packet of `forEach`: one object, filled anew for each packet, so that reading allocates nothing. Nothing of it may be kept beyond
 * the call; iterating a capture gives packets that may.
 */
export class BorrowedPacket implements FilterablePacket {
  /** The packet's octets: `start` to `end` of the reader's buffer. */
  readonly packet = new Packet();
  readonly context: FilterContext;
  /** Where it was captured: the capture's name, with the interface's where there are several; '' where nothing tells. */
  point = '';
  /** The interface it was captured at, as the capture describes it. */
  described: CaptureInterface | undefined;

  /** @internal */
  constructor(layers: Layers) {
    this.context = new FilterContext(layers);
  }

  /** Position in the capture, from 1. */
  get number(): number {
    return this.context.number;
  }

  /** The layers as a table. */
  get layers(): Layers {
    return this.context.layers;
  }

  /** Name of the interface, where the capture gives it. */
  get interface(): string | undefined {
    return this.described?.name;
  }

  /** Comments of the packet in a pcapng file. */
  get comments(): readonly string[] {
    const { view, optionsStart, optionsEnd } = this.packet;
    if (optionsEnd <= optionsStart) return [];
    return readPacketOptions(view, optionsStart, optionsEnd, this.described?.byteOrder ?? 'little-endian').comments;
  }
}

/** A packet of either kind. */
export type AnyPacket = DissectedPacket<object> | BorrowedPacket;

/** What the packet's record says beside its layers. */
export function recordHead({ context, point, interface: name, comments }: AnyPacket): RecordHead {
  return {
    number: context.number,
    seconds: context.seconds,
    nanos: context.nanos,
    point,
    interface: name,
    captured: context.capturedLength,
    length: context.wireLength,
    comments,
  };
}

/**
 * A dissected packet. It owns its octets: it stays what it is when the next one is read. Layers are made into objects when they are
 * asked for. `L` are the layers that may be asked for by name, with their types.
 */
export class DissectedPacket<L = StandardLayers> implements FilterablePacket {
  /** Position in the capture, from 1. */
  readonly number: number;
  /** Whole seconds since 1970-01-01T00:00:00Z; undefined where the packet has no time. */
  readonly seconds: number | undefined;
  /** Nanoseconds after `seconds`, 0 to 999,999,999. */
  readonly nanos: number | undefined;
  /** RFC 3339 in UTC with nine decimals. */
  readonly time: string | undefined;
  /** Where it was captured: the capture's name, with the interface's where there are several; '' where nothing tells. */
  readonly point: string;
  /** Name of the interface, where the capture gives it. */
  readonly interface: string | undefined;
  /** The captured octets. */
  readonly bytes: Uint8Array;
  /** Octets on the wire. */
  readonly length: number;
  /** Names of the layers: `eth:ip:udp:vxlan:eth:ip:tcp`. */
  readonly protocols: string;
  /** Comments of the packet in a pcapng file. */
  readonly comments: readonly string[];
  readonly #context: FilterContext;
  readonly #rows: LayerCopy;
  #objects: LayerObject[] | undefined;
  #issues: readonly Issue[] | undefined;

  /** @internal Packets come from `Capture`, `DissectionSession` and `dissect`. */
  constructor(dissector: Dissector, borrowed: BorrowedPacket, bytes: Uint8Array) {
    const { context } = borrowed;
    const { layers, seconds, nanos } = context;
    const hasTime = nanos !== NO_TIME;
    this.number = context.number;
    this.seconds = hasTime ? seconds : undefined;
    this.nanos = hasTime ? nanos : undefined;
    this.time = formatTime(seconds, nanos);
    this.point = borrowed.point;
    this.interface = borrowed.interface;
    this.bytes = bytes;
    this.length = context.wireLength;
    this.protocols = protocolsText(layers);
    this.comments = borrowed.comments;
    this.#context = Object.assign(new FilterContext(layers), context);
    this.#rows = new LayerCopy(dissector, layers, bytes);
  }

  /** The layers, outermost first; the fields' keys are those of the JSON output. */
  get layers(): readonly LayerObject[] {
    if (this.#objects === undefined) {
      const { layers } = this.#rows;
      this.#objects = Array.from({ length: layers.count }, (_, row) => objectOf(layers, row));
      this.#issues = issuesOf(layers);
    }
    return this.#objects;
  }

  /** What is wrong with the packet; `row` counts in `layers`. */
  get issues(): readonly Issue[] {
    return this.layers.length === 0 ? [] : (this.#issues ?? []);
  }

  /**
   * The innermost layer of a protocol, or the nth from outside (0 is the outermost); undefined where the packet has none. The types
   * of its fields follow from the protocol's declaration; under a name that is no known protocol's they are general.
   */
  layer<N extends keyof L & string>(name: N, index?: number): L[N] | undefined;
  layer(name: string, index?: number): LayerObject | undefined;
  layer(name: string, index?: number): unknown {
    const { layers } = this.#rows;
    const rows: number[] = [];
    for (let row = 0; row < layers.count; row++) if (layers.protocolOf(row).name === name) rows.push(row);
    const row = rows.at(index ?? -1);
    if (row === undefined) return undefined;
    return this.#objects?.[row] ?? objectOf(layers, row);
  }

  /** The packet's record, as `--json` prints it: what `JSON.stringify` shows. */
  toJSON(): object {
    return JSON.parse(packetJson(this.#rows.layers, recordHead(this))) as object;
  }

  /** @internal */
  get context(): FilterContext {
    this.#context.layers = this.#rows.layers;
    return this.#context;
  }
}

/**
 * The layer in a row as an object. Groups of flags that the capture ends before are empty rather than missing, so that
 * `layer.flags.syn` can be asked of any.
 */
function objectOf(layers: Layers, row: number): LayerObject {
  const object = layerObject(layers, row);
  for (const field of Object.values(layers.protocolOf(row).fields as Readonly<Record<string, Field>>)) {
    if (field.children.length > 0) object[field.key] ??= {};
  }
  return object;
}
