/** Columns that samples work on, the numbers in them, and samples as WebAssembly on them. */
import fc from 'fast-check';
import { MODULE_OCTETS, ReservedColumns } from '../../src/capture/columns.ts';
import { closureFrom } from '../../wasm/instantiate.ts';
import { reflect } from '../../wasm/reflect.ts';
import { moduleAt } from '../../wasm/source.ts';
import type { Closure, Scalar, Value } from '../../wasm/values.ts';
import { WasmModule } from '../../wasm/wasm-module.ts';

/** Columns of 16 elements, and numbers beside them. */
export interface SampleColumns {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  /** 64 octets. */
  readonly view: DataView;
  readonly isLittle: boolean;
  count: number;
  mean: number;
  /** A function that is not compiled: keeps what it is called with, and answers a number of 32 bits. */
  readonly told: (first: number, second: number) => number;
  readonly heard: (number: number) => void;
}

/** Answers a number, a truth value or nothing. */
export type Sample = (a: number, b: number) => unknown;
export type SampleMaker = (columns: SampleColumns) => Sample;

const ELEMENTS = 16;
const VIEW_OCTETS = 64;
const RESERVE = 4096;
/** Numbers that the module shares with JavaScript, 8 octets each from the start of the memory. */
const SCALARS = [
  'count',
  'mean',
  'view.base',
  ...['u8', 'u16', 'i32', 'u32', 'f32', 'f64'].flatMap((name) => [`${name}.base`, `${name}.length`]),
];
const SCALAR_OCTETS = 8;

function scalarOf(name: string): Scalar {
  const place = SCALARS.indexOf(name.replace('columns.', ''));
  if (place < 0) throw new Error(`no scalar ${name}`);
  return { kind: 'scalar', address: SCALAR_OCTETS * place, type: name.endsWith('mean') ? 'f64' : 'i32' };
}

/** Columns of one memory, and what was said to the functions beside them. */
export class Columns implements SampleColumns {
  readonly memory: ReservedColumns['memory'];
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly isLittle = true;
  count = 0;
  mean = 0;
  heardOf: number[] = [];
  readonly told = (first: number, second: number): number => {
    this.heardOf.push(first, second);
    return (first + second) | 0;
  };
  readonly heard = (number: number): void => {
    this.heardOf.push(number);
  };

  /** @param before octets of the memory before the first column */
  constructor(before = 0) {
    const reserve = new ReservedColumns(RESERVE);
    reserve.octets(before);
    this.memory = reserve.memory;
    this.i32 = reserve.int32(ELEMENTS);
    this.u32 = reserve.uint32(ELEMENTS);
    this.f64 = reserve.float64(ELEMENTS);
    this.f32 = new Float32Array(this.memory.buffer, reserve.int32(ELEMENTS).byteOffset, ELEMENTS);
    this.u16 = reserve.uint16(ELEMENTS);
    this.u8 = reserve.octets(ELEMENTS);
    this.octets = reserve.octets(VIEW_OCTETS);
    this.view = new DataView(this.memory.buffer, this.octets.byteOffset, VIEW_OCTETS);
  }

  fill({ octets, doubles, floats, count, mean }: Content): void {
    const all = new Uint8Array(this.memory.buffer, MODULE_OCTETS, RESERVE);
    for (let i = 0; i < RESERVE; i++) all[i] = octets[i % octets.length]!;
    this.f64.set(doubles);
    this.f32.set(floats);
    Object.assign(this, { count, mean, heardOf: [] });
  }

  /** All of it. NaN is NaN whatever its bits are. */
  get numbers(): unknown {
    const { i32, u32, f64, u16, u8, f32, octets, count, mean, heardOf } = this;
    return [[...i32], [...u32], [...f64], [...u16], [...u8], [...f32], [...octets], count, mean, heardOf];
  }
}

/** What columns are filled with. */
export interface Content {
  readonly octets: Uint8Array;
  readonly doubles: readonly number[];
  readonly floats: readonly number[];
  readonly count: number;
  readonly mean: number;
}

interface CompiledModule {
  readonly exports: Readonly<Record<string, unknown>>;
}

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, unknown>> },
  ) => CompiledModule;
};

const double = fc.oneof(
  fc.double(),
  fc.integer().map((number) => number / 4),
  fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, -(2 ** 31) - 1),
);
/** Arguments of samples. */
export const number = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -40, max: 40 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
);
export const content: fc.Arbitrary<Content> = fc.record({
  octets: fc.uint8Array({ minLength: 1, maxLength: 61, size: 'max' }),
  doubles: fc.array(double, { minLength: ELEMENTS, maxLength: ELEMENTS }),
  floats: fc.array(double, { minLength: ELEMENTS, maxLength: ELEMENTS }),
  count: fc.integer({ min: -1000, max: 1000 }),
  mean: double,
});

/** The value of columns while compiling; where `like` has them elsewhere, the run tells where they are. */
export function columnsValue(columns: Columns, like: Columns): Value {
  return reflect('columns', columns, like, scalarOf, {
    view: { kind: 'view', base: scalarOf('view.base') },
    told: { kind: 'import', name: 'told', result: 'i32' },
    heard: { kind: 'import', name: 'heard', result: 'none' },
  });
}

/** The closure that a maker of a file makes. */
export function closureOf(path: string, name: string, columns: Value): Closure {
  const maker = moduleAt(path).find(name);
  if (maker?.kind !== 'function') throw new Error(`no function ${name}`);
  let free = SCALAR_OCTETS * SCALARS.length;
  const reserve = (octets: number): number => {
    free += octets;
    return free - octets;
  };
  // Makers take their columns apart, whether in their parameters or behind them.
  const [param] = maker.node.params;
  const others: Record<string, Value> = {};
  if (param?.type === 'ObjectPattern' && columns.kind === 'object') {
    for (const property of param.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
      const member = columns.member(property.key.name);
      if (member !== undefined) others[property.key.name] = member;
    }
  }
  return closureFrom(maker, [columns], others, reserve);
}

/** A sample as WebAssembly on these columns. */
export function compiledSample(path: string, name: string, columns: Columns, like: Columns): Sample {
  const module = new WasmModule();
  const closure = closureOf(path, name, columnsValue(columns, like));
  module.export('sample', closure, ['i32', 'i32']);
  const zero = (): ReturnType<typeof module.arithmetic.constant> => module.arithmetic.constant(0);
  const { result } = module.function(closure, [zero(), zero()]);
  const { memory } = columns;
  const words = new Int32Array(memory.buffer, 0, 2 * SCALARS.length);
  const doubles = new Float64Array(memory.buffer, 0, SCALARS.length);
  const at = (scalar: string): number => SCALARS.indexOf(scalar);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.emit()), {
    env: { memory, told: columns.told, heard: columns.heard },
  });
  const run = instance.exports['sample'] as (a: number, b: number) => number;
  return (a, b) => {
    words[2 * at('count')] = columns.count;
    doubles[at('mean')] = columns.mean;
    words[2 * at('view.base')] = columns.octets.byteOffset;
    for (const elements of ['u8', 'u16', 'i32', 'u32', 'f32', 'f64'] as const) {
      words[2 * at(`${elements}.base`)] = columns[elements].byteOffset;
      words[2 * at(`${elements}.length`)] = columns[elements].length;
    }
    const answer = run(a, b);
    columns.count = words[2 * at('count')]!;
    columns.mean = doubles[at('mean')]!;
    if (result === 'bool') return answer !== 0;
    return result === 'u32' ? answer >>> 0 : answer;
  };
}
