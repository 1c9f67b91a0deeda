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
    else if (run.kind === RunKind.walked || run.alternative !== undefined) form.addWalk(run.field);
    else addValue(form, run, start, 0, fields);
  }
  return form.finish();
}

/** Adds the line of a single field with a value in digits, whose structure begins `at` octets behind the header's `start`. */
export function addValue(form: FormMaker, run: FieldRun, start: number, at: number, fields: TreeFields): void {
  const { field, kind, octets } = run;
  const octet = at + run.octet;
  form.addText(fields.marginText(start + octet, start + octet + octets) + beforeValue(field));
  if (kind === RunKind.hex) form.addOctets(octet, octets, '');
  else if (kind === RunKind.ether) form.addOctets(octet, octets, ':');
  else if (kind === RunKind.ipv4) form.addIpv4(run);
  else form.addNumber(run, at);
  form.addText(afterValue(field));
}
