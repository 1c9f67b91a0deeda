/** What is compiled does what JavaScript does: each sample gives the same results, and leaves the same numbers in its columns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { WasmModule } from '../../wasm/wasm-module.ts';
import { Random } from '../fuzz/random.ts';
import * as arithmetic from './arithmetic-samples.ts';
import { RandomProgram } from './random-programs.ts';
import {
  Columns,
  closureOf,
  columnsValue,
  compiledSample,
  content,
  number,
  type Sample,
  type SampleMaker,
} from './sample-columns.ts';
import * as statements from './statement-samples.ts';

const RUNS = 300;
const PROGRAMS = 100;
const PROGRAM_RUNS = 30;
const SEED = 7;

const MAKERS = [arithmetic, statements].flatMap((makers) =>
  Object.entries(makers).map(([name, maker]: [string, SampleMaker]) => ({
    name,
    maker,
    path: join(import.meta.dirname, `${makers === arithmetic ? 'arithmetic' : 'statement'}-samples.ts`),
  })),
);

/** Fails where JavaScript and WebAssembly differ for any arguments and numbers in the columns. */
function compare(maker: SampleMaker, own: Columns, wasm: Sample, compiled: Columns, numRuns: number): void {
  const sample = maker(own);
  fc.assert(
    fc.property(number, number, content, (a, b, numbers) => {
      own.fill(numbers);
      compiled.fill(numbers);
      const answers = [sample(a, b), wasm(a, b)];
      if (isDeepStrictEqual(answers[0], answers[1]) && isDeepStrictEqual(own.numbers, compiled.numbers)) return;
      expect([answers[1], compiled.numbers]).toEqual([answers[0], own.numbers]);
    }),
    { numRuns, seed: SEED },
  );
}

describe.each([
  ['as the module knows', 0],
  ['where the run tells', 64],
])('columns %s', (_, before) => {
  test.each(MAKERS)('$name', ({ path, name, maker }) => {
    const [own, compiled] = [new Columns(), new Columns()];
    const wasm = compiledSample(path, name, compiled, new Columns(before));
    compare(maker, own, wasm, compiled, RUNS);
  });
});

/** Files of functions that exist as text only. */
const folder = mkdtempSync(join(tmpdir(), 'netdissect-subset-'));
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;

/** The path of a file with a maker whose body is this. */
function fileOf(maker: string): string {
  const path = join(folder, `${written++}.ts`);
  writeFileSync(path, `export function maker(columns) {\n${maker}\n}\n`);
  return path;
}

/** The body of a maker of one function that has this body. */
function makerOf(body: string): string {
  const names = 'const { u8, i32, u32, f64, view, told, heard } = columns;';
  return `${names}\nreturn function sample(a, b) { ${body} };`;
}

test.each(Array.from({ length: PROGRAMS }, (_, seed) => seed))('random program %i', (seed) => {
  const text = new RandomProgram(new Random(seed)).text();
  const [own, compiled] = [new Columns(), new Columns()];
  const like = new Columns(seed % 2 === 0 ? 0 : 64);
  compare(
    Function('columns', text) as SampleMaker,
    own,
    compiledSample(fileOf(text), 'maker', compiled, like),
    compiled,
    PROGRAM_RUNS,
  );
});

test('what JavaScript throws is a trap', () => {
  const [own, compiled] = [new Columns(), new Columns()];
  const body = makerOf('if (a > b) throw new RangeError("too many"); return b;');
  const wasm = compiledSample(fileOf(body), 'maker', compiled, own);
  expect(wasm(3, 5)).toBe(5);
  expect(() => wasm(5, 3)).toThrow('unreachable');
});

