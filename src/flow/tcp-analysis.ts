/**
 * What becomes of a TCP connection, segment by segment: states (RFC 9293 §3.3.2), round trips, and the irregularities that Wireshark calls
 * `tcp.analysis.*` (User's Guide §7.5 "TCP Analysis"), with its definitions and thresholds.
 */

import { tcp } from '../protocols/tcp.ts';
import {
  Cold,
  ColdTime,
  DUPLICATE_ACKS_SHIFT,
  FIRST_ACK_TO_COME,
  FlowFlag,
  Hot,
  HotTime,
  RECORD_TIMES,
  RECORD_WORDS,
  Trouble,
  TroubleTime,
  UNKNOWN_SCALE,
  WINDOW_SCALE_SHIFT,
} from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import type { FlowQueue } from './queue.ts';

/** Octets of the header's fields, from its start (RFC 9293 §3.1). */
export const TcpOctet = {
  sequence: tcp.fields.seq_raw.octetOffset,
  acknowledgment: tcp.fields.ack_raw.octetOffset,
  flags: tcp.fields.flags.octetOffset + 1,
  window: tcp.fields.window_size_value.octetOffset,
} as const;

/** Flags of a segment, RFC 9293 §3.1. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

/** An acknowledgment repeated this often asks for a fast retransmission (Wireshark takes two, for one may be missing from the capture). */
const ENOUGH_DUPLICATES = 2;
const MOST_DUPLICATES = 3;
/** A retransmission is fast when it follows the repeated acknowledgment within 20 ms. In nanoseconds. */
const FAST_RETRANSMISSION = 20_000_000;
/** A segment that fills a hole this soon after what it was overtaken by is out of order; once it is known, the handshake's time. */
const OUT_OF_ORDER = 3_000_000;

const WINDOW_MASK = 0xffff;
const DUPLICATES_MASK = 3 << DUPLICATE_ACKS_SHIFT;
const OPENING_OR_CLOSING = TcpFlag.syn | TcpFlag.fin | TcpFlag.rst;
/** While any of these is set, a segment may mean more than its sequence number. */
const IN_TRANSITION =
  FlowFlag.fin |
  (FlowFlag.fin << 1) |
  FlowFlag.rst |
  (FlowFlag.rst << 1) |
  FlowFlag.windowClosed |
  (FlowFlag.windowClosed << 1);
const SYN_SEEN = FlowFlag.syn | (FlowFlag.syn << 1);
const SYN_ACK_SEEN = FlowFlag.synAck | (FlowFlag.synAck << 1);

/** What is counted as trouble, by Wireshark's name behind `tcp.analysis.`. */
export const IRREGULARITIES = {
  retransmission: Trouble.retransmissions,
  fast_retransmission: Trouble.fastRetransmissions,
  spurious_retransmission: Trouble.spuriousRetransmissions,
  out_of_order: Trouble.outOfOrder,
  duplicate_ack: Trouble.duplicateAcks,
  lost_segment: Trouble.lostSegments,
  zero_window: Trouble.zeroWindows,
  keep_alive: Trouble.keepAlives,
  window_full: Trouble.windowFull,
} as const;

/** Called with the number of a packet within its capture, and the counter of `Trouble` it adds to. */
export type OnIrregularity = (packet: number, counter: number) => void;

/** Follows the connections of one table. */
export class TcpAnalysis {
  private readonly table: FlowTable;
  private readonly queue: FlowQueue;
  private readonly onIrregularity: OnIrregularity | undefined;

  constructor(table: FlowTable, queue: FlowQueue, onIrregularity: OnIrregularity | undefined) {
    this.table = table;
    this.queue = queue;
    this.onIrregularity = onIrregularity;
  }

