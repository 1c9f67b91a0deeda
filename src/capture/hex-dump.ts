/**
 * Reads packets out of what people paste: the dumps of tcpdump (`-x`, `-xx`, `-X`, `-XX`), xxd, `hexdump -C`, Wireshark and
 * tshark, in which each line begins with an offset, or bare octets with or without separators and `0x`.
 */
import {
  type HexDump,
  type HexDumpFault,
  LONGEST_DUMP,
  noDigit,
  oddDigits,
  pushOctets,
  TOO_LONG,
} from './hex-dump-result.ts';
import { readBareOctets } from './hex-octets.ts';

/** Reads a dump. Never throws: packets before a fault are there. */
export function parseHexDump(text: string): HexDump {
  const lines = text.replace(ODD_SPACES, ' ').split(/\r?\n|\r/);
  const style = styleOf(lines);
  return style === undefined ? readBareOctets(lines) : new OffsetDump(style).read(lines);
}

/** Spaces that web pages and chats put in place of plain ones; a byte-order mark. */
const ODD_SPACES = /[\u00a0\u2000-\u200b\u202f\ufeff]/g;

/** Marks of a quotation in front of a line. */
const QUOTATION = /^(?:\s*>)*\s*/;

/** How lines begin. */
interface Style {
  /** A colon stands behind the offset. */
  readonly colon: boolean;
  readonly digits: number;
}

const COLON_OFFSET = /^(?:0x)?([0-9a-f]{4,16}):(?=\s|$)/i;
/** Without a colon, what stands behind the offset has to look like an octet: other lines may begin with a number. */
const PLAIN_OFFSET = /^(?:0x)?([0-9a-f]{4,16})(?=\s+\w{2}(?:\w{2})?(?:\s|$)|$)/i;
/** The first line of a dump: with a colon any offset, without one 0 and single octets behind it, for it could be octets itself. */
const FIRST_WITH_COLON = /^(?:0x)?([0-9a-f]{4,16}):\s+[0-9a-f]{2}/i;
const FIRST_PLAIN = /^(?:0x(0{4,16})\s+(?:[0-9a-f]{2})+|(0{4,16})\s+[0-9a-f]{2})(?=\s|$)/i;
/** hexdump without -C: words in the order of the host it ran on. */
const WORDS_OF_HOST = /^0{7} +[0-9a-f]{4}(?=\s|$)/i;

/** The style of the first line that begins with an offset; undefined where none does. */
function styleOf(lines: readonly string[]): Style | undefined {
  for (const line of lines) {
    const content = line.replace(QUOTATION, '');
    const colon = FIRST_WITH_COLON.exec(content);
    if (colon?.[1] !== undefined) return { colon: true, digits: colon[1].length };
    const plain = FIRST_PLAIN.exec(content);
    const digits = plain?.[1] ?? plain?.[2];
    if (digits !== undefined) return { colon: false, digits: digits.length };
    if (WORDS_OF_HOST.test(content)) return { colon: false, digits: 7 };
  }
  return undefined;
}

/** What tshark prints right above a dump where it has several of one packet: only that of the frame is a packet. */
const HEADING = /^(.+) \(\d+ bytes?\):?$/;
const FRAME = /^(?:frame|packet)\b/i;

/**
 * Octets that the `*` of a dump may stand for, in all its packets: a few characters stand for as many as a packet may have, so that the length of
 * the text bounds nothing.
 */
export const MOST_REPEATED = 16 * 1024 * 1024;

/** Octets of a line before the gap that some programs leave in its middle. */
const OCTETS_BEFORE_GAP = 8;

/** Reads lines that begin with offsets. What stands between dumps, such as tcpdump's own lines, is passed over. */
class OffsetDump {
  readonly #style: Style;
  readonly #packets: Uint8Array[] = [];
  #octets: number[] = [];
  /** Octets of the last line, which a `*` repeats. */
  #lastLine = 0;
  #repeats = false;
  /** Octets that a `*` stood for, so far. */
  #repeated = 0;
  /** A heading said that the next dump is no packet. */
  #skipsNext = false;
  #skipping = false;

  constructor(style: Style) {
    this.#style = style;
  }

