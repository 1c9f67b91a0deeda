/** Functions of `Math` that are in the subset. */
import { heldAs, type Operand } from './arithmetic.ts';
import type { FunctionCompiler } from './function-compiler.ts';

/** What a function of `Math` yields for these numbers; undefined where it is not in the subset. */
export function math(fn: FunctionCompiler, name: string, args: readonly Operand[]): Operand | undefined {
  const { arithmetic, binaryen: module } = fn.out;
  const [first, second] = args;
  if (first === undefined) return undefined;
  if (args.length === 1) {
    if (first.type === 'f64') return ofDouble(fn, name, first);
    if (name !== 'abs' || first.type !== 'i32') return undefined;
    const held = keep(fn, first);
    return chosen(fn, [held], '>', held.get, () => arithmetic.unary('-', held.get()));
  }
  if (second === undefined || args.length > 2) return undefined;
  if (name === 'imul') {
    return { ref: module.i32.mul(arithmetic.as(first, 'i32'), arithmetic.as(second, 'i32')), type: 'i32' };
  }
  if (name !== 'min' && name !== 'max') return undefined;
  if (first.type === 'f64' || second.type === 'f64') {
    return { ref: module.f64[name](arithmetic.as(first, 'f64'), arithmetic.as(second, 'f64')), type: 'f64' };
  }
  if (first.type !== 'i32' || second.type !== 'i32') return undefined;
  const [a, b] = [keep(fn, first), keep(fn, second)];
  return chosen(fn, [a, b], name === 'min' ? '<' : '>', a.get, b.get);
}

/** Functions of one double. */
function ofDouble(fn: FunctionCompiler, name: string, operand: Operand): Operand | undefined {
  const { f64, block, select } = fn.out.binaryen;
  if (name === 'floor') return { ref: f64.floor(operand.ref), type: 'f64' };
  if (name !== 'round') return undefined;
  // A half is rounded up; to add it first would round what is just below it, and odd numbers beyond 2^52.
  const number = keep(fn, operand);
  const up = keep(fn, { ref: f64.ceil(number.get().ref), type: 'f64' });
  const half = f64.sub(up.get().ref, f64.const(0.5));
  const down = f64.sub(up.get().ref, f64.const(1));
  const rounded = select(f64.gt(half, number.get().ref), down, up.get().ref);
  return { ref: block(null, [number.set, up.set, rounded], heldAs('f64')), type: 'f64' };
}

interface Kept {
  readonly set: number;
  readonly get: () => Operand;
}

/** An operand in a local variable, to be used more than once. */
function keep(fn: FunctionCompiler, { ref, type }: Operand): Kept {
  const { local } = fn.out.binaryen;
  const { index } = fn.local(type);
  return { set: local.set(index, ref), get: () => ({ ref: local.get(index, heldAs(type)), type }) };
}

/** Either of two numbers of 32 bits: the first where the comparison holds. */
function chosen(
  fn: FunctionCompiler,
  kept: readonly Kept[],
  operator: string,
  a: () => Operand,
  b: () => Operand,
): Operand {
  const { arithmetic, binaryen: module } = fn.out;
  const choice = module.select(arithmetic.binary(operator, a(), b()).ref, a().ref, b().ref);
  return { ref: module.block(null, [...kept.map(({ set }) => set), choice], heldAs('i32')), type: 'i32' };
}