  /**
   * Takes the segment of a queue's entry, whose header is in `view`. Most segments carry on where the last one ended and open or close nothing:
   * these are done with in a few steps. Times stay in columns, for a number handed from function to function is boxed, and 100 ns dearer.
   */
  segment(view: DataView, entry: number): void {
    const { queue } = this;
    const { words, times } = this.table;
    const record = queue.record[entry]!;
    const direction = queue.direction[entry]!;
    const length = queue.payloadLength[entry]!;
    const header = queue.transportAt[entry]!;
    const sequence = view.getInt32(header + TcpOctet.sequence);
    const acknowledgment = view.getInt32(header + TcpOctet.acknowledgment);
    const flags = view.getUint8(header + TcpOctet.flags);
    const window = view.getUint16(header + TcpOctet.window);
    const at = record * RECORD_WORDS;
    const state = words[at + Hot.flags]!;
    const own = words[at + Hot.window + direction]!;
    const other = words[at + Hot.window + (direction ^ 1)]!;
    const previous = words[at + Hot.lastAck + direction]!;
    const end = (sequence + length) | 0;
    const isOrdinary =
      (flags & (OPENING_OR_CLOSING | TcpFlag.ack)) === TcpFlag.ack &&
      (state & (FlowFlag.sequenceKnown << direction)) !== 0 &&
      sequence === words[at + Hot.nextSequence + direction] &&
      window !== 0 &&
      (own & FIRST_ACK_TO_COME) === 0 &&
      (other & WINDOW_MASK) !== 0 &&
      (state & IN_TRANSITION) === 0 &&
      ((state & SYN_SEEN) === 0 || (state & FlowFlag.handshake) !== 0) &&
      (length === 0
        ? acknowledgment !== previous
        : end !== windowEnd(other, words[at + Hot.lastAck + (direction ^ 1)]!) &&
          ((end - words[at + Hot.lastAck + (direction ^ 1)]!) | 0) > 0);
    if (!isOrdinary) {
      this.unordinary(entry, sequence, acknowledgment, flags, window);
      return;
    }
    const time = queue.time[entry]!;
    const timesAt = record * RECORD_TIMES;
    if (acknowledgment !== previous) {
      if (acknowledgment === words[at + Hot.nextSequence + (direction ^ 1)])
        this.roundTrip(record, direction ^ 1, entry);
      words[at + Hot.lastAck + direction] = acknowledgment;
      words[at + Hot.window + direction] = (own & ~(WINDOW_MASK | DUPLICATES_MASK)) | window;
    } else words[at + Hot.window + direction] = (own & ~WINDOW_MASK) | window;
    times[timesAt + HotTime.ack + direction] = time;
    if (length !== 0) {
      words[at + Hot.nextSequence + direction] = end;
      times[timesAt + HotTime.sequence + direction] = time;
    }
    const after = state & ~((FlowFlag.keepAlive | FlowFlag.windowProbe) << direction);
    if (after !== state) words[at + Hot.flags] = after;
  }

