/** Writes options of pcapng blocks, draft-ietf-opsawg-pcapng §3.5, little-endian. */
import type { OctetWriter } from './octet-writer.ts';
import { COMMENT, END_OF_OPTIONS, forEachOption, PacketOption } from './pcapng-options.ts';
import { encodeUtf8 } from './utf8.ts';

/** The length field of an option has 16 bits. */
const LONGEST_VALUE = 65_535;

/** Custom options, §3.5.1: a 32-bit Private Enterprise Number, then octets. The last two are not to be copied. */
const CUSTOM_OPTIONS: readonly number[] = [2988, 2989];
const UNCOPIED_OPTIONS: readonly number[] = [19_372, 19_373];

/** epb_verdict: one octet for the kind; those of eBPF programs, in TC and XDP, are followed by a 64-bit number. */
const VERDICTS_WITH_NUMBER: readonly number[] = [1, 2];
const LENGTH_WITH_NUMBER = 9;

/** Writes an option of octets. */
export function writeOption(out: OctetWriter, code: number, value: Uint8Array): void {
  out.u16(code);
  out.u16(value.length);
  out.octets(value);
  out.pad(value.length);
}

/** Writes an option of text, cut between characters where it is longer than an option can be; none where it is undefined. */
export function writeTextOption(out: OctetWriter, code: number, text: string | undefined): void {
  if (text !== undefined) writeOption(out, code, cut(encodeUtf8(text)));
}

/** Writes an option of 64 bits; none where the number is undefined. */
export function writeNumberOption(out: OctetWriter, code: number, value: number | undefined): void {
  if (value === undefined) return;
  out.u16(code);
  out.u16(8);
  out.u64(value);
}

/** Ends the options of a block. */
export function endOptions(out: OctetWriter): void {
  out.u16(END_OF_OPTIONS);
  out.u16(0);
}

/**
 * Copies the options of a packet block from a reader's buffer. Where that is big-endian, numbers are turned; options whose
 * structure is not known cannot be, and are left out.
 *
 * @returns how many of the options were left out
 */
export function copyPacketOptions(
  out: OctetWriter,
  view: DataView,
  start: number,
  end: number,
  little: boolean,
): number {
  let copied = 0;
  let left = 0;
  forEachOption(view, start, end, little, (code, from, to) => {
    const octets = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
    const value = UNCOPIED_OPTIONS.includes(code)
      ? undefined
      : little
        ? octets
        : littleEndian(code, view, from, octets);
    if (value === undefined) left++;
    else {
      writeOption(out, code, value);
      copied++;
    }
  });
  if (copied > 0) endOptions(out);
  return left;
}

/** The value of a big-endian option in little-endian order; undefined where its structure is not known. */
function littleEndian(code: number, view: DataView, from: number, octets: Uint8Array): Uint8Array | undefined {
  if (code === COMMENT || code === PacketOption.hash) return octets;
  const value = octets.slice();
  const written = new DataView(value.buffer);
  const turnUint64 = (at: number): void => written.setBigUint64(at, view.getBigUint64(from + at), true);
  if (code === PacketOption.flags || code === PacketOption.queue || CUSTOM_OPTIONS.includes(code)) {
    if (octets.length < 4) return undefined;
    written.setUint32(0, view.getUint32(from), true);
  } else if (code === PacketOption.dropCount || code === PacketOption.packetId) {
    if (octets.length !== 8) return undefined;
    turnUint64(0);
  } else if (code === PacketOption.verdict) {
    if (octets.length === LENGTH_WITH_NUMBER && VERDICTS_WITH_NUMBER.includes(octets[0]!)) turnUint64(1);
  } else return undefined;
  return value;
}

function cut(octets: Uint8Array): Uint8Array {
  if (octets.length <= LONGEST_VALUE) return octets;
  let end = LONGEST_VALUE;
  // An octet 10xxxxxx continues the character before it.
  while ((octets[end]! & 0xc0) === 0x80) end--;
  return octets.subarray(0, end);
}
