/** What the thread of the loop and the one that watches it say to each other. */
import type { CoverageSum, ReachedFunctions } from './coverage.ts';

/** Settings of one loop. */
export interface LoopSettings {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  /** State in 32-bit words, by `Shared`, then from `INPUT_AT` on the input in work. */
  readonly shared: SharedArrayBuffer;
}

/** Words of the shared state: inputs begun, and octets of the one in work. */
export const Shared = { executions: 0, length: 1 } as const;
/** First octet of the input in the shared state. */
export const INPUT_AT = 64;

/** A promise that was broken. */
export interface Find {
  readonly target: string;
  /** Equal for inputs that break the same promise at the same place. */
  readonly signature: string;
  readonly input: Uint8Array;
  readonly words: string;
}

/** How far a loop has come. */
export interface LoopStatus extends CoverageSum {
  readonly executions: number;
  /** Inputs that each reached something new. */
  readonly corpus: number;
  /** Octets of JavaScript objects. */
  readonly heap: number;
}

/** What a loop says: what it found, how far it has come and, last, what it reached. */
export interface LoopMessage {
  readonly find?: Find;
  readonly status?: LoopStatus;
  readonly functions?: ReachedFunctions;
}

/** What was thrown and where in `src`, without numbers that differ between inputs. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = /\/src\/[^)\n]*?\.ts:\d+/.exec(error.stack ?? '')?.[0] ?? '';
  return `${error.name}: ${error.message.replace(/\d+/g, '#').slice(0, 200)} ${frame}`;
}
