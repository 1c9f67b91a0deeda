/** Reads records of the table as flows that can be told. */
import type { Columns } from '../capture/columns.ts';
import { formatTime } from '../capture/timestamp.ts';
import { ipv4Text, ipv6Text } from '../dissect/value.ts';
import type { AddressTable } from './address-table.ts';
import { type CapturePoint, pointName } from './capture-point.ts';
import { communityIdText } from './community-id.ts';
import {
  Carry,
  Cold,
  ColdTime,
  FlowFlag,
  Hot,
  HotTime,
  RECORD_TIMES,
  RECORD_WORDS,
  TROUBLE_WORDS,
  Trouble,
  TroubleTime,
} from './flow-columns.ts';
import type { DirectionMarks, FlowDirection, FlowEndpoint, FlowRecord, FlowTcp, FlowTunnel } from './flow-record.ts';
import type { FlowRecords } from './flow-records.ts';
import { nanosBeyond, secondsOf } from './flow-time.ts';
import { isIcmp } from './icmp-conversation.ts';
import { hasPorts, protocolName, TCP } from './ip-protocol.ts';
import type { PathHop, PathTable } from './path-table.ts';
import { HAS_TUNNEL_ID, INTERNED_PATH, KeyBit, MAX_TUNNEL_ID, POINT_SHIFT, TUNNEL_KIND_SHIFT } from './queue.ts';
import { RecordCommunityIds } from './record-community-ids.ts';
import { stateOf } from './tcp-state.ts';

const NANOS = 1e9;
const TWO_TO_32 = 2 ** 32;
const UNKNOWN_PORTS = 0;

/** What the reader needs of the pass the flows belong to. */
export interface FlowNames {
  readonly addresses: AddressTable;
  readonly paths: PathTable;
  readonly points: readonly CapturePoint[];
  readonly base: number;
  readonly dissector: { readonly tunnelKinds: readonly string[] };
}

/** A tunnel without its ends, and its ends as the key has them. */
type TunnelNetwork = Omit<FlowTunnel, 'client' | 'server'>;
type TunnelEnds = Pick<PathHop, 'ipv6' | 'first' | 'second'>;

/** A part of a record while it is put together. */
type Told<T> = { -readonly [K in keyof T]: T[K] };
type DirectionDraft = Told<Omit<FlowDirection, 'ttl'>>;

/** Reads flows of one table. */
export class FlowReader {
  readonly table: FlowRecords;
  readonly names: FlowNames;
  private readonly address = new DataView(new ArrayBuffer(16));
  readonly communityIds: RecordCommunityIds;

  /** @param columns where Community IDs are made */
  constructor(table: FlowRecords, names: FlowNames, columns?: Columns) {
    this.table = table;
    this.names = names;
    this.communityIds = new RecordCommunityIds(table, names.addresses, columns);
  }

  /** The flow in a record. */
  record(record: number): FlowRecord {
    const { words, times } = this.table;
    const at = record * RECORD_WORDS;
    const key3 = words[at + 3]!;
    const protocol = key3 & 0xff;
    const state = words[at + Hot.flags]!;
    const client = (state & FlowFlag.clientIsSecond) === 0 ? 0 : 1;
    const point = this.names.points[key3 >>> POINT_SHIFT];
    const start = times[record * RECORD_TIMES + ColdTime.start]!;
    const end = times[at / 2 + HotTime.last]!;
    const isGuessed = (state & FlowFlag.clientIsTold) === 0;
    const icmp = isIcmp(protocol) ? this.icmp(record) : undefined;
    this.communityIds.make(record, client);
    return {
      id: words[record * RECORD_WORDS + Cold.id]! >>> 0,
      community_id: communityIdText(this.communityIds.digest),
      point: point === undefined ? '' : pointName(point),
      protocol: protocolName(protocol),
      client: this.endpoint(record, client, isGuessed),
      server: this.endpoint(record, client ^ 1, false),
      ...(icmp === undefined ? {} : { icmp }),
      start: this.time(start),
      end: this.time(end),
      duration: Number.isNaN(end - start) ? 0 : Math.max(0, end - start) / NANOS,
      c2s: this.direction(record, client),
      s2c: this.direction(record, client ^ 1),
      ...(protocol === TCP ? { tcp: this.tcp(record, client) } : {}),
      tunnel: this.tunnels(record, client),
      first_packet: words[at + Cold.firstPacket]! >>> 0,
      marks: { c2s: this.marks(record, client), s2c: this.marks(record, client ^ 1) },
    };
  }

  private time(nanos: number): string | null {
    if (Number.isNaN(nanos)) return null;
    const seconds = secondsOf(nanos);
    return formatTime(this.names.base + seconds, nanosBeyond(seconds, nanos)) ?? null;
  }

