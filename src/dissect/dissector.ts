/** Dissects frames into rows of layers. */
import { chainLayers } from './chain.ts';
import type { DecodeAs } from './code-tables.ts';
import { Dispatcher } from './dispatcher.ts';
import { Layers, RowFlag } from './layers.ts';
import { layMessages } from './messages.ts';
import type { Protocol } from './protocol.ts';
import type { Reassembly } from './reassembly.ts';

/** Where the rows that `SoundLayers` has written end. */
export interface Rest {
  /** First octet of the layer that comes next. */
  at: number;
  /** Ends of the enclosing layer, as captured and on the wire. */
  limit: number;
  wireEnd: number;
  /** The next layer is a guess by its octets, or a message in a stream of octets. */
  isGuessed: boolean;
  isInStream: boolean;
}

/**
 * Writes rows for the frame of protocol `first` in [from, end) of `view`, as far as headers are sound and of protocols it knows, and sets `rest`.
 * Answers the id of the protocol that the general chain goes on with there; 0 where the frame is done. Stops before streams if `streams` is set.
 */
export type SoundLayers = (
  layers: Layers,
  view: DataView,
  first: number,
  from: number,
  end: number,
  frameEnd: number,
  streams: boolean,
  rest: Rest,
) => number;

/** Dissects frames with a fixed set of protocols, `P`. Make one with `createDissector` of the protocols. */
export class Dissector<P extends Protocol = Protocol> extends Dispatcher<P> {
  private readonly soundLayers: SoundLayers | undefined;
  /** Some protocol's payload is part of a stream whose messages are asked for. */
  private hasStreams = true;
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

  override narrow(wanted: Iterable<number>): void {
    super.narrow(wanted);
    this.hasStreams = this.plans.some((plan) => plan?.isStream);
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
    const id = this.soundLayers(
      layers,
      view,
      first,
      start,
      limit,
      frameEnd,
      reassembly !== undefined && this.hasStreams,
      rest,
    );
    if (id === 0) return;
    const last = layers.count - 1;
    const plan = this.plans[id]!;
    const guessed = rest.isGuessed ? RowFlag.guessed : 0;
    if (rest.isInStream && plan.protocol.messages !== undefined) {
      layMessages(plan, layers, id, last, view, rest.at, rest.limit, rest.wireEnd, guessed, 0, undefined);
    } else {
      chainLayers(this, layers, id, last, view, 0, rest.at, rest.limit, rest.wireEnd, 0, reassembly, guessed);
    }
  }
}
