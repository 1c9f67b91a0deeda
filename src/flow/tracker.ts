/**
 * Follows conversations: packets go in by batches, flows come out. A batch is summed up into a queue, and the queue is worked on when it is full.
 */

import type { PacketBatch } from '../capture/packet.ts';
import { NO_TIME } from '../capture/timestamp.ts';
import type { Dissector } from '../dissect/dissector.ts';
import { isStandard } from '../protocols/standard-dissector.ts';
import { AddressTable } from './address-table.ts';
import { forgetAddresses } from './address-use.ts';
import { type CapturePoint, type InputDescription, pointName } from './capture-point.ts';
import { Carry, Cold, FlowFlag, Hot, HotTime, RECORD_TIMES, RECORD_WORDS } from './flow-columns.ts';
import { DEFAULT_IDLE, DEFAULT_MAX_FLOWS, DEFAULT_TCP_IDLE } from './flow-defaults.ts';
import { FlowInput } from './flow-input.ts';
import { FlowKernel, type KernelCode } from './flow-kernel.ts';
import { adoptFlows, type FlowPart, type HeldFlow, heldFlows, type SharedFlows } from './flow-part.ts';
import type { FlowPass } from './flow-pass.ts';
import type { Ranking } from './flow-ranking.ts';
import { FlowReader } from './flow-reader.ts';
import type { FlowRecord, TcpState } from './flow-record.ts';
import { Counter, type FlowMemory } from './flow-records.ts';
import { hotColumns } from './flow-reserve.ts';
import { FlowTable } from './flow-table.ts';
import { FragmentFlows } from './fragment-flows.ts';
import { TCP } from './ip-protocol.ts';
import { createKeyBatch } from './key-batch.generated.ts';
import { createKeyBatchContext } from './key-batch-context.ts';
import { natCandidates } from './nat-candidates.ts';
import { carry, packetUpdate, type TakeQueue } from './packet-update.ts';
import { MOST_PATHS, PathTable } from './path-table.ts';
import { FlowQueue, MAX_POINTS } from './queue.ts';
import { tcpAnalysis } from './tcp-analysis.ts';
import type { OnIrregularity } from './tcp-irregularities.ts';
import { stateOf } from './tcp-state.ts';

const NANOS = 1e9;
/** What a closed connection sends again comes within so long: a few times the least interval of retransmission. In nanoseconds. */
const CLOSED_LINGER = 5e9;
const ENDED: readonly TcpState[] = ['closed', 'reset', 'refused'];

/** Settings of a pass. */
export interface FlowOptions extends FlowMemory {
  /** Flows held at once; when there are more, the longest idle give way. Default one million. */
  readonly maxFlows?: number;
  /** Seconds without a packet after which a TCP connection's next packet begins a new flow. Default 300. */
  readonly tcpIdle?: number;
  /** The same for everything else. Default 60. */
  readonly idle?: number;
  /** Seed of the hashes; tests fix it. */
  readonly seed?: number;
  /** Second that times count from; that of the first packet with a time where it is not given. */
  readonly base?: number;
  /** Called with each flow that is let go before the pass ends: it gives way to newer ones, or is over (`expire`). */
  readonly onReleased?: (flow: FlowRecord) => void;
  /** False sums up every packet by its rows of layers, which is the slower of two ways to the same flows. Default true. */
  readonly keyBatch?: boolean;
  /** Called with each segment that TCP analysis counts as trouble. */
  readonly onIrregularity?: OnIrregularity;
  /** The hot path as WebAssembly, for packets that lie in its memory; `columns` are then its own. */
  readonly kernel?: KernelCode | undefined;
}

