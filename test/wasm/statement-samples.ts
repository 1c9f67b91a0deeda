/** Conditions, loops and calls in the subset that is compiled, as functions that are run as JavaScript and as WebAssembly. */
import { least, TURNS } from './imported-samples.ts';
import type { Sample, SampleColumns } from './sample-columns.ts';

const MASK = 15;
const SEVEN = 7;
const Side = { left: 3, right: 16 } as const;

export function branchesOfDoubles({ f64, i32 }: SampleColumns): Sample {
  return (a, b) => {
    const x = f64[a & MASK]!;
    const y = f64[b & MASK]!;
    if (!(x <= y)) i32[0] = 1;
    if (x > y || !(y >= 0)) i32[1] = 2;
    if (!(x < y && y < 10)) i32[2] = 3;
    else i32[3] = 4;
    if (!(x === y || x >= 0)) i32[4] = 5;
  };
}

export function conditions({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    const isLess = a < b;
    const isOdd = (a & 1) !== 0;
    let taken = 0;
    if (isLess && isOdd) taken = taken | 1;
    if (isLess || isOdd) taken = taken | 2;
    if (!isLess && !isOdd) taken = taken | 4;
    if (!(isLess || isOdd) || (a === b && b > 3)) taken = taken | 8;
    if (a & 4) taken = taken | 16;
    if (!(a & 8)) taken = taken | 32;
    if (isLess === isOdd) taken = taken | 64;
    if (isLess !== b > 0) taken = taken | 128;
    const both = isLess && (isOdd ? b > 7 : b < 7) && !(a === 9);
    const either = (a > 5 && b > 5) || (a < -5 && b < -5) || both;
    i32[0] = +both;
    i32[1] = either ? (isOdd ? 1 : 2) : isLess ? 3 : 4;
    i32[2] = (isLess ? a : b) ^ taken;
    return either;
  };
}

/** What is called where the left side decides shows. */
export function sides({ told, heard }: SampleColumns): Sample {
  return (a, b) => {
    if (told(1, a) > 0 && told(2, b) > 0) heard(3);
    if (told(4, a) > 0 || told(5, b) > 0) heard(6);
    const both = told(7, a) > 0 && told(8, b) > 0;
    const either = told(9, a) > 0 || !(told(10, b) > 0);
    const chosen = both ? told(11, a) : told(12, b);
    const sum = (told(13, a) & 0xff) + (told(14, b) & 0xff);
    return chosen ^ sum ^ (either ? 1 : 2) ^ Math.min(told(15, a), told(16, b));
  };
}

export function chains({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    if (a < 0) {
      if (b < 0) return -1;
      i32[0] = b;
    } else if (a === 0) return 0;
    else if (a < 100) {
      i32[1] = a;
      if (b === 5) return 7;
    } else {
      const a = b ^ 3;
      i32[2] = a;
    }
    i32[3] = a;
    return 1;
  };
}

export function returnsNothing({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    if (a > b) return;
    i32[0] = a;
    if (a < 0) return;
    i32[1] = b;
  };
}

export function loops({ i32, u8 }: SampleColumns): Sample {
  return (a, b) => {
    let sum = 0;
    for (let i = 0; i < (a & MASK); i++) {
      if (u8[i]! > 200) break;
      if ((u8[i]! & 1) !== 0) continue;
      sum = (sum + i32[i]!) | 0;
    }
    let left = b & 63;
    while (left > 3) {
      left -= 3;
      if (left === 31) continue;
      if (left === 30) break;
      sum ^= left;
    }
    for (;;) {
      if (sum > 0 || left > 40) break;
      left++;
      sum = (sum + 0x10000001) | 0;
    }
    for (let held = u8[0]!, steps = 0; held !== 0 && steps < 9; held = u8[held & MASK]!) {
      sum ^= held;
      steps++;
    }
    return sum;
  };
}

export function labels({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    let sum = 0;
    outer: for (let i = 0; i < 12; i++) {
      inner: for (let j = 0; ; j++) {
        if (j > 5) break;
        if (i * j === (a & 31)) continue outer;
        if (i + j === (b & 15)) break outer;
        switch ((i + j) & 3) {
          case 0:
            continue;
          case 1:
            break inner;
          case 2:
            sum += 100;
            break;
          default:
            if (i === 7) continue outer;
        }
        sum += i * j + 1;
      }
      i32[i] = sum;
    }
    return sum;
  };
}

export function choices({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    switch (a & 15) {
      case 2:
      case 3:
        i32[0] = 1;
        break;
      case SEVEN:
        return 77;
      case 9: {
        const odd = b | 1;
        i32[2] = odd;
        break;
      }
      default:
        i32[1] = 2;
    }
    switch (b) {
      case 0:
        return 6;
      case 1:
        return 7;
    }
    return 8;
  };
}

export function calls({ i32, u32, f64, view }: SampleColumns): Sample {
  function clamp(value: number, most: number): number {
    if (value > most) return most;
    return value < 0 ? 0 : value;
  }
  function keep(at: number, value: number): void {
    if (at > MASK) return;
    i32[at] = value;
  }
  const halfOf = (value: number): number => value / 2;
  const isLater = (time: number, other: number): boolean => !(time <= other);
  const first = (from: DataView, at: number): number => from.getUint8(at);
  const flip = (value: number): number => value ^ Side.left;
  const restOf = (value: number, other?: (x: number) => number): number => (other === undefined ? value : other(value));
  return (a, b) => {
    keep(0, clamp(a, 1000));
    keep(1 + (b & 31), clamp(b, a));
    keep(2, first(view, a & 31));
    f64[0] = halfOf(a);
    f64[1] = halfOf(f64[2]!);
    f64[3] = halfOf(u32[0]!);
    keep(4, +isLater(f64[4]!, f64[5]!));
    keep(5, isLater(a, b) ? 1 : 2);
    keep(6, least(a, b));
    keep(7, restOf(a, flip) ^ restOf(b));
    return clamp(a & 0xff, 9) + TURNS + Side.right;
  };
}

export function imports({ told, heard, u32, f64 }: SampleColumns): Sample {
  return (a, b) => {
    heard(a);
    heard(+(a < b));
    const answer = told(a, b);
    if (answer < 0) heard(u32[0]! | 0);
    if (f64[0]! > -5 && f64[0]! < 5) heard((f64[0]! * 10) | 0);
    return answer;
  };
}

export function ownColumns({ i32 }: SampleColumns): Sample {
  const kept = new Int32Array(8);
  const later = new Int32Array(4);
  return (a, b) => {
    for (let i = 0; i < 8; i++) kept[i] = a ^ i;
    for (let i = 0; i < 4; i++) later[i] = b;
    kept[a & 7]! ^= b;
    i32[0] = kept[b & 7]!;
    i32[1] = later[0]!;
    return kept[0]!;
  };
}

export function names({ i32, u8 }: SampleColumns): Sample {
  const alias = i32;
  return (a, b) => {
    const same = alias;
    let x = a;
    {
      const x = b;
      same[0] = x;
    }
    for (let x = 0; x < 3; x++) {
      let y = x;
      y += a & 3;
      alias[1 + x] = y;
    }
    x = x ^ u8.length ^ i32.length;
    return x;
  };
}

export function sequences({ i32 }: SampleColumns): Sample {
  return (a, b) => {
    let sum = 0;
    for (let i = a & 7, j = b & 15; i < j; i += 1, j -= 1) sum = (sum + i * j) | 0;
    for (let i = 0; i < 16; i32[i] = sum ^ i, i++) sum = (sum + 1) | 0;
    return sum;
  };
}
