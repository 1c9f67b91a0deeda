/** Options of headers as forms. Those of successive packets are mostly the same but for numbers such as time stamps. */
import type { Field } from '../dissect/field.ts';
import { type Layers, Status } from '../dissect/layers.ts';
import { type ComputedValue, type FieldVisitor, walkDetails } from '../dissect/walk.ts';
import { type FieldRun, singleRun } from './field-runs.ts';
import { type Form, FormMaker, writeForm } from './form.ts';
import { addLine, hasDigits } from './header-form.ts';
import { TREE_FORMAT, type TreeFields } from './tree-fields.ts';

/** Width of the numbers on which no other part of the options' text depends, as protocols that have options promise. */
const FREE_BITS = 32;
/** Forms of the options of one header. */
const MOST_FORMS = 4;

/** A form, and the options that it is for. */
interface OptionForm {
  /** Places in the header whose octets must be these. */
  readonly places: Uint16Array;
  readonly octets: Uint8Array;
  readonly form: Form;
}

/** The options of headers that stand at one place and have one length. */
export class OptionForms {
  private readonly forms: OptionForm[] = [];
  private made = 0;
  /** Options for which there was no form, and how many of them there are before the next form is made: where each is another, forms do not pay. */
  private walks = 0;
  private nextAt = 0;

  /** Writes the options of a row, of which `fields` has begun the layer. */
  write(layers: Layers, row: number, fields: TreeFields): void {
    const view = layers.viewOf(row);
    const start = layers.start[row]!;
    for (let i = 0; i < this.forms.length; i++) {
      if (isFor(this.forms[i]!, view, start)) return writeForm(this.forms[i]!.form, view, start, fields);
    }
    if (this.walks++ === this.nextAt) {
      this.nextAt = 2 * this.walks;
      const made = optionForm(layers, row, fields);
      if (made !== undefined) this.forms[this.made++ % MOST_FORMS] = made;
    }
    walkDetails(layers, row, fields);
  }
}

function isFor({ places, octets }: OptionForm, view: DataView, start: number): boolean {
  for (let i = 0; i < places.length; i++) if (view.getUint8(start + places[i]!) !== octets[i]) return false;
  return true;
}

/** Makes a form; undefined where something is wrong with the packet, which is to be told of each. */
function optionForm(layers: Layers, row: number, fields: TreeFields): OptionForm | undefined {
  const start = layers.start[row]!;
  const view = layers.viewOf(row);
  const recorder = new OptionRecorder(start, fields);
  walkDetails(layers, row, recorder);
  const { issues, status } = layers;
  if (issues.count > 0 || issues.dropped > 0 || status[row] !== Status.complete) return undefined;
  const places: number[] = [];
  for (let at = layers.protocolOf(row).minimum; at < layers.payload[row]! - start; at++) {
    if (!recorder.free.has(at)) places.push(at);
  }
  return {
    places: Uint16Array.from(places),
    octets: Uint8Array.from(places, (at) => view.getUint8(start + at)),
    form: recorder.form.finish(),
  };
}

/** Puts the lines of a walk into a form instead of the buffer. */
class OptionRecorder implements FieldVisitor {
  readonly form = new FormMaker();
  /** Places in the header whose octets are shown in blanks and nowhere else. */
  readonly free = new Set<number>();
  private readonly bound = new Set<number>();
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
    for (let octet = start - this.start; octet < end - this.start; octet++) {
      if (isFree && !this.bound.has(octet)) this.free.add(octet);
      else {
        this.free.delete(octet);
        this.bound.add(octet);
      }
    }
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
