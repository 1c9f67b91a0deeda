/**
 * Follows conversations: packets go in by batches, flows come out. A batch is summed up into a queue, and the queue is worked on in short loops
 * (touch the index, touch the records, match, count, TCP), so that the misses of many packets overlap.
 */

import type { PacketBatch } from '../capture/packet.ts';
import { NO_TIME } from '../capture/timestamp.ts';
import type { Dissector } from '../dissect/dissector.ts';
import { AddressTable } from './address-table.ts';
import {
  Carry,
  Cold,
  ColdTime,
  FlowFlag,
  Hot,
  HotTime,
  NO_WINDOW,
  RECORD_TIMES,
  RECORD_WORDS,
  Trouble,
  TTL_SHIFT,
} from './flow-columns.ts';
import { DEFAULT_IDLE, DEFAULT_MAX_FLOWS, DEFAULT_TCP_IDLE } from './flow-defaults.ts';
import { type CapturePoint, FlowInput, type InputDescription } from './flow-input.ts';
import { markPacket, markPayload } from './flow-marks.ts';
import { type Ranking, ranked } from './flow-ranking.ts';
import { FlowReader } from './flow-reader.ts';
import type { FlowRecord } from './flow-record.ts';
import { FlowTable, RECORD_MASK } from './flow-table.ts';
import { FragmentFlows } from './fragment-flows.ts';
import { PathTable } from './path-table.ts';
import { FlowQueue, MAX_POINTS } from './queue.ts';
import { type OnIrregularity, TcpAnalysis, TcpFlag, TcpOctet } from './tcp-analysis.ts';
import { keepSynOptions } from './tcp-handshake.ts';

const TCP = 6;
const NANOS = 1e9;
/** Settings of a pass. */
export interface FlowOptions {
  /** Flows held at once; when there are more, the longest idle give way. Default one million. */
  readonly maxFlows?: number;
  /** Seconds without a packet after which a TCP connection's next packet begins a new flow. Default 300. */
  readonly tcpIdle?: number;
  /** The same for everything else. Default 60. */
  readonly idle?: number;
  /** Seed of the hashes; tests fix it. */
  readonly seed?: number;
  /** Called with each flow that gives way to newer ones, or is given up by `expire`. */
  readonly onEvicted?: (flow: FlowRecord) => void;
  /** False sums up every packet by its rows of layers, which is the slower of two ways to the same flows. Default true. */
  readonly keyBatch?: boolean;
  /** Called with each segment that TCP analysis counts as trouble. */
  readonly onIrregularity?: OnIrregularity;
}

/** One pass over captures. */
export class FlowTracker {
  readonly dissector: Dissector;
  readonly queue = new FlowQueue();
  readonly seed: number;
  readonly addresses: AddressTable;
  readonly paths = new PathTable();
  readonly fragments = new FragmentFlows();
  readonly points: CapturePoint[] = [];
  /** The generated batch function may be used. */
  readonly usesKeyBatch: boolean;
  /** Packets that belong to no flow: ARP, frames without IP, tunnels of which nothing inside can be read. */
  unattributed = 0;
  /** Points that share the last one's number. */
  pointsShared = 0;
  private readonly table: FlowTable;
  private readonly tcp: TcpAnalysis;
  private readonly reader: FlowReader;
  private readonly tcpIdle: number;
  private readonly idle: number;
  private baseSeconds = Number.NaN;
  /** What the touching loop read, which keeps it from being optimised away. */
  touched = 0;

  constructor(dissector: Dissector, options: FlowOptions = {}) {
    this.dissector = dissector;
    this.usesKeyBatch = options.keyBatch ?? true;
    this.seed = (options.seed ?? Math.random() * 2 ** 32) | 0;
    this.addresses = new AddressTable(this.seed);
    this.tcpIdle = (options.tcpIdle ?? DEFAULT_TCP_IDLE) * NANOS;
    this.idle = (options.idle ?? DEFAULT_IDLE) * NANOS;
    const onEvicted = options.onEvicted;
    this.table = new FlowTable(options.maxFlows ?? DEFAULT_MAX_FLOWS, this.seed, (record) =>
      onEvicted?.(this.reader.record(record)),
    );
    this.tcp = new TcpAnalysis(this.table, this.queue, options.onIrregularity);
    this.reader = new FlowReader(this.table, this);
  }

