/** Regular expressions for `matches`, on an engine whose time is linear in the text for every pattern. */

/** A compiled expression. */
export interface Regex {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
}

/** Compiles patterns, case-insensitive unless they say `(?-i)`. Throws an Error that says what is wrong with one. */
export interface RegexEngine {
  compile(pattern: string): Regex;
}

let engine: Promise<RegexEngine> | undefined;

/** Loads RE2JS, the first time it is asked for: filters without `matches` don't pay for it. */
export function loadRegexEngine(): Promise<RegexEngine> {
  engine ??= import('re2js').then(({ RE2JS }) => ({
    compile(pattern) {
      const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
      return { test: (text) => compiled.test(text) };
    },
  }));
  return engine;
}
