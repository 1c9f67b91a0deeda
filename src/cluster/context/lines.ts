/** What the readers of line-by-line listings share. */
import type { FactSource } from '../evidence.ts';
import type { ContextFile, Fact } from './facts.ts';

/** A line of a file, with its number from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/** The facts of a file, and its first line that was not understood. */
export interface Listing {
  readonly facts: Fact[];
  readonly strange: Line | undefined;
}

/** The lines that hold something. */
export function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .map((line, i) => ({ text: line.trimEnd(), number: i + 1 }))
    .filter((line) => line.text !== '');
}

/** Where a line is. */
export function lineSource(file: ContextFile, line: Line): FactSource {
  return { file: file.path, place: `line ${line.number}` };
}

/** Reads a listing whose every line is a fact of its own; `read` answers undefined for a line it doesn't understand. */
export function readLines(file: ContextFile, read: (line: Line) => readonly Fact[] | undefined): Listing {
  const facts: Fact[] = [];
  let strange: Line | undefined;
  for (const line of linesOf(file.text)) {
    const found = read(line);
    if (found === undefined) strange ??= line;
    else facts.push(...found);
  }
  return { facts, strange };
}

/** The word behind another: `wordAfter(words, 'dev')` of `… dev eth1 …` is `eth1`. */
export function wordAfter(words: readonly string[], key: string): string | undefined {
  const at = words.indexOf(key);
  return at < 0 ? undefined : words[at + 1];
}

/** A whole number in decimal; undefined for anything else. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
