/** Dissects frames into rows of layers. */
import { chainLayers, layBehindPorts } from './chain.ts';
import type { DecodeAs } from './code-tables.ts';
import { Dispatcher } from './dispatcher.ts';
import { Layers, RowFlag } from './layers.ts';
import { Step } from './plan.ts';
import type { Protocol } from './protocol.ts';
import type { Reassembly } from './reassembly.ts';

/** Where the rows that `SoundLayers` has written end. */
export interface Rest {
  /** First octet of the layer that comes next. */
  at: number;
  /** Ends of the enclosing layer, as captured and on the wire. */
  limit: number;
  wireEnd: number;
  /** The next layer is a guess by its octets. */
  isGuessed: boolean;
  /** The last row has ports, and what follows it is part of a stream of octets. */
  isInStream: boolean;
}

/**
 * Writes rows for the frame of protocol `first` in [from, end) of `view`, as far as headers are sound and of protocols it knows, and sets `rest`.
 * Answers the id of the protocol that the general chain goes on with there; 0 where the frame is done. In a stream that is the last row's own.
 */
export type SoundLayers = (
  layers: Layers,
  view: DataView,
  first: number,
  from: number,
  end: number,
  frameEnd: number,
  rest: Rest,
) => number;

/** Dissects frames with a fixed set of protocols, `P`. Make one with `createDissector` of the protocols. */
export class Dissector<P extends Protocol = Protocol> extends Dispatcher<P> {
  private readonly soundLayers: SoundLayers | undefined;
  private readonly rest: Rest = { at: 0, limit: 0, wireEnd: 0, isGuessed: false, isInStream: false };

  /**
   * `soundLayers` makes a function that knows the protocols' ids, and writes most rows in half the time.
   * Throws when two protocols have one name or claim one code point, or an override names an unknown protocol.
   */
  constructor(
    protocols: readonly P[],
    decodeAs: readonly DecodeAs[] = [],
    soundLayers?: (dissector: Dissector<P>) => SoundLayers,
  ) {
    super(protocols, decodeAs);
    this.soundLayers = soundLayers?.(this);
  }

  /** A table of layers for this dissector's frames, to be reused for all of them. */
  createLayers(): Layers {
    return new Layers(this.protocols, this.tunnelKinds);
  }

  /**
   * Dissects the frame of `wireLength` octets of which [start, end) of `view` were captured, and writes its layers.
   * Nothing at or behind `end` is read. `fcsOctets` at the frame's end are a check sequence, not payload.
   */
  dissect(
    layers: Layers,
    view: DataView,
    start: number,
    end: number,
    wireLength: number,
    linkType: number,
    fcsOctets = 0,
    reassembly?: Reassembly,
  ): void {
    const wire = start + (wireLength > end - start ? wireLength : end - start);
    const frameEnd = Math.max(start, wire - fcsOctets);
    const fcsCaptured = Math.max(0, end - frameEnd);
    layers.reset(view, start, end, linkType, fcsCaptured);
    const limit = end - fcsCaptured;
    const first = this.tables.linkType[linkType] ?? 0;
    if (this.soundLayers === undefined) {
      chainLayers(this, layers, first, -1, view, 0, start, limit, frameEnd, 0, reassembly);
      return;
    }
    const { rest } = this;
    const id = this.soundLayers(layers, view, first, start, limit, frameEnd, rest);
    if (id === 0) return;
    if (rest.isInStream) {
      this.goOnInStream(layers, id, view, reassembly);
      return;
    }
    const guessed = rest.isGuessed ? RowFlag.guessed : 0;
    const last = layers.count - 1;
    chainLayers(this, layers, id, last, view, 0, rest.at, rest.limit, rest.wireEnd, 0, reassembly, guessed);
  }

  /** Goes on behind the last row, which is of protocol `id`, has ports, and is part of a stream. */
  private goOnInStream(layers: Layers, id: number, view: DataView, reassembly: Reassembly | undefined): void {
    const { at, limit, wireEnd } = this.rest;
    const plan = this.plans[id]!;
    if ((plan.steps & Step.last) !== 0) return;
    const row = layers.count - 1;
    if (at >= wireEnd) {
      reassembly?.segment(layers, row);
      return;
    }
    const start = layers.start[row]!;
    const next = layBehindPorts(this, plan, layers, row, view, 0, start, at, limit, wireEnd, 0, reassembly);
    if (next === 0) return;
    const guessed = next < 0 ? RowFlag.guessed : 0;
    chainLayers(this, layers, Math.abs(next), row, view, 0, at, limit, wireEnd, 0, reassembly, guessed);
  }
}
