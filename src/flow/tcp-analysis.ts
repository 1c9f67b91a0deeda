/** What becomes of a TCP connection, segment by segment: states (RFC 9293 §3.3.2), windows, round trips, and what is irregular. */
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
  TroubleTime,
} from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import type { FlowQueue } from './queue.ts';
import { keepSynOptions, settleScales } from './tcp-handshake.ts';
import { OPENING_OR_CLOSING, TcpFlag, TcpOctet } from './tcp-header.ts';
import { Mark, MOST_DUPLICATES, type OnIrregularity, TcpIrregularities } from './tcp-irregularities.ts';
import { isWindowFull, WINDOW_MASK } from './tcp-window.ts';

const DUPLICATES_MASK = MOST_DUPLICATES << DUPLICATE_ACKS_SHIFT;
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
const INITIAL_SEQUENCES = FlowFlag.initialSequenceKnown | (FlowFlag.initialSequenceKnown << 1);
const PROBES = FlowFlag.keepAlive | FlowFlag.windowProbe;

/** Takes the segment of a queue's entry, whose header is at `header` in `view`, for its flow's record. */
export type TakeSegment = (
  view: DataView,
  entry: number,
  header: number,
  flow: number,
  direction: number,
  flags: number,
) => void;

/** Makes the function that follows the connections of one table; a closure for the reason that `packetUpdate` is one. */
export function tcpAnalysis(
  table: FlowTable,
  queue: FlowQueue,
  onIrregularity: OnIrregularity | undefined,
): TakeSegment {
  const { words, times, floats, troubleTime } = table;
  const { record: records, direction: directions, payloadLength, payloadAt, time: queueTime } = queue;
  const irregularities = new TcpIrregularities(table, queue, onIrregularity);

  /**
   * Most segments carry on where the last one ended and open or close nothing: these are done with in a few steps. Times stay in columns, for a
   * number handed from function to function is boxed, and 100 ns dearer.
   */
  function segment(
    view: DataView,
    entry: number,
    header: number,
    record: number,
    direction: number,
    flags: number,
  ): void {
    const length = payloadLength[entry]!;
    const sequence = view.getInt32(header + TcpOctet.sequence);
    const acknowledgment = view.getInt32(header + TcpOctet.acknowledgment);
    const window = view.getUint16(header + TcpOctet.window);
    const at = record * RECORD_WORDS;
    const state = words[at + Hot.flags]!;
    const reverse = direction ^ 1;
    const own = words[at + Hot.window + direction]!;
    const other = words[at + Hot.window + reverse]!;
    const previous = words[at + Hot.lastAck + direction]!;
    const otherAck = words[at + Hot.lastAck + reverse]!;
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
        : (otherAck === 0 || ((end - otherAck) | 0) > 0) && !isWindowFull(other, otherAck, end));
    if (!isOrdinary) {
      unordinary(entry, sequence, acknowledgment, flags, window);
      if ((flags & TcpFlag.syn) !== 0) {
        keepSynOptions(table, record, direction, view, header, payloadAt[entry]!);
        settleScales(table, record, direction, flags);
      }
      return;
    }
    const timesAt = record * RECORD_TIMES;
    const time = queueTime[entry]!;
    if (acknowledgment !== previous) {
      if (acknowledgment === words[at + Hot.nextSequence + reverse]) {
        // Of octets some of which were sent twice no round trip is taken (RFC 6298 §3).
        if ((state & (FlowFlag.sentAgain << reverse)) === 0) roundTrip(record, reverse, entry);
        else words[at + Hot.flags] = state & ~(FlowFlag.sentAgain << reverse);
      }
      words[at + Hot.lastAck + direction] = acknowledgment;
      words[at + Hot.window + direction] = (own & ~(WINDOW_MASK | DUPLICATES_MASK)) | window;
    } else words[at + Hot.window + direction] = (own & ~WINDOW_MASK) | window;
    times[timesAt + HotTime.ack + direction] = time;
    if (length !== 0) {
      words[at + Hot.nextSequence + direction] = end;
      times[timesAt + HotTime.sequence + direction] = time;
    }
    if ((state & (PROBES << direction)) !== 0) {
      words[at + Hot.flags] = words[at + Hot.flags]! & ~(PROBES << direction);
    }
  }

  /** A segment that opens, closes, repeats, leaves out or asks for something. */
  function unordinary(entry: number, sequence: number, acknowledgment: number, flags: number, window: number): void {
    const record = records[entry]!;
    const direction = directions[entry]!;
    const reverse = direction ^ 1;
    const length = payloadLength[entry]!;
    const time = queueTime[entry]!;
    const at = record * RECORD_WORDS;
    const timesAt = record * RECORD_TIMES;
    const isKnown = (words[at + Hot.flags]! & (FlowFlag.sequenceKnown << direction)) !== 0;
    const next = words[at + Hot.nextSequence + direction]!;
    const previous = words[at + Hot.lastAck + direction]!;
    const own = words[at + Hot.window + direction]!;
    const other = words[at + Hot.window + reverse]!;
    const otherAck = words[at + Hot.lastAck + reverse]!;
    const isPlain = (flags & OPENING_OR_CLOSING) === 0;
    const end = (sequence + length) | 0;
    // What opens and closes a connection in sequence can be none of the irregularities, and most segments that come here do that.
    const isRegular =
      (!isKnown || sequence === next) &&
      (length === 0
        ? !isPlain || acknowledgment !== previous || window !== (own & WINDOW_MASK)
        : (other & WINDOW_MASK) !== 0 &&
          (otherAck === 0 || ((end - otherAck) | 0) > 0) &&
          !isWindowFull(other, otherAck, end)) &&
      (window !== 0 || !isPlain);
    const mark = isRegular ? Mark.none : irregularities.count(entry, sequence, acknowledgment, flags, window);
    let repeated = 0;
    if (acknowledgment === previous) {
      repeated = (own >>> DUPLICATE_ACKS_SHIFT) & MOST_DUPLICATES;
      if (mark === Mark.duplicateAck && repeated < MOST_DUPLICATES) repeated++;
    }
    let state = words[at + Hot.flags]! & ~(PROBES << direction);
    if (!isPlain) state = openOrClose(state, entry, flags);
    if ((flags & TcpFlag.ack) !== 0) state = acknowledge(state, entry, acknowledgment, flags, window);
    const past = (flags & (TcpFlag.syn | TcpFlag.fin)) === 0 ? end : (end + 1) | 0;
    if (!isKnown || (((past - next) | 0) > 0 && mark !== Mark.windowProbe)) {
      words[at + Hot.nextSequence + direction] = past;
      times[timesAt + HotTime.sequence + direction] = time;
    }
    let word = (own & ~(WINDOW_MASK | DUPLICATES_MASK)) | window | (repeated << DUPLICATE_ACKS_SHIFT);
    if ((flags & TcpFlag.syn) !== 0) word |= FIRST_ACK_TO_COME;
    else if ((flags & TcpFlag.ack) !== 0) word &= ~FIRST_ACK_TO_COME;
    words[at + Hot.window + direction] = word;
    words[at + Hot.lastAck + direction] = acknowledgment;
    times[timesAt + HotTime.ack + direction] = time;
    state |= FlowFlag.sequenceKnown << direction;
    if (mark === Mark.keepAlive) state |= FlowFlag.keepAlive << direction;
    else if (mark === Mark.windowProbe) state |= FlowFlag.windowProbe << direction;
    words[at + Hot.flags] = state;
    if ((flags & TcpFlag.syn) !== 0 || (state & INITIAL_SEQUENCES) !== INITIAL_SEQUENCES) {
      initialSequences(record, direction, sequence, acknowledgment, flags);
    }
  }

  /** What SYN, FIN and RST say; answers the flow's flags. */
  function openOrClose(before: number, entry: number, flags: number): number {
    const record = records[entry]!;
    const direction = directions[entry]!;
    const at = record * RECORD_WORDS;
    const reverse = direction ^ 1;
    let state = before;
    if ((flags & TcpFlag.syn) !== 0) {
      const isAnswer = (flags & TcpFlag.ack) !== 0;
      state |= (isAnswer ? FlowFlag.synAck : FlowFlag.syn) << direction;
      if ((state & FlowFlag.clientIsTold) === 0) {
        const client = isAnswer ? reverse : direction;
        state =
          (state & ~FlowFlag.clientIsSecond) | FlowFlag.clientIsTold | (client === 1 ? FlowFlag.clientIsSecond : 0);
      }
      if (!isAnswer && (state & FlowFlag.handshakeTimed) === 0) {
        times[record * RECORD_TIMES + ColdTime.opening] = queueTime[entry]!;
      }
      words[at + Cold.synFin] = addHalf(words[at + Cold.synFin]!, 0);
    }
    if ((flags & TcpFlag.fin) !== 0) {
      state |= FlowFlag.fin << direction;
      words[at + Cold.synFin] = addHalf(words[at + Cold.synFin]!, 16);
    }
    if ((flags & TcpFlag.rst) !== 0) {
      const wasOpening = (state & (FlowFlag.syn << reverse)) !== 0 && (state & (FlowFlag.synAck << direction)) === 0;
      if (wasOpening && (state & (FlowFlag.sequenceKnown << direction)) === 0) state |= FlowFlag.refused;
      state |= FlowFlag.rst << direction;
      words[at + Cold.rstTtls] = addHalf(words[at + Cold.rstTtls]!, 0);
    }
    return state;
  }

  /** What an acknowledgment says of handshake, close, round trip and window; answers the flow's flags. */
  function acknowledge(before: number, entry: number, acknowledgment: number, flags: number, window: number): number {
    const record = records[entry]!;
    const direction = directions[entry]!;
    const at = record * RECORD_WORDS;
    const reverse = direction ^ 1;
    let state = before;
    if ((flags & TcpFlag.syn) === 0 && (state & FlowFlag.handshake) === 0 && (state & SYN_SEEN) !== 0) {
      if ((state & FlowFlag.handshakeTimed) === 0) state |= timeHandshake(record, entry);
      if ((state & SYN_ACK_SEEN) !== 0 && (state & (FlowFlag.syn << direction)) !== 0) state |= FlowFlag.handshake;
    }
    if (acknowledgment === words[at + Hot.nextSequence + reverse]) {
      if ((state & (FlowFlag.fin << reverse)) !== 0) state |= FlowFlag.finAcked << reverse;
      const isData = (state & FlowFlag.handshake) !== 0 || (state & SYN_SEEN) === 0;
      const isKnown = (state & (FlowFlag.sequenceKnown << reverse)) !== 0;
      const hadAcked = (state & (FlowFlag.acked << direction)) !== 0;
      if (isData && isKnown && hadAcked && acknowledgment !== words[at + Hot.lastAck + direction]) {
        // Of octets some of which were sent twice no round trip is taken (RFC 6298 §3).
        if ((state & (FlowFlag.sentAgain << reverse)) === 0) roundTrip(record, reverse, entry);
        else state &= ~(FlowFlag.sentAgain << reverse);
      }
    }
    state |= FlowFlag.acked << direction;
    const isClosed = window === 0 && (flags & OPENING_OR_CLOSING) === 0;
    if (isClosed !== ((state & (FlowFlag.windowClosed << direction)) !== 0)) {
      turnWindow(record, entry, isClosed);
      state ^= FlowFlag.windowClosed << direction;
    }
    return state;
  }

  /** The time from the last SYN to the first ACK, whoever sent it, is what Wireshark takes for the connection's round trip. */
  function timeHandshake(record: number, entry: number): number {
    const opening = record * RECORD_TIMES + ColdTime.opening;
    const taken = queueTime[entry]! - times[opening]!;
    if (!(taken > 0)) return 0;
    times[opening] = taken;
    return FlowFlag.handshakeTimed;
  }

  /** Takes the time since the octets that are now acknowledged were sent. */
  function roundTrip(record: number, sender: number, entry: number): void {
    const taken = queueTime[entry]! - times[record * RECORD_TIMES + HotTime.sequence + sender]!;
    if (!(taken >= 0)) return;
    const own = record * RECORD_WORDS + sender;
    const samples = words[own + Cold.samples]! + 1;
    words[own + Cold.samples] = samples;
    const mean = floats[own + Cold.rttMean]!;
    floats[own + Cold.rttMean] = mean + (taken - mean) / samples;
    if (samples === 1 || taken < floats[own + Cold.rttLeast]!) floats[own + Cold.rttLeast] = taken;
    if (samples === 1 || taken > floats[own + Cold.rttMost]!) floats[own + Cold.rttMost] = taken;
  }

  /** A receiver closes its window, or opens it again: for how long it took nothing. */
  function turnWindow(record: number, entry: number, isClosed: boolean): void {
    const direction = directions[entry]!;
    const time = queueTime[entry]!;
    const trouble = table.troubleOf(record) / 2 + direction;
    if (isClosed) troubleTime[trouble + TroubleTime.closedSince] = time;
    else {
      const taken = time - troubleTime[trouble + TroubleTime.closedSince]!;
      if (taken > 0) troubleTime[trouble + TroubleTime.closedFor]! += taken;
    }
  }

  /** Both initial sequence numbers: by SYN, else by the first segment, else by what the other side acknowledges. */
  function initialSequences(
    record: number,
    direction: number,
    sequence: number,
    acknowledgment: number,
    flags: number,
  ): void {
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

  return segment;
}

/** Adds one to the 16 bits at `shift`, up to their largest value. */
function addHalf(word: number, shift: number): number {
  return ((word >>> shift) & 0xffff) === 0xffff ? word : (word + (1 << shift)) | 0;
}
