/**
 * Finds out what was said in flows while they are tracked. A flow is looked at until its protocol is known or the first payloads fit none; of a known
 * one what has been wanted is read, and the rest passed over. Messages are put together across segments; memory is bounded.
 */
import { isDnsBeyondDoubt } from '../protocols/dns-summary.ts';
import { startKind } from '../protocols/http-head.ts';
import { ContentType } from '../protocols/tls-names.ts';
import { isTls, isTlsRecord } from '../protocols/tls-record.ts';
import type { Application } from './application.ts';
import { BgpParser, isBgpMessage } from './application-bgp.ts';
import { DnsParser } from './application-dns.ts';
import { HttpParser } from './application-http.ts';
import { type ApplicationParser, type MessageOrigin, MessageReader } from './application-message.ts';
import { TlsParser } from './application-tls.ts';
import { TCP, UDP } from './ip-protocol.ts';
import { sourceText } from './ip-source.ts';
import type { FlowObserver } from './observed-tracker.ts';
import { type FlowQueue, QUEUE_CAPACITY } from './queue.ts';
import { TcpConversation } from './stream.ts';
import { type ConversationReceiver, type Side, StreamBudget, type StreamLimits } from './stream-direction.ts';

const DNS_PORT = 53;
/** Payloads of a flow that are looked at before it is given up. */
const MOST_LOOKS = 8;
/** State of a flow that is read. Below it is the number of looks; above, a flow that nothing more is wanted of. */
const READ = 254;
const DONE = 255;
/** By state: what is wanted of a flow's packets, none, those with payload, or all. */
const WANTS = Uint8Array.from({ length: DONE + 1 }, (_, state) => (state === DONE ? 0 : state === READ ? 2 : 1));
/** Flows read at once; the one begun first gives way. */
const MOST_READ = 10_000;
/** Flows of which facts are kept unless told otherwise: some 50 MB. */
const MOST_FACTS = 50_000;
/** What may be held back of a direction, and of all: messages of interest are short. */
const LIMITS: StreamLimits = { octets: 64 * 1024, segments: 64, patience: 16 };
const MOST_HELD = 16 * 1024 * 1024;

/** A flow that is read. */
class ReadFlow implements ConversationReceiver {
  readonly parser: ApplicationParser<Application>;
  /** Undefined for datagrams. */
  readonly conversation: TcpConversation | undefined;
  private readonly origin: MessageOrigin;
  private readonly readers: [MessageReader | undefined, MessageReader | undefined] = [undefined, undefined];

  /** @param origin of the packet in hand */
  constructor(parser: ApplicationParser<Application>, origin: MessageOrigin, budget: StreamBudget | undefined) {
    this.parser = parser;
    this.origin = origin;
    this.conversation = budget === undefined ? undefined : new TcpConversation(this, LIMITS, budget);
  }

  octets(side: Side, _offset: number, view: DataView, start: number, end: number): void {
    const { origin } = this;
    this.readers[side] ??= new MessageReader(this.parser);
    this.readers[side].take(view, start, end, origin.side === side ? origin : { ...origin, side });
  }

  gap(side: Side, _offset: number, length: number): void {
    this.readers[side] ??= new MessageReader(this.parser);
    this.readers[side].gap(length);
  }
}

/** What was said in the flows of a pass, on its way to another thread. */
export interface SharedApplications {
  readonly facts: readonly (readonly [flow: number, application: Application])[];
  readonly left: number;
  /** Flows that count for the limit. */
  readonly kept: number;
}

/** Reads what is said in the flows of one pass. */
export class ApplicationObserver implements FlowObserver {
  /** Flows that found no place among those of which facts are kept. */
  left = 0;
  private readonly base: () => number;
  private readonly mostFacts: number;
  private states = new Uint8Array(1024);
  private readonly read = new Map<number, ReadFlow>();
  /** Flows in the order in which reading them began, round and round. */
  private readonly order = new Int32Array(MOST_READ);
  private begun = 0;
  private readonly parsers = new Map<number, ApplicationParser<Application>>();
  private readonly adopted = new Map<number, Application>();
  private readonly budget = new StreamBudget(MOST_HELD);
  /** The packet in hand. */
  private readonly origin: { side: Side; time: number; from: () => string };
  /** Entries of the queue. */
  private readonly selected = new Int32Array(QUEUE_CAPACITY);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private network = 0;

  /**
   * @param base the second from which the tracker's times count
   * @param mostFacts flows of which facts are kept at once; `release` makes room
   */
  constructor(base: () => number, mostFacts = MOST_FACTS) {
    this.base = base;
    this.mostFacts = mostFacts;
    this.origin = { side: 0, time: 0, from: () => sourceText(this.view, this.network) };
  }

  worked(flows: Int32Array, queue: FlowQueue, count: number, view: DataView): void {
    const { selected, begun } = this;
    const last = this.select(flows, queue, count);
    for (let i = 0; i < last; i++) {
      const entry = selected[i]!;
      this.packet(flows[entry]!, queue, entry, view);
      if (this.begun === begun) continue;
      // Of a flow that is read more is wanted than was selected.
      for (let later = entry + 1; later < count; later++) this.packet(flows[later]!, queue, later, view);
      return;
    }
  }

