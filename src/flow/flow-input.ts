/** One capture on its way into a tracker: its interfaces, its packets by batch, and those that only rows of layers can sum up. */
import type { PacketBatch } from '../capture/packet.ts';
import type { CaptureReader } from '../capture/reader.ts';
import type { Layers } from '../dissect/layers.ts';
import { sll } from '../protocols/sll.ts';
import { sll2 } from '../protocols/sll2.ts';
import type { InputDescription } from './capture-point.ts';
import type { CommonPackets, FlowPass } from './flow-pass.ts';
import type { FragmentedPacket } from './fragment-flows.ts';
import { TCP } from './ip-protocol.ts';
import type { KeyBatchContext } from './key-batch-context.ts';
import { PacketCopies } from './packet-copies.ts';
import { MAX_POINTS, POINT_SHIFT, QUEUE_CAPACITY } from './queue.ts';
import { lastHeaderOf, RowEntries } from './row-entries.ts';
import { ipLengthOf, RowSummary } from './row-summary.ts';
import { restTaker } from './take-rest.ts';

/** Octet of the interface index in a cooked header of version 2. */
const INTERFACE_INDEX = 4;
/** Longest frame the counters take at once; a length beyond can only be made up. */
const MOST_LENGTH = 0x7fffffff;

const NOTHING = (): void => {};

/** An interface of the input, as packets see it. */
interface KnownInterface {
  readonly linkType: number;
  readonly fcsOctets: number;
  /** Id of the protocol that its frames begin with. */
  readonly firstProtocol: number;
  /** The generated function can be asked first. */
  readonly isCommon: boolean;
  /** Points by interface index; the only one has index 0. */
  readonly points: Map<number, number>;
}

/** One capture, or its consecutive pieces. */
export class FlowInput {
  /** Packets taken so far. */
  packets = 0;
  private readonly tracker: FlowPass;
  private readonly description: InputDescription;
  private readonly interfaces: KnownInterface[] = [];
  private readonly layers: Layers;
  private readonly summary = new RowSummary();
  private readonly copies = new PacketCopies();
  private readonly cooked: number;
  private readonly cooked2: number;
  private readonly entries: RowEntries;

  constructor(tracker: FlowPass, description: InputDescription) {
    this.tracker = tracker;
    this.description = description;
    const { dissector } = tracker;
    this.layers = dissector.createLayers();
    this.cooked = dissector.named(sll.name);
    this.cooked2 = dissector.named(sll2.name);
    this.entries = new RowEntries(tracker, this.layers, this.summary);
  }

  /** Takes rows [from, to) of a batch, whose offsets are in `view`. */
  add(view: DataView, batch: PacketBatch, from: number, to: number): void {
    const { tracker } = this;
    const { queue, keyBatch } = tracker;
    const { interfaceId } = batch;
    for (let row = from; row < to; ) {
      let end = row + 1;
      while (end < to && interfaceId[end] === interfaceId[row]) end++;
      const known = this.interfaceOf(interfaceId[row]!);
      while (row < end) {
        const isCommon = known.isCommon && keyBatch !== undefined;
        const next = isCommon ? this.addCommon(keyBatch, view, batch, row, end, known) : row;
        this.packets += next - row;
        row = next;
        if (queue.count === QUEUE_CAPACITY) tracker.flush(view);
        else if (row < end) {
          this.packets++;
          this.addRow(view, batch, row++, known);
        }
      }
    }
    tracker.flush(view);
  }

  /**
   * Takes all packets that a reader has at hand, each cut as it is summed up; nothing where its format or its packets don't allow for that. The rows
   * of the batch are overwritten. What is left is for `nextBatch`.
   */
  addRest(reader: CaptureReader, batch: PacketBatch): void {
    const { tracker } = this;
    const { queue, keyBatch } = tracker;
    const { view, plainRecords: records } = reader;
    const known = this.interfaceOf(0);
    if (records === undefined || keyBatch === undefined || !known.isCommon) return;
    const kernel = tracker.kernel?.reaches(view) && tracker.kernel.cuts(records) ? tracker.kernel : undefined;
    const rows = kernel?.rows ?? batch;
    const { sumUp, context } = keyBatch;
    const flush = (octets: DataView): void => tracker.flush(octets);
    const take =
      kernel === undefined
        ? restTaker(context, queue, rows, reader.cutter(rows), sumUp, flush, NOTHING, NOTHING)
        : kernel.rest(records);
    for (;;) {
      this.tell(context, batch, 0, known);
      this.packets += take(view);
      if (rows.count === 0) break;
      this.packets++;
      this.addRow(view, rows, rows.count - 1, known);
    }
    tracker.flush(view);
  }

  /** Sums up packets as far as the generated function goes; answers the row it came to. */
  private addCommon(
    { sumUp, context }: CommonPackets,
    view: DataView,
    batch: PacketBatch,
    row: number,
    end: number,
    known: KnownInterface,
  ): number {
    this.tracker.timeOf(batch, row);
    this.tell(context, batch, row, known);
    return sumUp(view, batch, row, end);
  }

