/**
 * What is irregular about a segment: the names are those of Wireshark's `tcp.analysis.*` (User's Guide §7.5 "TCP Analysis"), with its definitions
 * and thresholds.
 */
import {
  ColdTime,
  DUPLICATE_ACKS_SHIFT,
  FlowFlag,
  Hot,
  HotTime,
  RECORD_TIMES,
  RECORD_WORDS,
  Trouble,
} from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import type { FlowQueue } from './queue.ts';
import { OPENING_OR_CLOSING, TcpFlag } from './tcp-header.ts';
import { isWindowFull, WINDOW_MASK } from './tcp-window.ts';

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

/** What a segment is by itself. */
export const Mark = { none: 0, keepAlive: 1, windowProbe: 2, duplicateAck: 3 } as const;
export type Mark = (typeof Mark)[keyof typeof Mark];

/** Repeated acknowledgments are counted up to so many. */
export const MOST_DUPLICATES = 3;
/** An acknowledgment repeated this often asks for a fast retransmission (Wireshark takes two, for one may be missing from the capture). */
const ENOUGH_DUPLICATES = 2;
/** A retransmission is fast when it follows the repeated acknowledgment within 20 ms. In nanoseconds. */
const FAST_RETRANSMISSION = 20_000_000;
/** A segment that fills a hole this soon after what it was overtaken by is out of order; once it is known, the handshake's time. */
const OUT_OF_ORDER = 3_000_000;

/** Names and counts the irregularities of one table's connections. Nothing of the connection is changed but its counters and `sentAgain`. */
export class TcpIrregularities {
  private readonly table: FlowTable;
  private readonly queue: FlowQueue;
  private readonly onIrregularity: OnIrregularity | undefined;

  constructor(table: FlowTable, queue: FlowQueue, onIrregularity: OnIrregularity | undefined) {
    this.table = table;
    this.queue = queue;
    this.onIrregularity = onIrregularity;
  }

  /** Names what the segment of a queue's entry is by itself, and counts that and whether its octets were sent before. */
  count(entry: number, sequence: number, acknowledgment: number, flags: number, window: number): Mark {
    const mark = this.classify(entry, sequence, acknowledgment, flags, window);
    const occupied = this.queue.payloadLength[entry]! + ((flags & (TcpFlag.syn | TcpFlag.fin)) === 0 ? 0 : 1);
    if (occupied > 0 && mark !== Mark.keepAlive) this.sentBefore(entry, sequence, occupied);
    return mark;
  }

  private classify(entry: number, sequence: number, acknowledgment: number, flags: number, window: number): Mark {
    const { queue } = this;
    const { words } = this.table;
    const direction = queue.direction[entry]!;
    const length = queue.payloadLength[entry]!;
    const at = queue.record[entry]! * RECORD_WORDS;
    const reverse = direction ^ 1;
    const state = words[at + Hot.flags]!;
    const next = words[at + Hot.nextSequence + direction]!;
    const own = words[at + Hot.window + direction]!;
    const other = words[at + Hot.window + reverse]!;
    const isKnown = (state & (FlowFlag.sequenceKnown << direction)) !== 0;
    const isPlain = (flags & OPENING_OR_CLOSING) === 0;
    if (length === 1 && isKnown && sequence === next && (other & WINDOW_MASK) === 0) return Mark.windowProbe;
    if (window === 0 && isPlain) this.add(entry, Trouble.zeroWindows);
    if (isKnown && ((sequence - next) | 0) > 0 && (flags & TcpFlag.rst) === 0) this.add(entry, Trouble.lostSegments);
    let mark: Mark = Mark.none;
    if (length <= 1 && isKnown && sequence === ((next - 1) | 0) && isPlain) {
      this.add(entry, Trouble.keepAlives);
      mark = Mark.keepAlive;
    }
    if (length > 0 && isPlain && isWindowFull(other, words[at + Hot.lastAck + reverse]!, (sequence + length) | 0)) {
      this.add(entry, Trouble.windowFull);
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
    this.add(entry, Trouble.duplicateAcks);
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
      this.add(entry, Trouble.spuriousRetransmissions);
      this.add(entry, Trouble.retransmissions);
      return;
    }
    if (!isBehind) return;
    words[at + Hot.flags] = words[at + Hot.flags]! | (FlowFlag.sentAgain << direction);
    const repeats = (words[at + Hot.window + reverse]! >>> DUPLICATE_ACKS_SHIFT) & MOST_DUPLICATES;
    const sinceAck = time - times[timesAt + HotTime.ack + reverse]!;
    if (repeats >= ENOUGH_DUPLICATES && lastAck === sequence && sinceAck >= 0 && sinceAck < FAST_RETRANSMISSION) {
      this.add(entry, Trouble.fastRetransmissions);
      this.add(entry, Trouble.retransmissions);
      return;
    }
    const isTimed = (words[at + Hot.flags]! & FlowFlag.handshakeTimed) !== 0;
    const since = time - times[timesAt + HotTime.sequence + direction]!;
    const isSoon = since >= 0 && since < (isTimed ? times[timesAt + ColdTime.opening]! : OUT_OF_ORDER);
    const isWithin = ((sequence + occupied) | 0) !== next;
    this.add(entry, isSoon && isWithin ? Trouble.outOfOrder : Trouble.retransmissions);
  }

  private add(entry: number, counter: number): void {
    const { queue, table } = this;
    const at = table.troubleOf(queue.record[entry]!) + counter + queue.direction[entry]!;
    table.trouble[at] = table.trouble[at]! + 1;
    this.onIrregularity?.(queue.packet[entry]!, counter);
  }
}
