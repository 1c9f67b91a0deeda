/** What the samples import. */

export const TURNS = 1 << 3;

/** The lesser number. */
export function least(a: number, b: number): number {
  return a < b ? a : b;
}
