/** Ways to dress text as the octets that stand around it. */
import { type FixedText, fixedText } from './text-buffer.ts';

/** What a way to dress text puts before and behind it. */
export interface Dress {
  readonly before: FixedText;
  readonly behind: FixedText;
}

/** The octets that a function of a style puts around text. */
export function dressOf(dress: (text: string) => string): Dress {
  const [before = '', behind = ''] = dress('|').split('|');
  return { before: fixedText(before), behind: fixedText(behind) };
}
