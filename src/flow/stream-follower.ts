/** Finds one flow of a pass and tells what its ends said, with packets in fragments put together again. */
import type { PacketBatch } from '../capture/packet.ts';
import type { Dissector } from '../dissect/dissector.ts';
import { type Layers, Status } from '../dissect/layers.ts';
import type { Reassembly } from '../dissect/reassembly.ts';
import { FragmentReassembly } from '../reassemble/fragments.ts';
import type { InputDescription } from './capture-point.ts';
import type { FlowInput } from './flow-input.ts';
import { hasPorts, TCP } from './ip-protocol.ts';
import { sourceText } from './ip-source.ts';
import type { FlowObserver, ObservedTracker } from './observed-tracker.ts';
import type { FlowQueue } from './queue.ts';
import { RowSummary } from './row-summary.ts';
import { type Conversation, followedConversation } from './stream.ts';
import type { ConversationReceiver, Side } from './stream-direction.ts';

/** Sources one packet may have; more only a packet made for it could want. */
const MAX_SOURCES = 16;

/** Puts fragments together, and leaves the payload of segments alone. */
class FragmentsOnly implements Reassembly {
  readonly protocol = 0;
  readonly guessed = false;
  frame = 0;
  seconds = 0;
  point = '';
  private readonly fragments = new FragmentReassembly();

  fragment(layers: Layers, row: number): number {
    if (layers.sources.length === MAX_SOURCES) return 0;
    const whole = this.fragments.add(layers, row, this.frame, this.seconds, this.point);
    return whole === undefined ? 0 : layers.sources.push(whole);
  }

  segment(): number {
    return -1;
  }

  finish(): boolean {
    return true;
  }
}

/** Follows the flow of one id. */
export class FlowFollower implements FlowObserver {
  /** Packets of the flow so far. */
  packets = 0;
  private readonly tracker: ObservedTracker;
  private readonly layers: Layers;
  private readonly dissector: Dissector;
  private readonly flow: number;
  private readonly receiver: ConversationReceiver;
  private readonly summary = new RowSummary();
  private readonly reassembly = new FragmentsOnly();
  private conversation: Conversation | undefined;
  /** Addresses and port of the first packet's sender, which is side 0. */
  private speaker = '';
  private input: FlowInput | undefined;
  /** Numbers of packets that matter, within their capture, and whether each is the flow's. */
  private readonly numbers: number[] = [];
  private readonly areOwn: boolean[] = [];

  /** @param flow the id that the tracker will give the flow */
  constructor(tracker: ObservedTracker, flow: number, receiver: ConversationReceiver) {
    this.tracker = tracker;
    this.dissector = tracker.dissector;
    this.layers = tracker.dissector.createLayers();
    this.flow = flow;
    this.receiver = receiver;
    tracker.observer = this;
  }

  packet(flow: number, queue: FlowQueue, entry: number): void {
    const isOwn = flow === this.flow && queue.copy[entry] === 0;
    // A later fragment that came before the first one belongs to no flow with ports.
    if (!isOwn && queue.transportAt[entry]! >= 0) return;
    this.numbers.push(queue.packet[entry]!);
    this.areOwn.push(isOwn);
  }

  fragment(flow: number): void {
    this.numbers.push(this.input?.packets ?? 0);
    this.areOwn.push(flow === this.flow);
  }

  /** Takes rows [from, to) of a batch of the input's, whose offsets are in `view`. */
  add(
    input: FlowInput,
    description: InputDescription,
    view: DataView,
    batch: PacketBatch,
    from: number,
    to: number,
  ): void {
    const before = input.packets;
    this.input = input;
    this.numbers.length = 0;
    this.areOwn.length = 0;
    input.add(view, batch, from, to);
    if (this.tracker.made < this.flow) return;
    for (const [i, number] of this.numbers.entries()) {
      this.dissect(description, view, batch, from + number - before - 1, number);
      if (this.areOwn[i]) this.tell();
    }
  }

  /** The captures have ended. */
  close(): void {
    this.conversation?.close();
  }

  /** Whether a side is the end of the conversation with this address and port. */
  isSide(side: Side, ip: string, port: number | undefined): boolean {
    return (this.speaker === `${ip} ${port ?? ''}`) === (side === 0);
  }

  private dissect(
    description: InputDescription,
    view: DataView,
    batch: PacketBatch,
    row: number,
    number: number,
  ): void {
    const { reassembly } = this;
    const interfaceId = batch.interfaceId[row]!;
    reassembly.frame = number;
    reassembly.seconds = batch.seconds[row]!;
    reassembly.point = String(interfaceId);
    const start = batch.start[row]!;
    const end = start + batch.length[row]!;
    const linkType = description.linkType(interfaceId);
    const fcs = description.fcsOctets(interfaceId);
    this.dissector.dissect(this.layers, view, start, end, batch.wireLength[row]!, linkType, fcs, reassembly);
  }

  /** Hands the payload of the dissected packet on. */
  private tell(): void {
    const { layers, summary } = this;
    this.packets++;
    if (!summary.read(layers) || summary.transport < 0) return;
    const { transport, protocol } = summary;
    if (layers.status[transport] !== Status.complete) return;
    const view = layers.viewOf(transport);
    const header = layers.start[transport]!;
    const start = layers.payload[transport]!;
    const speaker = this.speakerOf(view, header);
    if (this.conversation === undefined) {
      this.conversation = followedConversation(protocol === TCP, this.receiver);
      this.speaker = speaker;
    }
    const side = speaker === this.speaker ? 0 : 1;
    const length = Math.max(0, layers.wireEnd[transport]! - start);
    this.conversation.packet(side, view, header, start, layers.end[transport]!, length);
  }

  /** Address and port of a packet's sender, as a flow's record has them. */
  private speakerOf(view: DataView, header: number): string {
    const { layers, summary } = this;
    const { network, transport } = summary;
    const source = sourceText(layers.viewOf(network), layers.start[network]!);
    const hasPort = hasPorts(summary.protocol) && header + 2 <= layers.end[transport]!;
    return `${source} ${hasPort ? view.getUint16(header) : ''}`;
  }
}
