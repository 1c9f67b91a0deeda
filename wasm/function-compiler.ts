/** One function: its parameters and local variables, and the names in it. */
import binaryen from 'binaryen';
import { heldAs, type Operand } from './arithmetic.ts';
import { compileBody } from './statements.ts';
import { type Closure, type Local, type NumberType, type Scalar, Scope, type Value } from './values.ts';
import type { Compiled, WasmModule } from './wasm-module.ts';

/** Where `break` and `continue` go to. */
export interface Jump {
  readonly label: string | undefined;
  readonly breaks: string;
  /** Undefined for a switch. */
  readonly continues: string | undefined;
}

/** State of the function that is being compiled. */
export class FunctionCompiler {
  readonly out: WasmModule;
  readonly closure: Closure;
  readonly scope: Scope;
  readonly jumps: Jump[] = [];
  /** Type of what it returns, known from the first `return`. */
  result: NumberType | 'none' = 'none';
  private readonly paramTypes: number[] = [];
  private readonly localTypes: number[] = [];
  private readonly prologue: number[] = [];
  private readonly steady = new Map<number, Local>();
  private blocks = 0;

  constructor(out: WasmModule, closure: Closure, args: readonly (Value | Operand)[]) {
    this.out = out;
    this.closure = closure;
    this.scope = new Scope(closure.scope);
    for (const [i, param] of closure.node.params.entries()) {
      if (param.type !== 'Identifier') throw this.error(param, 'a parameter that is no name');
      const arg = args[i];
      this.scope.bind(param.name, arg === undefined ? { kind: 'undefined' } : this.param(arg));
    }
  }

  private param(arg: Value | Operand): Value {
    if (!('ref' in arg)) return arg;
    const type = arg.type === 'bool' ? 'i32' : arg.type;
    return { kind: 'local', index: this.paramTypes.push(heldAs(type)) - 1, type };
  }

  /** Compiles the function under a name. */
  compile(name: string): Compiled {
    const { binaryen: module } = this.out;
    const statements = compileBody(this);
    const result = this.result === 'none' ? binaryen.none : heldAs(this.result);
    if (this.result !== 'none') statements.push(module.unreachable());
    const body = module.block(null, [...this.prologue, ...statements], result);
    module.addFunction(name, binaryen.createType(this.paramTypes), result, this.localTypes, body);
    return { name, result: this.result };
  }

  /** A new local variable. */
  local(type: NumberType): Local {
    return { kind: 'local', index: this.paramTypes.length + this.localTypes.push(heldAs(type)) - 1, type };
  }

  /** A local that holds a scalar which never changes while the function runs; it is read once. */
  held(scalar: Scalar): Local {
    const found = this.steady.get(scalar.address);
    if (found !== undefined) return found;
    const { binaryen: module } = this.out;
    const local = this.local(scalar.type);
    this.prologue.push(module.local.set(local.index, this.out.read(scalar).ref));
    this.steady.set(scalar.address, local);
    return local;
  }

  /** Name of a new block. */
  block(): string {
    return `block.${this.blocks++}`;
  }

  /** An error at a place of the source. */
  error(node: { readonly type: string; readonly start: number }, message: string): Error {
    return new Error(`${this.closure.node.id?.name ?? 'closure'}: ${message} (${node.type} at ${node.start})`);
  }
}