/** One pass over captures. */
export class FlowTracker implements FlowPass {
  readonly dissector: Dissector;
  readonly queue: FlowQueue;
  readonly seed: number;
  readonly addresses: AddressTable;
  readonly paths = new PathTable();
  readonly fragments = new FragmentFlows();
  readonly points: CapturePoint[] = [];
  readonly keyBatch: FlowPass['keyBatch'];
  readonly kernel: FlowKernel | undefined;
  /** Packets that belong to no flow: ARP, frames without IP, tunnels of which nothing inside can be read. */
  unattributed = 0;
  /** How often a point was met that shares the last one's number. */
  pointsShared = 0;
  readonly table: FlowTable;
  private readonly reader: FlowReader;
  private readonly adopted: FlowPart[] = [];
  private readonly takeQueue: TakeQueue;
  private readonly maxFlows: number;
  private readonly tcpIdle: number;
  private readonly idle: number;
  private baseSeconds: number;

  constructor(dissector: Dissector, options: FlowOptions = {}) {
    this.dissector = dissector;
    this.seed = (options.seed ?? Math.random() * 2 ** 32) | 0;
    const columns = options.kernel?.columns ?? options.columns;
    const hot = columns && hotColumns(columns);
    this.queue = hot?.queue ?? new FlowQueue();
    this.addresses = new AddressTable(this.seed);
    if ((options.keyBatch ?? true) && isStandard(dissector.protocols.slice(1))) {
      const context = createKeyBatchContext(dissector, this.addresses, this.seed, hot?.tables);
      this.keyBatch = { sumUp: createKeyBatch(context, this.queue), context };
    }
    this.tcpIdle = (options.tcpIdle ?? DEFAULT_TCP_IDLE) * NANOS;
    this.idle = (options.idle ?? DEFAULT_IDLE) * NANOS;
    this.baseSeconds = options.base ?? Number.NaN;
    this.maxFlows = options.maxFlows ?? DEFAULT_MAX_FLOWS;
    const onReleased = (record: number): void => options.onReleased?.(this.reader.record(record));
    this.table = new FlowTable(this.maxFlows, this.seed, onReleased, { columns, isShared: options.isShared });
    const { onIrregularity } = options;
    const segment = tcpAnalysis(this.table, this.queue, onIrregularity);
    this.takeQueue = packetUpdate(this.table, this.queue, segment, this.tcpIdle, this.idle);
    if (options.kernel !== undefined && hot !== undefined && this.keyBatch !== undefined) {
      const { queue, table, tcpIdle, idle } = this;
      const { context } = this.keyBatch;
      const makeRoom = (): void => this.makeRoom();
      const worked = (count: number, view: DataView): void => this.worked(count, view);
      const { rows, bits } = hot;
      const parts = { queue, rows, context, table, bits, tcpIdle, idle, onIrregularity, makeRoom, worked };
      this.kernel = FlowKernel.of(options.kernel, parts);
    }
    this.reader = new FlowReader(this.table, this, columns);
  }

  /** Begins a capture. Pieces of one capture, one after the other, are one input. */
  open(description: InputDescription): FlowInput {
    return new FlowInput(this, description);
  }

  /** Flows that gave way to newer ones. */
  get evicted(): number {
    return this.table.evicted;
  }

  /** Flows that are held, and not over as far as `expire` was asked. */
  get count(): number {
    return this.table.count;
  }

  /** Flows seen so far. */
  get made(): number {
    return this.adopted.reduce((sum, { table }) => sum + table.made, this.table.made);
  }

  /** Second that times count from: that of the first packet with a time. */
  get base(): number {
    return Number.isNaN(this.baseSeconds) ? 0 : this.baseSeconds;
  }

  /** It is known what times count from. */
  get isTimed(): boolean {
    return !Number.isNaN(this.baseSeconds);
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
    for (const { reader, record } of this.held(by, top)) yield reader.record(record);
  }

  /** The same flows by the numbers of their records, and who reads them. */
  held(by?: Ranking, top = Number.POSITIVE_INFINITY): Generator<HeldFlow> {
    return heldFlows(this.parts, by, top);
  }

  private get parts(): readonly FlowPart[] {
    return [{ table: this.table, reader: this.reader, scans: this.kernel?.scans }, ...this.adopted];
  }

