/**
 * Numbers and addresses as text, written to a view in which there is room for the whole words they are written in. Each function answers where the
 * text ended: who writes many texts keeps the place in a register.
 */

const COLON = 0x3a;
const DOT = 0x2e;

/** The two hexadecimal digits of an octet as they stand in a little-endian word. Tables are made of it at start, where text would take a millisecond. */
export function hexDigits(octet: number): number {
  return digitCode(octet >> 4) | (digitCode(octet & 15) << 8);
}

function digitCode(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** Makes the functions with their tables: V8 takes what a function closes over for constants, but what a module of a bundle declares for variables. */
function createPut() {
  /** Places in the tables of numbers below 1000: from 0 on as they stand, 0 without a digit; then with a digit for 0; then with three digits each. */
  const ALONE = 1000;
  const PADDED = 2000;
  const decimals = new Int32Array(3000);
  const decimalLengths = new Uint8Array(3000);
  for (let n = 0; n < 1000; n++) {
    const padded = 0x303030 | Math.floor(n / 100) | ((Math.floor(n / 10) % 10) << 8) | ((n % 10) << 16);
    const length = n < 10 ? 1 : n < 100 ? 2 : 3;
    decimals[PADDED + n] = padded;
    decimals[ALONE + n] = padded >>> (8 * (3 - length));
    decimals[n] = n === 0 ? 0 : decimals[ALONE + n]!;
    decimalLengths[PADDED + n] = 3;
    decimalLengths[ALONE + n] = length;
    decimalLengths[n] = n === 0 ? 0 : length;
  }
  /** Octets in hexadecimal with a colon behind them, and in decimal with a dot behind them. */
  const hexTriples = new Int32Array(256);
  const dotted = new Int32Array(256);
  const dottedLengths = new Uint8Array(256);
  for (let n = 0; n < 256; n++) {
    const length = decimalLengths[ALONE + n]!;
    hexTriples[n] = hexDigits(n) | (COLON << 16);
    dotted[n] = decimals[ALONE + n]! | (DOT << (8 * length));
    dottedLengths[n] = length + 1;
  }

  /** Writes a whole number from 0 to 2^32 - 1, or the negative one with the same 32 bits, in decimal. */
  function putWhole(target: DataView, at: number, value: number): number {
    const whole = value >>> 0;
    if (whole < 1_000_000) return putSmall(target, at, whole);
    const thousands = (whole / 1000) >>> 0;
    const rest = (whole - thousands * 1000) | 0;
    if (thousands < 1_000_000) return putThree(target, putSmall(target, at, thousands), rest);
    const millions = (thousands / 1000) >>> 0;
    const to = putThree(target, putSmall(target, at, millions), (thousands - millions * 1000) | 0);
    return putThree(target, to, rest);
  }

  /** Writes a whole number below a million in decimal, without a branch. */
  function putSmall(target: DataView, at: number, value: number): number {
    const thousands = (value / 1000) >>> 0;
    target.setInt32(at, decimals[thousands]!, true);
    const to = at + decimalLengths[thousands]!;
    const rest = ((value - thousands * 1000) | 0) + (thousands === 0 ? ALONE : PADDED);
    target.setInt32(to, decimals[rest]!, true);
    return to + decimalLengths[rest]!;
  }

  /** Writes a whole number below 1000 in three digits. */
  function putThree(target: DataView, at: number, value: number): number {
    target.setInt32(at, decimals[PADDED + value]!, true);
    return at + 3;
  }

  /** Writes a whole number below 10^9 in nine digits. */
  function putNine(target: DataView, at: number, value: number): number {
    const thousands = (value / 1000) >>> 0;
    const millions = (thousands / 1000) >>> 0;
    const to = putThree(target, at, millions);
    return putThree(target, putThree(target, to, thousands - millions * 1000), (value - thousands * 1000) | 0);
  }

  /** Writes the octets [start, end) of a view, one at least, in hexadecimal with colons between them. */
  function putHexOctets(target: DataView, at: number, view: DataView, start: number, end: number): number {
    let to = at;
    for (let i = start; i < end; i++, to += 3) target.setInt32(to, hexTriples[view.getUint8(i)]!, true);
    return to - 1;
  }

  /** Writes the four octets of a view at `from` in dotted decimal. */
  function putIpv4(target: DataView, at: number, view: DataView, from: number): number {
    const address = view.getUint32(from);
    const first = address >>> 24;
    const second = (address >>> 16) & 255;
    const third = (address >>> 8) & 255;
    const fourth = address & 255;
    target.setInt32(at, dotted[first]!, true);
    const atSecond = at + dottedLengths[first]!;
    target.setInt32(atSecond, dotted[second]!, true);
    const atThird = atSecond + dottedLengths[second]!;
    target.setInt32(atThird, dotted[third]!, true);
    const atFourth = atThird + dottedLengths[third]!;
    target.setInt32(atFourth, dotted[fourth]!, true);
    return atFourth + dottedLengths[fourth]! - 1;
  }

  return { putWhole, putNine, putHexOctets, putIpv4 };
}

export const { putWhole, putNine, putHexOctets, putIpv4 } = createPut();
