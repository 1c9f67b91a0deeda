/** Chains protocols over the octets of a frame: one loop, bounded in depth, that writes one row a layer. */
import { type CodeTables, codeTables, type DecodeAs } from './code-tables.ts';
import { cutShort, failCheck, failExtent, limitName } from './faults.ts';
import { Layers, MAX_LAYERS, RowFlag } from './layers.ts';
import { layMessages } from './messages.ts';
import { type Plan, type Plans, planProtocol, readNumber, Step } from './plan.ts';
import type { Dispatch, Protocol, TableName } from './protocol.ts';
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
export class Dissector<P extends Protocol = Protocol> implements Dispatch {
  /** Protocols by id; id 0 is none. */
  readonly protocols: readonly P[];
  /** Kinds of tunnel by index; index 0 is none. */
  readonly tunnelKinds: readonly string[];
  private readonly tables: CodeTables;
  private readonly ids = new Map<string, number>();
  private readonly plans: Plans;
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
    const none = protocols[0];
    if (none === undefined) throw new Error('a dissector needs at least one protocol');
    if (protocols.length > 255) throw new Error('a dissector holds at most 255 protocols');
    this.protocols = [none, ...protocols];
    protocols.forEach((protocol, index) => {
      if (this.ids.has(protocol.name)) throw new Error(`two protocols are named '${protocol.name}'`);
      this.ids.set(protocol.name, index + 1);
    });
    this.tables = codeTables(protocols, decodeAs);
    const kinds: string[] = [''];
    const context = {
      table: (name: TableName) => this.tables[name],
      named: (name: string) => this.named(name),
      guesses: (table: TableName) => guessesByOctet(this.protocols, table),
      tunnelKind: (kind: string) => {
        if (!kinds.includes(kind)) kinds.push(kind);
        return kinds.indexOf(kind);
      },
      protocolCount: this.protocols.length,
    };
    this.plans = [undefined, ...protocols.map((protocol) => planProtocol(protocol, context))];
    this.tunnelKinds = kinds;
    this.soundLayers = soundLayers?.(this);
  }

  lookup(table: TableName, code: number): number {
    return this.tables[table][code] ?? 0;
  }

  named(name: string): number {
    return this.ids.get(name) ?? 0;
  }

  /** Protocol ids by code, for those who follow chains without rows. */
  codePoints(table: TableName): Readonly<Uint16Array> {
    return this.tables[table];
  }

  /** Id of what the datagram of protocol `id` at `at` carries, by ports or by content; negative where by content. */
  carriedByPort(id: number, view: DataView, at: number, payload: number, limit: number): number {
    return this.byPort(this.plans[id]!, view, at, payload, limit);
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
      this.chain(layers, first, -1, view, 0, start, limit, frameEnd, 0, reassembly);
      return;
    }
    const { rest } = this;
    const id = this.soundLayers(layers, view, first, start, limit, frameEnd, reassembly !== undefined, rest);
    if (id === 0) return;
    const last = layers.count - 1;
    const plan = this.plans[id]!;
    const guessed = rest.isGuessed ? RowFlag.guessed : 0;
    if (rest.isInStream && plan.protocol.messages !== undefined) {
      layMessages(plan, layers, id, last, view, rest.at, rest.limit, rest.wireEnd, guessed, 0, undefined);
    } else {
      this.chain(layers, id, last, view, 0, rest.at, rest.limit, rest.wireEnd, 0, reassembly, guessed);
    }
  }

  /** Writes a row for the protocol `firstId` at `from` of a source's octets, and for each that follows inside of it. */
  private chain(
    layers: Layers,
    firstId: number,
    firstParent: number,
    view: DataView,
    firstSource: number,
    from: number,
    end: number,
    wireEnd: number,
    outerFlags: number,
    reassembly: Reassembly | undefined,
    firstGuessed = 0,
  ): void {
    let id = firstId;
    let parent = firstParent;
    let octets = view;
    let source = firstSource;
    let at = from;
    let limit = end;
    let wireLimit = wireEnd;
    let flags = outerFlags;
    let guessed = firstGuessed;
    let bare = 0;
    const { protocol: ids, start: starts, payload: payloads, end: ends, wireEnd: wireEnds, tunnel: tunnels } = layers;
    const { plans } = this;
    while (id !== 0) {
      const plan = plans[id]!;
      const { protocol, steps } = plan;
      if ((steps & Step.bare) !== 0) {
        if (bare++ > MAX_LAYERS) return;
        id = protocol.next === undefined ? plan.nextId : protocol.next(this, octets, at, at, limit);
        continue;
      }
      const row = layers.count;
      if (row === MAX_LAYERS) {
        layers.issues.add(row - 1, 'tooManyLayers', row + 1, MAX_LAYERS, 'layers per packet');
        return;
      }
      layers.count = row + 1;
      ids[row] = id;
      starts[row] = at;
      ends[row] = limit;
      wireEnds[row] = wireLimit;
      if ((flags | guessed | source) !== 0 || parent !== row - 1) {
        layers.markUnusual(row, flags | guessed, source, parent);
      }
      tunnels[row] = (steps & Step.tunnel) === 0 || parent < 0 ? 0 : this.tunnelKind(plan, layers, parent);

      let header = plan.minimum;
      if (at + header > limit) return cutShort(plans, layers, row, header);
      if ((steps & Step.checks) !== 0) {
        const { checks } = plan;
        for (let i = 0; i < checks.length; i++) {
          const check = checks[i]!;
          const found = readNumber(octets, at, check.place);
          if ((check.equals >= 0 && found !== check.equals) || found < check.atLeast) {
            return failCheck(layers, row, check, found, at + header);
          }
        }
      }
      if ((steps & Step.header) !== 0) {
        if (plan.headerPlace !== undefined) header = readNumber(octets, at, plan.headerPlace);
        else if (protocol.takesAll) {
          if (limit < wireLimit) return cutShort(plans, layers, row, wireLimit - at);
          header = limit - at;
        } else {
          header = protocol.headerLength!(octets, at, limit);
          if (header === 0) return cutShort(plans, layers, row, limit - at + 1);
        }
      }
      if ((steps & Step.extent) !== 0) {
        const length =
          plan.extentPlace === undefined
            ? protocol.extentOf!(octets, at, header)
            : readNumber(octets, at, plan.extentPlace);
        if (length >= plan.extentFrom && length <= plan.extentUpTo) {
          const declaredEnd = at + length + (plan.extentIncludesHeader ? 0 : header);
          if (declaredEnd < at + header) return failExtent(layers, row, plan, header, length, at + header);
          if (declaredEnd > wireLimit) {
            if ((flags & (RowFlag.quoted | RowFlag.fragment)) === 0) {
              layers.issues.add(row, 'lengthBeyondEnclosing', declaredEnd - at, wireLimit - at, limitName(plan));
            }
          } else {
            wireLimit = declaredEnd;
            if (declaredEnd < limit) limit = declaredEnd;
            // What follows the payload of a frame is the frame's own padding; of other layers, the enclosing one's.
            if ((steps & Step.link) === 0) {
              wireEnds[row] = declaredEnd;
              ends[row] = limit;
            }
          }
        }
      }
      if (at + header > limit) return cutShort(plans, layers, row, header);
      const payload = at + header;
      payloads[row] = payload;
      if (payload >= wireLimit) {
        if (reassembly !== undefined && plan.isStream && protocol.stream!.begins(octets, at)) {
          reassembly.segment(layers, row);
        }
        return;
      }

      if ((steps & Step.fragments) !== 0) {
        const fragmentation = protocol.fragmentation!;
        if (readNumber(octets, at, plan.fragmentPlace!) !== 0) {
          const isLater = fragmentation.offset(octets, at) !== 0;
          // A piece that the capture cut off completes no packet: it is dissected as if there were no reassembly.
          const isGathered = reassembly !== undefined && (flags & RowFlag.quoted) === 0 && limit === wireLimit;
          const whole = isGathered ? reassembly.fragment(layers, row) : 0;
          if (whole !== 0) {
            id = this.nextOf(plan, octets, at, payload, limit);
            parent = row;
            source = whole;
            octets = layers.sources[whole - 1]!.view;
            at = 0;
            limit = octets.byteLength;
            wireLimit = limit;
            continue;
          }
          if (isLater || isGathered) return;
          flags |= RowFlag.fragment;
        }
      }
      guessed = 0;
      const isQuoting = (steps & Step.quotes) !== 0 && protocol.quotes!(octets, at);
      const innerFlags = isQuoting ? flags | RowFlag.quoted : flags;
      if ((steps & Step.trailer) !== 0) {
        const trailer = protocol.trailer!;
        const behind = trailer.start(octets, at, payload, limit);
        if (behind < limit) {
          const inner = Math.abs(this.nextOf(plan, octets, at, payload, behind));
          this.chain(layers, inner, row, octets, source, payload, behind, behind, innerFlags, reassembly);
          // Where nothing dissects the payload, the trailer is part of it.
          if (layers.count === row + 1) return;
          id = this.named(trailer.protocol);
          parent = row;
          at = behind;
          continue;
        }
      }
      flags = innerFlags;
      if (plan.portTable === undefined) {
        id = this.nextOf(plan, octets, at, payload, limit);
        if (id < 0) {
          id = -id;
          guessed = RowFlag.guessed;
        }
      } else {
        const isStream =
          plan.isStream && reassembly !== undefined && (flags & (RowFlag.quoted | RowFlag.fragment)) === 0;
        const continued = isStream ? reassembly.segment(layers, row) : 0;
        if (continued < 0) return;
        if (continued > 0) {
          const view = layers.sources[continued - 1]!.view;
          const messageFlags = flags | (reassembly!.guessed ? RowFlag.guessed : 0);
          layMessages(
            plans[reassembly!.protocol]!,
            layers,
            reassembly!.protocol,
            row,
            view,
            0,
            view.byteLength,
            view.byteLength,
            messageFlags,
            continued,
            reassembly,
          );
          return;
        }
        id = this.byPort(plan, octets, at, payload, limit);
        if (id < 0) {
          id = -id;
          guessed = RowFlag.guessed;
        }
        // Datagrams carry one message each, whose boundaries are their own.
        if (id !== 0 && plan.isStream && this.plans[id]!.protocol.messages !== undefined) {
          const stream = isStream && limit === wireLimit ? reassembly : undefined;
          layMessages(plans[id]!, layers, id, row, octets, payload, limit, wireLimit, flags | guessed, source, stream);
          return;
        }
      }
      parent = row;
      at = payload;
    }
  }

  private nextOf(plan: Plan, view: DataView, at: number, payload: number, limit: number): number {
    if (plan.nextTable !== undefined) {
      const code = readNumber(view, at, plan.nextPlace!);
      if (code >= plan.protocol.nextFrom) return plan.nextTable[code]!;
      return plan.protocol.nextBelow?.(this, view, at, payload, limit) ?? 0;
    }
    if (plan.nextId !== 0) return plan.nextId;
    return plan.protocol.next === undefined ? 0 : plan.protocol.next(this, view, at, payload, limit);
  }

  /** Destination port, then source port, then content; a guess is answered as the negative id. */
  private byPort(plan: Plan, view: DataView, at: number, payload: number, limit: number): number {
    const table = plan.portTable!;
    let id = table[readNumber(view, at, plan.destinationPort!)]!;
    if (id !== 0 && this.accepts(id, view, payload, limit)) return id;
    id = table[readNumber(view, at, plan.sourcePort!)]!;
    if (id !== 0 && this.accepts(id, view, payload, limit)) return id;
    if (payload >= limit) return 0;
    const guesses = plan.guesses[view.getUint8(payload)]!;
    for (let i = 0; i < guesses.length; i++) {
      const guess = guesses[i]!;
      if (this.plans[guess]!.protocol.guess!.when(view, payload, limit)) return -guess;
    }
    return 0;
  }

  private accepts(id: number, view: DataView, start: number, end: number): boolean {
    const { looksLike } = this.plans[id]!.protocol;
    return looksLike === undefined || looksLike(view, start, end);
  }

  private tunnelKind(plan: Plan, layers: Layers, parent: number): number {
    let around = parent;
    while (this.plans[layers.protocol[around]!]!.isExtension && layers.parent[around]! >= 0)
      around = layers.parent[around]!;
    return plan.tunnelIn![layers.protocol[around]!]!;
  }
}

/** Ids of the protocols to try for a payload of a table's carriers, by its first octet. */
function guessesByOctet(protocols: readonly Protocol[], table: TableName): readonly (readonly number[])[] {
  const ids = [...protocols.keys()].filter((id) => id > 0 && protocols[id]?.guess?.in.includes(table));
  return Array.from({ length: 256 }, (_, octet) => ids.filter((id) => protocols[id]?.guess?.first?.(octet) ?? true));
}
