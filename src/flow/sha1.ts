/** SHA-1, FIPS 180-4 §6.1: Community IDs are made with it; nothing here relies on its strength. */

const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as const;
const ROUND_CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const;
const BLOCK = 64;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Digest of 20 octets. */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.length + 8) >> 6) + 1) * BLOCK);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 0x20000000));
  view.setUint32(padded.length - 4, (message.length << 3) >>> 0);
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(80);
  for (let block = 0; block < padded.length; block += BLOCK) addBlock(state, schedule, view, block);
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, i) => {
    digest.setInt32(4 * i, word);
  });
  return new Uint8Array(digest.buffer);
}

function addBlock(state: Int32Array, schedule: Int32Array, view: DataView, block: number): void {
  for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(block + 4 * t);
  for (let t = 16; t < 80; t++) {
    schedule[t] = rotate(schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!, 1);
  }
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let t = 0; t < 80; t++) {
    const quarter = Math.floor(t / 20);
    const mixed = quarter === 0 ? (b & c) | (~b & d) : quarter === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const next = (rotate(a, 5) + mixed + e + ROUND_CONSTANTS[quarter as 0]! + schedule[t]!) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}
