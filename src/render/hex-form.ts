/** Forms of headers in the hex breakdown, made from the declarations of their fixed fields. */
import type { Protocol } from '../dissect/protocol.ts';
import { type FieldRun, type FieldRuns, fieldRuns, RunKind } from './field-runs.ts';
import { type Form, FormMaker } from './form.ts';
import { addDigits, hasDigits } from './header-form.ts';
import type { HexLines } from './hex-lines.ts';
import { LONGEST_IPV6 } from './ipv6-texts.ts';
import { afterValue, beforeDigits, TREE_FORMAT } from './tree-fields.ts';

/** Most characters of a number of at most 32 bits, and of an address in dotted decimal or in hexadecimal with colons. */
const MOST_DIGITS = 10;
const MOST_ADDRESS = 17;

/** The fixed fields of a protocol cut into runs none of which shares an octet with another, or with what stands behind them; undefined where some do. */
export function separateRuns(protocol: Protocol): FieldRuns | undefined {
  const cut = fieldRuns(protocol, TREE_FORMAT);
  let end = 0;
  for (const { octet, octets } of cut.runs) {
    if (octet < end) return undefined;
    end = octet + octets;
  }
  const bits = Math.max(0, ...protocol.fixed.map(({ bitOffset, bitWidth }) => bitOffset + bitWidth));
  return bits === end * 8 ? cut : undefined;
}

/** The form of the fixed fields of a header that begins at `start`, in the lines that `lines` has begun. */
export function hexForm(runs: readonly FieldRun[], start: number, lines: HexLines): Form {
  const form = new FormMaker();
  for (const run of runs) {
    const { field, octet, octets } = run;
    if (run.kind === RunKind.kept) form.addLines(run, run.fields);
    else if (!hasDigits(run) || !fits(run, lines)) form.addFields(run.fields);
    else {
      form.addText(textOf(lines, () => lines.offset(start + octet)));
      form.addOctets(octet, octets, ' ');
      form.addText(textOf(lines, () => lines.noteAfter(3 * octets - 1)));
      form.addText(lines.labelText(field.name) + beforeDigits(field));
      addDigits(form, run);
    }
  }
  return form.finish();
}

/** Whether a run takes one line, whatever its value is. */
function fits({ kind, field, octets }: FieldRun, { geometry }: HexLines): boolean {
  const isNumber = kind === RunKind.number || kind === RunKind.hex;
  const most = field.kind === 'ipv6' ? LONGEST_IPV6 : isNumber ? MOST_DIGITS : MOST_ADDRESS;
  const columns = Math.max(field.name.length, geometry.nameWidth) + 1 + most + afterValue(field).length;
  return columns <= geometry.room && octets <= geometry.octetsPerLine;
}

/** What is written to the buffer, which is left as it was. */
function textOf({ out }: HexLines, write: () => void): string {
  const from = out.at;
  write();
  const text = out.textFrom(from);
  out.at = from;
  return text;
}
