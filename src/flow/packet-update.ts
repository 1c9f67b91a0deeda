/**
 * The hot path behind the queue: each entry to its flow's record. First a loop that touches index and records, so that the cache misses of many
 * packets overlap, then one that updates them. What most packets have in common is done in that loop; for everything else it calls others.
 */

import { beginFlow } from './flow-beginning.ts';
import { Carry, Cold, FlowFlag, Hot, HotTime, RECORD_TIMES, RECORD_WORDS, Trouble, TTL_SHIFT } from './flow-columns.ts';
import { keepTtl, markPacket, markPayload } from './flow-marks.ts';
import { type FlowTable, RECORD_MASK } from './flow-table.ts';
import { TCP } from './ip-protocol.ts';
import type { FlowQueue } from './queue.ts';
import type { TakeSegment } from './tcp-analysis.ts';
import { TcpFlag, TcpOctet } from './tcp-header.ts';

const OPENING = TcpFlag.syn | TcpFlag.ack;
/** Words of a cache line. */
const CACHE_LINE = 16;
/** A typed array this long lies outside of the garbage collector's heap, where its address is a constant. */
const TOUCHED = 32;

/** Works on all entries of a queue, whose offsets are in `view`, and leaves it empty. */
export type TakeQueue = (view: DataView) => void;

/**
 * Makes the function that takes a queue's entries; the table must have room for as many new flows. A closure rather than a class: made once a pass,
 * it has the columns for constants, and V8 writes their addresses and lengths into the code.
 *
 * @param tcpIdle nanoseconds without a packet after which a TCP connection's next packet begins a new flow
 * @param idle the same for everything else
 */
