/** What both ends of a conversation said: the octets of a TCP connection in order, or the datagrams of other protocols. */
import {
  type ConversationReceiver,
  type Side,
  StreamBudget,
  StreamDirection,
  type StreamLimits,
} from './stream-direction.ts';
import { TcpFlag } from './tcp-header.ts';

/** Octets of a TCP header's fields (RFC 9293 §3.1). */
const SEQUENCE = 4;
const ACKNOWLEDGMENT = 8;
const FLAGS = 13;

/** A conversation of which every segment or datagram is shown in the order captured. */
export interface Conversation {
  /**
   * Takes a packet of a side: its transport header is at `header`, its payload of `length` octets on the wire is [start, end) of `view`
   * as far as it was captured.
   */
  packet(side: Side, view: DataView, header: number, start: number, end: number, length: number): void;
  /** The capture has ended. */
  close(): void;
}

/** A TCP connection. */
export class TcpConversation implements Conversation {
  private readonly directions: readonly [StreamDirection, StreamDirection];

  constructor(receiver: ConversationReceiver, limits: StreamLimits, budget: StreamBudget) {
    this.directions = [
      new StreamDirection(0, receiver, limits, budget),
      new StreamDirection(1, receiver, limits, budget),
    ];
  }

  packet(side: Side, view: DataView, header: number, start: number, end: number, length: number): void {
    const own = this.directions[side];
    const other = this.directions[side === 0 ? 1 : 0];
    const flags = view.getUint8(header + FLAGS);
    let sequence = view.getUint32(header + SEQUENCE);
    const acknowledged = view.getUint32(header + ACKNOWLEDGMENT);
    if ((flags & TcpFlag.rst) !== 0) return;
    if ((flags & TcpFlag.syn) !== 0) {
      sequence = (sequence + 1) >>> 0;
      own.begin(sequence);
      if ((flags & TcpFlag.ack) !== 0) other.begin(acknowledged);
    }
    if (length > 0) own.add(sequence, view, start, end, length);
    if ((flags & TcpFlag.fin) !== 0) own.finish((sequence + length) | 0);
    if ((flags & TcpFlag.ack) !== 0) other.acknowledge(acknowledged);
    own.pass();
    other.pass();
  }

  close(): void {
    for (const direction of this.directions) direction.close();
  }

  /** Nobody wants the rest: forgets what is held. */
  discard(): void {
    for (const direction of this.directions) direction.discard();
  }
}

/** A conversation in datagrams: each is told when it comes, and what was not captured of it as a gap. */
class DatagramConversation implements Conversation {
  private readonly receiver: ConversationReceiver;
  private readonly offsets: [number, number] = [0, 0];

  constructor(receiver: ConversationReceiver) {
    this.receiver = receiver;
  }

  packet(side: Side, view: DataView, _header: number, start: number, end: number, length: number): void {
    const { receiver, offsets } = this;
    const captured = Math.max(0, Math.min(length, end - start));
    if (captured > 0) receiver.octets(side, offsets[side], view, start, start + captured);
    if (captured < length) receiver.gap(side, offsets[side] + captured, length - captured);
    offsets[side] += length;
  }

  close(): void {}
}

/** Limits for one conversation that somebody wants to read: memory of a few megabytes at most. */
const FOLLOWED: StreamLimits = { octets: 4 * 1024 * 1024, segments: 4096, patience: 16 };

/** A conversation of one flow, by the IP protocol of its flow. */
export function followedConversation(isTcp: boolean, receiver: ConversationReceiver): Conversation {
  if (!isTcp) return new DatagramConversation(receiver);
  return new TcpConversation(receiver, FOLLOWED, new StreamBudget(2 * FOLLOWED.octets));
}
