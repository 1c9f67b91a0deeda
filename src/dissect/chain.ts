/** The general chain of layers: one loop, bounded in depth, that writes one row a layer. */
import type { Dispatcher } from './dispatcher.ts';
import { cutShort, failCheck, failExtent, limitName } from './faults.ts';
import { type Layers, MAX_LAYERS, RowFlag } from './layers.ts';
import { layMessages } from './messages.ts';
import { type Plan, readNumber, Step } from './plan.ts';
import type { Reassembly } from './reassembly.ts';

/**
 * Writes a row for the protocol `firstId` at `from` of a source's octets, and for each that follows inside of it. `firstGuessed` are flags of the
 * first row alone, `outerFlags` of all of them.
 */
export function chainLayers(
  dispatcher: Dispatcher,
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
  const { plans } = dispatcher;
  while (id !== 0) {
    const plan = plans[id]!;
    const { protocol, steps } = plan;
    if ((steps & Step.bare) !== 0) {
      if (bare++ > MAX_LAYERS) return;
      id = protocol.next === undefined ? plan.nextId : protocol.next(dispatcher, octets, at, at, limit);
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
    tunnels[row] = (steps & Step.tunnel) === 0 || parent < 0 ? 0 : dispatcher.tunnelKind(plan, layers, parent);

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
      if (reassembly !== undefined && plan.isStream) reassembly.segment(layers, row);
      return;
    }
    if ((steps & Step.last) !== 0) return;

    if ((steps & Step.fragments) !== 0) {
      const fragmentation = protocol.fragmentation!;
      if (readNumber(octets, at, plan.fragmentPlace!) !== 0) {
        const isLater = fragmentation.offset(octets, at) !== 0;
        // A piece that the capture cut off completes no packet: it is dissected as if there were no reassembly.
        const isGathered = reassembly !== undefined && (flags & RowFlag.quoted) === 0 && limit === wireLimit;
        const whole = isGathered ? reassembly.fragment(layers, row) : 0;
        if (whole !== 0) {
          id = dispatcher.nextOf(plan, octets, at, payload, limit);
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
        const inner = Math.abs(dispatcher.nextOf(plan, octets, at, payload, behind));
        chainLayers(dispatcher, layers, inner, row, octets, source, payload, behind, behind, innerFlags, reassembly);
        // Where nothing dissects the payload, the trailer is part of it.
        if (layers.count === row + 1) return;
        id = dispatcher.named(trailer.protocol);
        parent = row;
        at = behind;
        continue;
      }
    }
    flags = innerFlags;
    if (plan.portTable === undefined) {
      id = dispatcher.nextOf(plan, octets, at, payload, limit);
      if (id < 0) {
        id = -id;
        guessed = RowFlag.guessed;
      }
    } else {
      id = layBehindPorts(
        dispatcher,
        plan,
        layers,
        row,
        octets,
        source,
        at,
        payload,
        limit,
        wireLimit,
        flags,
        reassembly,
      );
      if (id < 0) {
        id = -id;
        guessed = RowFlag.guessed;
      }
    }
    parent = row;
    at = payload;
  }
}

/**
 * Lays the messages behind the header in `row`, which has ports, if there are any. Answers the id of what is in the payload otherwise, negative where it
 * is a guess by its octets; 0 for nothing, or nothing more.
 */
export function layBehindPorts(
  dispatcher: Dispatcher,
  plan: Plan,
  layers: Layers,
  row: number,
  view: DataView,
  source: number,
  at: number,
  payload: number,
  limit: number,
  wireLimit: number,
  flags: number,
  reassembly: Reassembly | undefined,
): number {
  if (!plan.isStream) return dispatcher.byPort(plan, view, at, payload, limit);
  const { plans } = dispatcher;
  const isStream = reassembly !== undefined && (flags & (RowFlag.quoted | RowFlag.fragment)) === 0;
  const continued = isStream ? reassembly.segment(layers, row) : 0;
  if (continued < 0) return 0;
  if (continued > 0) {
    const { protocol, guessed } = reassembly!;
    const octets = layers.sources[continued - 1]!.view;
    const { byteLength } = octets;
    const messageFlags = flags | (guessed ? RowFlag.guessed : 0);
    const first = plans[protocol]!;
    layMessages(first, layers, protocol, row, octets, 0, byteLength, byteLength, messageFlags, continued, reassembly);
    return 0;
  }
  const found = dispatcher.byPort(plan, view, at, payload, limit);
  const id = Math.abs(found);
  // Datagrams carry one message each, whose boundaries are their own.
  if (id === 0 || plans[id]!.protocol.messages === undefined) return found;
  const stream = isStream && limit === wireLimit ? reassembly : undefined;
  const messageFlags = flags | (found < 0 ? RowFlag.guessed : 0);
  layMessages(plans[id]!, layers, id, row, view, payload, limit, wireLimit, messageFlags, source, stream);
  return 0;
}
