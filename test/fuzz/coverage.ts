/** Which parts of `src` an input reaches: V8's precise block coverage, taken through the inspector. */
import { type Profiler, Session } from 'node:inspector';

const OWN_CODE = /\/src\/[a-z].*\.ts$/;

/** Characters of the functions that were ever called: how many were executed, and how many there are. */
export interface CoverageSum {
  readonly reached: number;
  readonly known: number;
}

/** Gathers coverage. Make it before the code to be covered is loaded: only functions compiled after that tell their blocks. */
export class Coverage {
  private readonly session = new Session();
  /** By function, 1 for each of its characters that was executed. */
  private readonly functions = new Map<string, Uint8Array>();
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
      for (const script of taken.result) {
        if (!OWN_CODE.test(script.url)) continue;
        for (const each of script.functions) isNew = this.add(script, each, keeps) || isNew;
      }
    });
    return isNew;
  }

  private add({ scriptId }: Profiler.ScriptCoverage, { ranges }: Profiler.FunctionCoverage, keeps: boolean): boolean {
    const [whole] = ranges;
    if (whole === undefined) return false;
    const id = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
    let combination = id;
    for (const { startOffset, endOffset, count } of ranges) {
      if (count === 0) combination += `,${startOffset}-${endOffset}`;
    }
    if (this.seen.has(combination)) return false;
    const known = this.functions.get(id);
    const reached = known ?? new Uint8Array(whole.endOffset - whole.startOffset);
    if (known === undefined && keeps) this.functions.set(id, reached);
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

  sum(): CoverageSum {
    let reached = 0;
    let known = 0;
    for (const characters of this.functions.values()) {
      known += characters.length;
      for (const one of characters) reached += one;
    }
    return { reached, known };
  }
}