  /** Lists the entries that something is wanted of, and answers how many they are. */
  private select(flows: Int32Array, queue: FlowQueue, count: number): number {
    const { payloadLength, copy } = queue;
    // The number of states is a power of two, which one of these numbers reaches where all their bits together do.
    let bits = 0;
    for (let entry = 0; entry < count; entry++) bits |= flows[entry]!;
    if (bits >>> 0 >= this.states.length) this.grow(bits >>> 0);
    const { states, selected } = this;
    let next = 0;
    for (let entry = 0; entry < count; entry++) {
      const wants = WANTS[states[flows[entry]!]!]!;
      // A branch would be guessed wrong for every second packet.
      const hasPayload = -payloadLength[entry]! >>> 31;
      selected[next] = entry;
      next += ((wants >> 1) | (wants & hasPayload)) & ~copy[entry]!;
    }
    return next;
  }

  packet(flow: number, queue: FlowQueue, entry: number, view: DataView): void {
    const state = this.states[flow]!;
    if (state === DONE) return;
    const length = queue.payloadLength[entry]!;
    // Without payload a segment still tells what has arrived.
    if ((length === 0 && state !== READ) || queue.copy[entry] !== 0) return;
    const protocol = queue.key3[entry]! & 0xff;
    const header = queue.transportAt[entry]!;
    if (header < 0 || (protocol !== TCP && protocol !== UDP)) return;
    const start = Math.min(queue.payloadAt[entry]!, queue.end[entry]!);
    const end = Math.min(queue.end[entry]!, start + length);
    const { origin } = this;
    origin.side = queue.direction[entry] === 0 ? 0 : 1;
    origin.time = queue.time[entry]!;
    this.view = view;
    this.network = queue.networkAt[entry]!;
    const read =
      state === READ ? this.read.get(flow) : this.begin(flow, state, protocol, queue.key2[entry]!, view, start, end);
    if (read === undefined) return;
    if (read.conversation !== undefined) read.conversation.packet(origin.side, view, header, start, end, length);
    else if (read.parser instanceof DnsParser) read.parser.datagram(view, start, end, origin);
    if (read.parser.isDone) this.end(flow);
  }

  /** Octets held behind holes, of all flows. */
  get held(): number {
    return this.budget.held;
  }

  /** What is known of a flow so far; undefined for nothing. */
  application(flow: number): Application | undefined {
    return this.parsers.get(flow)?.facts() ?? this.adopted.get(flow);
  }

  /** Ends the flows that are read: no more packets of them come. What they take of the limits is free for others. */
  endFlows(): void {
    for (const flow of [...this.read.keys()]) this.end(flow);
  }

  /** What was said, for another thread. */
  share(): SharedApplications {
    const facts: [number, Application][] = [];
    for (const [flow, parser] of this.parsers) {
      const told = parser.facts();
      if (told !== undefined) facts.push([flow, told]);
    }
    return { facts, left: this.left, kept: this.parsers.size };
  }

  /** Whether one observer would have kept the same of everything. */
  fits(others: readonly SharedApplications[]): boolean {
    return others.reduce((sum, { kept }) => sum + kept, this.parsers.size) <= this.mostFacts;
  }

  /** Takes over what was said in flows of another thread, whose ids come after `before` others. */
  adopt({ facts, left }: SharedApplications, before: number): void {
    for (const [flow, application] of facts) this.adopted.set(flow + before, application);
    this.left += left;
  }

  /** Forgets a flow whose facts were told. */
  release(flow: number): void {
    this.end(flow);
    this.parsers.delete(flow);
  }

  private grow(flow: number): void {
    const states = new Uint8Array(2 ** Math.ceil(Math.log2(flow + 1)));
    states.set(this.states);
    this.states = states;
  }

  private end(flow: number): void {
    if (flow < this.states.length) this.states[flow] = DONE;
    this.read.get(flow)?.conversation?.discard();
    this.read.delete(flow);
  }

  /** Looks at a payload of a flow that is not known yet. */
  private begin(
    flow: number,
    state: number,
    protocol: number,
    ports: number,
    view: DataView,
    start: number,
    end: number,
  ): ReadFlow | undefined {
    const isDnsPort = (ports & 0xffff) === DNS_PORT || ports >>> 16 === DNS_PORT;
    const parser =
      protocol === TCP ? this.streamParser(isDnsPort, view, start, end) : datagramParser(isDnsPort, view, start, end);
    if (parser === undefined) {
      this.states[flow] = state + 1 === MOST_LOOKS ? DONE : state + 1;
      return undefined;
    }
    if (this.parsers.size >= this.mostFacts) {
      this.left++;
      this.states[flow] = DONE;
      return undefined;
    }
    this.parsers.set(flow, parser);
    this.states[flow] = READ;
    const place = this.begun++ % MOST_READ;
    const oldest = this.order[place]!;
    if (this.states[oldest] === READ) this.end(oldest);
    this.order[place] = flow;
    const read = new ReadFlow(parser, this.origin, protocol === TCP ? this.budget : undefined);
    this.read.set(flow, read);
    return read;
  }

  private streamParser(
    isDnsPort: boolean,
    view: DataView,
    start: number,
    end: number,
  ): ApplicationParser<Application> | undefined {
    if (startKind(view, start, end) !== undefined) return new HttpParser();
    const isHandshake = start < end && view.getUint8(start) === ContentType.handshake;
    if (isHandshake && (isTls(view, start, end) || isTlsRecord(view, start, end))) return new TlsParser();
    if (isBgpMessage(view, start, end)) return new BgpParser(this.base);
    return isDnsPort ? new DnsParser() : undefined;
  }
}

function datagramParser(isDnsPort: boolean, view: DataView, start: number, end: number): DnsParser | undefined {
  return isDnsPort || isDnsBeyondDoubt(view, start, end) ? new DnsParser() : undefined;
}
