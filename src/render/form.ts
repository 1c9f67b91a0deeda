/**
 * Forms: text made out once for a header at its place, with blanks for the values that differ between packets. To copy few long pieces and to fill in
 * the blanks takes a fraction of the time that it takes to write a line at a time.
 */
import { encodeUtf8 } from '../capture/utf8.ts';
import type { Field } from '../dissect/field.ts';
import { type NumberPlace, readNumber } from '../dissect/plan.ts';
import { newTextId } from './field-runs.ts';
import { type Ipv6Texts, LONGEST_IPV6 } from './ipv6-texts.ts';
import type { RecentTable } from './recent-table.ts';
import { putHexPairs, putIpv4, putWhole, type TextBuffer } from './text-buffer.ts';

/** What follows a piece's text: nothing, a value that takes more or less room, or the lines of fields. */
export const Ending = { none: 0, number: 1, ipv4: 2, ipv6: 3, fields: 4 } as const;
export type Ending = (typeof Ending)[keyof typeof Ending];

/** Octets in hexadecimal, which take the same room in every packet. */
interface Blank {
  /** Where they stand in the header. */
  readonly octet: number;
  readonly octets: number;
  /** Characters from one octet to the next: its two digits, and what stands between octets. */
  readonly stride: number;
  /** Where they are written: so many octets behind the beginning of the piece's text or, negative, before its end. */
  readonly at: number;
}

/** What forms are written to. */
export interface FormSink {
  readonly out: TextBuffer;
  /** Texts with lines that follow from few octets, by an id and these octets. */
  readonly lineTexts: RecentTable<Uint8Array>;
  readonly ipv6Texts: Ipv6Texts;
  /** Writes the lines of fields of the structure that begins at `at`, all of which were captured. */
  show(fields: readonly Field[], view: DataView, at: number): void;
}

/** Fields that are shown in lines of their own, and the word of at most four octets from which these follow. */
interface Lines {
  readonly place: NumberPlace;
  readonly fields: readonly Field[];
  /** The only field, where another may take its place: then its line follows from more than the word. */
  readonly replaceable: Field | undefined;
}

/** A part of a form. All pieces have the same keys in the same order. */
interface Piece {
  /** Its text, or what stands before its lines. */
  readonly before: Uint8Array;
  readonly lines: Lines | undefined;
  /** What stands behind its lines. */
  readonly behind: Uint8Array;
  /** Under this id the text with the lines is kept. */
  readonly id: number;
  readonly blanks: readonly Blank[];
  readonly ending: Ending;
  /** Where the value of the ending stands, or the fields that it shows. */
  readonly place: NumberPlace;
  readonly shown: readonly Field[];
}

/** Text with blanks. Positions in it count from the octet at which its header begins. */
export interface Form {
  readonly pieces: readonly Piece[];
  /** Octets that it takes at most, but for the lines of its endings. */
  readonly room: number;
}

/** Stands for the form of a header that was met but once: many are never met again. */
export const MET_ONCE: Form = { pieces: [], room: 0 };

const NO_FIELDS: readonly Field[] = [];
const NO_PLACE: NumberPlace = { octet: 0, octets: 1, shift: 0, mask: 0, scale: 0 };

/** The same place with the keys in the same order as all others, `by` octets further. */
function placeFrom({ octet, octets, shift, mask, scale }: NumberPlace, by = 0): NumberPlace {
  return { octet: octet + by, octets, shift, mask, scale };
}

/** Octets of the longest text with lines that is kept. */
const LONGEST_WITH_LINES = 2048;
/** Most octets that a number or an address takes. */
const MOST_ENDING = LONGEST_IPV6;

/** Puts a form together. */
export class FormMaker {
  private readonly pieces: Piece[] = [];
  private before = '';
  private behind = '';
  private lines: Lines | undefined;
  /** Those before the lines, or of all of the text where there are none, and those behind the lines as if they stood there alone. */
  private readonly blanks: { before: Blank[]; behind: Blank[] } = { before: [], behind: [] };

  addText(text: string): void {
    if (this.lines === undefined) this.before += text;
    else this.behind += text;
  }

  /** Lines of fields that follow from the word at a place. */
  addLines(place: NumberPlace, fields: readonly Field[]): void {
    if (this.lines !== undefined) this.close(Ending.none);
    const replaceable = fields.find(({ alternative }) => alternative !== undefined);
    this.lines = { place: placeFrom(place), fields, replaceable };
  }

