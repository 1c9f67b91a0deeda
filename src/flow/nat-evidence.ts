/** What is kept of finished flows to find those that are the same packets under other addresses: columns of some 100 octets a flow. */
import type { FlowDirection, FlowRecord } from './flow-record.ts';
import { natMark } from './nat-mark.ts';

/** Ends of a conversation as texts and numbers; a port is undefined where the protocol has none. */
export interface Endpoints {
  readonly protocol: string;
  readonly client: string;
  readonly clientPort: number | undefined;
  readonly server: string;
  readonly serverPort: number | undefined;
}

/** Which end: 0 is the client. */
type Side = 0 | 1;

const NANOS = 1e9;
const FIRST_CAPACITY = 1024;
const NO_PORT = -1;
const NO_TTL = -1;

/** Texts as numbers from 0 on. */
class Names {
  readonly texts: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }
}

/** A record of which a side has the same mark. */
export interface Sharing {
  readonly record: number;
  readonly side: Side;
}

/** 32-bit columns a flow has: those of a side come in pairs, the client's first. */
const Column = {
  id: 0,
  protocol: 1,
  point: 2,
  conversation: 3,
  address: 4,
  port: 6,
  initial: 8,
  hasInitial: 10,
  timestamp: 12,
  payload: 14,
  ipId: 16,
  ttl: 18,
  /** Next record and side in the chain, as in `heads`. */
  chain: 20,
} as const;
const WORDS = 22;

/** Columns over the flows added so far. Records are numbered from 0. */
export class NatEvidence {
  count = 0;
  private words = new Int32Array(FIRST_CAPACITY * WORDS);
  /** Nanoseconds of the first packet since the first flow's second. */
  private times = new Float64Array(FIRST_CAPACITY);
  private baseSeconds: number | undefined;
  private readonly protocols = new Names();
  private readonly points = new Names();
  private readonly addresses = new Names();
  /** Heads of chains by the lowest bits of a hash of the mark: twice the record plus the side, plus 1. */
  private heads = new Int32Array(2 * FIRST_CAPACITY);

  /** Adds a flow, and answers its record. */
  add(flow: FlowRecord): number {
    const record = this.count++;
    if (this.count > this.times.length) this.grow();
    const { words } = this;
    const at = record * WORDS;
    const { client, server, icmp } = flow;
    words[at + Column.id] = flow.id;
    words[at + Column.protocol] = this.protocols.numberOf(flow.protocol);
    words[at + Column.point] = this.points.numberOf(flow.point);
    const ends = `${client.ip} ${client.port ?? icmp?.id} ${server.ip} ${server.port}`;
    words[at + Column.conversation] = hashOf(`${flow.protocol} ${ends}`);
    words[at + Column.address] = this.addresses.numberOf(client.ip);
    words[at + Column.address + 1] = this.addresses.numberOf(server.ip);
    words[at + Column.port] = client.port ?? icmp?.id ?? NO_PORT;
    words[at + Column.port + 1] = server.port ?? NO_PORT;
    this.times[record] = this.timeOf(flow.start);
    this.addSide(at, flow.c2s, flow.marks.c2s);
    this.addSide(at + 1, flow.s2c, flow.marks.s2c);
    return record;
  }

  private addSide(at: number, direction: FlowDirection, marks: FlowRecord['marks']['c2s']): void {
    const { words } = this;
    words[at + Column.initial] = direction.isn ?? 0;
    words[at + Column.hasInitial] = direction.isn === undefined ? 0 : 1;
    words[at + Column.timestamp] = marks.timestamp;
    words[at + Column.payload] = marks.payloadHash;
    words[at + Column.ipId] = marks.ipId;
    words[at + Column.ttl] = direction.ttl[0] ?? NO_TTL;
  }

  private timeOf(start: string | null): number {
    if (start === null) return Number.NaN;
    const seconds = Date.parse(`${start.slice(0, 19)}Z`) / 1000;
    this.baseSeconds ??= seconds;
    return (seconds - this.baseSeconds) * NANOS + Number(start.slice(20, 29));
  }

  private grow(): void {
    const words = new Int32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
    const times = new Float64Array(2 * this.times.length);
    times.set(this.times);
    this.times = times;
    this.heads = new Int32Array(2 * times.length);
    for (let record = 0; record < this.count - 1; record++) {
      this.enter(record, 0);
      this.enter(record, 1);
    }
  }

  private markOf(record: number, side: Side): number {
    const at = record * WORDS + side;
    const { words } = this;
    return natMark(
      words[at + Column.hasInitial] === 1,
      words[at + Column.initial]!,
      this.isTcp(record),
      words[at + Column.timestamp]!,
      words[at + Column.payload]!,
      words[at + Column.ipId]!,
    );
  }

