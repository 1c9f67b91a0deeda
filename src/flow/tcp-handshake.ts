/** What a SYN offers: maximum segment size and window scale. */
import { TcpOption } from '../protocols/tcp-options.ts';
import { Cold, FlowFlag, Hot, RECORD_WORDS, UNKNOWN_SCALE, WINDOW_SCALE_SHIFT } from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';
import { TcpFlag } from './tcp-header.ts';

const LEAST_HEADER = 20;
/** Octets of the options, kind and length included. */
const MSS_LENGTH = 4;
const SCALE_LENGTH = 3;
const TIMESTAMPS_LENGTH = 10;
/** Larger shifts are taken for this one (RFC 7323 §2.3). */
const MOST_SCALE = 14;

/** Keeps the options of the SYN whose header is [at, end): what it offers, and the timestamp that marks a direction's first packet. */
export function keepSynOptions(
  table: FlowTable,
  record: number,
  direction: number,
  view: DataView,
  at: number,
  end: number,
): void {
  const { words } = table;
  const own = record * RECORD_WORDS;
  const scaleShift = 8 * direction;
  words[own + Cold.windowScale] = words[own + Cold.windowScale]! & ~(0xff << scaleShift);
  for (let option = at + LEAST_HEADER; option + 1 < end; ) {
    const kind = view.getUint8(option);
    if (kind === TcpOption.endOfList) return;
    if (kind === TcpOption.noOperation) {
      option += 1;
      continue;
    }
    const length = view.getUint8(option + 1);
    if (length < 2 || option + length > end) return;
    if (kind === TcpOption.maximumSegmentSize && length === MSS_LENGTH) {
      const shift = 16 * direction;
      words[own + Cold.mss] = (words[own + Cold.mss]! & ~(0xffff << shift)) | (view.getUint16(option + 2) << shift);
    } else if (kind === TcpOption.windowScale && length === SCALE_LENGTH) {
      const scale = Math.min(view.getUint8(option + 2), MOST_SCALE) + 1;
      words[own + Cold.windowScale] = words[own + Cold.windowScale]! | (scale << scaleShift);
    } else if (kind === TcpOption.timestamps && length === TIMESTAMPS_LENGTH) {
      if (words[own + Cold.timestamp + direction] === 0) {
        words[own + Cold.timestamp + direction] = view.getInt32(option + 2);
      }
    }
    option += length;
  }
}

/** Settles window scales at a SYN, whose options were kept: each side scales only where both can (RFC 7323 §2.2). */
export function settleScales(table: FlowTable, record: number, direction: number, flags: number): void {
  const { words } = table;
  const at = record * RECORD_WORDS;
  const reverse = direction ^ 1;
  const told = words[at + Cold.windowScale]!;
  const own = (told >>> (8 * direction)) & 0xff;
  const other = (told >>> (8 * reverse)) & 0xff;
  const otherTold = (words[at + Hot.flags]! & (FlowFlag.syn << reverse)) !== 0;
  const isOff = (flags & TcpFlag.ack) !== 0 && (own === 0 || (other === 0 && otherTold));
  setScale(words, at + Hot.window + direction, isOff || own === 0 ? 0 : own - 1);
  if (isOff) setScale(words, at + Hot.window + reverse, 0);
}

function setScale(words: Int32Array, at: number, scale: number): void {
  words[at] =
    (words[at]! & ~(UNKNOWN_SCALE << WINDOW_SCALE_SHIFT)) | (Math.min(scale, MOST_SCALE) << WINDOW_SCALE_SHIFT);
}
