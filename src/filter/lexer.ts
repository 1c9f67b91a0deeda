/** Cuts a filter's text into words, strings and signs. What a character means depends on the place: the parser asks for what can stand there. */
import type { IndexRange } from './ast.ts';
import { FilterError } from './filter-error.ts';
import { characterConstant, quotedText } from './quoted.ts';

/** Signs that stand between operands or tests, longest first, with what they are called in the tree. */
const SIGNS: readonly (readonly [string, string])[] = [
  ['===', '==='],
  ['!==', '!=='],
  ['==', '=='],
  ['!=', '!='],
  ['~=', '!=='],
  ['>=', '>='],
  ['<=', '<='],
  ['&&', 'and'],
  ['||', 'or'],
  ['^^', 'xor'],
  ['>', '>'],
  ['<', '<'],
  ['~', 'matches'],
  ['&', '&'],
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
];

/** Words for signs. */
const WORDS: Readonly<Record<string, string>> = {
  eq: '==',
  any_eq: '==',
  ne: '!=',
  all_ne: '!=',
  all_eq: '===',
  any_ne: '!==',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
  contains: 'contains',
  matches: 'matches',
  bitwise_and: '&',
  in: 'in',
  and: 'and',
  or: 'or',
  xor: 'xor',
  AND: 'and',
  OR: 'or',
};

/** A sign or its word. */
export interface Operator {
  readonly name: string;
  readonly at: number;
  readonly end: number;
}

const SPACE = /\s*/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const WORD_START = /[A-Za-z0-9_:.]/;
const WORD_PART = /[A-Za-z0-9_:.]/;
const LETTER = /[A-Za-z_]/;
const HYPHENED_OCTETS = /^[0-9a-f]{2}(?:-[0-9a-f]{2})*$/i;
const TWO_DIGITS = /[0-9a-f]{2}(?![0-9a-z_])/iy;
const PREFIX_LENGTH = /\/[0-9]+(?:\.[0-9.]+)?/y;
const NETWORK = /^[0-9.]+$|:/;
const NOT_IN = /not\s+in(?![A-Za-z0-9_.:-])/y;
const DECIMAL = /[0-9]+(?![A-Za-z0-9_.:])/y;
const INTEGER = /-?(?:0x[0-9a-f]+|[0-9]+)/iy;

/** A place in a filter's text. */
export class Lexer {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, at: number = this.at, end: number = at + 1): never {
    throw new FilterError(message, this.text, at, end);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  skipSpace(): void {
    this.at += this.match(SPACE).length;
  }

  /** Next character behind white space, '' at the end. */
  peek(): string {
    this.skipSpace();
    return this.text.charAt(this.at);
  }

  get atEnd(): boolean {
    return this.peek() === '';
  }

