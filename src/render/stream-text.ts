/** What the ends of a conversation said, as text and as a hex dump: each line marked with who said it. */
import { decodeUtf8 } from '../capture/utf8.ts';
import { hexOctet } from '../dissect/value.ts';
import { safeText } from './safe-text.ts';
import type { Style } from './style.ts';

/** Who says something: the client to the server, or back. */
export type StreamDirectionName = 'c2s' | 's2c';

/** Shows a conversation piece by piece. */
export interface StreamPrinter {
  /** The octets [start, end) of `view` stand at `offset` of the direction. */
  octets(direction: StreamDirectionName, offset: number, view: DataView, start: number, end: number): void;
  /** `length` octets from `offset` on are missing. */
  gap(direction: StreamDirectionName, offset: number, length: number): void;
  /** Nothing follows. */
  end(): void;
}

const LF = 0x0a;
const CR = 0x0d;
/** Octets of a line that is longer than any screen: it is cut here, so that a stream without line ends takes no memory. */
const LONGEST_LINE = 16_384;
/** Octets on a line of the dump: 75 columns in all. */
const OCTETS_PER_LINE = 16;
const HEX_WIDTH = OCTETS_PER_LINE * 3;

/** `→` before what the client says, `←` before what the server says, in two colours. */
function marked(style: Style, direction: StreamDirectionName, text: string): string {
  const [mark, row] = direction === 'c2s' ? [style.arrow, 0] : [style.arrowBack, 1];
  return style.layer(text === '' ? mark : `${mark} ${text}`, row);
}

/** `[gap: 1448 octets]` */
function gapText(length: number): string {
  return `[gap: ${length} ${length === 1 ? 'octet' : 'octets'}]`;
}

/** Shows the octets as lines of UTF-8, with everything that could act on a terminal escaped. */
export class StreamText implements StreamPrinter {
  private readonly style: Style;
  private readonly print: (line: string) => void;
  private readonly pending = new Uint8Array(LONGEST_LINE);
  private filled = 0;
  private direction: StreamDirectionName = 'c2s';

  constructor(style: Style, print: (line: string) => void) {
    this.style = style;
    this.print = print;
  }

  octets(direction: StreamDirectionName, _offset: number, view: DataView, start: number, end: number): void {
    if (direction !== this.direction) this.end();
    this.direction = direction;
    for (let at = start; at < end; at++) {
      const octet = view.getUint8(at);
      if (octet === LF) {
        if (this.pending[this.filled - 1] === CR) this.filled--;
        this.line(this.filled);
        continue;
      }
      this.pending[this.filled++] = octet;
      if (this.filled === LONGEST_LINE) this.line(wholeCharacters(this.pending));
    }
  }

  gap(direction: StreamDirectionName, _offset: number, length: number): void {
    this.end();
    this.print(this.style.alarm(`${direction === 'c2s' ? this.style.arrow : this.style.arrowBack} ${gapText(length)}`));
  }

  end(): void {
    if (this.filled > 0) this.line(this.filled);
  }

  /** Prints the first octets that are pending, and keeps the others. */
  private line(length: number): void {
    const text = safeText(decodeUtf8(this.pending.subarray(0, length)));
    this.print(marked(this.style, this.direction, text));
    this.pending.copyWithin(0, length, this.filled);
    this.filled = length === 0 ? 0 : this.filled - length;
  }
}

/** Octets up to where the last character of UTF-8 is whole. */
function wholeCharacters(octets: Uint8Array): number {
  for (let back = 1; back <= 3; back++) {
    const octet = octets[octets.length - back]!;
    if (octet < 0x80) break;
    if (octet >= 0xc0) return octets.length - back;
  }
  return octets.length;
}

/** Shows the octets as lines of hexadecimal with their offset in the direction. */
export class StreamHex implements StreamPrinter {
  private readonly style: Style;
  private readonly print: (line: string) => void;

  constructor(style: Style, print: (line: string) => void) {
    this.style = style;
    this.print = print;
  }

  octets(direction: StreamDirectionName, offset: number, view: DataView, start: number, end: number): void {
    for (let at = start; at < end; at += OCTETS_PER_LINE) {
      const line = Math.min(at + OCTETS_PER_LINE, end);
      let hex = '';
      let characters = '';
      for (let octet = at; octet < line; octet++) {
        const code = view.getUint8(octet);
        hex += octet === at + OCTETS_PER_LINE / 2 ? `  ${hexOctet(code)}` : ` ${hexOctet(code)}`;
        characters += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
      }
      const place = offsetText(offset + at - start);
      this.print(marked(this.style, direction, `${place} ${hex.padEnd(HEX_WIDTH + 1)}  ${characters}`));
    }
  }

  gap(direction: StreamDirectionName, offset: number, length: number): void {
    const mark = direction === 'c2s' ? this.style.arrow : this.style.arrowBack;
    this.print(this.style.alarm(`${mark} ${offsetText(offset)}  ${gapText(length)}`));
  }

  end(): void {}
}

function offsetText(offset: number): string {
  return offset.toString(16).padStart(8, '0');
}
