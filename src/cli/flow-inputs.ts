/** Packets of captures on their way into a tracker of flows. */
import type { PacketRun } from '../capture/merge.ts';
import { Packet, PacketBatch } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import { FilterContext } from '../filter/context.ts';
import type { Filter } from '../filter/filter.ts';
import type { FlowInput } from '../flow/flow-input.ts';
import type { FlowTracker } from '../flow/tracker.ts';
import { Session } from '../reassemble/session.ts';
import type { PacketOrigin, Points } from './captures.ts';
import { dissectPacket } from './dissection.ts';

/** What decides which packets are counted, and as whose. */
interface PacketChoice {
  readonly join: boolean | undefined;
  readonly count: number | undefined;
  /** All that a reader has at hand may be taken with a run of it: nobody else looks at its packets. */
  readonly takesRest?: boolean;
}

/**
 * Hands runs of packets to the tracker, each capture as an input of its own, pieces of one as the same. The captures are read one after the other.
 *
 * @param counts packets that count; all where it is not given
 */
export function flowInputs(
  tracker: FlowTracker,
  points: Points,
  { join = false, count = Number.POSITIVE_INFINITY, takesRest = false }: PacketChoice,
  counts?: Filter,
): (run: PacketRun, origin: PacketOrigin) => boolean {
  const inputs: FlowInput[] = [];
  const rest = new PacketBatch();
  const select = counts === undefined ? undefined : selection(tracker.dissector, counts, points);
  let left = count;
  return (run, { index, input }) => {
    // Times count from the first packet that has one, whether it is counted or not.
    for (let row = run.start; row < run.end && !tracker.isTimed; row++) tracker.timeOf(run.batch, row);
    const origin: PacketOrigin = { index, input };
    const place = join ? 0 : index;
    const { reader } = input;
    inputs[place] ??= tracker.open({
      linkType: (id) => reader.interfaces[id]?.linkType ?? -1,
      fcsOctets: (id) => reader.interfaces[id]?.fcsOctets ?? 0,
      point: (id) => points.of(origin, id),
    });
    const taken = Math.min(run.end - run.start, left);
    if (select === undefined) inputs[place].add(reader.view, run.batch, run.start, run.start + taken);
    else select(inputs[place], run, run.start + taken, origin);
    if (select === undefined && takesRest && left === Number.POSITIVE_INFINITY) inputs[place].addRest(reader, rest);
    left -= taken;
    return left > 0;
  };
}

/** Time between looks for flows that are over, in nanoseconds; and the part of the flows held that as many packets must have come for. */
const LOOK_INTERVAL = 1e9;
const LOOK_PART = 4;

/** The same, and flows that are over are let go as packets come: they can be told while a capture goes on. */
export function withEnds(
  tracker: FlowTracker,
  take: (run: PacketRun, origin: PacketOrigin) => boolean,
): (run: PacketRun, origin: PacketOrigin) => boolean {
  let looked = Number.NEGATIVE_INFINITY;
  let packets = 0;
  return (run, origin) => {
    const goesOn = take(run, origin);
    packets += run.end - run.start;
    const time = tracker.timeOf(run.batch, run.end - 1);
    if (time - looked >= LOOK_INTERVAL && packets * LOOK_PART >= tracker.count) {
      tracker.expire(time);
      looked = time;
      packets = 0;
    }
    return goesOn;
  };
}

/** Hands on the packets of a run that a filter selects; the others are counted only. */
function selection(
  dissector: Dissector,
  filter: Filter,
  points: Points,
): (input: FlowInput, run: PacketRun, end: number, origin: PacketOrigin) => void {
  const context = new FilterContext(dissector.createLayers());
  const session = new Session();
  const packet = new Packet();
  let number = 0;
  return (input, { batch, start }, end, origin) => {
    const { reader } = origin.input;
    for (let row = start; row < end; row++) {
      packet.borrowRow(batch, row, reader);
      number++;
      session.at(number, packet.seconds, points.of(origin, packet.interfaceId));
      dissectPacket(dissector, context.layers, packet, origin.input, session);
      context.take(packet, number, packet.interfaceId, reader.interfaces[packet.interfaceId]?.name ?? '');
      if (filter.matches(context)) input.add(reader.view, batch, row, row + 1);
      else input.packets++;
    }
  };
}
