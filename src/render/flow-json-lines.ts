/**
 * Flows as lines of JSON, written as octets straight from their columns: the same as `flowJson` makes of their records, without making them. What
 * follows from few bits, such as a direction without trouble, is written at one go.
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
import { hasPorts, TCP } from '../flow/ip-protocol.ts';
import { INTERNED_PATH, KeyBit, POINT_SHIFT, TUNNEL_KIND_SHIFT } from '../flow/queue.ts';
import {
  CALM,
  COUNTERS,
  Fixed,
  head,
  isTimed,
  LAST_COUNTERS,
  OPENED,
  opening,
  tcpClose,
  tcpState,
  tunnelStart,
  WINDOW_SCALE_SHIFT,
} from './flow-json-texts.ts';
import { type OctetChunk, TOO_LONG } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';
import { jsonText } from './safe-text.ts';

const TWO_TO_16 = 2 ** 16;
const TWO_TO_32 = 2 ** 32;
const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;

/** What a line holds beside what the columns tell; undefined for nothing. */
export interface FlowLineFacts {
  readonly application: unknown;
  readonly nat: unknown;
}

/** Nothing beside it. */
export const NO_FACTS: FlowLineFacts = { application: undefined, nat: undefined };

/** Writes the flow in a record as a line that begins at `at`; answers where it ended. */
export type PutFlow = (at: number, record: number, facts: FlowLineFacts) => number;