  /** Begins a capture. Pieces of one capture, one after the other, are one input. */
  open(description: InputDescription): FlowInput {
    return new FlowInput(this, description);
  }

  /** Flows that gave way before the end. */
  get evicted(): number {
    return this.table.evicted;
  }

  /** Flows seen so far. */
  get made(): number {
    return this.table.made;
  }

  /** Second that times count from: that of the first packet with a time. */
  get base(): number {
    return Number.isNaN(this.baseSeconds) ? 0 : this.baseSeconds;
  }

  /** A time as nanoseconds since `base`: exact within 104 days of it, else to 256 ns. */
  timeOf(batch: PacketBatch, row: number): number {
    const nanos = batch.nanos[row]!;
    if (nanos === NO_TIME) return Number.NaN;
    const seconds = batch.seconds[row]!;
    if (Number.isNaN(this.baseSeconds)) this.baseSeconds = seconds;
    return (seconds - this.baseSeconds) * NANOS + nanos;
  }

  /** Number of a new point; those beyond MAX_POINTS, which only a capture made for it has, share the last one's. */
  addPoint(point: CapturePoint): number {
    if (this.points.length === MAX_POINTS) {
      this.pointsShared++;
      return MAX_POINTS - 1;
    }
    return this.points.push(point) - 1;
  }

  /** The flows held, in order of their ids; ranked, those with the most of `by` first, at most `top` of them. */
  *flows(by?: Ranking, top = Number.POSITIVE_INFINITY): Generator<FlowRecord> {
    let records = this.table.records();
    if (by !== undefined) records = ranked(this.table, records, by, top);
    else if (records.length > top) records = records.slice(0, top);
    for (const record of records) yield this.reader.record(record);
  }

  /** Gives up the flows that were idle for too long at a time given as by `timeOf`, and those a newer flow has superseded. */
  expire(time: number): number {
    const { words, times } = this.table;
    return this.table.evict((record) => {
      const at = record * RECORD_WORDS;
      if ((words[at + Hot.flags]! & FlowFlag.superseded) !== 0) return true;
      return time - times[at / 2 + HotTime.last]! > this.idleOf(words[at + 3]!);
    });
  }

  private idleOf(key3: number): number {
    return (key3 & 0xff) === TCP ? this.tcpIdle : this.idle;
  }

  /** Works on the entries of the queue, whose offsets are in `view`. */
  flush(view: DataView): void {
    const { queue } = this;
    if (queue.count === 0) return;
    this.table.makeRoom();
    this.touch();
    this.match(view);
    this.count(view);
    this.followTcp(view);
    queue.count = 0;
  }