  /** A segment that opens, closes, repeats, leaves out or asks for something. */
  private unordinary(entry: number, sequence: number, acknowledgment: number, flags: number, window: number): void {
    const { queue } = this;
    const { words, times } = this.table;
    const record = queue.record[entry]!;
    const direction = queue.direction[entry]!;
    const length = queue.payloadLength[entry]!;
    const time = queue.time[entry]!;
    const at = record * RECORD_WORDS;
    const timesAt = record * RECORD_TIMES;
    const isKnown = (words[at + Hot.flags]! & (FlowFlag.sequenceKnown << direction)) !== 0;
    const next = words[at + Hot.nextSequence + direction]!;
    const occupied = length + ((flags & (TcpFlag.syn | TcpFlag.fin)) === 0 ? 0 : 1);
    const mark = this.classify(entry, sequence, acknowledgment, flags, window);
    const repeats = (words[at + Hot.window + direction]! >>> DUPLICATE_ACKS_SHIFT) & MOST_DUPLICATES;
    const repeated =
      acknowledgment !== words[at + Hot.lastAck + direction]
        ? 0
        : Math.min(MOST_DUPLICATES, repeats + (mark === Mark.duplicateAck ? 1 : 0));
    if (occupied > 0 && mark !== Mark.keepAlive) {
      this.sentBefore(entry, sequence, occupied);
    }
    this.followState(entry, acknowledgment, flags);
    if ((flags & TcpFlag.ack) !== 0) this.followAck(entry, acknowledgment);
    this.followWindow(entry, flags, window);
    const end = (sequence + occupied) | 0;
    if (!isKnown || (((end - next) | 0) > 0 && mark !== Mark.windowProbe)) {
      words[at + Hot.nextSequence + direction] = end;
      times[timesAt + HotTime.sequence + direction] = time;
    }
    const firstAck = (flags & TcpFlag.syn) !== 0 ? FIRST_ACK_TO_COME : (flags & TcpFlag.ack) !== 0 ? 0 : -1;
    let word = words[at + Hot.window + direction]! & ~(WINDOW_MASK | DUPLICATES_MASK);
    word |= window | (repeated << DUPLICATE_ACKS_SHIFT);
    if (firstAck >= 0) word = (word & ~FIRST_ACK_TO_COME) | firstAck;
    words[at + Hot.window + direction] = word;
    words[at + Hot.lastAck + direction] = acknowledgment;
    times[timesAt + HotTime.ack + direction] = time;
    let state = words[at + Hot.flags]! | (FlowFlag.sequenceKnown << direction);
    state &= ~((FlowFlag.keepAlive | FlowFlag.windowProbe) << direction);
    if (mark === Mark.keepAlive) state |= FlowFlag.keepAlive << direction;
    if (mark === Mark.windowProbe) state |= FlowFlag.windowProbe << direction;
    words[at + Hot.flags] = state;
    this.initialSequences(record, direction, sequence, acknowledgment, flags);
  }

  /** Names and counts what the segment is by itself, before it is asked whether its octets were sent before. */
  private classify(entry: number, sequence: number, acknowledgment: number, flags: number, window: number): Mark {
    const { queue } = this;
    const { words } = this.table;
    const record = queue.record[entry]!;
    const direction = queue.direction[entry]!;
    const length = queue.payloadLength[entry]!;
    const at = record * RECORD_WORDS;
    const reverse = direction ^ 1;
    const state = words[at + Hot.flags]!;
    const next = words[at + Hot.nextSequence + direction]!;
    const own = words[at + Hot.window + direction]!;
    const other = words[at + Hot.window + reverse]!;
    const isKnown = (state & (FlowFlag.sequenceKnown << direction)) !== 0;
    const isPlain = (flags & OPENING_OR_CLOSING) === 0;
    if (length === 1 && isKnown && sequence === next && (other & WINDOW_MASK) === 0) return Mark.windowProbe;
    if (window === 0 && isPlain) this.count(entry, Trouble.zeroWindows, direction);
    if (isKnown && ((sequence - next) | 0) > 0 && (flags & TcpFlag.rst) === 0) {
      this.count(entry, Trouble.lostSegments, direction);
    }
    let mark: Mark = Mark.none;
    if (length <= 1 && isKnown && sequence === ((next - 1) | 0) && isPlain) {
      this.count(entry, Trouble.keepAlives, direction);
      mark = Mark.keepAlive;
    }
    if (length > 0 && isPlain && ((sequence + length) | 0) === windowEnd(other, words[at + Hot.lastAck + reverse]!)) {
      this.count(entry, Trouble.windowFull, direction);
    }
    const repeatsAck =
      length === 0 &&
      isPlain &&
      isKnown &&
      window === (own & WINDOW_MASK) &&
      sequence === next &&
      acknowledgment === words[at + Hot.lastAck + direction];
    // Answers to a keep-alive or to a probe of a closed window repeat the acknowledgment, too, and ask for nothing.
    if (!repeatsAck || window === 0 || (state & (FlowFlag.keepAlive << reverse)) !== 0) return mark;
    this.count(entry, Trouble.duplicateAcks, direction);
    return Mark.duplicateAck;
  }

