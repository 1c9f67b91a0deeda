/** What tells the first packets of a flow again elsewhere: behind address translation, or at another point. */
import { findTcpOption, TcpOption } from '../protocols/tcp-options.ts';
import { Cold, FlowFlag, Hot, RECORD_WORDS } from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import { TCP } from './ip-protocol.ts';
import type { FlowQueue } from './queue.ts';
import { TcpFlag, TcpOctet } from './tcp-header.ts';

const LEAST_TCP_HEADER = 20;
const TIMESTAMPS_LENGTH = 10;
const IDENTIFICATION = 4;
/** Octets of payload that are hashed. */
const HASHED = 32;

/** Marks the first packet of a direction: its IPv4 identification and its TCP timestamp. */
export function markPacket(
  table: FlowTable,
  record: number,
  direction: number,
  queue: FlowQueue,
  entry: number,
  view: DataView,
): void {
  const { words } = table;
  const at = record * RECORD_WORDS;
  const network = queue.networkAt[entry]!;
  if (view.getUint8(network) >> 4 === 4) {
    words[at + Cold.ipId] = words[at + Cold.ipId]! | (view.getUint16(network + IDENTIFICATION) << (16 * direction));
  }
  const transport = queue.transportAt[entry]!;
  if ((queue.key3[entry]! & 0xff) !== TCP || transport < 0) return;
  // The options of a SYN are read with what else they say.
  if ((view.getUint8(transport + TcpOctet.flags) & TcpFlag.syn) !== 0) return;
  const options = transport + LEAST_TCP_HEADER;
  const found = findTcpOption(view, options, queue.payloadAt[entry]!, TcpOption.timestamps, TIMESTAMPS_LENGTH);
  if (found >= 0) words[at + Cold.timestamp + direction] = view.getInt32(found);
}

/** Marks the first payload of a direction, as far as it was captured. */
export function markPayload(
  table: FlowTable,
  record: number,
  direction: number,
  queue: FlowQueue,
  entry: number,
  view: DataView,
): void {
  const flags = record * RECORD_WORDS + Hot.flags;
  table.words[flags] = table.words[flags]! | (FlowFlag.payloadMarked << direction);
  const start = queue.payloadAt[entry]!;
  const end = Math.min(queue.end[entry]!, start + Math.min(queue.payloadLength[entry]!, HASHED));
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = Math.imul((hash ^ (hash >>> 15)) + view.getInt32(at), 0x85ebca77);
  for (; at < end; at++) hash = Math.imul((hash ^ (hash >>> 13)) + view.getUint8(at), 0xc2b2ae3d);
  table.words[record * RECORD_WORDS + Cold.payloadHash + direction] = hash ^ (hash >>> 16);
}

/** Keeps a time to live that the direction did not have before. */
export function keepTtl(table: FlowTable, record: number, direction: number, ttl: number): void {
  const { words } = table;
  const at = record * RECORD_WORDS;
  const shift = 16 + 8 * direction;
  const kept = (words[at + Cold.rstTtls]! >>> shift) & 0xff;
  const ttls = words[at + Cold.ttls + direction]!;
  for (let i = 0; i < kept; i++) {
    if (((ttls >>> (8 * i)) & 0xff) === ttl) return;
  }
  if (kept === 4) return;
  words[at + Cold.ttls + direction] = ttls | (ttl << (8 * kept));
  words[at + Cold.rstTtls] = words[at + Cold.rstTtls]! + (1 << shift);
}
