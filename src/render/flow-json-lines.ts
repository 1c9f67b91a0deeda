/**
 * Flows as lines of JSON, written as octets straight from their columns: the same as `flowJson` makes of their records, without making them. What
 * stands in every line is copied in words of 64 bits.
 */
import { pointName } from '../flow/capture-point.ts';
import { COMMUNITY_ID_VERSION } from '../flow/community-id.ts';
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
} from '../flow/flow-columns.ts';
import { type FlowReader, protocolName, stateOf } from '../flow/flow-reader.ts';
import { isIcmp } from '../flow/icmp-conversation.ts';
import { TCP } from '../flow/ip-protocol.ts';
import { INTERNED_PATH, KeyBit, POINT_SHIFT, TUNNEL_KIND_SHIFT } from '../flow/queue.ts';
import { writeBase64, writeSeconds, writeTime } from './flow-values.ts';
import { jsonString, jsonText } from './safe-text.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

const TWO_TO_32 = 2 ** 32;
const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;

const ID = fixedText('{"type":"flow","id":');
const COMMUNITY_ID = fixedText(`,"community_id":"${COMMUNITY_ID_VERSION}`);
const POINT = fixedText('","point":');
const CLIENT = fixedText(',"client":{"ip":"');
const SERVER = fixedText(',"server":{"ip":"');
const PORT = fixedText(',"port":');
const GUESSED = fixedText(',"guessed":true');
const ICMP = fixedText(',"icmp":');
const START = fixedText(',"start":');
const END = fixedText(',"end":');
const DURATION = fixedText(',"duration":');
const C2S = fixedText(',"c2s":{"packets":');
const S2C = fixedText(',"s2c":{"packets":');
const IP_BYTES = fixedText(',"ip_bytes":');
const PAYLOAD_BYTES = fixedText(',"payload_bytes":');
const WIRE_BYTES = fixedText(',"wire_bytes":');
/** Counters of trouble up to where `zero_window_time` may stand between them, and those behind it. */
const COUNTERS = [
  ['retransmissions', Trouble.retransmissions],
  ['fast_retransmissions', Trouble.fastRetransmissions],
  ['spurious_retransmissions', Trouble.spuriousRetransmissions],
  ['out_of_order', Trouble.outOfOrder],
  ['duplicate_acks', Trouble.duplicateAcks],
  ['lost_segments', Trouble.lostSegments],
  ['zero_windows', Trouble.zeroWindows],
] as const;
const LAST_COUNTERS = [
  ['window_full', Trouble.windowFull],
  ['keep_alives', Trouble.keepAlives],
] as const;
const NO_TROUBLE = fixedText([...COUNTERS, ...LAST_COUNTERS].map(([name]) => `,"${name}":0`).join(''));
const COUNTER_TEXTS = [...COUNTERS, ...LAST_COUNTERS].map(([name]) => fixedText(`,"${name}":`));
const ZERO_WINDOW_TIME = fixedText(',"zero_window_time":');
const MSS = fixedText(',"mss":');
const WINDOW_SCALE = fixedText(',"window_scale":');
const ISN = fixedText(',"isn":');
const RTT_SAMPLES = fixedText(',"rtt":{"samples":');
const MIN = fixedText(',"min":');
const MEAN = fixedText(',"mean":');
const MAX = fixedText(',"max":');
const TTL = fixedText(',"ttl":[');
const DUPLICATES = fixedText(',"duplicates":');
const STATE = fixedText(',"tcp":{"state":"');
const SHAKEN_HANDS = fixedText('","handshake":true');
const NO_HANDSHAKE = fixedText('","handshake":false');
const RTT = fixedText(',"rtt":');
const CLOSED_BY_FIN = fixedText(',"close":"fin"');
const CLOSED_BY_RST = fixedText(',"close":"rst"');
const SYN = fixedText(',"flags":{"syn":');
const FIN = fixedText(',"fin":');
const RST = fixedText(',"rst":');
const END_OF_TCP = fixedText('}}');
const TUNNEL = fixedText(',"tunnel":[');
const FIRST_PACKET = fixedText('],"first_packet":');
const APPLICATION = fixedText(',"application":');
const NAT = fixedText(',"nat":');

