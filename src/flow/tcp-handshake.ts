/** What a SYN offers: maximum segment size and window scale. */
import { findTcpOption, TcpOption } from '../protocols/tcp-options.ts';
import { Cold, RECORD_WORDS } from './flow-columns.ts';
import type { FlowTable } from './flow-table.ts';

const LEAST_HEADER = 20;
/** Octets of the options, kind and length included. */
const MSS_LENGTH = 4;
const SCALE_LENGTH = 3;
/** Larger shifts are taken for this one (RFC 7323 §2.3). */
const MOST_SCALE = 14;

/** Keeps the options of the SYN whose header is [at, end). */
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
  const mss = findTcpOption(view, at + LEAST_HEADER, end, TcpOption.maximumSegmentSize, MSS_LENGTH);
  if (mss >= 0) {
    const shift = 16 * direction;
    words[own + Cold.mss] = (words[own + Cold.mss]! & ~(0xffff << shift)) | (view.getUint16(mss) << shift);
  }
  const scale = findTcpOption(view, at + LEAST_HEADER, end, TcpOption.windowScale, SCALE_LENGTH);
  const shift = 8 * direction;
  const told = scale < 0 ? 0 : Math.min(view.getUint8(scale), MOST_SCALE) + 1;
  words[own + Cold.windowScale] = (words[own + Cold.windowScale]! & ~(0xff << shift)) | (told << shift);
}