  /** Tells the generated function of the packets from a row on. */
  private tell(context: KeyBatchContext, batch: PacketBatch, row: number, known: KnownInterface): void {
    context.baseSeconds = this.tracker.base;
    context.firstProtocol = known.firstProtocol;
    context.key3 = this.pointOf(batch.interfaceId[row]!, known, 0) << POINT_SHIFT;
    context.packetsBefore = this.packets - row + 1;
  }

  /** Sums a packet up by its rows of layers. */
  private addRow(view: DataView, batch: PacketBatch, row: number, known: KnownInterface): void {
    const { tracker, layers, summary } = this;
    const start = batch.start[row]!;
    const end = start + batch.length[row]!;
    // Octets that were captured were on the wire, whatever the record says.
    const wireLength = Math.min(Math.max(batch.wireLength[row]!, end - start), MOST_LENGTH);
    // A packet of no flow may be the one that times count from.
    const time = tracker.timeOf(batch, row);
    tracker.dissector.dissect(layers, view, start, end, wireLength, known.linkType, known.fcsOctets);
    if (!summary.read(layers)) {
      tracker.unattributed++;
      return;
    }
    const hasIndex = layers.protocol[0] === this.cooked2;
    const index = hasIndex ? layers.view.getUint32(start + INTERFACE_INDEX) : 0;
    const point = this.pointOf(batch.interfaceId[row]!, known, index);
    if (summary.fragmentCount > 0) this.addFragment(view, point, time, wireLength);
    else if (!this.entries.add(this.packets, point, time, wireLength)) tracker.unattributed++;
    else if (layers.protocol[0] === this.cooked) this.markCopy(view);
  }

  private markCopy(view: DataView): void {
    const { queue } = this.tracker;
    const entry = queue.count - 1;
    queue.copy[entry] = this.copies.isCopy(queue, entry, view) ? 1 : 0;
  }

  private interfaceOf(interfaceId: number): KnownInterface {
    let known = this.interfaces[interfaceId];
    if (known === undefined) {
      const { description } = this;
      const linkType = description.linkType(interfaceId);
      const fcsOctets = description.fcsOctets(interfaceId);
      const firstProtocol = this.tracker.dissector.lookup('linkType', linkType);
      const isCooked = firstProtocol === this.cooked || firstProtocol === this.cooked2;
      const isCommon = this.tracker.keyBatch !== undefined && !isCooked && fcsOctets === 0;
      known = { linkType, fcsOctets, firstProtocol, isCommon, points: new Map() };
      this.interfaces[interfaceId] = known;
    }
    return known;
  }

  private pointOf(interfaceId: number, known: KnownInterface, interfaceIndex: number): number {
    let point = known.points.get(interfaceIndex);
    if (point === undefined) {
      point = this.tracker.addPoint({ input: this.description, interfaceId, interfaceIndex });
      // Interfaces beyond those that are told apart may be as many as there are packets.
      if (known.points.size < MAX_POINTS) known.points.set(interfaceIndex, point);
    }
    return point;
  }

  /** A fragment makes or finds its flow by itself when it is the first, and through the first when it is a later one. */
  private addFragment(view: DataView, point: number, time: number, wireLength: number): void {
    const { tracker, layers, summary } = this;
    const { fragments } = tracker;
    tracker.flush(view);
    const row = summary.fragments[summary.fragmentCount - 1]!;
    const key = fragments.keyOf(layers, row, point);
    if (summary.isLaterFragment) {
      this.addLaterFragment(view, key, point, time, wireLength);
      return;
    }
    if (!this.entries.add(this.packets, point, time, wireLength)) {
      tracker.unattributed++;
      return;
    }
    const { queue } = tracker;
    const direction = queue.direction[0]!;
    const isTcp = (queue.key3[0]! & 0xff) === TCP && queue.transportAt[0]! >= 0;
    tracker.flush(view);
    const record = queue.record[0]!;
    for (let i = 0; i < summary.fragmentCount; i++) {
      const own = fragments.keyOf(layers, summary.fragments[i]!, point);
      const isInner = summary.isInnerFragment && i === summary.fragmentCount - 1;
      const packet: FragmentedPacket = {
        since: time,
        flow: tracker.flowIn(record),
        record,
        direction,
        isInner,
        isTcp: isTcp && isInner,
      };
      fragments.add(own, packet);
    }
  }

  private addLaterFragment(view: DataView, key: string, point: number, time: number, wireLength: number): void {
    const { tracker, layers, summary } = this;
    const { fragments } = tracker;
    const ipLength = ipLengthOf(layers, summary.network);
    const payloadLength = Math.max(
      0,
      layers.start[summary.network]! + ipLength - layers.payload[lastHeaderOf(layers, summary)]!,
    );
    const packet = fragments.find(key, time);
    if (packet !== undefined && tracker.holds(packet.record, packet.flow)) {
      const { record, direction, isInner, isTcp } = packet;
      tracker.addFragment(record, direction, isInner, isTcp, ipLength, payloadLength, wireLength, time);
      return;
    }
    // Nothing says what it belongs to: it counts for its addresses.
    if (this.entries.add(this.packets, point, time, wireLength)) tracker.flush(view);
    else tracker.unattributed++;
  }
}
