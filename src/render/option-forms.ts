/** Options of headers as forms. */
import type { Field } from '../dissect/field.ts';
import type { Layers } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkDetails } from '../dissect/walk.ts';
import { type FieldRun, singleRun } from './field-runs.ts';
import { type Form, FormMaker, writeForm } from './form.ts';
import { addLine, hasDigits } from './header-form.ts';
import { FREE_BITS, FreeOctets, OptionShapes } from './option-shapes.ts';
import { TREE_FORMAT, type TreeFields } from './tree-fields.ts';

/** The options of headers that stand at one place and have one length. */
export class OptionForms {
  private readonly forms = new OptionShapes<Form>();

  /** Writes the options of a row, of which `fields` has begun the layer. */
  write(layers: Layers, row: number, fields: TreeFields): void {
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    const form = this.forms.find(view, start);
    if (form !== undefined) return writeForm(form, view, start, fields);
    if (this.forms.isDue()) {
      const recorder = new OptionRecorder(start, fields);
      walkDetails(layers, row, recorder);
      this.forms.keep(recorder.form.finish(), recorder.free, layers, row);
    }
    walkDetails(layers, row, fields);
  }
}

/** Puts the lines of a walk into a form instead of the buffer. */
class OptionRecorder implements FieldVisitor {
  readonly form = new FormMaker();
  readonly free = new FreeOctets();
  private readonly start: number;
  private readonly fields: TreeFields;

  constructor(start: number, fields: TreeFields) {
    this.start = start;
    this.fields = fields;
  }

  private record(write: (fields: TreeFields) => void): void {
    const { out } = this.fields;
    const from = out.at;
    write(this.fields);
    this.form.addText(out.textFrom(from));
    out.at = from;
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    const run = singleRun(field, TREE_FORMAT);
    const isFree =
      computed === undefined && isFreeNumber(run) && start === at + run.octet && end === start + run.octets;
    if (isFree) addLine(this.form, run, this.start, at - this.start, this.fields);
    else this.record((fields) => fields.leaf(field, at, start, end, computed));
    this.free.show(start - this.start, end - this.start, isFree);
  }

  openGroup(field: Field, at: number): void {
    this.record((fields) => fields.openGroup(field, at));
  }

  closeGroup(): void {
    this.fields.closeGroup();
  }

  openElement(list: Field, start: number): void {
    this.record((fields) => fields.openElement(list, start));
  }

  closeElement(): void {
    this.fields.closeElement();
  }
}

function isFreeNumber(run: FieldRun): boolean {
  const { field, octets } = run;
  return field.kind === 'uint' && field.bitWidth === FREE_BITS && octets * 8 === FREE_BITS && hasDigits(run);
}
