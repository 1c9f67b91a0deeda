/**
 * Writes captures to measure with, the same octets in every run: TCP conversations of pods that open, speak both ways, lose a known number of segments
 * and close, interleaved as on a busy node.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { Conversations, Schedule } from './conversations.ts';
import { Carriage, FrameWriter, ipHeaderLength, OVERHEAD, type Segment, Tcp, tcpHeaderLength } from './frames.ts';
import { Random } from './random.ts';
import type { WorkloadFacts, WorkloadKind, WorkloadVariation } from './workload-kinds.ts';

/** The opening and closing of a conversation, in packets: SYN, SYN-ACK, ACK; FIN, FIN, ACK. */
const LEAST_PACKETS = 6;
const SYNS = 2;
const DATA_FROM = 3;
/** Between them every third packet acknowledges the two before it. */
const ACKNOWLEDGED_AT_ONCE = 2;
const CYCLE = ACKNOWLEDGED_AT_ONCE + 1;
const SECONDS = 50;
const SAMPLE = 20_000;
const RETRANSMITTED_PER_1000 = 4;
const FLUSH_AT = 1 << 20;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const START = 1_720_000_000;
const MAX_FRAME = 1700;
const SEED = 20_240_703;

/** Of so many packets between opening and closing, those that carry data; of a part of one, that part. */
function dataAmong(packets: number): number {
  const whole = Math.floor(packets);
  const isNextData = whole % CYCLE !== ACKNOWLEDGED_AT_ONCE;
  return whole - Math.floor(whole / CYCLE) + (isNextData ? packets - whole : 0);
}

/** Conversations of a capture of so many octets. */
export function usualFlows({ octetsPerFlow }: WorkloadKind, size: number): number {
  return Math.max(10, Math.round(size / octetsPerFlow));
}

/** Writes one capture. */
export class WorkloadWriter {
  private readonly random: Random;
  private readonly kind: WorkloadKind;
  private readonly flows: number;
  private readonly conversations: Conversations;
  private readonly octets = new Uint8Array(FLUSH_AT + 2 * MAX_FRAME);
  private readonly view = new DataView(this.octets.buffer);
  private readonly frames = new FrameWriter(this.octets);
  private readonly segment: Segment = {
    carriage: Carriage.plain,
    sourceNode: 0,
    destinationNode: 0,
    sourcePod: 0,
    destinationPod: 0,
    sourcePort: 0,
    destinationPort: 0,
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    window: 501,
    timestamp: 0,
    echo: 0,
    payload: 0,
  };
  private filled = 0;
  private written = 0;
  private readonly facts = { packets: 0, flows: 0, octets: 0, retransmissions: 0, ipBytes: 0, payloadBytes: 0 };

  constructor(kind: WorkloadKind, size: number, { flows, seed = SEED }: WorkloadVariation) {
    this.kind = kind;
    this.random = new Random(seed);
    this.flows = flows ?? usualFlows(kind, size);
    this.conversations = new Conversations(this.flows);
    this.plan(size);
  }

  /** Gives each conversation its packets, its start and its pace. */
  private plan(size: number): void {
    const { random, kind, conversations, flows } = this;
    for (let flow = 0; flow < flows; flow++) conversations.carriage[flow] = this.carriageOf(random.below(100));
    const weights = Float64Array.from({ length: flows }, (_, i) => (i + 1) ** -kind.inequality);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Ranks are spread over the numbers, so that neighbours differ.
    const shareOf = (flow: number): number => weights[(flow * 7919) % flows]! / total;
    const packets = this.packetsBetween(size, shareOf);
    for (let flow = 0; flow < flows; flow++) {
      const exact = packets * shareOf(flow);
      const count = LEAST_PACKETS + Math.floor(exact) + (random.unit() < exact % 1 ? 1 : 0);
      conversations.left[flow] = count;
      conversations.clientNext[flow] = random.next();
      conversations.serverNext[flow] = random.next();
      const start = random.unit() * SECONDS;
      conversations.next[flow] = start;
      conversations.gap[flow] = ((SECONDS - start) * (0.1 + 0.9 * random.unit())) / count;
    }
  }

  /** Packets between opening and closing of all conversations, for so many octets in all: found by halving. */
  private packetsBetween(size: number, shareOf: (flow: number) => number): number {
    const { kind, conversations, flows } = this;
    const sampler = new Random(SEED);
    let payload = 0;
    for (let i = 0; i < SAMPLE; i++) payload += kind.payload(sampler) / SAMPLE;
    const synOptions = tcpHeaderLength(Tcp.syn) - tcpHeaderLength(0);
    const shares = Float64Array.from({ length: flows }, (_, flow) => shareOf(flow));
    const octetsWith = (packets: number): number => {
      let octets = FILE_HEADER;
      for (let flow = 0; flow < flows; flow++) {
        const carriage = conversations.carriage[flow]! as Carriage;
        const headers = RECORD_HEADER + OVERHEAD[carriage] + ipHeaderLength(carriage) + tcpHeaderLength(0);
        const own = packets * shares[flow]!;
        const data = dataAmong(own);
        const sentAgain = (data * RETRANSMITTED_PER_1000) / 1000;
        octets += (LEAST_PACKETS + own + sentAgain) * headers + SYNS * synOptions + (data + sentAgain) * payload;
      }
      return octets;
    };
    let low = 0;
    let high = size / RECORD_HEADER;
    while (high - low > 1) {
      const middle = (low + high) / 2;
      if (octetsWith(middle) < size) low = middle;
      else high = middle;
    }
    return low;
  }

