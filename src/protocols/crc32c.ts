/** CRC-32C (Castagnoli), RFC 9260 appendix A. */
import { once } from '../capture/once.ts';

/** The polynomial 0x1edc6f41 with its bits reversed, as the octets' low bits go first. */
const POLYNOMIAL = 0x82f63b78;

const table = once(() =>
  Uint32Array.from({ length: 256 }, (_, octet) => {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    return crc;
  }),
);

/** What the sum over no octets begins with, and is xored with in the end. */
const ALL_ONES = 0xffffffff;

/** CRC of the octets [start, end), with those of [zeroStart, zeroEnd) taken as 0: 0 to 0xffffffff. */
export function crc32c(view: DataView, start: number, end: number, zeroStart: number, zeroEnd: number): number {
  const steps = table();
  let crc = ALL_ONES;
  for (let at = start; at < end; at++) {
    const octet = at >= zeroStart && at < zeroEnd ? 0 : view.getUint8(at);
    crc = (crc >>> 8) ^ steps[(crc ^ octet) & 0xff]!;
  }
  return (crc ^ ALL_ONES) >>> 0;
}
