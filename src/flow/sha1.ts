/** SHA-1 of messages that fit one block, FIPS 180-4 §6.1: Community IDs are made with it; nothing here relies on its strength. */

/** Octets of a block. */
const BLOCK = 64;
/** Longest message: behind it stand a one bit and its length in bits. */
export const MOST_OCTETS = BLOCK - 9;

/** A digest's 160 bits, as big-endian words. */
export type Sha1Digest = Int32Array;

/** Makes a function that digests one message after another. What it answers is overwritten by the next. */
export function createSha1(): (message: DataView, length: number) => Sha1Digest {
  // A closure's constants, with addresses that V8 writes into the code; arrays shorter than 64 octets have none.
  const schedule = new Int32Array(80);
  const digest = new Int32Array(20).subarray(0, 5);

  function readMessage(message: DataView, length: number): void {
    schedule.fill(0, 0, 16);
    const whole = length >> 2;
    for (let i = 0; i < whole; i++) schedule[i] = message.getInt32(4 * i);
    // A one bit stands behind the last octet.
    let last = 0x80 << (24 - 8 * (length & 3));
    for (let i = 0; i < (length & 3); i++) last |= message.getUint8(4 * whole + i) << (24 - 8 * i);
    schedule[whole] = last;
    schedule[15] = length * 8;
    for (let t = 16; t < 80; t++) {
      const mixed = schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!;
      schedule[t] = (mixed << 1) | (mixed >>> 31);
    }
  }

  return (message, length) => {
    if (length > MOST_OCTETS) throw new RangeError(`a message of ${length} octets is more than one block of SHA-1`);
    readMessage(message, length);
    let a = 0x67452301;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476;
    let e = 0xc3d2e1f0 | 0;
    for (let t = 0; t < 20; t++) {
      const next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + 0x5a827999 + schedule[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let t = 20; t < 40; t++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + schedule[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let t = 40; t < 60; t++) {
      const next = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + 0x8f1bbcdc + schedule[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let t = 60; t < 80; t++) {
      const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + schedule[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    digest[0] = 0x67452301 + a;
    digest[1] = 0xefcdab89 + b;
    digest[2] = 0x98badcfe + c;
    digest[3] = 0x10325476 + d;
    digest[4] = 0xc3d2e1f0 + e;
    return digest;
  };
}