  /** The flows for another thread; the tracker was made for it, and takes no more packets. */
  share(): SharedFlows {
    return {
      records: this.table.share(),
      addresses: this.addresses.share(),
      paths: this.paths.share(),
      points: this.points.map(pointName),
      unattributed: this.unattributed,
      evicted: this.evicted,
    };
  }

  /** Whether one tracker would have made the same of everything: none of its limits is reached by the flows of all. */
  fits(others: readonly SharedFlows[]): boolean {
    const sum = (countOf: (shared: SharedFlows) => number): number =>
      others.reduce((total, shared) => total + countOf(shared), 0);
    return (
      this.evicted + sum(({ evicted }) => evicted) === 0 &&
      this.made + sum(({ records }) => records.memory.counters[Counter.made]!) <= this.maxFlows &&
      this.paths.count + sum(({ paths }) => paths.length) <= MOST_PATHS &&
      this.points.length + sum(({ points }) => points.length) < MAX_POINTS
    );
  }

  /** Takes over the flows that a tracker on another thread, with the same `base`, has made of later captures. No packets may come after them. */
  adopt(shared: SharedFlows): void {
    const { part, points } = adoptFlows(shared, this, this.made);
    this.adopted.push(part);
    for (const point of points) this.points.push(point);
    this.unattributed += shared.unattributed;
  }

  /**
   * The flows that may be linked across address translation, in order of their ids: no other can be.
   *
   * @param chosen flows whose links are asked for; then only they come, and those that may be linked to them
   */
  *natCandidates(chosen?: readonly HeldFlow[]): Generator<FlowRecord> {
    const { parts } = this;
    const lists = natCandidates(
      parts,
      chosen && parts.map(({ reader }) => chosen.filter((flow) => flow.reader === reader).map(({ record }) => record)),
    );
    for (const [part, records] of lists.entries()) {
      for (const record of records) yield parts[part]!.reader.record(record);
    }
  }

  /**
   * Lets the flows go that are over at a time given as by `timeOf`: idle for so long that their next packet would begin another one, superseded by a
   * newer one, or closed and silent since. Answers how many. What comes of a closed connection later than that is another flow.
   */
  expire(time: number): number {
    const { words, times } = this.table;
    const expired = this.table.end((record) => {
      const at = record * RECORD_WORDS;
      const state = words[at + Hot.flags]!;
      if ((state & FlowFlag.superseded) !== 0) return true;
      const isTcp = (words[at + 3]! & 0xff) === TCP;
      const silent = time - times[at / 2 + HotTime.last]!;
      return (
        silent > (isTcp ? this.tcpIdle : this.idle) ||
        (isTcp && silent > CLOSED_LINGER && ENDED.includes(stateOf(state, 0)))
      );
    });
    if (expired > 0) forgetAddresses(this.addresses, this);
    return expired;
  }

  /** Ends the pass: the flows stay, and the memory goes that only packets need. No packets may come after that. */
  close(): void {
    this.table.close();
  }

  /** Called when so many entries of the queue were worked on: its columns stay as they are until the next packet is queued. */
  protected worked(_count: number, _view: DataView): void {}

  /** Lets idle flows go where there is not room for a queue of new ones. */
  private makeRoom(): void {
    if (this.table.makeRoom()) forgetAddresses(this.addresses, this);
  }

  /** Works on the entries of the queue, whose offsets are in `view`. */
  flush(view: DataView): void {
    const { count } = this.queue;
    if (count === 0) return;
    this.makeRoom();
    if (this.kernel?.reaches(view)) this.kernel.takeQueue(view);
    else this.takeQueue(view);
    this.worked(count, view);
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
    const add = (counter: number, column: number, octets: number): void => {
      const before = words[at + counter]!;
      const sum = (before + octets) | 0;
      words[at + counter] = sum;
      if ((before & ~sum) < 0) carry(this.table, record, column, direction);
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