export function packetUpdate(
  table: FlowTable,
  queue: FlowQueue,
  segment: TakeSegment,
  tcpIdle: number,
  idle: number,
): TakeQueue {
  const { words, times, trouble } = table;
  const { record, key0, key1, key2, key3, key4, key5, key6, hash, time, direction, transportAt } = queue;
  const { ipLength, wireLength, payloadLength, ttl, copy } = queue;
  // What the touching loops read goes here, which keeps them from being optimised away.
  const touched = new Int32Array(TOUCHED);

  /**
   * Reads index places, then looks by the bits of the hash for the record each most likely names, then reads the records: the cache misses of one
   * loop overlap, and the loops behind find in the cache what they need.
   */
  function touch(count: number): void {
    const { places } = table;
    const mask = places.length - 1;
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= places[hash[i]! & mask]!;
    for (let i = 0; i < count; i++) {
      const wanted = hash[i]!;
      let place = wanted & mask;
      let held = places[place]!;
      while (held !== 0 && ((held ^ wanted) & ~RECORD_MASK) !== 0) {
        place = (place + 1) & mask;
        held = places[place]!;
      }
      record[i] = held & RECORD_MASK;
    }
    for (let i = 0; i < count; i++) {
      const at = record[i]! * RECORD_WORDS;
      sum ^= words[at]! ^ words[at + CACHE_LINE]! ^ words[at + 2 * CACHE_LINE]! ^ words[at + 3 * CACHE_LINE]!;
    }
    touched[0] = sum;
  }

  function update(count: number, view: DataView): void {
    for (let i = 0; i < count; i++) {
      let flow = record[i]!;
      let at = flow * RECORD_WORDS;
      const word3 = key3[i]!;
      const isTcp = (word3 & 0xff) === TCP;
      const header = isTcp ? transportAt[i]! : -1;
      const tcpFlags = header < 0 ? 0 : view.getUint8(header + TcpOctet.flags);
      const now = time[i]!;
      const last = flow * RECORD_TIMES + HotTime.last;
      const before = times[last]!;
      // A new flow's record was not there when the queue was touched, and another key may share the bits of the hash.
      if (
        flow === 0 ||
        words[at] !== key0[i] ||
        words[at + 1] !== key1[i] ||
        words[at + 2] !== key2[i] ||
        words[at + 3] !== word3 ||
        words[at + 4] !== key4[i] ||
        words[at + 5] !== key5[i] ||
        words[at + 6] !== key6[i] ||
        (words[at + Hot.flags]! & FlowFlag.superseded) !== 0 ||
        now - before > (isTcp ? tcpIdle : idle) ||
        (tcpFlags & OPENING) === TcpFlag.syn
      ) {
        flow = flowOf(i, view, tcpFlags);
        record[i] = flow;
        at = flow * RECORD_WORDS;
      } else if (!(now <= before)) times[last] = now;
      const side = direction[i]!;
      if (copy[i] !== 0) {
        countCopy(flow, side);
        continue;
      }
      const own = at + side;
      const payload = payloadLength[i]!;
      const packets = words[own + Hot.packets]!;
      const ipBytes = words[own + Hot.ipBytes]!;
      const wireBytes = words[own + Hot.wireBytes]!;
      const payloadBytes = words[own + Hot.payloadBytes]!;
      const ipSum = (ipBytes + ipLength[i]!) | 0;
      const wireSum = (wireBytes + wireLength[i]!) | 0;
      const payloadSum = (payloadBytes + payload) | 0;
      words[own + Hot.packets] = packets + 1;
      words[own + Hot.ipBytes] = ipSum;
      words[own + Hot.wireBytes] = wireSum;
      words[own + Hot.payloadBytes] = payloadSum;
      // A sum passes 2^32 when its top bit falls.
      if (((ipBytes & ~ipSum) | (wireBytes & ~wireSum) | (payloadBytes & ~payloadSum)) < 0) {
        if ((ipBytes & ~ipSum) < 0) carry(table, flow, Carry.ipBytes, side);
        if ((wireBytes & ~wireSum) < 0) carry(table, flow, Carry.wireBytes, side);
        if ((payloadBytes & ~payloadSum) < 0) carry(table, flow, Carry.payloadBytes, side);
      }
      const window = words[own + Hot.window]!;
      if (packets === 0 || ((window >>> TTL_SHIFT) & 0xff) !== ttl[i]) {
        words[own + Hot.window] = (window & ~(0xff << TTL_SHIFT)) | (ttl[i]! << TTL_SHIFT);
        keepTtl(table, flow, side, ttl[i]!);
        if (packets === 0) markPacket(table, flow, side, queue, i, view);
      }
      if ((words[at + Hot.flags]! & (FlowFlag.payloadMarked << side)) === 0 && payload !== 0) {
        markPayload(table, flow, side, queue, i, view);
      }
      if (header >= 0) segment(view, i, header, flow, side, tcpFlags);
    }
  }

  /** The flow that an entry belongs to: the one with its key, unless it is over; else a new one. */
  function flowOf(i: number, view: DataView, tcpFlags: number): number {
    const found = table.find(queue, i);
    if (found === 0) return beginFlow(table, queue, i, view, 0);
    const last = found * RECORD_TIMES + HotTime.last;
    const isTcp = (key3[i]! & 0xff) === TCP;
    const isOver = time[i]! - times[last]! > (isTcp ? tcpIdle : idle);
    if (isOver || ((tcpFlags & OPENING) === TcpFlag.syn && startsAnew(found, i, view))) {
      words[found * RECORD_WORDS + Hot.flags] = words[found * RECORD_WORDS + Hot.flags]! | FlowFlag.superseded;
      return beginFlow(table, queue, i, view, found);
    }
    if (!(time[i]! <= times[last]!)) times[last] = time[i]!;
    return found;
  }

  /** Whether a SYN is that of another connection than the flow's. */
  function startsAnew(flow: number, entry: number, view: DataView): boolean {
    const at = flow * RECORD_WORDS;
    const side = direction[entry]!;
    if ((words[at + Hot.flags]! & (FlowFlag.initialSequenceKnown << side)) === 0) return false;
    const sequence = view.getInt32(transportAt[entry]! + TcpOctet.sequence);
    return words[at + Cold.initialSequence + side] !== sequence;
  }

  function countCopy(flow: number, side: number): void {
    const at = table.troubleOf(flow) + Trouble.copies + side;
    trouble[at] = trouble[at]! + 1;
  }

  return (view) => {
    const { count } = queue;
    touch(count);
    update(count, view);
    queue.count = 0;
  };
}

/** Keeps that a counter of octets has passed 2^32. */
export function carry(table: FlowTable, record: number, column: number, direction: number): void {
  const at = table.troubleOf(record) + column;
  table.trouble[at] = table.trouble[at]! + (direction === 0 ? 1 : 0x10000);
}
