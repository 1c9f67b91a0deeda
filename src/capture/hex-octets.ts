/** Bare octets as text: `52 24 00 ad`, `522400ad`, `52:24:00:ad`, `0x52, 0x24`, `\x52\x24`, and arrays of C with them. */
import {
  type HexDump,
  type HexDumpFault,
  LONGEST_DUMP,
  noDigit,
  oddDigits,
  pushOctets,
  TOO_LONG,
} from './hex-dump-result.ts';

/** In C the declarations around the braces, and comments, are no octets. */
const COMMENTS = /\/\*.*?(?:\*\/|$)|\/\/.*|^\s*#.*/g;
/** Stands in for a closing brace, at which a packet ends. */
const END = '\f';

const OCTETS = /(0x|\\x)?([0-9a-f]+)/iy;
const SEPARATORS = /(?:[\s,;:."'\-|>[\]()]|\\(?!x))+/y;
/** Nothing, or only the marks of a quotation. */
const EMPTY_LINE = /^[\s>]*$/;

/** Reads octets; packets are separated by empty lines, or by the braces around them. */
export function readBareOctets(lines: readonly string[]): HexDump {
  const packets: Uint8Array[] = [];
  let octets: number[] = [];
  const endPacket = (): void => {
    if (octets.length > 0) packets.push(Uint8Array.from(octets));
    octets = [];
  };
  for (const [index, line] of withoutDeclarations(lines).entries()) {
    if (EMPTY_LINE.test(lines[index] ?? '')) endPacket();
    for (let at = 0; at < line.length; ) {
      SEPARATORS.lastIndex = at;
      if (SEPARATORS.test(line)) {
        if (line.slice(at, SEPARATORS.lastIndex).includes(END)) endPacket();
        at = SEPARATORS.lastIndex;
        continue;
      }
      const fault = readToken(line, at, octets);
      if (fault !== undefined) return { packets, fault: { ...fault, line: index + 1 } };
      const column = at + 1;
      at = OCTETS.lastIndex;
      if (octets.length > LONGEST_DUMP) return { packets, fault: { line: index + 1, column, message: TOO_LONG } };
    }
  }
  endPacket();
  return { packets };
}

/** Reads the digits at a place, which is left behind them in `OCTETS.lastIndex`; answers what is wrong with them. */
function readToken(line: string, at: number, octets: number[]): Omit<HexDumpFault, 'line'> | undefined {
  OCTETS.lastIndex = at;
  const match = OCTETS.exec(line);
  const [token = '', prefix, digits = ''] = match ?? [];
  const end = at + token.length;
  const next = line[end];
  SEPARATORS.lastIndex = end;
  const isWhole = match !== null && (next === undefined || line.startsWith('\\x', end) || SEPARATORS.test(line));
  if (!isWhole) return { column: end + 1, message: noDigit(next) };
  // A single digit stands for an octet only where a prefix says so.
  const padded = prefix !== undefined && digits.length === 1 ? `0${digits}` : digits;
  if (padded.length % 2 !== 0) return { column: at + 1, message: oddDigits(token) };
  pushOctets(octets, padded);
  OCTETS.lastIndex = end;
  return undefined;
}

/** The lines with comments, and what stands outside braces if there are any, replaced by spaces. */
function withoutDeclarations(lines: readonly string[]): string[] {
  const uncommented = lines.map((line) => line.replace(COMMENTS, blank));
  if (!uncommented.some((line) => line.includes('{'))) return uncommented;
  let inside = false;
  return uncommented.map((line) =>
    line.replace(/./gs, (character) => {
      if (character === '{') inside = true;
      else if (character === '}') inside = false;
      else return inside ? character : ' ';
      return inside ? ' ' : END;
    }),
  );
}

function blank(text: string): string {
  return ' '.repeat(text.length);
}