  /** Notation of an address as the key has it. */
  addressText(word: number, isIpv6: boolean): string {
    const { address: octets } = this;
    if (isIpv6) {
      this.names.addresses.write(word, octets, 0);
      return ipv6Text(octets, 0);
    }
    octets.setInt32(0, word);
    return ipv4Text(octets, 0);
  }

  /** Port of a side of the key; undefined where there is none. */
  port(record: number, side: number): number | undefined {
    const at = record * RECORD_WORDS;
    const ports = this.table.words[at + 2]!;
    if (!hasPorts(this.table.words[at + 3]! & 0xff) || ports === UNKNOWN_PORTS) return undefined;
    return side === 0 ? ports >>> 16 : ports & 0xffff;
  }

  private endpoint(record: number, side: number, isGuessed: boolean): FlowEndpoint {
    const at = record * RECORD_WORDS;
    const isIpv6 = (this.table.words[at + 3]! & KeyBit.ipv6) !== 0;
    const told: Told<FlowEndpoint> = { ip: this.addressText(this.table.words[at + side]!, isIpv6) };
    const port = this.port(record, side);
    if (port !== undefined) told.port = port;
    if (isGuessed) told.guessed = true;
    return told;
  }

  /** The first message of an ICMP conversation. */
  icmp(record: number): { type: number; code: number; id?: number } {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    const kind = words[record * RECORD_WORDS + Cold.portIcmp]! >>> 16;
    const hasIdentifier = (words[at + 3]! & KeyBit.icmpIdentifier) !== 0;
    return { type: kind & 0xff, code: kind >>> 8, ...(hasIdentifier ? { id: words[at + 2]! >>> 16 } : {}) };
  }

  private direction(record: number, side: number): FlowDirection {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    const trouble = words[at + Cold.trouble]! * TROUBLE_WORDS;
    // Keys are set one by one: spreading what may be absent costs microseconds, and a capture may have a million flows.
    const told: DirectionDraft = {
      packets: words[at + Hot.packets + side]! >>> 0,
      ip_bytes: this.octets(at + Hot.ipBytes, trouble, Carry.ipBytes, side),
      payload_bytes: this.octets(at + Hot.payloadBytes, trouble, Carry.payloadBytes, side),
      wire_bytes: this.octets(at + Hot.wireBytes, trouble, Carry.wireBytes, side),
    };
    if ((words[at + 3]! & 0xff) === TCP) this.addTcp(told, record, side, trouble);
    const kept = (words[at + Cold.rstTtls]! >>> (16 + 8 * side)) & 0xff;
    const ttl: number[] = [];
    for (let i = 0; i < kept; i++) ttl.push((words[at + Cold.ttls + side]! >>> (8 * i)) & 0xff);
    const direction: Told<FlowDirection> = Object.assign(told, { ttl });
    const copies = trouble === 0 ? 0 : this.table.trouble[trouble + Trouble.copies + side]!;
    if (copies !== 0) direction.duplicates = copies;
    return direction;
  }

  /** A counter of octets with what it carried over. */
  private octets(column: number, trouble: number, carry: number, side: number): number {
    const carried = trouble === 0 ? 0 : (this.table.trouble[trouble + carry]! >>> (16 * side)) & 0xffff;
    return carried * TWO_TO_32 + (this.table.words[column + side]! >>> 0);
  }

  private addTcp(told: DirectionDraft, record: number, side: number, trouble: number): void {
    const { words, floats } = this.table;
    const at = record * RECORD_WORDS;
    const counters = this.table.trouble;
    // The slab's first record of trouble is nobody's, and all zeros.
    const own = trouble + side;
    told.retransmissions = counters[own + Trouble.retransmissions]!;
    told.fast_retransmissions = counters[own + Trouble.fastRetransmissions]!;
    told.spurious_retransmissions = counters[own + Trouble.spuriousRetransmissions]!;
    told.out_of_order = counters[own + Trouble.outOfOrder]!;
    told.duplicate_acks = counters[own + Trouble.duplicateAcks]!;
    told.lost_segments = counters[own + Trouble.lostSegments]!;
    told.zero_windows = counters[own + Trouble.zeroWindows]!;
    const closed = this.closedFor(record, side, trouble);
    if (closed !== 0) told.zero_window_time = closed;
    told.window_full = counters[own + Trouble.windowFull]!;
    told.keep_alives = counters[own + Trouble.keepAlives]!;
    const mss = (words[at + Cold.mss]! >>> (16 * side)) & 0xffff;
    if (mss !== 0) told.mss = mss;
    const scale = (words[at + Cold.windowScale]! >>> (8 * side)) & 0xff;
    if (scale !== 0) told.window_scale = scale - 1;
    const isOpened = (words[at + Hot.flags]! & ((FlowFlag.syn | FlowFlag.synAck) << side)) !== 0;
    if (isOpened) told.isn = words[at + Cold.initialSequence + side]! >>> 0;
    const samples = words[at + Cold.samples + side]!;
    if (samples === 0) return;
    told.rtt = {
      samples,
      min: Math.round(floats[at + Cold.rttLeast + side]!) / NANOS,
      mean: Math.round(floats[at + Cold.rttMean + side]!) / NANOS,
      max: Math.round(floats[at + Cold.rttMost + side]!) / NANOS,
    };
  }