const CLIENT_KEY = '"client":"';
const TUNNEL_SERVER = fixedText('","server":"');
const END_OF_TUNNEL = fixedText('"}');
/** Virtual networks whose text is kept. */
const TUNNELS_KEPT = 65_536;

/** A kind of tunnel with its virtual network and its port, as the columns have them, and the text of all that. */
interface KnownTunnel {
  readonly tunnel: number;
  readonly port: number;
  readonly text: FixedText;
}

/** What a line holds beside what the columns tell; undefined for nothing. */
export interface FlowLineFacts {
  readonly application: unknown;
  readonly nat: unknown;
}

/** Writes the flows of one reader. */
export class FlowJsonLines {
  private readonly out: TextBuffer;
  private readonly reader: FlowReader;
  private readonly address = new DataView(new ArrayBuffer(4));
  private readonly protocols: FixedText[] = [];
  private readonly points: { readonly name: string; readonly text: FixedText }[] = [];
  private readonly tunnels = new Map<number, KnownTunnel>();
  /** The one written last. */
  private tunnel: KnownTunnel = { tunnel: 0, port: 0, text: TUNNEL };

  constructor(out: TextBuffer, reader: FlowReader) {
    this.out = out;
    this.reader = reader;
  }

  /** Writes the object of a record, without a line end. */
  write(record: number, { application, nat }: FlowLineFacts): void {
    const { out, reader } = this;
    const { words, times } = reader.table;
    const at = record * RECORD_WORDS;
    const key3 = words[at + 3]!;
    const protocol = key3 & 0xff;
    const state = words[at + Hot.flags]!;
    const client = state & FlowFlag.clientIsSecond;
    const start = times[record * RECORD_TIMES + ColdTime.start]!;
    const end = times[record * RECORD_TIMES + HotTime.last]!;
    out.fixed(ID);
    out.whole(words[at + Cold.id]! >>> 0);
    out.fixed(COMMUNITY_ID);
    writeBase64(out, reader.communityId(record, client));
    out.fixed(POINT);
    out.fixed(this.point(key3 >>> POINT_SHIFT));
    out.fixed(this.protocol(protocol));
    const isIpv6 = (key3 & KeyBit.ipv6) !== 0;
    out.fixed(CLIENT);
    this.endpoint(record, client, isIpv6);
    if ((state & FlowFlag.clientIsTold) === 0) out.fixed(GUESSED);
    out.character(CLOSING_BRACE);
    out.fixed(SERVER);
    this.endpoint(record, client ^ 1, isIpv6);
    out.character(CLOSING_BRACE);
    if (isIcmp(protocol)) {
      out.fixed(ICMP);
      out.text(JSON.stringify(reader.icmp(record)));
    }
    out.fixed(START);
    writeTime(out, reader.names.base, start);
    out.fixed(END);
    writeTime(out, reader.names.base, end);
    out.fixed(DURATION);
    writeSeconds(out, Number.isNaN(end - start) ? 0 : Math.max(0, end - start));
    out.fixed(C2S);
    this.direction(record, client);
    out.fixed(S2C);
    this.direction(record, client ^ 1);
    if (protocol === TCP) this.tcp(record, state, client);
    out.fixed(TUNNEL);
    if (((words[at + 6]! >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) !== 0) this.path(record, client);
    out.fixed(FIRST_PACKET);
    out.whole(words[at + Cold.firstPacket]! >>> 0);
    if (application !== undefined) {
      out.fixed(APPLICATION);
      out.text(jsonText(application));
    }
    if (nat !== undefined) {
      out.fixed(NAT);
      out.text(jsonText(nat));
    }
    out.character(CLOSING_BRACE);
  }

  private point(number: number): FixedText {
    const point = this.reader.names.points[number];
    const name = point === undefined ? '' : pointName(point);
    let known = this.points[number];
    if (known?.name !== name) {
      known = { name, text: fixedText(jsonString(name)) };
      this.points[number] = known;
    }
    return known.text;
  }

  private protocol(protocol: number): FixedText {
    this.protocols[protocol] ??= fixedText(`,"protocol":"${protocolName(protocol)}"`);
    return this.protocols[protocol];
  }

  private endpoint(record: number, side: number, isIpv6: boolean): void {
    const { out, reader } = this;
    this.addressText(reader.table.words[record * RECORD_WORDS + side]!, isIpv6);
    out.character(QUOTE);
    const port = reader.port(record, side);
    if (port === undefined) return;
    out.fixed(PORT);
    out.whole(port);
  }

  private direction(record: number, side: number): void {
    const { out, reader } = this;
    const { words, trouble: counters } = reader.table;
    const at = record * RECORD_WORDS;
    const own = at + side;
    const trouble = words[at + Cold.trouble]! * TROUBLE_WORDS;
    out.whole(words[own + Hot.packets]! >>> 0);
    out.fixed(IP_BYTES);
    this.octets(own + Hot.ipBytes, trouble, Carry.ipBytes, side);
    out.fixed(PAYLOAD_BYTES);
    this.octets(own + Hot.payloadBytes, trouble, Carry.payloadBytes, side);
    out.fixed(WIRE_BYTES);
    this.octets(own + Hot.wireBytes, trouble, Carry.wireBytes, side);
    if ((words[at + 3]! & 0xff) === TCP) this.tcpDirection(record, side, trouble);
    out.fixed(TTL);
    const kept = (words[at + Cold.rstTtls]! >>> (16 + 8 * side)) & 0xff;
    const ttls = words[own + Cold.ttls]!;
    for (let i = 0; i < kept; i++) {
      if (i > 0) out.character(COMMA);
      out.whole((ttls >>> (8 * i)) & 0xff);
    }
    out.character(CLOSING_BRACKET);
    const copies = trouble === 0 ? 0 : counters[trouble + Trouble.copies + side]!;
    if (copies !== 0) {
      out.fixed(DUPLICATES);
      out.number(copies);
    }
    out.character(CLOSING_BRACE);
  }

  /** A counter of octets with what it carried over. */
  private octets(column: number, trouble: number, carry: number, side: number): void {
    const { words, trouble: counters } = this.reader.table;
    const low = words[column]! >>> 0;
    const carried = trouble === 0 ? 0 : (counters[trouble + carry]! >>> (16 * side)) & 0xffff;
    if (carried === 0) this.out.whole(low);
    else this.out.number(carried * TWO_TO_32 + low);
  }

  private tcpDirection(record: number, side: number, trouble: number): void {
    const { out } = this;
    const { words, floats } = this.reader.table;
    const at = record * RECORD_WORDS;
    const own = at + side;
    if (trouble === 0) out.fixed(NO_TROUBLE);
    else this.troubles(record, side, trouble);
    const mss = (words[at + Cold.mss]! >>> (16 * side)) & 0xffff;
    if (mss !== 0) {
      out.fixed(MSS);
      out.whole(mss);
    }
    const scale = (words[at + Cold.windowScale]! >>> (8 * side)) & 0xff;
    if (scale !== 0) {
      out.fixed(WINDOW_SCALE);
      out.whole(scale - 1);
    }
    if ((words[at + Hot.flags]! & ((FlowFlag.syn | FlowFlag.synAck) << side)) !== 0) {
      out.fixed(ISN);
      out.whole(words[own + Cold.initialSequence]! >>> 0);
    }
    const samples = words[own + Cold.samples]!;
    if (samples === 0) return;
    out.fixed(RTT_SAMPLES);
    out.number(samples);
    out.fixed(MIN);
    writeSeconds(out, Math.round(floats[own + Cold.rttLeast]!));
    out.fixed(MEAN);
    writeSeconds(out, Math.round(floats[own + Cold.rttMean]!));
    out.fixed(MAX);
    writeSeconds(out, Math.round(floats[own + Cold.rttMost]!));
    out.character(CLOSING_BRACE);
  }

  private troubles(record: number, side: number, trouble: number): void {
    const { out, reader } = this;
    const counters = reader.table.trouble;
    const own = trouble + side;
    let text = 0;
    for (const [, counter] of COUNTERS) {
      out.fixed(COUNTER_TEXTS[text++]!);
      out.number(counters[own + counter]!);
    }
    const closed = reader.closedFor(record, side, trouble);
    if (closed !== 0) {
      out.fixed(ZERO_WINDOW_TIME);
      out.number(closed);
    }
    for (const [, counter] of LAST_COUNTERS) {
      out.fixed(COUNTER_TEXTS[text++]!);
      out.number(counters[own + counter]!);
    }
  }

  private tcp(record: number, state: number, client: number): void {
    const { out } = this;
    const { words, times } = this.reader.table;
    const at = record * RECORD_WORDS;
    const told = stateOf(state, client);
    out.fixed(STATE);
    out.text(told);
    const isShakenHands = (state & FlowFlag.handshake) !== 0;
    out.fixed(isShakenHands ? SHAKEN_HANDS : NO_HANDSHAKE);
    if (isShakenHands && (state & FlowFlag.handshakeTimed) !== 0) {
      out.fixed(RTT);
      writeSeconds(out, times[record * RECORD_TIMES + ColdTime.opening]!);
    }
    if (told === 'closed') out.fixed(CLOSED_BY_FIN);
    else if (told === 'reset' || told === 'refused') out.fixed(CLOSED_BY_RST);
    const synFin = words[at + Cold.synFin]!;
    out.fixed(SYN);
    out.whole(synFin & 0xffff);
    out.fixed(FIN);
    out.whole(synFin >>> 16);
    out.fixed(RST);
    out.whole(words[at + Cold.rstTtls]! & 0xffff);
    out.fixed(END_OF_TCP);
  }

  /** The tunnels of a path: mostly one, of which all but the addresses is the same for many flows. */
  private path(record: number, client: number): void {
    const { out, reader } = this;
    const { words } = reader.table;
    const at = record * RECORD_WORDS;
    const tunnel = words[at + 6]!;
    const isIpv6 = (words[at + 3]! & KeyBit.outerIpv6) !== 0;
    if (((tunnel >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) === INTERNED_PATH) {
      out.text(JSON.stringify(reader.tunnels(record, client)).slice(1, -1));
      return;
    }
    const port = words[at + Cold.portIcmp]! & 0xffff;
    let known = this.tunnel;
    if (known.tunnel !== tunnel || known.port !== port) {
      const key = (tunnel >>> 0) * 0x10000 + port;
      const kept = this.tunnels.get(key);
      known = kept ?? { tunnel, port, text: this.tunnelText(record, client) };
      if (kept === undefined && this.tunnels.size < TUNNELS_KEPT) this.tunnels.set(key, known);
      this.tunnel = known;
    }
    out.fixed(known.text);
    this.addressText(words[at + 4 + client]!, isIpv6);
    out.fixed(TUNNEL_SERVER);
    this.addressText(words[at + 5 - client]!, isIpv6);
    out.fixed(END_OF_TUNNEL);
  }

  /** What stands before the addresses of a tunnel. */
  private tunnelText(record: number, client: number): FixedText {
    const text = JSON.stringify(this.reader.tunnels(record, client)[0]);
    return fixedText(text.slice(0, text.indexOf(CLIENT_KEY) + CLIENT_KEY.length));
  }

  private addressText(word: number, isIpv6: boolean): void {
    const { out, reader, address } = this;
    if (isIpv6) out.text(reader.addressText(word, true));
    else {
      address.setInt32(0, word);
      out.ipv4(address, 0);
    }
  }
}
