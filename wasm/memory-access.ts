/** Elements of columns, and octets of packets. */
import binaryen from 'binaryen';
import type { Operand } from './arithmetic.ts';
import type { FunctionCompiler } from './function-compiler.ts';
import type { Column, ElementType, View } from './values.ts';

const { i32: I32 } = binaryen;

/** Octets of an element, as a power of two. */
const WIDTH: Readonly<Record<ElementType, number>> = { u8: 0, u16: 1, i32: 2, u32: 2, f32: 2, f64: 3 };

/** A place counted in elements: a number, which costs nothing, and one that is worked out. */
export interface Place {
  readonly constant: number;
  readonly index: Operand | undefined;
}

interface Address {
  readonly offset: number;
  readonly ref: number;
}

/** Address of a place whose elements have 2^`width` octets, behind a base. */
function address(fn: FunctionCompiler, base: Column['base'], { constant, index }: Place, width: number): Address {
  const { arithmetic, binaryen: module } = fn.out;
  const isFixed = typeof base === 'number';
  const offset = (constant << width) + (isFixed ? base : 0);
  const start = isFixed ? undefined : module.local.get(fn.held(base).index, I32);
  if (index === undefined) return { offset, ref: start ?? module.i32.const(0) };
  const units = arithmetic.as(index, 'i32');
  const moved = width === 0 ? units : module.i32.shl(units, module.i32.const(width));
  return { offset, ref: start === undefined ? moved : module.i32.add(start, moved) };
}

/** Reads an element of a column. */
export function load(fn: FunctionCompiler, { elements, base }: Column, at: Place): Operand {
  const { binaryen: module } = fn.out;
  const { offset, ref } = address(fn, base, at, WIDTH[elements]);
  switch (elements) {
    case 'u8':
      return { ref: module.i32.load8_u(offset, 1, ref), type: 'i32' };
    case 'u16':
      return { ref: module.i32.load16_u(offset, 2, ref), type: 'i32' };
    case 'i32':
    case 'u32':
      return { ref: module.i32.load(offset, 4, ref), type: elements };
    case 'f32':
      return { ref: module.f64.promote(module.f32.load(offset, 4, ref)), type: 'f64' };
    default:
      return { ref: module.f64.load(offset, 8, ref), type: 'f64' };
  }
}

/** Writes an element of a column. */
export function store(fn: FunctionCompiler, { elements, base }: Column, at: Place, value: Operand): number {
  const { arithmetic, binaryen: module } = fn.out;
  const { offset, ref } = address(fn, base, at, WIDTH[elements]);
  switch (elements) {
    case 'u8':
      return module.i32.store8(offset, 1, ref, arithmetic.as(value, 'i32'));
    case 'u16':
      return module.i32.store16(offset, 2, ref, arithmetic.as(value, 'i32'));
    case 'i32':
    case 'u32':
      return module.i32.store(offset, 4, ref, arithmetic.as(value, 'i32'));
    case 'f32':
      return module.f32.store(offset, 4, ref, module.f32.demote(arithmetic.as(value, 'f64')));
    default:
      return module.f64.store(offset, 8, ref, arithmetic.as(value, 'f64'));
  }
}

/** What a method of a DataView reads: big-endian unless `isLittle`; undefined for a method that is not in the subset. */
export function readView(
  fn: FunctionCompiler,
  { base }: View,
  method: string,
  at: Place,
  isLittle: boolean,
): Operand | undefined {
  const { binaryen: module } = fn.out;
  const { offset, ref } = address(fn, base, at, 0);
  switch (method) {
    case 'getUint8':
      return { ref: module.i32.load8_u(offset, 1, ref), type: 'i32' };
    case 'getUint16': {
      const loaded = module.i32.load16_u(offset, 1, ref);
      return { ref: isLittle ? loaded : swapped16(fn, loaded), type: 'i32' };
    }
    case 'getInt32':
    case 'getUint32': {
      const loaded = module.i32.load(offset, 1, ref);
      return { ref: isLittle ? loaded : swapped32(fn, loaded), type: method === 'getInt32' ? 'i32' : 'u32' };
    }
    default:
      return undefined;
  }
}

/** Compiles a method of a DataView that writes; undefined for one that is not in the subset: of several octets only little-endian ones are. */
export function writeView(
  fn: FunctionCompiler,
  { base }: View,
  method: string,
  at: Place,
  value: Operand,
  isLittle: boolean,
): { readonly ref: number; readonly type: 'none' } | undefined {
  const { arithmetic, binaryen: module } = fn.out;
  const { offset, ref } = address(fn, base, at, 0);
  const bits = (): number => arithmetic.as(value, 'i32');
  if (method === 'setUint8') return { ref: module.i32.store8(offset, 1, ref, bits()), type: 'none' };
  if (!isLittle) return undefined;
  switch (method) {
    case 'setUint16':
      return { ref: module.i32.store16(offset, 1, ref, bits()), type: 'none' };
    case 'setInt32':
      return { ref: module.i32.store(offset, 1, ref, bits()), type: 'none' };
    case 'setFloat64':
      return { ref: module.f64.store(offset, 1, ref, arithmetic.as(value, 'f64')), type: 'none' };
    default:
      return undefined;
  }
}

function swapped16(fn: FunctionCompiler, loaded: number): number {
  const { i32, local } = fn.out.binaryen;
  const held = fn.local('i32');
  return i32.or(
    i32.shl(i32.and(local.tee(held.index, loaded, I32), i32.const(0xff)), i32.const(8)),
    i32.shr_u(local.get(held.index, I32), i32.const(8)),
  );
}

function swapped32(fn: FunctionCompiler, loaded: number): number {
  const { i32, local } = fn.out.binaryen;
  const held = fn.local('i32');
  return i32.or(
    i32.and(i32.rotl(local.tee(held.index, loaded, I32), i32.const(8)), i32.const(0x00ff00ff)),
    i32.and(i32.rotl(local.get(held.index, I32), i32.const(24)), i32.const(0xff00ff00 | 0)),
  );
}