  private headOf(mark: number): number {
    return (Math.imul(mark | 0, 0x85ebca77) >>> 7) & (this.heads.length - 1);
  }

  /** The records entered before that share the mark of a side, latest first, `most` of them. */
  *sharing(record: number, side: Side, most: number): Generator<Sharing> {
    const mark = this.markOf(record, side);
    if (Number.isNaN(mark)) return;
    let link = this.heads[this.headOf(mark)]!;
    for (let i = 0; link !== 0 && i < most; i++) {
      const other = (link - 1) >>> 1;
      const otherSide = ((link - 1) & 1) as Side;
      if (this.markOf(other, otherSide) === mark) yield { record: other, side: otherSide };
      link = this.words[other * WORDS + Column.chain + otherSide]!;
    }
  }

  /** Lets later records find this one by the mark of a side. */
  enter(record: number, side: Side): void {
    const mark = this.markOf(record, side);
    if (Number.isNaN(mark)) return;
    const head = this.headOf(mark);
    this.words[record * WORDS + Column.chain + side] = this.heads[head]!;
    this.heads[head] = 2 * record + side + 1;
  }

  idOf(record: number): number {
    return this.words[record * WORDS + Column.id]!;
  }

  pointOf(record: number): number {
    return this.words[record * WORDS + Column.point]!;
  }

  /** Hash of the conversation, whatever point and tunnel it was seen at. */
  conversationOf(record: number): number {
    return this.words[record * WORDS + Column.conversation]!;
  }

  isTcp(record: number): boolean {
    return this.protocolOf(record) === 'tcp';
  }

  protocolOf(record: number): string {
    return this.protocols.texts[this.words[record * WORDS + Column.protocol]!] ?? '';
  }

  /** Nanoseconds of the first packet; NaN without a time. */
  time(record: number): number {
    return this.times[record]!;
  }

  /** Number of an end's address, and its port. */
  address(record: number, side: number): number {
    return this.words[record * WORDS + Column.address + side]!;
  }

  port(record: number, side: number): number {
    return this.words[record * WORDS + Column.port + side]!;
  }

  /** Initial sequence number a side's SYN told, undefined where none was seen. */
  initial(record: number, side: number): number | undefined {
    const at = record * WORDS + side;
    return this.words[at + Column.hasInitial] === 1 ? this.words[at + Column.initial]! >>> 0 : undefined;
  }

  /** 0 stands for none in all of these. */
  timestamp(record: number, side: number): number {
    return this.words[record * WORDS + Column.timestamp + side]!;
  }

  payload(record: number, side: number): number {
    return this.words[record * WORDS + Column.payload + side]!;
  }

  ipId(record: number, side: number): number {
    return this.words[record * WORDS + Column.ipId + side]!;
  }

  /** Ends with their roles, or with those of the other way round. */
  endpoints(record: number, isReversed: boolean): Endpoints {
    const client = isReversed ? 1 : 0;
    const port = (side: number): number | undefined => {
      const found = this.port(record, side);
      return found === NO_PORT ? undefined : found;
    };
    return {
      protocol: this.protocolOf(record),
      client: this.addresses.texts[this.address(record, client)] ?? '',
      clientPort: port(client),
      server: this.addresses.texts[this.address(record, client ^ 1)] ?? '',
      serverPort: port(client ^ 1),
    };
  }

  /**
   * Whether `own` was seen on the client's side of `other`: routers on the way lower the TTL; between points without a router the
   * first packet was there earlier.
   */
  isBefore(own: number, other: number, isReversed: boolean): boolean {
    const ttl = (record: number, side: number): number => this.words[record * WORDS + Column.ttl + side]!;
    let order = 0;
    for (const side of [0, 1]) {
      const a = ttl(own, side);
      const b = ttl(other, isReversed ? side ^ 1 : side);
      if (a !== NO_TTL && b !== NO_TTL) order += side === 0 ? Math.sign(a - b) : Math.sign(b - a);
    }
    if (order !== 0) return order > 0;
    const apart = this.time(other) - this.time(own);
    const hasForth = ttl(own, 0) !== NO_TTL && ttl(other, isReversed ? 1 : 0) !== NO_TTL;
    // Where only answers were seen, they came by the server's side first.
    if (apart !== 0 && !Number.isNaN(apart)) return hasForth ? apart > 0 : apart < 0;
    return own < other;
  }
}

function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul((hash ^ (hash >>> 15)) + text.charCodeAt(i), 0x85ebca77);
  return hash ^ (hash >>> 13);
}