test.each([
  ["return 'text';", 'string is no number'],
  ['return `text`;', 'not in the subset (TemplateLiteral'],
  ['return null;', 'not in the subset (Literal'],
  ['return undefined;', 'undefined is no number'],
  ['return { a };', 'not in the subset (ObjectExpression'],
  ['return [a];', 'not in the subset (ArrayExpression'],
  ['return NaN;', 'nothing is known of NaN'],
  ['return new Int32Array(4)[0];', 'not in the subset (NewExpression'],
  ['return missing;', 'nothing is known of missing'],
  ['return missing(a);', 'nothing is known of missing'],
  ['return columns.missing;', 'nothing is known of missing'],
  ['return columns?.i32[0];', 'not in the subset (ChainExpression'],
  ['return this.count;', 'this is not known'],
  ['return a(b);', 'a call of local'],
  ['return i32(b);', 'a call of column'],
  ['return a[0];', 'an element of local'],
  ['return told(...i32);', 'not in the subset (SpreadElement'],
  ['return a || b;', 'a condition of numbers'],
  ['return a ?? b;', 'not in the subset (LogicalExpression'],
  ['if (f64[0]) return 1; return 2;', 'a double is no condition'],
  ['if (i32) return 1; return 2;', 'column is no number'],
  ['return (a, b);', 'not in the subset (SequenceExpression'],
  ['const g = (x) => x; return g(a);', 'not in the subset (ArrowFunctionExpression'],
  ['function g() { return 1; } return g();', 'not in the subset (FunctionDeclaration'],
  ['let x; x = a; return x;', 'a variable without a value'],
  ['let x = a; return x++;', 'a value is needed, and there is none'],
  ['let x = 0; let y = 0; x = y = a; return x;', 'a value is needed, and there is none'],
  ['const x = heard(a); return x;', 'a value is needed, and there is none'],
  ['columns.isLittle = false;', 'nothing that can be assigned to'],
  ['i32.length = 3;', 'nothing that can be assigned to'],
  ['return Math.floor(u32[0]);', 'Math.floor of these numbers is not in the subset'],
  ['return Math.max(u32[0], a);', 'Math.max of these numbers is not in the subset'],
  ['return Math.clz32(a);', 'Math.clz32 of these numbers is not in the subset'],
  ['return Math.max(a);', 'Math.max of these numbers is not in the subset'],
  ['return view.getFloat64(0);', 'getFloat64 is not in the subset'],
  ['return view.getUint16(a, a > b);', 'an order of octets that is not known'],
  ['try { a; } finally { b; }', 'not in the subset (TryStatement'],
  ['try { return a; } catch { return b; }', 'not in the subset (TryStatement'],
  ['do { a--; } while (a > 0); return a;', 'not in the subset (DoWhileStatement'],
  ['for (const x of i32) return x; return 0;', 'not in the subset (ForOfStatement'],
  ['for (const x in i32) return x; return 0;', 'not in the subset (ForInStatement'],
  ["switch (a) { case 'text': return 1; } return 2;", 'a case that is no number'],
  ['switch (a) { case b: return 1; } return 2;', 'a case that is no number'],
  ['switch (a) { case 0: return 1; case 1000: return 2; } return 3;', 'cases too far apart'],
  ['switch (f64[0]) { case 0: return 1; } return 3;', 'a switch of a double'],
  ['let x = a; x = f64[0]; return x;', 'a number of f64 for one of i32'],
  ['if (a > b) return a; return f64[0];', 'a number of f64 returned after one of i32'],
  ['return a % b;', 'no operator %'],
  ['return typeof a;', 'no operator typeof'],
  ['let x = a; x **= b; return x;', 'no operator **'],
  ['if (a ?? b) return 1; return 2;', 'not in the subset (LogicalExpression'],
  ['return Math.max(a, b, 1);', 'Math.max of these numbers is not in the subset'],
  ['view.setUint8(a);', 'an argument is missing'],
  ['view.setInt32(0, a);', 'setInt32 is not in the subset'],
  ['view.setInt32(0, a, b);', 'an order of octets that is not known'],
  ['view.setBigInt64(0, a, true);', 'setBigInt64 is not in the subset'],
  ['return sample(a, b);', 'nothing is known of sample'],
])('%s is refused', (body, message) => {
  const columns = new Columns();
  const closure = closureOf(fileOf(makerOf(body)), 'maker', columnsValue(columns, columns));
  const compile = (): void => new WasmModule().export('sample', closure, ['i32', 'i32']);
  expect(compile).toThrow(`sample: ${message}`);
});

test.each(['u32[b & 15] >= u32[2] >> 31', 'u32[a & 15] > b', 'b <= u32[a & 3]'])(
  '%s is compared as it is counted',
  (comparison) => {
    const text = makerOf(`return ${comparison};`);
    const [own, compiled] = [new Columns(), new Columns()];
    const wasm = compiledSample(fileOf(text), 'maker', compiled, compiled);
    compare(Function('columns', text) as SampleMaker, own, wasm, compiled, RUNS);
  },
);

/** Numbers beyond the subset: not told while compiling, for the code that is compiled keeps within it. */
test.each([
  ['sums of 32 bits are such', 'return a + b < 0;', 2 ** 31 - 1, 1, false, true],
  ['products of 32 bits are such', 'return a * b;', 2 ** 16, 2 ** 16, 2 ** 32, 0],
  ['the opposite of 0 is 0', 'return 1 / -a < 0;', 0, 0, true, false],
  ['doubles beyond 64 bits are cut to the nearest', 'i32[0] = a / b; return i32[0];', 1, 0, 0, -1],
  ['a place between two is the one before', 'i32[1] = 5; return i32[a / b];', 3, 2, undefined, 5],
])('%s', (_, body, a, b, wanted, found) => {
  const [own, compiled] = [new Columns(), new Columns()];
  const maker = Function('columns', makerOf(body)) as SampleMaker;
  expect(maker(own)(a, b)).toBe(wanted);
  expect(compiledSample(fileOf(makerOf(body)), 'maker', compiled, compiled)(a, b)).toBe(found);
});
