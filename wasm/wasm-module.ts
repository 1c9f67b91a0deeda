/** A WebAssembly module in the making: functions compiled when they are first called, the scalars and imports they need. */
import binaryen from 'binaryen';
import { Arithmetic, heldAs, type Operand } from './arithmetic.ts';
import { FunctionCompiler } from './function-compiler.ts';
import type { Closure, HeldType, Import, NumberType, Scalar, Value } from './values.ts';

const { Features } = binaryen;
/** Extensions that all engines of the last years have. */
const FEATURES =
  Features.Atomics | Features.MutableGlobals | Features.NontrappingFPToInt | Features.BulkMemory | Features.SignExt;
/** Most pages of a memory. */
const MOST_PAGES = 65_536;

/** A function of the module. */
export interface Compiled {
  readonly name: string;
  readonly result: NumberType | 'none';
}

/** Compiles closures to one module, whose memory and JavaScript functions are imported from `env`. */
export class WasmModule {
  readonly binaryen = new binaryen.Module();
  readonly arithmetic = new Arithmetic(this.binaryen);
  private readonly functions = new Map<Closure['node'], { readonly key: string; readonly compiled: Compiled }[]>();
  private readonly known = new Map<object, number>();
  private readonly imports = new Map<string, number>();
  private readonly unfinished = new Set<Closure['node']>();
  private count = 0;

  constructor() {
    this.binaryen.setFeatures(FEATURES);
    this.binaryen.setMemory(1, MOST_PAGES, null, [], true);
    this.binaryen.addMemoryImport('0', 'env', 'memory', true);
  }

  /** The function that a closure comes to for these arguments: numbers by their type, everything else by what it is. */
  function(closure: Closure, args: readonly (Value | Operand)[]): Compiled {
    const types = args.map((arg) => ('ref' in arg ? paramType(arg.type) : this.identity(arg)));
    const key = [this.numberOf(closure.scope), ...types].join();
    const versions = this.functions.get(closure.node) ?? [];
    this.functions.set(closure.node, versions);
    const found = versions.find((version) => version.key === key);
    if (found !== undefined) return found.compiled;
    const fn = new FunctionCompiler(this, closure, args);
    if (this.unfinished.has(closure.node)) throw fn.error(closure.node, 'a function that calls itself');
    this.unfinished.add(closure.node);
    const compiled = fn.compile(`${closure.node.id?.name ?? 'closure'}.${this.count++}`);
    this.unfinished.delete(closure.node);
    versions.push({ key, compiled });
    return compiled;
  }

  /** Exports a closure under a name, with a parameter of a type where `args` names one. */
  export(name: string, closure: Closure, args: readonly (Value | HeldType)[]): void {
    const { name: internal } = this.function(
      closure,
      args.map((arg) => (arg === 'i32' || arg === 'f64' ? this.zero(arg) : arg)),
    );
    this.binaryen.addFunctionExport(internal, name);
  }

  private zero(type: HeldType): Operand {
    return type === 'f64' ? { ref: this.binaryen.f64.const(0), type } : this.arithmetic.constant(0);
  }

  /** Exports a function that answers a number. */
  exportNumber(name: string, value: number): void {
    const { binaryen: module } = this;
    module.addFunction(name, binaryen.none, binaryen.i32, [], module.i32.const(value));
    module.addFunctionExport(name, name);
  }

  /** Reads a scalar. */
  read({ address, type }: Scalar): Operand {
    const { i32, f64 } = this.binaryen;
    const zero = i32.const(0);
    return { ref: type === 'f64' ? f64.load(address, 8, zero) : i32.load(address, 4, zero), type };
  }

  /** Writes a scalar. */
  write({ address, type }: Scalar, value: Operand): number {
    const { i32, f64 } = this.binaryen;
    const held = this.arithmetic.as(value, type);
    const zero = i32.const(0);
    return type === 'f64' ? f64.store(address, 8, zero, held) : i32.store(address, 4, zero, held);
  }

  /** Sees to it that a JavaScript function is imported, which is called with so many numbers. */
  import({ name, result, params: types = [] }: Import, params: number): string {
    const known = this.imports.get(name);
    if (known !== undefined && known !== params)
      throw new Error(`${name} is called with ${params} and with ${known} numbers`);
    if (known === undefined) {
      this.imports.set(name, params);
      const held = binaryen.createType(Array.from({ length: params }, (_, i) => heldAs(types[i] ?? 'i32')));
      this.binaryen.addFunctionImport(name, 'env', name, held, result === 'none' ? binaryen.none : heldAs(result));
    }
    return name;
  }

  /** The optimised module. */
  emit(): Uint8Array {
    const { binaryen: module } = this;
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    if (!module.validate()) throw new Error('the module is not valid');
    module.optimize();
    return module.emitBinary();
  }

  private identity(value: Value): string {
    if (value.kind === 'number' || value.kind === 'boolean') return `${value.value}`;
    return `#${this.numberOf(value)}`;
  }

  private numberOf(object: object): number {
    const number = this.known.get(object) ?? this.known.size;
    this.known.set(object, number);
    return number;
  }
}

function paramType(type: NumberType): string {
  return type === 'bool' ? 'i32' : type;
}