  private carriageOf(percent: number): Carriage {
    let left = percent;
    for (const [carriage, share] of this.kind.carriages) {
      if (left < share) return carriage;
      left -= share;
    }
    return Carriage.plain;
  }

  write(path: string): WorkloadFacts {
    const file = openSync(path, 'w');
    const { conversations } = this;
    const schedule = new Schedule(conversations.next);
    this.fileHeader();
    while (!schedule.isEmpty) {
      const flow = schedule.first;
      const time = conversations.next[flow]!;
      this.step(flow, time);
      if (conversations.left[flow] === 0) schedule.drop();
      else {
        conversations.next[flow] = time + conversations.gap[flow]! * (0.5 + this.random.unit());
        schedule.sink();
      }
      if (this.filled >= FLUSH_AT) this.flush(file);
    }
    this.flush(file);
    closeSync(file);
    return { ...this.facts, flows: this.flows, octets: this.written };
  }

  /** Sends a conversation's next packet. */
  private step(flow: number, time: number): void {
    const { conversations, random } = this;
    const again = conversations.again[flow]!;
    if (again !== 0) return this.sendAgain(flow, time, again);
    const sent = conversations.sent[flow]!++;
    const left = --conversations.left[flow]!;
    if (sent === 0) return this.send(flow, time, true, Tcp.syn, 0);
    if (sent === 1) return this.send(flow, time, false, Tcp.syn | Tcp.ack, 0);
    if (sent < DATA_FROM) return this.send(flow, time, true, Tcp.ack, 0);
    if (left === 2) return this.send(flow, time, true, Tcp.fin | Tcp.ack, 0);
    if (left === 1) return this.send(flow, time, false, Tcp.fin | Tcp.ack, 0);
    if (left === 0) return this.send(flow, time, true, Tcp.ack, 0);
    const isClient = (flow & 1) !== 0;
    if ((sent - DATA_FROM) % CYCLE === ACKNOWLEDGED_AT_ONCE) return this.send(flow, time, !isClient, Tcp.ack, 0);
    const payload = this.kind.payload(random);
    this.send(flow, time, isClient, Tcp.ack | Tcp.push, payload);
    if (random.below(1000) < RETRANSMITTED_PER_1000) conversations.again[flow] = payload;
  }

  /** Sends a conversation's last data once more. */
  private sendAgain(flow: number, time: number, payload: number): void {
    const { conversations, facts } = this;
    const isClient = (flow & 1) !== 0;
    const next = isClient ? conversations.clientNext : conversations.serverNext;
    next[flow] = next[flow]! - payload;
    conversations.again[flow] = 0;
    this.send(flow, time, isClient, Tcp.ack | Tcp.push, payload);
    facts.retransmissions++;
  }

  private send(flow: number, time: number, isClient: boolean, flags: number, payload: number): void {
    const { conversations, segment, facts } = this;
    const carriage = conversations.carriage[flow]! as Carriage;
    const own = isClient ? conversations.clientNext : conversations.serverNext;
    const other = isClient ? conversations.serverNext : conversations.clientNext;
    // Twelve nodes; pods and ports tell conversations apart.
    const clientNode = flow % 12;
    const serverNode = (clientNode + 1 + (flow % 7)) % 12;
    const clientPod = 256 * clientNode + 2 + ((flow >>> 4) & 63);
    const serverPod = 256 * serverNode + 70 + ((flow >>> 10) & 63);
    const clientPort = 32_768 + (Math.floor(flow / 12) % 28_000);
    const serverPort = [80, 443, 8080, 5432, 6379, 9090][(flow >>> 3) % 6]!;
    segment.carriage = carriage;
    segment.sourceNode = isClient ? clientNode : serverNode;
    segment.destinationNode = isClient ? serverNode : clientNode;
    segment.sourcePod = isClient ? clientPod : serverPod;
    segment.destinationPod = isClient ? serverPod : clientPod;
    segment.sourcePort = isClient ? clientPort : serverPort;
    segment.destinationPort = isClient ? serverPort : clientPort;
    segment.sequence = own[flow]! >>> 0;
    segment.acknowledgment = (flags & Tcp.ack) === 0 ? 0 : other[flow]! >>> 0;
    segment.flags = flags;
    segment.payload = payload;
    segment.timestamp = Math.floor(time * 1000);
    segment.echo = conversations.stamp[flow]!;
    conversations.stamp[flow] = segment.timestamp;
    own[flow] = own[flow]! + payload + ((flags & (Tcp.syn | Tcp.fin)) === 0 ? 0 : 1);
    const at = this.filled;
    const length = this.frames.write(at + RECORD_HEADER, segment);
    const micros = Math.floor(time * 1e6);
    this.view.setUint32(at, START + Math.floor(micros / 1e6), true);
    this.view.setUint32(at + 4, micros % 1e6, true);
    this.view.setUint32(at + 8, length, true);
    this.view.setUint32(at + 12, length, true);
    this.filled = at + RECORD_HEADER + length;
    facts.packets++;
    facts.ipBytes += length - OVERHEAD[carriage];
    facts.payloadBytes += payload;
  }

  private fileHeader(): void {
    const { view } = this;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, 65_535, true);
    view.setUint32(20, 1, true);
    this.filled = FILE_HEADER;
  }

  private flush(file: number): void {
    for (let at = 0; at < this.filled; ) at += writeSync(file, this.octets, at, this.filled - at);
    this.written += this.filled;
    this.filled = 0;
  }
}
