/** What only a flow's first packet says: who began it, the port of its tunnel, the kind of its ICMP message. */
import { Cold, ColdTime, FlowFlag, Hot, HotTime, NO_WINDOW, RECORD_TIMES, RECORD_WORDS } from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import { icmpRequest, isIcmp } from './icmp-conversation.ts';
import { hasPorts, TCP } from './ip-protocol.ts';
import type { FlowQueue } from './queue.ts';
import { TcpFlag, TcpOctet } from './tcp-header.ts';

/** System ports end here (RFC 6335 §6). */
const WELL_KNOWN_END = 1024;

/** Makes a flow of which the queue's entry is the first packet, in the place of `superseded`, if any. Answers its record. */
export function beginFlow(
  table: FlowTable,
  queue: FlowQueue,
  entry: number,
  view: DataView,
  superseded: number,
): number {
  const record = table.take();
  const { words, times } = table;
  const at = record * RECORD_WORDS;
  words[at] = queue.key0[entry]!;
  words[at + 1] = queue.key1[entry]!;
  words[at + 2] = queue.key2[entry]!;
  words[at + 3] = queue.key3[entry]!;
  words[at + 4] = queue.key4[entry]!;
  words[at + 5] = queue.key5[entry]!;
  words[at + 6] = queue.key6[entry]!;
  words[at + Hot.window] = NO_WINDOW;
  words[at + Hot.window + 1] = NO_WINDOW;
  times[record * RECORD_TIMES + HotTime.last] = queue.time[entry]!;
  times[record * RECORD_TIMES + ColdTime.start] = queue.time[entry]!;
  words[at + Cold.firstPacket] = queue.packet[entry]!;
  keepBeginning(table, record, queue, entry, view);
  table.enter(record, queue.hash[entry]!, superseded);
  return record;
}

function keepBeginning(table: FlowTable, record: number, queue: FlowQueue, entry: number, view: DataView): void {
  const { words } = table;
  const direction = queue.direction[entry]!;
  const protocol = queue.key3[entry]! & 0xff;
  let client = direction;
  let kind = 0;
  // Whoever speaks first is the client, but for TCP that is told by a SYN only.
  let isTold: number = protocol === TCP ? 0 : FlowFlag.clientIsTold;
  const at = queue.transportAt[entry]!;
  if (hasPorts(protocol)) {
    if (isAnswer(queue, entry, view)) {
      client = direction ^ 1;
      isTold = 0;
    }
  } else if (isIcmp(protocol) && at >= 0) {
    const type = view.getUint8(at);
    const request = icmpRequest(protocol, type);
    kind = type | (view.getUint8(at + 1) << 8);
    // An answer tells who asked.
    if (request >= 0 && request !== type) client = direction ^ 1;
    if (request >= 0) kind = request;
  }
  words[record * RECORD_WORDS + Hot.flags] = (client === 1 ? FlowFlag.clientIsSecond : 0) | isTold;
  words[record * RECORD_WORDS + Cold.portIcmp] = queue.tunnelPort[entry]! | (kind << 16);
}

/** Whether a first packet looks like an answer: it comes from a well-known port to one that is none, or resets what was not seen. */
function isAnswer(queue: FlowQueue, entry: number, view: DataView): boolean {
  const at = queue.transportAt[entry]!;
  const isTcp = (queue.key3[entry]! & 0xff) === TCP;
  if (isTcp && at >= 0 && (view.getUint8(at + TcpOctet.flags) & TcpFlag.rst) !== 0) return true;
  const ports = queue.key2[entry]!;
  const source = queue.direction[entry] === 0 ? ports >>> 16 : ports & 0xffff;
  const destination = queue.direction[entry] === 0 ? ports & 0xffff : ports >>> 16;
  return source !== 0 && source < WELL_KNOWN_END && destination >= WELL_KNOWN_END;
}
