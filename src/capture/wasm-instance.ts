/** Modules of WebAssembly at work on one memory. */
import type { WasmMemory } from './columns.ts';

/** Functions of JavaScript that a module calls with numbers. */
export type WasmImports = Readonly<Record<string, (...args: number[]) => number>>;

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: Readonly<Record<string, unknown>> },
  ) => { readonly exports: unknown };
};

/** What a module exports that imports its memory and functions from `env`. Throws WebAssembly's own errors where it is none. */
export function wasmExports(code: Uint8Array, memory: WasmMemory, imports: WasmImports): unknown {
  return new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory, ...imports } }).exports;
}
