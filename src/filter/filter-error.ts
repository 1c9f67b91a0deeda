/** What is wrong with a filter, and where. */

/** Characters of a filter that are shown around the place of an error. */
const SHOWN = 100;

/** A filter that can't be used. `message` says why; the place is counted in characters of the filter's text. */
export class FilterError extends Error {
  /** The filter. */
  readonly text: string;
  /** First character that is wrong, from 1. */
  readonly column: number;
  /** How many characters are wrong, at least 1. */
  readonly length: number;

  /** @param message may quote the filter; controls in it become blanks @param at first wrong character, from 0 @param end behind the last one */
  constructor(message: string, text: string, at: number, end: number = at + 1) {
    super(printable(message));
    this.name = 'FilterError';
    this.text = text;
    this.column = at + 1;
    this.length = Math.max(1, end - at);
  }

  /** Three lines: the message, the filter (of a long one the part around the error), and carets under what is wrong. */
  render(): string {
    const at = this.column - 1;
    const from = Math.max(0, Math.min(at - SHOWN / 2, this.text.length - SHOWN));
    const before = from > 0 ? '…' : '';
    const after = from + SHOWN < this.text.length ? '…' : '';
    const shown = before + printable(this.text.slice(from, from + SHOWN)) + after;
    const column = at - from + before.length;
    const marks = '~'.repeat(Math.min(this.length - 1, Math.max(0, shown.length - column - 1)));
    return `${this.message}\n  ${shown}\n  ${' '.repeat(column)}^${marks}`;
  }
}

/** One column for each character: controls would move the caret, or the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, ' ');
}