  /** Counts a segment whose octets were sent before, or were overtaken by later ones. `occupied` counts SYN and FIN beside its payload. */
  private sentBefore(entry: number, sequence: number, occupied: number): void {
    const { queue } = this;
    const { words, times } = this.table;
    const record = queue.record[entry]!;
    const direction = queue.direction[entry]!;
    const length = queue.payloadLength[entry]!;
    const time = queue.time[entry]!;
    const at = record * RECORD_WORDS;
    const timesAt = record * RECORD_TIMES;
    const reverse = direction ^ 1;
    const next = words[at + Hot.nextSequence + direction]!;
    const isKnown = (words[at + Hot.flags]! & (FlowFlag.sequenceKnown << direction)) !== 0;
    const lastAck = words[at + Hot.lastAck + reverse]!;
    // A segment of more than one octet that begins one early carries on behind a probe of a closed window.
    const isBehind = isKnown && ((sequence - next) | 0) < 0 && !(length > 1 && sequence === ((next - 1) | 0));
    if (length > 0 && lastAck !== 0 && ((sequence + length - lastAck) | 0) <= 0) {
      this.count(entry, Trouble.spuriousRetransmissions, direction);
      this.count(entry, Trouble.retransmissions, direction);
      return;
    }
    if (!isBehind) return;
    words[at + Hot.flags] = words[at + Hot.flags]! | (FlowFlag.sentAgain << direction);
    const repeats = (words[at + Hot.window + reverse]! >>> DUPLICATE_ACKS_SHIFT) & MOST_DUPLICATES;
    const sinceAck = time - times[timesAt + HotTime.ack + reverse]!;
    if (repeats >= ENOUGH_DUPLICATES && lastAck === sequence && sinceAck >= 0 && sinceAck < FAST_RETRANSMISSION) {
      this.count(entry, Trouble.fastRetransmissions, direction);
      this.count(entry, Trouble.retransmissions, direction);
      return;
    }
    const isTimed = (words[at + Hot.flags]! & FlowFlag.handshakeTimed) !== 0;
    const since = time - times[timesAt + HotTime.sequence + direction]!;
    const isSoon = since >= 0 && since < (isTimed ? times[timesAt + ColdTime.opening]! : OUT_OF_ORDER);
    const isWithin = ((sequence + occupied) | 0) !== next;
    this.count(entry, isSoon && isWithin ? Trouble.outOfOrder : Trouble.retransmissions, direction);
  }

  /** Opening and closing. */
  private followState(entry: number, acknowledgment: number, flags: number): void {
    const { words, times } = this.table;
    const record = this.queue.record[entry]!;
    const direction = this.queue.direction[entry]!;
    const time = this.queue.time[entry]!;
    const at = record * RECORD_WORDS;
    const opening = record * RECORD_TIMES + ColdTime.opening;
    const reverse = direction ^ 1;
    let state = words[at + Hot.flags]!;
    if ((flags & TcpFlag.syn) !== 0) {
      const isAnswer = (flags & TcpFlag.ack) !== 0;
      state |= (isAnswer ? FlowFlag.synAck : FlowFlag.syn) << direction;
      const client = isAnswer ? reverse : direction;
      if ((state & FlowFlag.clientIsTold) === 0) {
        state =
          (state & ~FlowFlag.clientIsSecond) | FlowFlag.clientIsTold | (client === 1 ? FlowFlag.clientIsSecond : 0);
      }
      if (!isAnswer && (state & FlowFlag.handshakeTimed) === 0) times[opening] = time;
      words[at + Cold.synFin] = addHalf(words[at + Cold.synFin]!, 0);
    } else if ((flags & TcpFlag.ack) !== 0 && (state & FlowFlag.handshake) === 0 && (state & SYN_SEEN) !== 0) {
      // The time from the last SYN to the first ACK, whoever sent it, is what Wireshark takes for the connection's round trip.
      const taken = time - times[opening]!;
      if ((state & FlowFlag.handshakeTimed) === 0 && taken > 0) {
        times[opening] = taken;
        state |= FlowFlag.handshakeTimed;
      }
      if ((state & SYN_ACK_SEEN) !== 0 && (state & (FlowFlag.syn << direction)) !== 0) state |= FlowFlag.handshake;
    }
    if ((flags & TcpFlag.fin) !== 0) {
      state |= FlowFlag.fin << direction;
      words[at + Cold.synFin] = addHalf(words[at + Cold.synFin]!, 16);
    }
    const finSent = (state & (FlowFlag.fin << reverse)) !== 0;
    if (finSent && (flags & TcpFlag.ack) !== 0 && acknowledgment === words[at + Hot.nextSequence + reverse]) {
      state |= FlowFlag.finAcked << reverse;
    }
    if ((flags & TcpFlag.rst) !== 0) {
      const wasOpening = (state & (FlowFlag.syn << reverse)) !== 0 && (state & (FlowFlag.synAck << direction)) === 0;
      if (wasOpening && (state & (FlowFlag.sequenceKnown << direction)) === 0) state |= FlowFlag.refused;
      state |= FlowFlag.rst << direction;
      words[at + Cold.rstTtls] = addHalf(words[at + Cold.rstTtls]!, 0);
    }
    words[at + Hot.flags] = state;
  }