  /** Takes the sign if it is next. */
  accept(sign: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** Takes the sign, which stands here `purpose`. */
  expect(sign: string, purpose: string): void {
    if (!this.accept(sign)) this.fail(`'${sign}' is expected here ${purpose}${this.insteadOf()}`);
  }

  /** What stands here, for a message. */
  insteadOf(): string {
    this.skipSpace();
    const next = this.text.codePointAt(this.at);
    return next === undefined ? ', where the filter ends' : `, not '${String.fromCodePoint(next)}'`;
  }

  /** The sign or word between operands or tests that is next. `not in` is one. Takes nothing. */
  peekOperator(): Operator | undefined {
    this.skipSpace();
    const { at } = this;
    const notIn = this.match(NOT_IN);
    if (notIn !== '') return { name: 'not in', at, end: at + notIn.length };
    const word = this.peekIdentifier();
    if (word !== '') {
      const name = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
      return name === undefined ? undefined : { name, at, end: at + word.length };
    }
    const sign = SIGNS.find(([text]) => this.text.startsWith(text, at));
    return sign && { name: sign[1], at, end: at + sign[0].length };
  }

  /** The identifier that is next, whole: '' when the word goes on with `.`, `:` or `-`. */
  peekIdentifier(): string {
    this.skipSpace();
    const word = this.match(IDENTIFIER);
    const behind = this.text.charAt(this.at + word.length);
    const next = this.text.charAt(this.at + word.length + 1);
    if (behind === '.' && next !== '.') return '';
    if (behind === ':' || (behind === '-' && WORD_PART.test(next))) return '';
    return word;
  }

  /** Whether a word without quotes is next. */
  get isAtWord(): boolean {
    return WORD_START.test(this.peek()) && !this.text.startsWith('..', this.at);
  }

  /**
   * Takes a word without quotes: a name, a number, an address with or without prefix length, octets. `..` ends it, and so does a `-`
   * but between pairs of hexadecimal digits or within a name.
   */
  word(): string {
    this.skipSpace();
    const { text } = this;
    const start = this.at;
    while (this.at < text.length) {
      const next = text.charAt(this.at);
      if (next === '.' && text.charAt(this.at + 1) === '.') break;
      if (next === '-' ? !this.isHyphenInWord(start) : !WORD_PART.test(next)) break;
      this.at += 1;
    }
    if (NETWORK.test(text.slice(start, this.at))) this.at += this.match(PREFIX_LENGTH).length;
    return text.slice(start, this.at);
  }

  private isHyphenInWord(start: number): boolean {
    const before = this.text.slice(start, this.at);
    if (LETTER.test(before.charAt(0)) && WORD_PART.test(this.text.charAt(this.at + 1))) return true;
    if (!HYPHENED_OCTETS.test(before)) return false;
    TWO_DIGITS.lastIndex = this.at + 1;
    return TWO_DIGITS.test(this.text);
  }

  /** Takes a quoted string (`"…"`, raw `r"…"`) as octets, if one is next. */
  acceptText(): string | undefined {
    const next = this.peek();
    const isRaw = (next === 'r' || next === 'R') && this.text.charAt(this.at + 1) === '"';
    if (next !== '"' && !isRaw) return undefined;
    const quoted = quotedText(this.text, this.at, isRaw);
    this.at = quoted.end;
    return quoted.octets;
  }

  /** Takes a character constant (`'\n'`), if one is next. */
  acceptCharacter(): number | undefined {
    if (this.peek() !== "'") return undefined;
    const constant = characterConstant(this.text, this.at);
    this.at = constant.end;
    return constant.code;
  }

  /** Takes a number in decimal digits, '' where none is next. A `-` may follow. */
  decimal(): string {
    this.skipSpace();
    const digits = this.match(DECIMAL);
    this.at += digits.length;
    return digits;
  }

  private acceptInteger(): number | undefined {
    this.skipSpace();
    const digits = this.match(INTEGER);
    if (digits === '') return undefined;
    this.at += digits.length;
    const value = digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);
    return Number.isSafeInteger(value) ? value : this.fail(`${digits} is no index`, this.at - digits.length, this.at);
  }

  /** Takes the ranges between `[` and `]`: `0:3`, `1-2`, `4`, `:4`, `-4:`, and several with commas between them. */
  ranges(): IndexRange[] {
    this.expect('[', 'to begin a range');
    const ranges: IndexRange[] = [];
    do ranges.push(this.range());
    while (this.accept(','));
    this.expect(']', 'to end a range');
    return ranges;
  }

  private range(): IndexRange {
    this.skipSpace();
    const { at } = this;
    const start = this.acceptInteger();
    if (this.accept(':')) {
      const length = this.acceptInteger();
      if (length === undefined) {
        return start === undefined ? this.fail('a range has a number before or behind the colon', at) : { start };
      }
      if (length < 1) this.fail(`a range has a length of at least 1, not ${length}`, at, this.at);
      return { start: start ?? 0, length };
    }
    if (start === undefined) return this.fail(`a range begins with a number${this.insteadOf()}`);
    if (!this.accept('-')) return { start, length: 1 };
    const last = this.acceptInteger();
    if (last === undefined) return this.fail(`the last index of the range is missing${this.insteadOf()}`);
    if (last < start && last >= 0 === start >= 0) this.fail('the range ends before it begins', at, this.at);
    return { start, last };
  }

  /** Takes the layer number behind `#`: a number, or ranges in brackets. */
  layers(): IndexRange[] {
    if (this.peek() === '[') return this.ranges();
    const { at } = this;
    const number = this.acceptInteger();
    if (number === undefined) return this.fail(`behind # stands the number of a layer${this.insteadOf()}`);
    if (number === 0) this.fail('layers are numbered from 1', at, this.at);
    return [{ start: number, length: 1 }];
  }
}
