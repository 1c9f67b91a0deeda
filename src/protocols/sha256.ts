/** SHA-256, FIPS 180-4 §6.2: for fingerprints, which are computed where no digest of the platform's answers at once. */
import { once } from '../capture/once.ts';

/** The first 32 bits of the fractional parts of a function of the first primes, FIPS 180-4 §4.2.2 and §5.3.3. */
function primeFractions(count: number, root: (prime: number) => number): Int32Array {
  const fractions = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate && isPrime; divisor++) isPrime = candidate % divisor !== 0;
    if (isPrime) fractions[found++] = Math.floor((root(candidate) % 1) * 2 ** 32) | 0;
  }
  return fractions;
}

const rounds = once(() => primeFractions(64, Math.cbrt));
const initial = once(() => primeFractions(8, Math.sqrt));
const BLOCK = 64;

const rotate = (word: number, count: number): number => (word >>> count) | (word << (32 - count));

/** The message with a 1 bit, zeros and its length in bits behind it (§5.1.1). */
function padded(message: Uint8Array): DataView {
  const octets = new Uint8Array(Math.ceil((message.length + 9) / BLOCK) * BLOCK);
  octets.set(message);
  octets[message.length] = 0x80;
  const view = new DataView(octets.buffer);
  view.setUint32(octets.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(octets.length - 4, message.length << 3);
  return view;
}

/** Mixes one block into the hash (§6.2.2). */
function mix(hash: Int32Array, view: DataView, at: number, words: Int32Array): void {
  for (let t = 0; t < 64; t++) {
    if (t < 16) {
      words[t] = view.getInt32(at + 4 * t);
      continue;
    }
    const early = words[t - 15]!;
    const late = words[t - 2]!;
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[t] = (sigma1 + words[t - 7]! + sigma0 + words[t - 16]!) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  const constants = rounds();
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + sum1 + choice + constants[t]! + words[t]!) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + sum0 + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    hash[index] = hash[index]! + word;
  });
}

/** SHA-256 of the octets in lower-case hexadecimal, 64 digits. */
export function sha256Hex(message: Uint8Array): string {
  const hash = initial().slice();
  const words = new Int32Array(64);
  const view = padded(message);
  for (let at = 0; at < view.byteLength; at += BLOCK) mix(hash, view, at, words);
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
