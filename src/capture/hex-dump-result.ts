/** What reading a dump gives. */
import { STANDARD_CAPTURED_LIMIT } from './link-types.ts';

/** What is wrong with a dump, and where. */
export interface HexDumpFault {
  /** Line, from 1. */
  readonly line: number;
  /** Column of the first character that is wrong, from 1. */
  readonly column: number;
  /** What was expected and what was found. */
  readonly message: string;
}

/** The packets of a dump, as far as it could be read. */
export interface HexDump {
  readonly packets: Uint8Array[];
  /** Why it could not be read any further. */
  readonly fault?: HexDumpFault;
}

/** Octets of the longest packet, as of other captures. */
export const LONGEST_DUMP = STANDARD_CAPTURED_LIMIT;

/** Appends the octets that an even number of hexadecimal digits stands for. */
export function pushOctets(octets: number[], digits: string): void {
  for (let at = 0; at < digits.length; at += 2) octets.push(Number.parseInt(digits.slice(at, at + 2), 16));
}

/** Words that a token holds an odd number of digits. */
export function oddDigits(token: string): string {
  return `expected octets of two digits, found '${token}'`;
}

/** Words that a character is no digit. */
export function noDigit(found: string | undefined): string {
  return `expected a hexadecimal digit, found ${found === undefined ? 'the end of the line' : JSON.stringify(found)}`;
}

/** Words that a packet is too long. */
export const TOO_LONG = `a packet of more than ${LONGEST_DUMP} octets`;
