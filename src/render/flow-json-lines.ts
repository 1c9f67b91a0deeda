/**
 * Flows as lines of JSON, written as octets straight from their columns: the same as `flowJson` makes of their records, without making them. What
 * stands in every line is copied in words of 64 bits.
 */
import { pointName } from '../flow/capture-point.ts';
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
import type { FlowReader } from '../flow/flow-reader.ts';
import { isIcmp } from '../flow/icmp-conversation.ts';
import { protocolName, TCP } from '../flow/ip-protocol.ts';
import { INTERNED_PATH, KeyBit, POINT_SHIFT, TUNNEL_KIND_SHIFT } from '../flow/queue.ts';
import { stateOf } from '../flow/tcp-state.ts';
import * as Text from './flow-json-texts.ts';
import { writeBase64, writeSeconds, writeTime } from './flow-values.ts';
import { jsonString, jsonText } from './safe-text.ts';
import { type FixedText, fixedText, type TextBuffer } from './text-buffer.ts';

const TWO_TO_32 = 2 ** 32;
const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;

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
  private tunnel: KnownTunnel = { tunnel: 0, port: 0, text: Text.TUNNEL };

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
    out.fixed(Text.ID);
    out.whole(words[at + Cold.id]! >>> 0);
    out.fixed(Text.COMMUNITY_ID);
    writeBase64(out, reader.communityId(record, client));
    out.fixed(Text.POINT);
    out.fixed(this.point(key3 >>> POINT_SHIFT));
    out.fixed(this.protocol(protocol));
    const isIpv6 = (key3 & KeyBit.ipv6) !== 0;
    out.fixed(Text.CLIENT);
    this.endpoint(record, client, isIpv6);
    if ((state & FlowFlag.clientIsTold) === 0) out.fixed(Text.GUESSED);
    out.character(CLOSING_BRACE);
    out.fixed(Text.SERVER);
    this.endpoint(record, client ^ 1, isIpv6);
    out.character(CLOSING_BRACE);
    if (isIcmp(protocol)) {
      out.fixed(Text.ICMP);
      out.text(JSON.stringify(reader.icmp(record)));
    }
    out.fixed(Text.START);
    writeTime(out, reader.names.base, start);
    out.fixed(Text.END);
    writeTime(out, reader.names.base, end);
    out.fixed(Text.DURATION);
    writeSeconds(out, Number.isNaN(end - start) ? 0 : Math.max(0, end - start));
    out.fixed(Text.C2S);
    this.direction(record, client);
    out.fixed(Text.S2C);
    this.direction(record, client ^ 1);
    if (protocol === TCP) this.tcp(record, state, client);
    out.fixed(Text.TUNNEL);
    if (((words[at + 6]! >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) !== 0) this.path(record, client);
    out.fixed(Text.FIRST_PACKET);
    out.whole(words[at + Cold.firstPacket]! >>> 0);
    if (application !== undefined) {
      out.fixed(Text.APPLICATION);
      out.text(jsonText(application));
    }
    if (nat !== undefined) {
      out.fixed(Text.NAT);
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
    out.fixed(Text.PORT);
    out.whole(port);
  }

  private direction(record: number, side: number): void {
    const { out, reader } = this;
    const { words, trouble: counters } = reader.table;
    const at = record * RECORD_WORDS;
    const own = at + side;
    const trouble = words[at + Cold.trouble]! * TROUBLE_WORDS;
    out.whole(words[own + Hot.packets]! >>> 0);
    out.fixed(Text.IP_BYTES);
    this.octets(own + Hot.ipBytes, trouble, Carry.ipBytes, side);
    out.fixed(Text.PAYLOAD_BYTES);
    this.octets(own + Hot.payloadBytes, trouble, Carry.payloadBytes, side);
    out.fixed(Text.WIRE_BYTES);
    this.octets(own + Hot.wireBytes, trouble, Carry.wireBytes, side);
    if ((words[at + 3]! & 0xff) === TCP) this.tcpDirection(record, side, trouble);
    out.fixed(Text.TTL);
    const kept = (words[at + Cold.rstTtls]! >>> (16 + 8 * side)) & 0xff;
    const ttls = words[own + Cold.ttls]!;
    for (let i = 0; i < kept; i++) {
      if (i > 0) out.character(COMMA);
      out.whole((ttls >>> (8 * i)) & 0xff);
    }
    out.character(CLOSING_BRACKET);
    const copies = trouble === 0 ? 0 : counters[trouble + Trouble.copies + side]!;
    if (copies !== 0) {
      out.fixed(Text.DUPLICATES);
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
    if (trouble === 0) out.fixed(Text.NO_TROUBLE);
    else this.troubles(record, side, trouble);
    const mss = (words[at + Cold.mss]! >>> (16 * side)) & 0xffff;
    if (mss !== 0) {
      out.fixed(Text.MSS);
      out.whole(mss);
    }
    const scale = (words[at + Cold.windowScale]! >>> (8 * side)) & 0xff;
    if (scale !== 0) {
      out.fixed(Text.WINDOW_SCALE);
      out.whole(scale - 1);
    }
    if ((words[at + Hot.flags]! & ((FlowFlag.syn | FlowFlag.synAck) << side)) !== 0) {
      out.fixed(Text.ISN);
      out.whole(words[own + Cold.initialSequence]! >>> 0);
    }
    const samples = words[own + Cold.samples]!;
    if (samples === 0) return;
    out.fixed(Text.RTT_SAMPLES);
    out.number(samples);
    out.fixed(Text.MIN);
    writeSeconds(out, Math.round(floats[own + Cold.rttLeast]!));
    out.fixed(Text.MEAN);
    writeSeconds(out, Math.round(floats[own + Cold.rttMean]!));
    out.fixed(Text.MAX);
    writeSeconds(out, Math.round(floats[own + Cold.rttMost]!));
    out.character(CLOSING_BRACE);
  }

  private troubles(record: number, side: number, trouble: number): void {
    const { out, reader } = this;
    const counters = reader.table.trouble;
    const own = trouble + side;
    let text = 0;
    for (const [, counter] of Text.COUNTERS) {
      out.fixed(Text.COUNTER_TEXTS[text++]!);
      out.number(counters[own + counter]!);
    }
    const closed = reader.closedFor(record, side, trouble);
    if (closed !== 0) {
      out.fixed(Text.ZERO_WINDOW_TIME);
      out.number(closed);
    }
    for (const [, counter] of Text.LAST_COUNTERS) {
      out.fixed(Text.COUNTER_TEXTS[text++]!);
      out.number(counters[own + counter]!);
    }
  }

  private tcp(record: number, state: number, client: number): void {
    const { out } = this;
    const { words, times } = this.reader.table;
    const at = record * RECORD_WORDS;
    const told = stateOf(state, client);
    out.fixed(Text.STATE);
    out.text(told);
    const isShakenHands = (state & FlowFlag.handshake) !== 0;
    out.fixed(isShakenHands ? Text.SHAKEN_HANDS : Text.NO_HANDSHAKE);
    if (isShakenHands && (state & FlowFlag.handshakeTimed) !== 0) {
      out.fixed(Text.RTT);
      writeSeconds(out, times[record * RECORD_TIMES + ColdTime.opening]!);
    }
    if (told === 'closed') out.fixed(Text.CLOSED_BY_FIN);
    else if (told === 'reset' || told === 'refused') out.fixed(Text.CLOSED_BY_RST);
    const synFin = words[at + Cold.synFin]!;
    out.fixed(Text.SYN);
    out.whole(synFin & 0xffff);
    out.fixed(Text.FIN);
    out.whole(synFin >>> 16);
    out.fixed(Text.RST);
    out.whole(words[at + Cold.rstTtls]! & 0xffff);
    out.fixed(Text.END_OF_TCP);
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