  /** The octets from `octet` on in hexadecimal. */
  addOctets(octet: number, octets: number, separator: '' | ':' | ' '): void {
    const isBehind = this.lines !== undefined;
    const { length } = encodeUtf8(isBehind ? this.behind : this.before);
    const blank = { octet, octets, stride: 2 + separator.length, at: length };
    (isBehind ? this.blanks.behind : this.blanks.before).push(blank);
    this.addText(new Array<string>(octets).fill('00').join(separator));
  }

  /** The number at a place, counted from `at`, in decimal. */
  addNumber(place: NumberPlace, at = 0): void {
    this.close(Ending.number, placeFrom(place, at));
  }

  /** The four octets at a place in dotted decimal. */
  addIpv4(place: NumberPlace): void {
    this.close(Ending.ipv4, placeFrom(place));
  }

  /** The 16 octets at a place as an IPv6 address. */
  addIpv6(place: NumberPlace): void {
    this.close(Ending.ipv6, placeFrom(place));
  }

  /** The lines of fields, whatever they depend on. */
  addFields(fields: readonly Field[]): void {
    this.close(Ending.fields, NO_PLACE, fields);
  }

  private close(ending: Ending, place = NO_PLACE, shown: readonly Field[] = NO_FIELDS): void {
    const { blanks, lines } = this;
    const before = encodeUtf8(this.before);
    const behind = encodeUtf8(this.behind);
    this.pieces.push({
      before,
      lines,
      behind,
      id: newTextId(),
      blanks: [
        ...blanks.before,
        ...blanks.behind.map(({ octet, octets, stride, at }) => ({ octet, octets, stride, at: at - behind.length })),
      ],
      ending,
      place,
      shown,
    });
    this.before = '';
    this.behind = '';
    this.lines = undefined;
    blanks.before = [];
    blanks.behind = [];
  }

  /** The form of all that was added. */
  finish(): Form {
    this.close(Ending.none);
    const { pieces } = this;
    return { pieces, room: pieces.reduce((sum, piece) => sum + roomOf(piece), 0) };
  }
}

function roomOf({ before, lines }: Piece): number {
  return (lines === undefined ? before.length : LONGEST_WITH_LINES) + MOST_ENDING;
}

/** Fills in a form for the header at `start` of `view`. */
export function writeForm({ pieces, room }: Form, view: DataView, start: number, sink: FormSink): void {
  const { out, lineTexts } = sink;
  out.reserve(room);
  let { at, view: target, octets: to } = out;
  for (let i = 0; i < pieces.length; i++) {
    const { before, lines, id, blanks, ending, place } = pieces[i]!;
    let text: Uint8Array | undefined = before;
    if (lines !== undefined) {
      const word = readNumber(view, start, lines.place);
      const { replaceable } = lines;
      const isKept = replaceable === undefined || !replaceable.takesOver?.(replaceable.get(view, start), view, start);
      text = isKept ? lineTexts.get(id, word, 0) : undefined;
      if (text === undefined) {
        out.at = at;
        text = textWithLines(pieces[i]!, lines, view, start, sink);
        if (isKept && text.length <= LONGEST_WITH_LINES) lineTexts.set(id, word, 0, text);
        out.reserve(room + text.length);
        ({ view: target, octets: to } = out);
      }
    }
    to.set(text, at);
    const from = at;
    at += text.length;
    for (let j = 0; j < blanks.length; j++) {
      const blank = blanks[j]!;
      const { octet, octets, stride } = blank;
      putHexPairs(target, (blank.at < 0 ? at : from) + blank.at, view, start + octet, octets, stride);
    }
    switch (ending) {
      case Ending.none:
        break;
      case Ending.number:
        at = putWhole(target, at, readNumber(view, start, place));
        break;
      case Ending.ipv4:
        at = putIpv4(target, at, view, start + place.octet);
        break;
      case Ending.ipv6: {
        const address = sink.ipv6Texts.textOf(view, start + place.octet);
        to.set(address, at);
        at += address.length;
        break;
      }
      default:
        out.at = at;
        sink.show(pieces[i]!.shown, view, start);
        out.reserve(room);
        ({ at, view: target, octets: to } = out);
    }
  }
  out.at = at;
}

/** The text of a piece with its lines; leaves the buffer as it was. */
function textWithLines(
  { before, behind }: Piece,
  lines: Lines,
  view: DataView,
  start: number,
  sink: FormSink,
): Uint8Array {
  const { out } = sink;
  const from = out.at;
  out.encoded(before);
  sink.show(lines.fields, view, start);
  out.encoded(behind);
  const text = out.octets.slice(from, out.at);
  out.at = from;
  return text;
}