  read(lines: readonly string[]): HexDump {
    for (const [index, line] of lines.entries()) {
      const fault = this.#readLine(line, index + 1);
      if (fault !== undefined) {
        // Lines before the one at fault are of a packet that is not whole.
        return { packets: this.#packets, fault };
      }
    }
    this.#endPacket();
    return { packets: this.#packets };
  }

  #readLine(line: string, number: number): HexDumpFault | undefined {
    const start = QUOTATION.exec(line)?.[0].length ?? 0;
    const content = line.slice(start).trimEnd();
    if (content === '*') this.#repeats = true;
    if (!this.#style.colon && WORDS_OF_HOST.test(content)) {
      const message = 'words in the order of the host that printed them; hexdump -C prints octets';
      return { line: number, column: start + 1, message };
    }
    const offset = this.#offsetOf(content);
    if (offset === undefined) {
      const heading = HEADING.exec(content);
      this.#skipsNext = heading?.[1] !== undefined && !FRAME.test(heading[1]);
      return undefined;
    }
    const misplaced = this.#goTo(offset.value);
    if (misplaced !== undefined) return { line: number, column: start + 1, message: misplaced };
    return this.#readOctets(content, offset.length, number, start);
  }

  #offsetOf(content: string): { value: number; length: number } | undefined {
    const { colon, digits } = this.#style;
    const match = (colon ? COLON_OFFSET : PLAIN_OFFSET).exec(content);
    if (match?.[1]?.length !== digits) return undefined;
    return { value: Number.parseInt(match[1], 16), length: match[0].length };
  }

  /** Begins a packet at offset 0, or goes on where the offset says; answers what is wrong with it. */
  #goTo(offset: number): string | undefined {
    const count = this.#octets.length;
    if (offset === 0) {
      this.#endPacket();
      this.#skipping = this.#skipsNext;
      this.#skipsNext = false;
    } else if (this.#repeats && this.#lastLine > 0 && offset > count && offset <= LONGEST_DUMP) {
      this.#repeated += offset - count;
      if (this.#repeated > MOST_REPEATED) return `repeated lines of more than ${MOST_REPEATED} octets`;
      const repeated = this.#octets.slice(count - this.#lastLine);
      for (let at = count; at < offset; at++) this.#octets.push(repeated[(at - count) % repeated.length] ?? 0);
    } else if (offset < count && offset > count - this.#lastLine) {
      // The characters beside the octets of the last line looked like octets; the offset tells.
      this.#octets.length = offset;
    } else if (offset !== count) {
      return `offset ${hexOf(offset)}, expected ${hexOf(count)} after ${count} octets`;
    }
    this.#repeats = false;
    return undefined;
  }

  /** Reads the octets of a line, up to the characters beside them. */
  #readOctets(content: string, from: number, line: number, start: number): HexDumpFault | undefined {
    const before = this.#octets.length;
    let at = from + gapAt(content, from);
    while (at < content.length) {
      const token = /^[^\s|]*/.exec(content.slice(at))?.[0] ?? '';
      if (token === '') break;
      const wrong = /[^0-9a-f]/i.exec(token);
      const column = start + at + 1;
      if (wrong !== null) return { line, column: column + wrong.index, message: noDigit(wrong[0]) };
      if (token.length % 2 !== 0) return { line, column, message: oddDigits(token) };
      pushOctets(this.#octets, token);
      if (this.#octets.length > LONGEST_DUMP) return { line, column, message: TOO_LONG };
      at += token.length;
      const gap = gapAt(content, at);
      const isMiddle = !this.#style.colon && token.length === 2 && this.#octets.length - before === OCTETS_BEFORE_GAP;
      if (gap > (isMiddle ? 2 : 1)) break;
      at += gap;
    }
    const count = this.#octets.length - before;
    if (count > 0) this.#lastLine = count;
    return undefined;
  }

  #endPacket(): void {
    if (this.#octets.length > 0 && !this.#skipping) this.#packets.push(Uint8Array.from(this.#octets));
    this.#octets = [];
    this.#lastLine = 0;
    this.#skipping = false;
  }
}

/** Columns of white space. */
function gapAt(content: string, at: number): number {
  return /^\s*/.exec(content.slice(at))?.[0].length ?? 0;
}

function hexOf(offset: number): string {
  return `0x${offset.toString(16).padStart(4, '0')}`;
}
