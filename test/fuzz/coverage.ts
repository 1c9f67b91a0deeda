/** Which parts of `src` an input reaches: V8's precise block coverage, taken through the inspector. */
import { type Profiler, Session } from 'node:inspector';

const OWN_CODE = /\/src\/([a-z].*\.ts)$/;

/** Characters of modules that were loaded: how many were executed, and how many there are. */
export interface CoverageSum {
  readonly reached: number;
  readonly known: number;
}

/** By module and function within it, named by the offsets of its ends: 1 for each of its characters that was executed. */
export type ReachedFunctions = Map<string, Map<string, Uint8Array>>;

/** What several loops reached together. */
export class ReachedCode {
  readonly functions: ReachedFunctions = new Map();

  /** The characters of a function, to be marked. */
  charactersOf(path: string, ends: string, length: number): Uint8Array {
    const functions = this.functions.get(path) ?? new Map<string, Uint8Array>();
    this.functions.set(path, functions);
    const characters = functions.get(ends) ?? new Uint8Array(length);
    functions.set(ends, characters);
    return characters;
  }

  /** Adds what another one reached. */
  add(other: ReachedFunctions): void {
    for (const [path, functions] of other) {
      for (const [ends, characters] of functions) {
        const own = this.charactersOf(path, ends, characters.length);
        for (let i = 0; i < own.length; i++) own[i] = own[i]! | characters[i]!;
      }
    }
  }

  sum(): CoverageSum {
    let reached = 0;
    let known = 0;
    for (const functions of this.functions.values()) {
      // What stands in a function belongs to the innermost one.
      const outerFirst = [...functions].sort((a, b) => b[1].length - a[1].length);
      const module = new Uint8Array(Math.max(...outerFirst.map(([ends]) => Number(ends.split('-')[1]))));
      for (const [ends, characters] of outerFirst) module.set(characters, Number.parseInt(ends, 10));
      for (const one of module) reached += one;
      known += module.length;
    }
    return { reached, known };
  }
}

/** Gathers coverage. Make it before the code to be covered is loaded: only functions compiled after that tell their blocks. */
export class Coverage {
  readonly code = new ReachedCode();
  private readonly session = new Session();
  /** Combinations of function and unreached blocks that were looked at before. */
  private readonly seen = new Set<string>();

  constructor() {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Whether anything that was executed since the last call was never reached before; with `keeps` it counts as reached from now on. */
  take(keeps: boolean): boolean {
    let isNew = false;
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      for (const { url, functions } of taken.result) {
        const path = OWN_CODE.exec(url)?.[1];
        if (path === undefined) continue;
        for (const each of functions) isNew = this.add(path, each, keeps) || isNew;
      }
    });
    return isNew;
  }

  private add(path: string, { ranges }: Profiler.FunctionCoverage, keeps: boolean): boolean {
    const [whole] = ranges;
    if (whole === undefined) return false;
    const ends = `${whole.startOffset}-${whole.endOffset}`;
    let combination = `${path} ${ends}`;
    for (const { startOffset, endOffset, count } of ranges) {
      if (count === 0) combination += `,${startOffset}-${endOffset}`;
    }
    if (this.seen.has(combination)) return false;
    const reached = this.code.charactersOf(path, ends, whole.endOffset - whole.startOffset);
    // Ranges are nested, the outer before the inner.
    const now = new Uint8Array(reached.length);
    for (const { startOffset, endOffset, count } of ranges) {
      now.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    }
    let isNew = false;
    for (let i = 0; i < now.length; i++) {
      if (now[i] === 1 && reached[i] === 0) {
        if (keeps) reached[i] = 1;
        isNew = true;
      }
    }
    if (keeps || !isNew) this.seen.add(combination);
    return isNew;
  }
}