  /** What an acknowledgment says of the octets it acknowledges. */
  private followAck(entry: number, acknowledgment: number): void {
    const { words } = this.table;
    const record = this.queue.record[entry]!;
    const direction = this.queue.direction[entry]!;
    const at = record * RECORD_WORDS;
    const reverse = direction ^ 1;
    const isNew = acknowledgment !== words[at + Hot.lastAck + direction];
    const isLast = acknowledgment === words[at + Hot.nextSequence + reverse];
    const isData = (words[at + Hot.flags]! & FlowFlag.handshake) !== 0 || (words[at + Hot.flags]! & SYN_SEEN) === 0;
    const isKnown = (words[at + Hot.flags]! & (FlowFlag.sequenceKnown << reverse)) !== 0;
    const hadAcked = (words[at + Hot.flags]! & (FlowFlag.acked << direction)) !== 0;
    if (isNew && isLast && isData && isKnown && hadAcked) this.roundTrip(record, reverse, entry);
    words[at + Hot.flags] = words[at + Hot.flags]! | (FlowFlag.acked << direction);
  }

  /** Takes the time since the octets that are now acknowledged were sent, unless some of them were sent twice (RFC 6298 §3). */
  private roundTrip(record: number, sender: number, entry: number): void {
    const { words, times, floats } = this.table;
    const at = record * RECORD_WORDS;
    const flags = words[at + Hot.flags]!;
    const sentAgain = FlowFlag.sentAgain << sender;
    if ((flags & sentAgain) !== 0) {
      words[at + Hot.flags] = flags & ~sentAgain;
      return;
    }
    const taken = this.queue.time[entry]! - times[record * RECORD_TIMES + HotTime.sequence + sender]!;
    if (!(taken >= 0)) return;
    const own = at + sender;
    const samples = words[own + Cold.samples]! + 1;
    words[own + Cold.samples] = samples;
    const mean = floats[own + Cold.rttMean]!;
    floats[own + Cold.rttMean] = mean + (taken - mean) / samples;
    if (samples === 1 || taken < floats[own + Cold.rttLeast]!) floats[own + Cold.rttLeast] = taken;
    if (samples === 1 || taken > floats[own + Cold.rttMost]!) floats[own + Cold.rttMost] = taken;
  }