  /**
   * Reads index places, then looks by the bits of the hash for the record each most likely names, and reads that: the cache misses of one loop
   * overlap, and the loops behind find in the cache what they need.
   */
  private touch(): void {
    const { queue, table } = this;
    const { count, hash, record } = queue;
    const { places, words } = table;
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
      const likely = held & RECORD_MASK;
      record[i] = likely;
      const at = likely * RECORD_WORDS;
      sum ^= words[at]! ^ words[at + 16]! ^ words[at + 32]!;
    }
    this.touched = sum;
  }

  /** Finds each packet's flow, or makes it. */
  private match(view: DataView): void {
    const { queue, table, idle, tcpIdle } = this;
    const { count, record, key0, key1, key2, key3, key4, key5, key6, time, transportAt } = queue;
    const { words, times } = table;
    for (let i = 0; i < count; i++) {
      let found = record[i]!;
      const at = found * RECORD_WORDS;
      // A new flow's record was not there when the queue was touched, and another key may share the bits of the hash.
      if (
        found === 0 ||
        words[at] !== key0[i] ||
        words[at + 1] !== key1[i] ||
        words[at + 2] !== key2[i] ||
        words[at + 3] !== key3[i] ||
        words[at + 4] !== key4[i] ||
        words[at + 5] !== key5[i] ||
        words[at + 6] !== key6[i] ||
        (words[at + Hot.flags]! & FlowFlag.superseded) !== 0
      ) {
        found = table.find(queue, i);
      }
      const isTcp = (key3[i]! & 0xff) === TCP;
      if (found !== 0) {
        const last = found * RECORD_TIMES + HotTime.last;
        const isOver =
          time[i]! - times[last]! > (isTcp ? tcpIdle : idle) ||
          (isTcp && transportAt[i]! >= 0 && this.startsAnew(found, i, view));
        if (!isOver) {
          if (!(time[i]! <= times[last]!)) times[last] = time[i]!;
          record[i] = found;
          continue;
        }
        words[found * RECORD_WORDS + Hot.flags] = words[found * RECORD_WORDS + Hot.flags]! | FlowFlag.superseded;
      }
      record[i] = this.begin(i, view, found);
    }
  }

  /** Whether a segment is a SYN of another connection than the flow's. */
  private startsAnew(record: number, entry: number, view: DataView): boolean {
    const { queue, table } = this;
    const at = queue.transportAt[entry]!;
    if ((view.getUint8(at + TcpOctet.flags) & (TcpFlag.syn | TcpFlag.ack)) !== TcpFlag.syn) return false;
    const direction = queue.direction[entry]!;
    const isKnown = table.words[record * RECORD_WORDS + Hot.flags]! & (FlowFlag.initialSequenceKnown << direction);
    if (isKnown === 0) return false;
    return (
      table.words[record * RECORD_WORDS + Cold.initialSequence + direction] !== view.getInt32(at + TcpOctet.sequence)
    );
  }

  /** Makes a flow of which entry `i` is the first packet, in the place of `superseded`, if any. */
  private begin(i: number, view: DataView, superseded: number): number {
    const { queue, table } = this;
    const record = table.take();
    const at = record * RECORD_WORDS;
    const { words } = table;
    words[at] = queue.key0[i]!;
    words[at + 1] = queue.key1[i]!;
    words[at + 2] = queue.key2[i]!;
    words[at + 3] = queue.key3[i]!;
    words[at + 4] = queue.key4[i]!;
    words[at + 5] = queue.key5[i]!;
    words[at + 6] = queue.key6[i]!;
    words[at + Hot.window] = NO_WINDOW;
    words[at + Hot.window + 1] = NO_WINDOW;
    table.times[at / 2 + HotTime.last] = queue.time[i]!;
    table.times[record * RECORD_TIMES + ColdTime.start] = queue.time[i]!;
    words[at + Cold.firstPacket] = queue.packet[i]!;
    this.reader.begin(record, i, queue, view);
    const tcpAt = queue.transportAt[i]!;
    if (tcpAt >= 0 && (queue.key3[i]! & 0xff) === TCP) {
      const sequence = view.getInt32(tcpAt + TcpOctet.sequence);
      const acknowledgment = view.getInt32(tcpAt + TcpOctet.acknowledgment);
      const flags = view.getUint8(tcpAt + TcpOctet.flags);
      this.tcp.initialSequences(record, queue.direction[i]!, sequence, acknowledgment, flags);
    }
    table.enter(record, queue.hash[i]!, superseded);
    return record;
  }

  /** Adds each packet to its flow's counters. */
  private count(view: DataView): void {
    const { queue, table } = this;
    const { count, record, direction, ipLength, payloadLength, wireLength, ttl, copy } = queue;
    const { words } = table;
    for (let i = 0; i < count; i++) {
      const flow = record[i]!;
      const side = direction[i]!;
      if (copy[i] !== 0) {
        const at = table.troubleOf(flow) + Trouble.copies + side;
        table.trouble[at] = table.trouble[at]! + 1;
        continue;
      }
      const at = flow * RECORD_WORDS + side;
      const packets = words[at + Hot.packets]!;
      words[at + Hot.packets] = packets + 1;
      const ipBytes = words[at + Hot.ipBytes]!;
      const wireBytes = words[at + Hot.wireBytes]!;
      const payloadBytes = words[at + Hot.payloadBytes]!;
      const ipSum = (ipBytes + ipLength[i]!) | 0;
      const wireSum = (wireBytes + wireLength[i]!) | 0;
      const payloadSum = (payloadBytes + payloadLength[i]!) | 0;
      words[at + Hot.ipBytes] = ipSum;
      words[at + Hot.wireBytes] = wireSum;
      words[at + Hot.payloadBytes] = payloadSum;
      // A sum passes 2^32 when its top bit falls.
      if ((ipBytes & ~ipSum) < 0) this.carry(flow, Carry.ipBytes, side);
      if ((wireBytes & ~wireSum) < 0) this.carry(flow, Carry.wireBytes, side);
      if ((payloadBytes & ~payloadSum) < 0) this.carry(flow, Carry.payloadBytes, side);
      const window = words[at + Hot.window]!;
      if (packets === 0 || ((window >>> TTL_SHIFT) & 0xff) !== ttl[i]) {
        words[at + Hot.window] = (window & ~(0xff << TTL_SHIFT)) | (ttl[i]! << TTL_SHIFT);
        keepTtl(table, flow, side, ttl[i]!);
      }
      if (packets === 0) markPacket(table, flow, side, queue, i, view);
      if (payloadLength[i] !== 0 && (words[at - side + Hot.flags]! & (FlowFlag.payloadMarked << side)) === 0) {
        markPayload(table, flow, side, queue, i, view);
      }
    }
  }

  private carry(record: number, column: number, direction: number): void {
    const at = this.table.troubleOf(record) + column;
    this.table.trouble[at] = this.table.trouble[at]! + (direction === 0 ? 1 : 0x10000);
  }

  /** Follows the connections of the queue's segments. */
  private followTcp(view: DataView): void {
    const { queue, table, tcp } = this;
    const { count, record, direction, transportAt, key3, copy } = queue;
    for (let i = 0; i < count; i++) {
      const at = transportAt[i]!;
      if (at < 0 || (key3[i]! & 0xff) !== TCP || copy[i] !== 0) continue;
      tcp.segment(view, i);
      const flags = view.getUint8(at + TcpOctet.flags);
      if ((flags & TcpFlag.syn) === 0) continue;
      keepSynOptions(table, record[i]!, direction[i]!, view, at, queue.payloadAt[i]!);
      tcp.scales(record[i]!, direction[i]!, flags);
    }
  }

  /** Adds a later fragment of a packet to the flow that its first fragment belongs to. */
  addFragment(
    record: number,
    direction: number,
    isOwnPacket: boolean,
    isTcp: boolean,
    ipLength: number,
    payloadLength: number,
    wireLength: number,
    time: number,
  ): void {
    const { words, times } = this.table;
    const at = record * RECORD_WORDS + direction;
    const add = (column: number, carry: number, octets: number): void => {
      const before = words[at + column]!;
      const sum = (before + octets) | 0;
      words[at + column] = sum;
      if ((before & ~sum) < 0) this.carry(record, carry, direction);
    };
    add(Hot.wireBytes, Carry.wireBytes, wireLength);
    const last = record * RECORD_TIMES + HotTime.last;
    if (!(time <= times[last]!)) times[last] = time;
    if (!isOwnPacket) return;
    words[at + Hot.packets] = words[at + Hot.packets]! + 1;
    add(Hot.ipBytes, Carry.ipBytes, ipLength);
    add(Hot.payloadBytes, Carry.payloadBytes, payloadLength);
    if (isTcp) words[at + Hot.nextSequence] = (words[at + Hot.nextSequence]! + payloadLength) | 0;
  }

  /** Whether a record still holds the flow of this id. */
  holds(record: number, flow: number): boolean {
    return this.table.words[record * RECORD_WORDS + Cold.id] === flow;
  }

  /** Id of the flow in a record. */
  flowIn(record: number): number {
    return this.table.words[record * RECORD_WORDS + Cold.id]!;
  }
}

/** Keeps a time to live that the direction did not have before. */
function keepTtl(table: FlowTable, record: number, direction: number, ttl: number): void {
  const { words } = table;
  const at = record * RECORD_WORDS;
  const shift = 16 + 8 * direction;
  const kept = (words[at + Cold.rstTtls]! >>> shift) & 0xff;
  const ttls = words[at + Cold.ttls + direction]!;
  for (let i = 0; i < kept; i++) {
    if (((ttls >>> (8 * i)) & 0xff) === ttl) return;
  }
  if (kept === 4) return;
  words[at + Cold.ttls + direction] = ttls | (ttl << (8 * kept));
  words[at + Cold.rstTtls] = words[at + Cold.rstTtls]! + (1 << shift);
}
