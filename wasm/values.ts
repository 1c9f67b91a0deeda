/** What the compiler knows while it compiles: everything a closure is made over, and where numbers are at run time. */
import type { ArrowFunctionExpression, Function as FunctionNode } from 'oxc-parser';

/** A number of 32 bits, the same counted from 0, a double, or a truth value. */
export type NumberType = 'i32' | 'u32' | 'f64' | 'bool';
/** What a scalar or a result can be. */
export type HeldType = 'i32' | 'f64';

/** Elements of a typed array. */
export type ElementType = 'u8' | 'u16' | 'i32' | 'u32' | 'f32' | 'f64';

/** A typed array over the module's memory. */
export interface Column {
  readonly kind: 'column';
  readonly elements: ElementType;
  /** Octet it begins at; a scalar where only the run knows. */
  readonly base: number | Scalar;
  readonly length: number | Scalar;
}

/** A number that JavaScript and the module share: 8 octets of the memory. */
export interface Scalar {
  readonly kind: 'scalar';
  /** First octet. */
  readonly address: number;
  readonly type: HeldType;
}

/** A local variable of the function that is being compiled. */
export interface Local {
  readonly kind: 'local';
  readonly index: number;
  readonly type: NumberType;
}

/** A function whose text is known, and what its names mean. */
export interface Closure {
  readonly kind: 'function';
  readonly node: FunctionNode | ArrowFunctionExpression;
  readonly scope: Scope;
  readonly self?: Value;
}

/** A function that stays JavaScript. */
export interface Import {
  readonly kind: 'import';
  readonly name: string;
  readonly result: HeldType | 'none';
  /** What it is called with; numbers of 32 bits where it does not say. */
  readonly params?: readonly HeldType[];
}

/** A DataView over packets, or over lines. */
export interface View {
  readonly kind: 'view';
  /** Octet of the memory that its offsets count from; a scalar where only the run knows. */
  readonly base: number | Scalar;
}

/** A function that is called while the module is compiled. */
export interface Evaluated {
  readonly kind: 'evaluated';
  readonly call: (args: readonly (Value | undefined)[]) => Value;
}

/** An object whose members are known. */
export interface Known {
  readonly kind: 'object';
  readonly member: (name: string) => Value | undefined;
}

export type Value =
  | Column
  | Scalar
  | Local
  | Closure
  | Import
  | Known
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'undefined' }
  | Evaluated
  | View;

/** Names and their meanings, from the inside out. */
export class Scope {
  private readonly names = new Map<string, Value>();
  private readonly outer: { readonly find: (name: string) => Value | undefined } | undefined;

  constructor(outer?: { readonly find: (name: string) => Value | undefined }) {
    this.outer = outer;
  }

  find(name: string): Value | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }

  bind(name: string, value: Value): void {
    this.names.set(name, value);
  }
}

export const UNDEFINED: Value = { kind: 'undefined' };
/** An object of known members. */
export function known(members: Readonly<Record<string, Value>>): Known {
  return { kind: 'object', member: (name) => members[name] };
}
