/** Strings and characters in quotes. */
import { encodeUtf8 } from '../capture/utf8.ts';
import { FilterError } from './filter-error.ts';

/** Escapes of one letter (wireshark-filter(4), "Values and operators"). */
const ESCAPES: Readonly<Record<string, number>> = {
  "'": 0x27,
  '"': 0x22,
  '\\': 0x5c,
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};
/** `\x41`, `\101`, `\u00e9`, `\U0001f600`. */
const NUMBERED = /x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;
const LAST_CODE_POINT = 0x10ffff;

/** The octets of a character's UTF-8 form, one character each. */
export function utf8Octets(text: string): string {
  let octets = '';
  for (const octet of encodeUtf8(text)) octets += String.fromCharCode(octet);
  return octets;
}

/** What an escape at `at` (the backslash) stands for. Octal and `\x` are octets, `\u` and `\U` characters. */
function escapeAt(text: string, at: number): { octets: string; end: number } {
  const letter = text.charAt(at + 1);
  if (Object.hasOwn(ESCAPES, letter)) return { octets: String.fromCharCode(ESCAPES[letter]!), end: at + 2 };
  NUMBERED.lastIndex = at + 1;
  const found = NUMBERED.exec(text);
  if (found === null) throw new FilterError(`\\${letter} is no escape`, text, at, at + 2);
  const [whole, hexadecimal, octal, short, long] = found;
  const end = at + 1 + whole.length;
  const character = short ?? long;
  if (character !== undefined) {
    const code = Number.parseInt(character, 16);
    const isCharacter = code <= LAST_CODE_POINT && (code < 0xd800 || code > 0xdfff);
    if (!isCharacter) throw new FilterError(`\\${whole} is no Unicode character`, text, at, end);
    return { octets: utf8Octets(String.fromCodePoint(code)), end };
  }
  const octet = hexadecimal === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hexadecimal, 16);
  if (octet > 0xff) throw new FilterError(`\\${whole} is more than one octet`, text, at, end);
  return { octets: String.fromCharCode(octet), end };
}

/** The string whose opening quote (or the `r` before it) is at `at`. In a raw string backslashes stand for themselves, also before a quote. */
export function quotedText(text: string, at: number, isRaw: boolean): { octets: string; end: number } {
  let octets = '';
  let plain = isRaw ? at + 2 : at + 1;
  let i = plain;
  for (;;) {
    const next = text.charAt(i);
    if (next === '') throw new FilterError('the string has no closing quote', text, at, text.length);
    if (next === '"') return { octets: octets + utf8Octets(text.slice(plain, i)), end: i + 1 };
    if (next !== '\\') {
      i += 1;
    } else if (isRaw) {
      i += 2;
    } else {
      octets += utf8Octets(text.slice(plain, i));
      const escaped = escapeAt(text, i);
      octets += escaped.octets;
      i = escaped.end;
      plain = i;
    }
  }
}

/** The character constant whose opening quote is at `at`. */
export function characterConstant(text: string, at: number): { code: number; end: number } {
  const isEscape = text.charAt(at + 1) === '\\';
  const { octets, end } = isEscape
    ? escapeAt(text, at + 1)
    : { octets: utf8Octets(text.slice(at + 1, at + 2)), end: at + 2 };
  if (octets.length !== 1 || text.charAt(end) !== "'" || text.charAt(at + 1) === "'") {
    const close = text.indexOf("'", at + 1);
    throw new FilterError('between single quotes stands one character', text, at, close < 0 ? text.length : close + 1);
  }
  return { code: octets.charCodeAt(0), end: end + 1 };
}
