/** Forms of headers, made from the declarations of their fixed fields. */
import { type FieldRun, RunKind } from './field-runs.ts';
import { type Form, FormMaker } from './form.ts';
import { afterValue, beforeValue, type TreeFields } from './tree-fields.ts';

/**
 * The form of a header that begins at `start`, whose fixed fields were all captured. `heading` is the text before them; `fields` has begun the layer.
 */
export function headerForm(heading: string, runs: readonly FieldRun[], start: number, fields: TreeFields): Form {
  const form = new FormMaker();
  form.addText(heading);
  for (const run of runs) {
    if (run.kind === RunKind.kept) form.addLines(run, run.fields);
    else if (hasDigits(run)) addLine(form, run, start, 0, fields);
    else form.addFields(run.fields);
  }
  return form.finish();
}

/** Whether a run is a single field, a number or an address, whose value is written in digits wherever it stands. */
export function hasDigits({ kind, field, alternative }: FieldRun): boolean {
  if (alternative !== undefined || kind === RunKind.kept) return false;
  return kind !== RunKind.walked || field.kind === 'ipv6';
}

/** Adds the line of a field with a value in digits, whose structure begins `at` octets behind the header's `start`. */
export function addLine(form: FormMaker, run: FieldRun, start: number, at: number, fields: TreeFields): void {
  const octet = start + at + run.octet;
  form.addText(fields.marginText(octet, octet + run.octets) + beforeValue(run.field));
  addDigits(form, run, at);
}

/** Adds a value in digits and the end of its line. */
export function addDigits(form: FormMaker, run: FieldRun, at = 0): void {
  const octet = at + run.octet;
  if (run.kind === RunKind.hex) form.addOctets(octet, run.octets, '');
  else if (run.kind === RunKind.ether) form.addOctets(octet, run.octets, ':');
  else if (run.kind === RunKind.ipv4) form.addIpv4(run);
  else if (run.field.kind === 'ipv6') form.addIpv6(run);
  else form.addNumber(run, at);
  form.addText(afterValue(run.field));
}
