/** Options of pcapng blocks, draft-ietf-opsawg-pcapng §3.5: code, length and value, padded to 4 octets. */
import type { ByteOrder } from './interface.ts';
import { decodeText } from './text.ts';

const OPTION_HEADER_LENGTH = 4;
/** The option code that ends the options of a block. */
export const END_OF_OPTIONS = 0;

/** The option code that every block may carry, any number of times. */
export const COMMENT = 1;

/** Options of an Enhanced Packet Block, §4.3; 2 and 3 also of the obsolete Packet Block. */
export const PacketOption = { flags: 2, hash: 3, dropCount: 4, packetId: 5, queue: 6, verdict: 7 } as const;

/** `length` rounded up to the 4-octet boundary that options, packets and blocks end on. */
export function padded(length: number): number {
  return length + (-length & 3);
}

/**
 * Calls `visit` with each option's code and value range, up to the end of the options.
 *
 * @returns the offset of an option that is longer than what is left of its block, or undefined
 */
export function forEachOption(
  view: DataView,
  start: number,
  end: number,
  little: boolean,
  visit: (code: number, start: number, end: number) => void,
): number | undefined {
  let at = start;
  while (end - at >= OPTION_HEADER_LENGTH) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === END_OF_OPTIONS) return undefined;
    const valueStart = at + OPTION_HEADER_LENGTH;
    if (length > end - valueStart) return at;
    visit(code, valueStart, valueStart + length);
    at = valueStart + padded(length);
  }
  return undefined;
}

/** What the options of a packet block say. */
export interface PacketOptions {
  readonly comments: readonly string[];
  /** epb_flags: direction, reception, FCS length and link-layer errors, as one 32-bit word. */
  readonly flags?: number;
  /** Packets lost between this packet and the one before it on the same interface. */
  readonly dropCount?: number;
  /** Number that the same packet bears wherever it was captured. */
  readonly packetId?: bigint;
  /** Queue of the interface the packet was received on. */
  readonly queue?: number;
  /** What became of the packet: kind of verdict, then its value. */
  readonly verdicts: readonly Uint8Array[];
  /** Kind of hash, then its value. */
  readonly hashes: readonly Uint8Array[];
}

/**
 * Decodes the options of one packet, on demand: the range `optionsStart` to `optionsEnd` of a packet, in the byte order of its
 * interface. Octet arrays are copies. Options of a wrong length or beyond the end are left out.
 */
export function readPacketOptions(view: DataView, start: number, end: number, byteOrder: ByteOrder): PacketOptions {
  const little = byteOrder === 'little-endian';
  const comments: string[] = [];
  const verdicts: Uint8Array[] = [];
  const hashes: Uint8Array[] = [];
  const numbers: { flags?: number; dropCount?: number; packetId?: bigint; queue?: number } = {};
  forEachOption(view, start, end, little, (code, valueStart, valueEnd) => {
    const octets = new Uint8Array(view.buffer, view.byteOffset + valueStart, valueEnd - valueStart);
    if (code === COMMENT) comments.push(decodeText(octets));
    else if (code === PacketOption.verdict) verdicts.push(octets.slice());
    else if (code === PacketOption.hash) hashes.push(octets.slice());
    else if (code === PacketOption.flags && octets.length === 4) numbers.flags = view.getUint32(valueStart, little);
    else if (code === PacketOption.queue && octets.length === 4) numbers.queue = view.getUint32(valueStart, little);
    else if (code === PacketOption.dropCount && octets.length === 8) {
      numbers.dropCount = readUint64(view, valueStart, little);
    } else if (code === PacketOption.packetId && octets.length === 8) {
      numbers.packetId = view.getBigUint64(valueStart, little);
    }
  });
  return { comments, verdicts, hashes, ...numbers };
}

/** A 64-bit count as a double: exact below 2^53, near above. */
export function readUint64(view: DataView, at: number, little: boolean): number {
  const first = view.getUint32(at, little);
  const second = view.getUint32(at + 4, little);
  return little ? second * 4_294_967_296 + first : first * 4_294_967_296 + second;
}
