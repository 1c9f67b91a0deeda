/** Octets of no field in the hex breakdown, with the characters they may be. */
import type { DumpLine } from './hex-brackets.ts';
import { BLANKS, type HexLines, MOST_OFFSET, OFFSET_DIGITS } from './hex-lines.ts';
import { HEX_PAIRS } from './text-buffer.ts';

const LINE_END = 10;
const SPACE = 32;
const DOT = 46;
const DELETE = 0x7f;
const CHARACTERS = Uint8Array.from({ length: 256 }, (_, octet) => (octet >= SPACE && octet < DELETE ? octet : DOT));

/** Writes lines of the octets [start, end), one at least. A note stands behind the characters of the first. */
export function writeDump(lines: HexLines, start: number, end: number, note: string): void {
  const { out, geometry, origin } = lines;
  const { octetsPerLine } = geometry;
  const second = Math.min(start + octetsPerLine, end);
  writeLine(lines, start, second);
  out.spaces(octetsPerLine - (second - start) + BLANKS.length);
  out.text(note);
  lines.end();
  const full = Math.max(0, Math.floor((Math.min(end, origin + MOST_OFFSET + 1) - second) / octetsPerLine));
  writeFullLines(lines, second, full);
  for (let at = second + full * octetsPerLine; at < end; at += octetsPerLine) {
    writeLine(lines, at, Math.min(at + octetsPerLine, end));
    lines.end();
  }
}

/** Writes a line without its end. */
function writeLine(lines: HexLines, start: number, end: number): void {
  const { out, view } = lines;
  lines.offset(start);
  lines.octets(start, end);
  lines.noteAfter(3 * (end - start) - 1);
  out.reserve(end - start);
  for (let at = start; at < end; at++) out.octets[out.at++] = CHARACTERS[view.getUint8(at)]!;
}

/** Writes lines that are full and whose offsets have four digits: copies of one, in which what differs is filled in. */
function writeFullLines(lines: HexLines, start: number, count: number): void {
  if (count === 0) return;
  const { out, view, origin, geometry } = lines;
  const { octetsPerLine } = geometry;
  const { text, offset, octets, characters } = dumpLineOf(lines);
  out.reserve(count * (text.length + 1));
  const { octets: to, view: target } = out;
  let { at } = out;
  for (let line = 0, from = start; line < count; line++, from += octetsPerLine) {
    to.set(text, at);
    target.setUint16(at + offset, HEX_PAIRS[(from - origin) >> 8]!, true);
    target.setUint16(at + offset + 2, HEX_PAIRS[(from - origin) & 0xff]!, true);
    for (let i = 0; i < octetsPerLine; i++) {
      const octet = view.getUint8(from + i);
      target.setUint16(at + octets + 3 * i, HEX_PAIRS[octet]!, true);
      to[at + characters + i] = CHARACTERS[octet]!;
    }
    at += text.length;
    while (to[at - 1] === SPACE) at--;
    to[at++] = LINE_END;
  }
  out.at = at;
}

function dumpLineOf({ out, brackets, geometry }: HexLines): DumpLine {
  const { margin } = brackets;
  if (margin.dumpLine !== undefined) return margin.dumpLine;
  const { before, between, behind } = margin;
  const from = out.at;
  out.fixed(before);
  out.spaces(OFFSET_DIGITS);
  out.fixed(between);
  out.spaces(geometry.hexWidth);
  out.fixed(behind);
  out.fixed(BLANKS);
  out.spaces(geometry.octetsPerLine);
  const text = out.octets.slice(from, out.at);
  out.at = from;
  const offset = before.length;
  const octets = offset + OFFSET_DIGITS + between.length;
  const characters = octets + geometry.hexWidth + behind.length + BLANKS.length;
  margin.dumpLine = { text, offset, octets, characters };
  return margin.dumpLine;
}
