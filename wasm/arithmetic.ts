/** What JavaScript's operators on numbers are in WebAssembly, where the operands' types are known. */
import binaryen from 'binaryen';
import type { HeldType, NumberType } from './values.ts';

/** An expression that yields a number. */
export interface Operand {
  readonly ref: number;
  readonly type: NumberType;
  /** The number, of a constant. */
  readonly constant?: number;
}

const { i32, f64 } = binaryen;

/** Type of WebAssembly that a number is held in. */
export function heldAs(type: NumberType | HeldType): number {
  return type === 'f64' ? f64 : i32;
}

function is32Bits(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32;
}

type Operation = (left: number, right: number) => number;

function named(operator: string, operations: Readonly<Record<string, Operation>>): Operation {
  const operation = operations[operator];
  if (operation === undefined) throw new Error(`no operator ${operator}`);
  return operation;
}

/** Operators for one module. */
export class Arithmetic {
  readonly #module: binaryen.Module;

  constructor(module: binaryen.Module) {
    this.#module = module;
  }

  constant(value: number): Operand {
    const module = this.#module;
    if (!is32Bits(value)) return { ref: module.f64.const(value), type: 'f64', constant: value };
    return { ref: module.i32.const(value | 0), type: value >= 2 ** 31 ? 'u32' : 'i32', constant: value };
  }

  truth(value: boolean): Operand {
    return { ref: this.#module.i32.const(value ? 1 : 0), type: 'bool' };
  }

  /** Whether a place of a type can hold the operand as the number it is. */
  fits({ type, constant }: Operand, place: NumberType): boolean {
    if (type === place || place === 'f64') return true;
    if (type === 'f64' || place === 'bool') return false;
    if (type === 'bool') return true;
    return constant !== undefined && (place === 'u32' ? constant >= 0 : constant < 2 ** 31);
  }

  /** The operand as a double, or as 32 bits: of a double those that JavaScript keeps, below 2^63; one beyond is cut to the nearest before. */
  as({ ref, type, constant }: Operand, wanted: NumberType | HeldType): number {
    const module = this.#module;
    if (wanted !== 'f64') return type === 'f64' ? module.i32.wrap(module.i64.trunc_s_sat.f64(ref)) : ref;
    if (type === 'f64') return ref;
    if (constant !== undefined) return module.f64.const(constant);
    return type === 'u32' ? module.f64.convert_u.i32(ref) : module.f64.convert_s.i32(ref);
  }

  binary(operator: string, left: Operand, right: Operand): Operand {
    switch (operator) {
      case '+':
      case '-':
      case '*':
        return this.#sum(operator, left, right);
      case '/':
        return { ref: this.#module.f64.div(this.as(left, 'f64'), this.as(right, 'f64')), type: 'f64' };
      case '&':
      case '|':
      case '^':
      case '<<':
      case '>>':
      case '>>>':
        return this.#bits(operator, left, right);
      default:
        return this.#comparison(operator, left, right);
    }
  }

  /** Sums and products of 32 bits are taken for such, as indices and counters are. */
  #sum(operator: '+' | '-' | '*', left: Operand, right: Operand): Operand {
    const isDouble = left.type === 'f64' || right.type === 'f64';
    const operations = isDouble ? this.#module.f64 : this.#module.i32;
    const type = isDouble ? 'f64' : 'i32';
    const operation = { '+': operations.add, '-': operations.sub, '*': operations.mul }[operator];
    return { ref: operation(this.as(left, type), this.as(right, type)), type };
  }

  #bits(operator: string, left: Operand, right: Operand): Operand {
    const { i32: bits } = this.#module;
    const operation = {
      '&': bits.and,
      '|': bits.or,
      '^': bits.xor,
      '<<': bits.shl,
      '>>': bits.shr_s,
      '>>>': bits.shr_u,
    };
    const known = operation[operator as keyof typeof operation];
    // Of a shift by 0 all 32 bits may be left, which count from 0.
    const mayBeWhole = operator === '>>>' && (right.constant ?? 0) % 32 === 0;
    return { ref: known(this.as(left, 'i32'), this.as(right, 'i32')), type: mayBeWhole ? 'u32' : 'i32' };
  }

  #comparison(operator: string, left: Operand, right: Operand): Operand {
    const module = this.#module;
    if (left.type === 'f64' || right.type === 'f64') {
      return { ref: this.#doubles(operator)(this.as(left, 'f64'), this.as(right, 'f64')), type: 'bool' };
    }
    const countsFrom0 = ({ type, constant }: Operand): boolean => type === 'u32' || (constant ?? -1) >= 0;
    const isSigned = left.type !== 'u32' && right.type !== 'u32';
    if (!isSigned && !(countsFrom0(left) && countsFrom0(right))) {
      return { ref: this.#wide(operator)(this.#extended(left), this.#extended(right)), type: 'bool' };
    }
    const { i32: bits } = module;
    const operation = named(operator, {
      '===': bits.eq,
      '!==': bits.ne,
      '<': isSigned ? bits.lt_s : bits.lt_u,
      '<=': isSigned ? bits.le_s : bits.le_u,
      '>': isSigned ? bits.gt_s : bits.gt_u,
      '>=': isSigned ? bits.ge_s : bits.ge_u,
    });
    return { ref: operation(left.ref, right.ref), type: 'bool' };
  }

  #extended({ ref, type }: Operand): number {
    const { i64 } = this.#module;
    // Of `extend_u` of a load Binaryen makes a load that extends the sign.
    return type === 'u32' ? i64.and(i64.extend_s(ref), i64.const(0xffffffffn)) : i64.extend_s(ref);
  }

  #wide(operator: string): Operation {
    const { i64 } = this.#module;
    return named(operator, {
      '===': i64.eq,
      '!==': i64.ne,
      '<': i64.lt_s,
      '<=': i64.le_s,
      '>': i64.gt_s,
      '>=': i64.ge_s,
    });
  }

  #doubles(operator: string): Operation {
    const { f64: doubles } = this.#module;
    return named(operator, {
      '===': doubles.eq,
      '!==': doubles.ne,
      '<': doubles.lt,
      '<=': doubles.le,
      '>': doubles.gt,
      '>=': doubles.ge,
    });
  }

  /** `-x`, `+x`, `~x` and `!x`. */
  unary(operator: string, operand: Operand): Operand {
    const module = this.#module;
    switch (operator) {
      case '-':
        if (operand.constant !== undefined) return this.constant(-operand.constant);
        if (operand.type === 'f64') return { ref: module.f64.neg(operand.ref), type: 'f64' };
        return { ref: module.i32.sub(module.i32.const(0), operand.ref), type: 'i32' };
      case '+':
        return operand.type === 'bool' ? { ref: operand.ref, type: 'i32' } : operand;
      case '~':
        return { ref: module.i32.xor(this.as(operand, 'i32'), module.i32.const(-1)), type: 'i32' };
      case '!':
        return { ref: module.i32.eqz(operand.ref), type: 'bool' };
      default:
        throw new Error(`no operator ${operator}`);
    }
  }
}