/** Makes what writes the flows of a reader, to which no packets come any more. */
export function flowJsonLines(reader: FlowReader, chunk: OctetChunk, numbers: OctetNumbers): PutFlow {
  const { view, put, putAscii, append, room } = chunk;
  const { putWhole, putNumber, putSeconds, putTime, putAddress, putBase64 } = numbers;
  const { words, times, floats, trouble: counters } = reader.table;
  const { base, points } = reader.names;

  const text = chunk.texts(Fixed);

  const headOf = (pointAndProtocol: number): string => {
    const point = points[pointAndProtocol >>> POINT_SHIFT];
    return head(point === undefined ? '' : pointName(point), pointAndProtocol & 0xff);
  };
  const heads = chunk.textsOf(headOf);
  const openings = chunk.textsOf(opening);
  const tcpStates = chunk.textsOf(tcpState);
  const tcpCloses = chunk.textsOf(tcpClose);
  const tunnels = chunk.textsOf((networkAndPort) => {
    const port = networkAndPort % TWO_TO_16;
    return tunnelStart(JSON.stringify(reader.onlyTunnel((networkAndPort - port) / TWO_TO_16, port)));
  });

  const count = (at: number, text: number, bits: number): number => putWhole(put(at, text), bits);

  function address(at: number, word: number, isIpv6: boolean): number {
    return isIpv6 ? putAscii(at, reader.addressText(word, true)) : putAddress(at, word);
  }

  function endpoint(at: number, row: number, side: number): number {
    const key3 = words[row + 3]!;
    const behind = address(at, words[row + side]!, (key3 & KeyBit.ipv6) !== 0);
    const ports = words[row + 2]!;
    if (ports !== 0 && hasPorts(key3 & 0xff))
      return count(behind, text.port, side === 0 ? ports >>> 16 : ports & 0xffff);
    view.setUint8(behind, QUOTE);
    return behind + 1;
  }

  /** Writes up to where the times begin. */
  function putEnds(start: number, record: number, row: number, client: number): number {
    const key3 = words[row + 3]!;
    let at = count(start, text.id, words[row + Cold.id]!);
    at = putBase64(put(at, text.communityId), reader.communityId(record, client));
    const known = heads(key3 & ((-1 << POINT_SHIFT) | 0xff));
    at = known === TOO_LONG ? append(at, headOf(key3)) : put(at, known);
    at = endpoint(at, row, client);
    at = put(at, (words[row + Hot.flags]! & FlowFlag.clientIsTold) === 0 ? text.guessedClientEnd : text.clientEnd);
    at = endpoint(at, row, client ^ 1);
    if (!isIcmp(key3 & 0xff)) return put(at, text.serverStart);
    at = putAscii(put(at, text.icmp), JSON.stringify(reader.icmp(record)));
    return put(at, text.start);
  }

  function putTimes(start: number, record: number): number {
    const first = times[record * RECORD_TIMES + ColdTime.start]!;
    const last = times[record * RECORD_TIMES + HotTime.last]!;
    let at = put(putTime(start, base, first), text.end);
    at = put(putTime(at, base, last), text.duration);
    return putSeconds(at, last > first ? last - first : 0);
  }

  function putDirection(start: number, record: number, row: number, side: number): number {
    const own = row + side;
    const trouble = words[row + Cold.trouble]! * TROUBLE_WORDS;
    let at = putWhole(start, words[own + Hot.packets]!);
    if (trouble === 0) {
      at = count(at, text.ipBytes, words[own + Hot.ipBytes]!);
      at = count(at, text.payloadBytes, words[own + Hot.payloadBytes]!);
      at = count(at, text.wireBytes, words[own + Hot.wireBytes]!);
    } else {
      at = octets(put(at, text.ipBytes), own + Hot.ipBytes, trouble + Carry.ipBytes, side);
      at = octets(put(at, text.payloadBytes), own + Hot.payloadBytes, trouble + Carry.payloadBytes, side);
      at = octets(put(at, text.wireBytes), own + Hot.wireBytes, trouble + Carry.wireBytes, side);
    }
    if ((words[row + 3]! & 0xff) === TCP) at = tcpDirection(at, record, row, side, trouble);
    at = put(at, text.ttl);
    const kept = (words[row + Cold.rstTtls]! >>> (16 + 8 * side)) & 0xff;
    const ttls = words[own + Cold.ttls]!;
    for (let i = 0; i < kept; i++) {
      if (i > 0) view.setUint8(at++, COMMA);
      at = putWhole(at, (ttls >>> (8 * i)) & 0xff);
    }
    view.setUint8(at++, CLOSING_BRACKET);
    const copies = trouble === 0 ? 0 : counters[trouble + Trouble.copies + side]!;
    if (copies !== 0) at = putNumber(put(at, text.duplicates), copies);
    view.setUint8(at, CLOSING_BRACE);
    return at + 1;
  }

  /** Writes a counter of octets with what it carried over. */
  function octets(at: number, column: number, carry: number, side: number): number {
    const carried = (counters[carry]! >>> (16 * side)) & 0xffff;
    return putNumber(at, carried * TWO_TO_32 + (words[column]! >>> 0));
  }

  function tcpDirection(start: number, record: number, row: number, side: number, trouble: number): number {
    const own = row + side;
    const isOpened = (words[row + Hot.flags]! & ((FlowFlag.syn | FlowFlag.synAck) << side)) !== 0;
    const mss = (words[row + Cold.mss]! >>> (16 * side)) & 0xffff;
    const scale = (words[row + Cold.windowScale]! >>> (8 * side)) & 0xff;
    const told = mss | (scale << WINDOW_SCALE_SHIFT) | (isOpened ? OPENED : 0) | (trouble === 0 ? CALM : 0);
    let at = trouble === 0 ? start : putTroubles(start, record, side, trouble);
    at = put(at, openings(told));
    if (isOpened) at = putWhole(at, words[own + Cold.initialSequence]!);
    const samples = words[own + Cold.samples]!;
    if (samples === 0) return at;
    at = putNumber(put(at, text.rttSamples), samples);
    at = putSeconds(put(at, text.min), Math.round(floats[own + Cold.rttLeast]!));
    at = putSeconds(put(at, text.mean), Math.round(floats[own + Cold.rttMean]!));
    at = putSeconds(put(at, text.max), Math.round(floats[own + Cold.rttMost]!));
    view.setUint8(at, CLOSING_BRACE);
    return at + 1;
  }

  function putTroubles(start: number, record: number, side: number, trouble: number): number {
    const own = trouble + side;
    let at = start;
    for (const { name, counter } of COUNTERS) at = putNumber(put(at, text[name]), counters[own + counter]!);
    const closed = reader.closedFor(record, side, trouble);
    if (closed !== 0) at = putNumber(put(at, text.zeroWindowTime), closed);
    for (const { name, counter } of LAST_COUNTERS) at = putNumber(put(at, text[name]), counters[own + counter]!);
    return at;
  }

  /** Writes what is said of a TCP connection, up to where its tunnels begin. */
  function putTcp(start: number, record: number, row: number): number {
    const flags = words[row + Hot.flags]!;
    let at = put(start, tcpStates(flags));
    if (isTimed(flags)) at = putSeconds(at, times[record * RECORD_TIMES + ColdTime.opening]!);
    const synFin = words[row + Cold.synFin]!;
    at = count(at, tcpCloses(flags), synFin & 0xffff);
    at = count(at, text.fin, synFin >>> 16);
    at = count(at, text.rst, words[row + Cold.rstTtls]! & 0xffff);
    return put(at, text.tcpTunnel);
  }

  /** Writes the tunnels of a path: mostly one, of which all but the addresses is the same for many flows. */
  function putPath(start: number, record: number, row: number, client: number): number {
    const tunnel = words[row + 6]!;
    if (((tunnel >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) === INTERNED_PATH) {
      return append(start, JSON.stringify(reader.tunnels(record, client)).slice(1, -1));
    }
    const isIpv6 = (words[row + 3]! & KeyBit.outerIpv6) !== 0;
    const port = words[row + Cold.portIcmp]! & 0xffff;
    let at = put(start, tunnels((tunnel >>> 0) * TWO_TO_16 + port));
    at = address(at, words[row + 4 + client]!, isIpv6);
    at = address(put(at, text.tunnelServer), words[row + 5 - client]!, isIpv6);
    return put(at, text.tunnelEnd);
  }

  return (start, record, { application, nat }) => {
    const row = record * RECORD_WORDS;
    const client = words[row + Hot.flags]! & FlowFlag.clientIsSecond;
    let at = putEnds(room(start), record, row, client);
    at = putTimes(at, record);
    at = putDirection(put(at, text.c2s), record, row, client);
    at = putDirection(put(at, text.s2c), record, row, client ^ 1);
    at = (words[row + 3]! & 0xff) === TCP ? putTcp(at, record, row) : put(at, text.tunnel);
    if (((words[row + 6]! >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) !== 0) at = putPath(at, record, row, client);
    at = count(at, text.firstPacket, words[row + Cold.firstPacket]!);
    if (application !== undefined) at = append(at, `,"application":${jsonText(application)}`);
    if (nat !== undefined) at = append(at, `,"nat":${jsonText(nat)}`);
    view.setUint16(at, CLOSING_BRACE | (LINE_FEED << 8), true);
    return at + 2;
  };
}
