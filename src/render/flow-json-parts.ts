/** Parts of flows' JSON that few flows have, or that many have in common: made as texts. */
import { pointName } from '../flow/capture-point.ts';
import type { FlowReader } from '../flow/flow-reader.ts';
import { POINT_SHIFT } from '../flow/queue.ts';
import {
  COUNTERS,
  type Fixed,
  head,
  LAST_COUNTERS,
  opening,
  tcpClose,
  tcpState,
  tunnelStart,
} from './flow-json-texts.ts';
import type { OctetChunk } from './octet-chunk.ts';
import type { OctetNumbers } from './octet-numbers.ts';

/** What ports are divided by to stand behind a network's number. */
export const PORTS = 2 ** 16;

/** Numbers of what is fixed in lines. */
export type FixedTexts = Readonly<Record<keyof typeof Fixed, number>>;

/** Texts that follow from a number, in the order in which a chunk is told of them. */
export const TEXT_LISTS = ['heads', 'openings', 'tcpStates', 'tcpCloses', 'tunnels'] as const;
type TextList = (typeof TEXT_LISTS)[number];

/**
 * Numbers of texts: what stands between Community ID and client, by the key's fourth word; what is said of a direction's SYN, by what `opening` is told;
 * how far a connection got, and how it was closed, by its flags; what stands before the addresses of a path's only tunnel, by the key's last word and,
 * divided by PORTS, its port.
 */
type FlowTexts = Readonly<Record<TextList, (number: number) => number>>;

/** What writes such parts; all answer where they ended. */
export interface FlowParts extends FlowTexts {
  /** Writes a head that is too long to be kept. */
  head(at: number, key3: number): number;
  /** Writes an IPv6 address by its number. */
  ipv6(at: number, address: number): number;
  /** Writes what ICMP tells. */
  icmp(at: number, record: number): number;
  /** Writes the counters of trouble of a direction. */
  troubles(at: number, record: number, side: number, trouble: number): number;
  /** Writes a path of several tunnels. */
  path(at: number, record: number, client: number): number;
}

/** Parts of the flows of a reader. */
export function flowParts(
  reader: FlowReader,
  { put, putAscii, append, textsOf }: OctetChunk,
  { putNumber }: OctetNumbers,
  text: FixedTexts,
): FlowParts {
  const { trouble: counters } = reader.table;
  const { points } = reader.names;

  const headOf = (key3: number): string => {
    const point = points[key3 >>> POINT_SHIFT];
    return head(point === undefined ? '' : pointName(point), key3 & 0xff);
  };
  const tunnelOf = (networkAndPort: number): string => {
    const network = Math.floor(networkAndPort);
    return tunnelStart(JSON.stringify(reader.onlyTunnel(network, (networkAndPort - network) * PORTS)));
  };
  const makers: Readonly<Record<TextList, (number: number) => string>> = {
    heads: headOf,
    openings: opening,
    tcpStates: tcpState,
    tcpCloses: tcpClose,
    tunnels: tunnelOf,
  };
  const texts = Object.fromEntries(TEXT_LISTS.map((name) => [name, textsOf(makers[name])])) as FlowTexts;

  return {
    ...texts,
    head: (at, key3) => append(at, headOf(key3)),
    ipv6: (at, address) => putAscii(at, reader.addressText(address, true)),
    icmp: (at, record) => putAscii(at, JSON.stringify(reader.icmp(record))),
    troubles(start, record, side, trouble) {
      const own = trouble + side;
      let at = start;
      for (const { name, counter } of COUNTERS) at = putNumber(put(at, text[name]), counters[own + counter]!);
      const closed = reader.closedFor(record, side, trouble);
      if (closed !== 0) at = putNumber(put(at, text.zeroWindowTime), closed);
      for (const { name, counter } of LAST_COUNTERS) at = putNumber(put(at, text[name]), counters[own + counter]!);
      return at;
    },
    path: (at, record, client) => append(at, JSON.stringify(reader.tunnels(record, client)).slice(1, -1)),
  };
}
