/**
 * Numbers in the subset that is compiled, as functions that are run as JavaScript and as WebAssembly. Sums, differences and products of 32 bits are
 * kept within them or cut to them at once, and doubles are within 32 bits where they are cut: that is what the subset asks for.
 */
import type { Sample, SampleColumns } from './sample-columns.ts';

const MASK = 15;

export function sums(): Sample {
  return (a, b) => ((a + b) | 0) ^ ((a - b) | 0) ^ ((a + b - 3 + (b & 7)) | 0);
}

export function products(): Sample {
  return (a, b) => Math.imul(a, b) ^ ((a & 0x7fff) * (b & 0xffff)) ^ Math.imul(a ^ 5, 0x9e3779b1);
}

export function bits(): Sample {
  return (a, b) => (a & b) ^ (a | 0x1234) ^ ~b ^ (a & ~0xff);
}

export function shifts(): Sample {
  return (a, b) => (a << b) ^ (a >> b) ^ (a >>> 5) ^ (1 << a) ^ (b >>> 31) ^ ((a >>> b) & 0xff);
}

export function unsigned(): Sample {
  return (a) => a >>> 0;
}

export function unary(): Sample {
  return (a, b) => (-(a >> 1) | 0) ^ (+(a > b) << 3) ^ (-+(a === b) & 0x700) ^ ~(a + 1);
}

export function extremes(): Sample {
  return (a, b) =>
    Math.min(a, b) ^ Math.max(a, 7) ^ Math.min(a, Math.max(b, -3)) ^ Math.abs(a >> 1) ^ Math.max(b & 255, 9);
}

export function comparisons(): Sample {
  return (a, b) =>
    +(a < b) | (+(a <= b) << 1) | (+(a > b) << 2) | (+(a >= b) << 3) | (+(a === b) << 4) | (+(a !== b) << 5);
}

export function unsignedComparisons({ u32 }: SampleColumns): Sample {
  return (a, b) => {
    const x = u32[a & MASK]!;
    const y = u32[b & MASK]!;
    const ofTwo = +(x < y) | (+(x <= y) << 1) | (+(x > y) << 2) | (+(x >= y) << 3) | (+(x === y) << 4);
    const mixed = +(x < a) | (+(x <= a) << 1) | (+(a < y) << 2) | (+(a >= y) << 3) | (+(x === a) << 4);
    const known = +(x < 5) | (+(x > 0xfffffff0) << 1) | (+(x >= -1) << 2) | (+(-7 > y) << 3) | (+(a < 0x80000000) << 4);
    return ofTwo | (mixed << 8) | (known << 16) | (+(b !== y) << 24);
  };
}

export function doubleComparisons({ f64, u32 }: SampleColumns): Sample {
  return (a, b) => {
    const x = f64[a & MASK]!;
    const y = f64[b & MASK]!;
    const ofTwo = +(x < y) | (+(x <= y) << 1) | (+(x > y) << 2) | (+(x >= y) << 3) | (+(x === y) << 4);
    const mixed = +(x < a) | (+(b <= y) << 1) | (+(x > u32[0]!) << 2) | (+(x !== 0) << 3) | (+(y >= 2.5) << 4);
    const turned = +!(x < y) | (+!(x <= y) << 1) | (+!(x > a) << 2) | (+!(x === y) << 3) | (+!(x !== y) << 4);
    return ofTwo | (mixed << 8) | (turned << 16);
  };
}

export function doubles({ f64 }: SampleColumns): Sample {
  return (a, b) => {
    const x = f64[a & MASK]!;
    let y = f64[b & MASK]!;
    f64[0] = x + y;
    f64[1] = x - a;
    f64[2] = x * y * 1e9 + b;
    f64[3] = x / y;
    f64[4] = a / 4;
    f64[5] = -x;
    y = y / 2 + 1;
    f64[6] = y;
    f64[7]! += x;
    f64[8]! *= 0.5;
    f64[9]! -= a;
    f64[10]! /= 3;
    f64[11] = a < b ? x : y;
    f64[12] = a < b ? 1 : y;
    f64[13] = +x;
  };
}

export function floats({ f32, f64 }: SampleColumns): Sample {
  return (a, b) => {
    f32[0] = f64[a & MASK]!;
    f64[1] = f32[b & MASK]!;
    f32[2] = a;
    f32[3] = f32[a & MASK]! + (f64[b & MASK]! - f32[3]!) / 7;
    return f32[4]! < f64[4]!;
  };
}

