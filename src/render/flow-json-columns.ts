/**
 * Flows as JSON, written as octets straight from their columns. What follows from few bits, such as a direction without trouble, is written at one go.
 * All that is done for most flows stands here and is about numbers only, so that it can be compiled; for the rest others are called.
 */
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
import { type FixedTexts, type FlowParts, PORTS } from './flow-json-parts.ts';
import { CALM, isTimed, OPENED, WINDOW_SCALE_SHIFT } from './flow-json-texts.ts';
import { type OctetChunk, TOO_LONG } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';

const TWO_TO_32 = 2 ** 32;
const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;

/** Writes what the columns tell of the flow in a record, from `at` on, where there is room for ROOM octets. Answers where it ended. */
export type PutColumns = (at: number, record: number) => number;

/**
 * Makes what writes the columns of flows of a reader, up to what stands in none.
 *
 * @param text numbers of what is fixed
 * @param parts written otherwise
 */
export function flowColumns(
  reader: FlowReader,
  chunk: OctetChunk,
  numbers: OctetNumbers,
  text: FixedTexts,
  parts: FlowParts,
): PutColumns {
  const { view, put } = chunk;
  const { putWhole, putNumber, putSeconds, putTime, putAddress, putBase64 } = numbers;
  const { words, times, floats, trouble: counters } = reader.table;
  const { base } = reader.names;
  const { communityIds } = reader;
  const { digest } = communityIds;
  const { heads, openings, tcpStates, tcpCloses, tunnels } = parts;

  const count = (at: number, text: number, bits: number): number => putWhole(put(at, text), bits);

  function character(at: number, code: number): number {
    view.setUint8(at, code);
    return at + 1;
  }

  function address(at: number, word: number, isIpv6: boolean): number {
    return isIpv6 ? parts.ipv6(at, word) : putAddress(at, word);
  }

  function endpoint(at: number, row: number, side: number): number {
    const key3 = words[row + 3]!;
    const behind = address(at, words[row + side]!, (key3 & KeyBit.ipv6) !== 0);
    const ports = words[row + 2]!;
    if (ports !== 0 && hasPorts(key3 & 0xff))
      return count(behind, text.port, side === 0 ? ports >>> 16 : ports & 0xffff);
    return character(behind, QUOTE);
  }

  /** Writes up to where the times begin. */
  function putEnds(start: number, record: number, row: number, client: number): number {
    const key3 = words[row + 3]!;
    let at = count(start, text.id, words[row + Cold.id]!);
    communityIds.make(record, client);
    at = putBase64(put(at, text.communityId), digest);
    const known = heads(key3 & ((-1 << POINT_SHIFT) | 0xff));
    at = known === TOO_LONG ? parts.head(at, key3) : put(at, known);
    at = endpoint(at, row, client);
    at = put(at, (words[row + Hot.flags]! & FlowFlag.clientIsTold) === 0 ? text.guessedClientEnd : text.clientEnd);
    at = endpoint(at, row, client ^ 1);
    if (!isIcmp(key3 & 0xff)) return put(at, text.serverStart);
    return put(parts.icmp(put(at, text.icmp), record), text.start);
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
      if (i > 0) at = character(at, COMMA);
      at = putWhole(at, (ttls >>> (8 * i)) & 0xff);
    }
    at = character(at, CLOSING_BRACKET);
    const copies = trouble === 0 ? 0 : counters[trouble + Trouble.copies + side]!;
    if (copies !== 0) at = putNumber(put(at, text.duplicates), copies);
    return character(at, CLOSING_BRACE);
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
    let at = trouble === 0 ? start : parts.troubles(start, record, side, trouble);
    at = put(at, openings(told));
    if (isOpened) at = putWhole(at, words[own + Cold.initialSequence]!);
    const samples = words[own + Cold.samples]!;
    if (samples === 0) return at;
    at = putNumber(put(at, text.rttSamples), samples);
    at = putSeconds(put(at, text.min), Math.round(floats[own + Cold.rttLeast]!));
    at = putSeconds(put(at, text.mean), Math.round(floats[own + Cold.rttMean]!));
    at = putSeconds(put(at, text.max), Math.round(floats[own + Cold.rttMost]!));
    return character(at, CLOSING_BRACE);
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
      return parts.path(start, record, client);
    }
    const isIpv6 = (words[row + 3]! & KeyBit.outerIpv6) !== 0;
    const port = words[row + Cold.portIcmp]! & 0xffff;
    let at = put(start, tunnels((tunnel >>> 0) + port / PORTS));
    at = address(at, words[row + 4 + client]!, isIpv6);
    at = address(put(at, text.tunnelServer), words[row + 5 - client]!, isIpv6);
    return put(at, text.tunnelEnd);
  }

  return (start, record) => {
    const row = record * RECORD_WORDS;
    const client = words[row + Hot.flags]! & FlowFlag.clientIsSecond;
    let at = putEnds(start, record, row, client);
    at = putTimes(at, record);
    at = putDirection(put(at, text.c2s), record, row, client);
    at = putDirection(put(at, text.s2c), record, row, client ^ 1);
    at = (words[row + 3]! & 0xff) === TCP ? putTcp(at, record, row) : put(at, text.tunnel);
    if (((words[row + 6]! >>> TUNNEL_KIND_SHIFT) & INTERNED_PATH) !== 0) at = putPath(at, record, row, client);
    return count(at, text.firstPacket, words[row + Cold.firstPacket]!);
  };
}
