/** How many threads a call takes, and which of its captures each of them works on. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** What `--jobs` takes: a number of threads, or to decide by the files and the machine. */
export type Jobs = number | 'auto';

/** Captures from `from` to before `to`, by their index among those of the call. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Octets that other threads take over from which on their start, some 100 ms, pays even where packets are long. */
const LEAST_ELSEWHERE = 256 * 1024 * 1024;

/** Octets of regular files; undefined where one of the paths is none. A file that is not there has no octets. */
export function fileSizes(paths: readonly string[]): readonly number[] | undefined {
  const sizes: number[] = [];
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (path === '-' || (stats !== undefined && !stats.isFile())) return undefined;
    sizes.push(stats?.size ?? 0);
  }
  return sizes;
}

/** Cuts the captures into consecutive slices, at most one for each thread; one slice where more do not pay. */
export function slicesFor(jobs: Jobs, sizes: readonly number[]): readonly Slice[] {
  if (jobs !== 'auto') return cut(sizes, jobs);
  const slices = cut(sizes, availableParallelism());
  const elsewhere = slices.slice(1).reduce((sum, slice) => sum + octetsOf(sizes, slice), 0);
  return elsewhere >= LEAST_ELSEWHERE ? slices : [{ from: 0, to: sizes.length }];
}

function octetsOf(sizes: readonly number[], { from, to }: Slice): number {
  return sizes.slice(from, to).reduce((sum, size) => sum + size, 0);
}

/** At most `most` consecutive slices of which the longest is as short as can be: its length is found by halving. */
function cut(sizes: readonly number[], most: number): readonly Slice[] {
  // Reading a file costs something even when it is empty.
  const weights = sizes.map((size) => size + 1);
  let low = Math.max(...weights);
  let high = weights.reduce((sum, weight) => sum + weight, 0);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (filled(weights, middle).length <= most) high = middle;
    else low = middle + 1;
  }
  return filled(weights, low);
}

/** Slices that take captures as long as they stay within `limit`. */
function filled(weights: readonly number[], limit: number): Slice[] {
  const slices: Slice[] = [];
  let from = 0;
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    if (sum + weight > limit && index > from) {
      slices.push({ from, to: index });
      from = index;
      sum = 0;
    }
    sum += weight;
  }
  slices.push({ from, to: weights.length });
  return slices;
}