  /** Seconds for which a side took nothing; up to the flow's end where it has not opened its window again. */
  closedFor(record: number, side: number, trouble: number): number {
    if (trouble === 0) return 0;
    const { words, times, troubleTime } = this.table;
    const troubleAt = trouble / 2;
    const at = record * RECORD_WORDS;
    const isClosed = (words[at + Hot.flags]! & (FlowFlag.windowClosed << side)) !== 0;
    const last = times[at / 2 + HotTime.last]!;
    const since = last - troubleTime[troubleAt + TroubleTime.closedSince + side]!;
    // Packets without a time tell nothing.
    const open = isClosed && since > 0 ? since : 0;
    return (troubleTime[troubleAt + TroubleTime.closedFor + side]! + open) / NANOS;
  }

  private tcp(record: number, client: number): FlowTcp {
    const { words, times } = this.table;
    const state = words[record * RECORD_WORDS + Hot.flags]!;
    const isShakenHands = (state & FlowFlag.handshake) !== 0;
    const isTimed = (state & FlowFlag.handshakeTimed) !== 0;
    const rtt = times[record * RECORD_TIMES + ColdTime.opening]!;
    const told = stateOf(state, client);
    const synFin = words[record * RECORD_WORDS + Cold.synFin]!;
    return {
      state: told,
      handshake: isShakenHands,
      ...(isShakenHands && isTimed ? { rtt: rtt / NANOS } : {}),
      ...(told === 'closed' ? { close: 'fin' } : told === 'reset' || told === 'refused' ? { close: 'rst' } : {}),
      flags: { syn: synFin & 0xffff, fin: synFin >>> 16, rst: words[record * RECORD_WORDS + Cold.rstTtls]! & 0xffff },
    };
  }

  /** The tunnels of the path, whose client has the side `client` of the key. */
  tunnels(record: number, client: number): FlowTunnel[] {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    const word = words[at + 6]!;
    const kind = (word >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH;
    if (kind === 0) return [];
    if (kind === INTERNED_PATH) {
      return this.names.paths.at(words[at + 4]!).map((hop) => this.tunnel(this.tunnelNetwork(hop), hop, client));
    }
    const ends = {
      ipv6: (words[at + 3]! & KeyBit.outerIpv6) !== 0,
      first: words[at + 4]!,
      second: words[at + 5]!,
    };
    return [this.tunnel(this.onlyTunnel(word, words[at + Cold.portIcmp]! & 0xffff), ends, client)];
  }

  private tunnel(known: TunnelNetwork, { ipv6, first, second }: TunnelEnds, client: number): FlowTunnel {
    return {
      ...known,
      client: this.addressText(client === 0 ? first : second, ipv6),
      server: this.addressText(client === 0 ? second : first, ipv6),
    };
  }

  /** The only tunnel of a path, without its ends, by the last word of the key and its port. */
  onlyTunnel(word: number, port: number): TunnelNetwork {
    const id = (word & HAS_TUNNEL_ID) === 0 ? undefined : word & MAX_TUNNEL_ID;
    return this.tunnelNetwork({ kind: (word >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH, id, port });
  }

  private tunnelNetwork({ kind: number, id, port }: Pick<PathHop, 'kind' | 'id' | 'port'>): TunnelNetwork {
    const kind = this.names.dissector.tunnelKinds[number] ?? '';
    return {
      kind,
      ...(id === undefined ? {} : kind === 'gre' ? { key: id } : { vni: id }),
      ...(port === 0 ? {} : { port }),
    };
  }

  private marks(record: number, side: number): DirectionMarks {
    const { words } = this.table;
    const at = record * RECORD_WORDS;
    return {
      ipId: (words[at + Cold.ipId]! >>> (16 * side)) & 0xffff,
      timestamp: words[at + Cold.timestamp + side]! >>> 0,
      payloadHash: words[at + Cold.payloadHash + side]! >>> 0,
    };
  }
}