  /** For how long a receiver took nothing. */
  private followWindow(entry: number, flags: number, window: number): void {
    const record = this.queue.record[entry]!;
    const direction = this.queue.direction[entry]!;
    const time = this.queue.time[entry]!;
    const { words, troubleTime } = this.table;
    const at = record * RECORD_WORDS + Hot.flags;
    const closed = FlowFlag.windowClosed << direction;
    const wasClosed = (words[at]! & closed) !== 0;
    const isClosed = window === 0 && (flags & OPENING_OR_CLOSING) === 0;
    if (wasClosed === isClosed || (flags & TcpFlag.ack) === 0) return;
    const trouble = this.table.troubleOf(record) / 2;
    if (isClosed) troubleTime[trouble + TroubleTime.closedSince + direction] = time;
    else {
      const since = troubleTime[trouble + TroubleTime.closedSince + direction]!;
      troubleTime[trouble + TroubleTime.closedFor + direction]! += Math.max(0, time - since);
    }
    words[at] = words[at]! ^ closed;
  }

  /**
   * Both initial sequence numbers: by SYN, else by the first segment, else by what the other side acknowledges. A flow's first segment is asked
   * before its turn comes, for the next SYN of the same ports may wait in the same queue.
   */
  initialSequences(record: number, direction: number, sequence: number, acknowledgment: number, flags: number): void {
    const { words } = this.table;
    const at = record * RECORD_WORDS + Hot.flags;
    const initial = record * RECORD_WORDS + Cold.initialSequence;
    const reverse = direction ^ 1;
    const isSyn = (flags & TcpFlag.syn) !== 0;
    if (isSyn || (words[at]! & (FlowFlag.initialSequenceKnown << direction)) === 0) {
      words[initial + direction] = isSyn ? sequence : (sequence - 1) | 0;
    }
    let known = FlowFlag.initialSequenceKnown << direction;
    if ((flags & TcpFlag.ack) !== 0 && (words[at]! & (FlowFlag.initialSequenceKnown << reverse)) === 0) {
      words[initial + reverse] = (acknowledgment - 1) | 0;
      known |= FlowFlag.initialSequenceKnown << reverse;
    }
    words[at] = words[at]! | known;
  }

  private count(entry: number, counter: number, direction: number): void {
    const at = this.table.troubleOf(this.queue.record[entry]!) + counter + direction;
    this.table.trouble[at] = this.table.trouble[at]! + 1;
    this.onIrregularity?.(this.queue.packet[entry]!, counter);
  }

  /** Settles window scales at a SYN, whose options were kept: each side scales only where both can (RFC 7323 §2.2). */
  scales(record: number, direction: number, flags: number): void {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    const reverse = direction ^ 1;
    const told = words[record * RECORD_WORDS + Cold.windowScale]!;
    const own = (told >>> (8 * direction)) & 0xff;
    const other = (told >>> (8 * reverse)) & 0xff;
    const otherTold = (words[at + Hot.flags]! & (FlowFlag.syn << reverse)) !== 0;
    const isOff = (flags & TcpFlag.ack) !== 0 && (own === 0 || (other === 0 && otherTold));
    setScale(words, at + Hot.window + direction, isOff || own === 0 ? 0 : own - 1);
    if (isOff) setScale(words, at + Hot.window + reverse, 0);
  }
}

/** What a segment is by itself. */
const Mark = { none: 0, keepAlive: 1, windowProbe: 2, duplicateAck: 3 } as const;
type Mark = (typeof Mark)[keyof typeof Mark];

function setScale(words: Int32Array, at: number, scale: number): void {
  words[at] = (words[at]! & ~(UNKNOWN_SCALE << WINDOW_SCALE_SHIFT)) | (Math.min(scale, 14) << WINDOW_SCALE_SHIFT);
}

/** First octet that a receiver's window no longer takes; NaN while its scale is unknown. */
function windowEnd(word: number, lastAck: number): number {
  const scale = (word >>> WINDOW_SCALE_SHIFT) & UNKNOWN_SCALE;
  if (scale === UNKNOWN_SCALE) return Number.NaN;
  return (lastAck + ((word & WINDOW_MASK) << ((word & FIRST_ACK_TO_COME) === 0 ? scale : 0))) | 0;
}

/** Adds one to the 16 bits at `shift`, up to their largest value. */
function addHalf(word: number, shift: number): number {
  return ((word >>> shift) & 0xffff) === 0xffff ? word : (word + (1 << shift)) | 0;
}