export function stores({ u8, u16, i32, u32, f64 }: SampleColumns): Sample {
  return (a, b) => {
    u8[a & MASK] = b;
    u16[a & MASK] = b;
    i32[a & MASK] = b;
    u32[a & MASK] = b;
    f64[a & MASK] = b;
    f64[b & MASK] = u32[1]!;
    i32[b & MASK] = u32[2]!;
    u32[b & MASK] = i32[3]!;
    u8[(b & 7) + 1] = a + 1;
    u16[2 + (b & 7) + 3] = u8[1 + (a & 7)]! + u16[(a & 3) + 2]!;
  };
}

export function cutDoubles({ i32, u8, f64 }: SampleColumns): Sample {
  return (a) => {
    const x = f64[a & MASK]!;
    // Beyond 2^63 a double is cut to the nearest, where JavaScript takes what is left of a division.
    if (x > -9.2e18 && x < 9.2e18) {
      i32[0] = x;
      u8[1] = x;
      i32[2] = (x | 0) + 1;
      i32[3] = x & 0xff;
    }
    if (!(x > 0 || x <= 0)) i32[4] = x;
    i32[5] = (a & 31) / 2;
    return u8[(a & 30) / 2]!;
  };
}

export function views({ view, isLittle, i32, u32, f64 }: SampleColumns): Sample {
  return (a, b) => {
    const at = a & 31;
    i32[0] = view.getUint8(at);
    i32[1] = view.getUint16(at + 1);
    i32[2] = view.getInt32(at + 2);
    u32[3] = view.getUint32(at + 3);
    i32[4] = view.getUint16(at, isLittle);
    i32[5] = view.getInt32(at + (b & 3) + 2, isLittle);
    u32[6] = view.getUint32(at, isLittle);
    f64[7] = view.getUint32(3 + at, isLittle);
    f64[8] = view.getInt32(at, isLittle);
    f64[9] = view.getUint32(at);
    return view.getUint32(at) > view.getUint32(at, isLittle);
  };
}

export function assignments({ u8, i32, u32 }: SampleColumns): Sample {
  return (a, b) => {
    let x = a;
    x ^= b;
    x |= 0x10;
    x &= ~2;
    x <<= 3;
    x >>= 1;
    x >>>= 2;
    x -= 5;
    x += b & 0xff;
    i32[0]! ^= a;
    i32[1]! |= b;
    i32[2]! += a & 0xff;
    i32[3]! -= 1;
    i32[4]! <<= b;
    u8[5]! += a & 0xff;
    u8[6]! ^= b;
    u8[7]!++;
    u8[8]!--;
    u32[9]!++;
    u32[10]! >>>= 3;
    x++;
    --x;
    return x;
  };
}

export function scalars(columns: SampleColumns): Sample {
  return (a, b) => {
    const { count, mean: before } = columns;
    columns.count = count + 1;
    columns.mean = before + (a - before) / (columns.count & 0xff);
    columns.count ^= b & 0xffff;
    columns.mean *= 2;
    columns.count++;
    return before < columns.mean || count > a;
  };
}

export function roundings({ f64 }: SampleColumns): Sample {
  return (a, b) => {
    const x = f64[a & MASK]!;
    const y = f64[b & MASK]!;
    f64[0] = Math.floor(x);
    f64[1] = Math.round(x);
    f64[2] = Math.round(y + 0.49999999999999994);
    f64[3] = Math.min(x, y);
    f64[4] = Math.max(x, b);
    f64[5] = Math.min(x - 1e9, 999_999_999);
    f64[6] = Math.floor(a / 1000);
  };
}

export function wholeQuotients({ u32 }: SampleColumns): Sample {
  return (a, b) => {
    const whole = u32[b & MASK]!;
    const unsigned = ((whole / 1000) >>> 0) ^ ((whole / 7) | 0) ^ ((whole / 1) >>> 0);
    const signed = ((a / 10) | 0) ^ ((a / 1000) >>> 0) ^ ((a / 3) | 0) ^ ((a / 2.5) | 0) ^ ((a / -3) | 0);
    return unsigned ^ signed ^ ((a / ((b & 7) + 1)) | 0);
  };
}

export function written({ view, f64, u32 }: SampleColumns): Sample {
  return (a, b) => {
    const at = a & MASK;
    view.setUint8(at, b);
    view.setUint16(at + 2, a, true);
    view.setInt32(at + 5, b, true);
    view.setInt32(at + 33, u32[at]!, true);
    view.setFloat64(at + 11, f64[0]! > 0 ? f64[0]! : a, true);
    view.setUint8(60, a + 1);
  };
}
