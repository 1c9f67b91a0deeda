/** Field declarations: what a header's fields are called, how wide they are and what their values mean. */

/** How the value of a field is read and shown. */
export type FieldKind = 'uint' | 'bool' | 'ipv4' | 'ipv6' | 'ether' | 'bytes' | 'text' | 'uint64' | 'number' | 'list';

/** Base in which a number is shown. */
export type NumberFormat = 'dec' | 'hex';

/** Meaning of code points: the text shown beside the number. A value that is missing is shown as the number alone. */
export type ValueNames = Readonly<Record<number, string>>;

/** What may be said of a field beyond its width and title. */
export interface FieldOptions {
  /** Wireshark's filter name where it is not the protocol's name and the path of keys joined by dots. */
  readonly name?: string;
  readonly format?: NumberFormat;
  /** Unit shown behind the value: `octets`, `s`. */
  readonly unit?: string;
  /** The field's value is the number on the wire times this (an IPv4 header length counts 4-octet words). */
  readonly scale?: number;
  readonly values?: ValueNames;
  /** The octets are in little-endian order. */
  readonly littleEndian?: boolean;
}

/** A number of octets. */
export const octets: FieldOptions = { unit: 'octets' };
/** Shown in hexadecimal, zero-padded to the field's width. */
export const hex: FieldOptions = { format: 'hex' };
/** Shown with the names of its code points. */
export const named = (values: ValueNames): FieldOptions => ({ values });

/** Child declarations of a field, by JSON key, in wire order. */
export type FieldSpecs = { readonly [key: string]: FieldSpec };

/** Key under which the types of declarations say that there are more keys than they name. No object has it. */
export type MoreFields = 'more fields';

/** Declarations whose keys only a run of the program tells. Put among others, they leave a trace in the type: the layer has more fields. */
export type OpenSpecs = FieldSpecs & { readonly [K in MoreFields]?: FieldSpec };

// biome-ignore lint/complexity/noBannedTypes: a leaf has no children, and `{}` maps to no keys
type NoChildren = {};

/** Whether another field takes a field's place: by the raw number there, or by what else stands in the structure that begins at `at`. */
export type TakesOver = (raw: number, view: DataView, at: number) => boolean;

/** A field as declared, before its place in the header is known. Its kind is kept as a literal, from which the types of values follow. */
export interface FieldSpec<Children extends FieldSpecs = FieldSpecs, Kind extends FieldKind = FieldKind> {
  readonly kind: Kind;
  /** Width on the wire in bits; 0 for a width known only at run time, or for none. */
  readonly bits: number;
  readonly title: string;
  readonly options: FieldOptions;
  readonly children: Children;
  /** The value is worked out, not read: it has no octets of its own. */
  readonly computed: boolean;
  /** Key of the field whose place this one takes when `takesOver` accepts that field's raw value. */
  readonly insteadOf: string | undefined;
  readonly takesOver: TakesOver | undefined;
  /** First bit within the octets a field at a run-time position is emitted at. */
  readonly firstBit: number;
}

/** Children as declared, or what declares them when they are first asked for. */
export type Children<C extends FieldSpecs> = C | (() => C);

/** Children of all fields that have none. */
export const NO_CHILDREN: NoChildren = {};

const NOTHING_SAID: FieldOptions = {};

/**
 * A declaration whose children and options are put together when they are asked for: a run shows few of the thousands of fields, and all of them
 * at start took 25 ms.
 */
class DeclaredField<C extends FieldSpecs, K extends FieldKind> implements FieldSpec<C, K> {
  insteadOf: string | undefined = undefined;
  takesOver: TakesOver | undefined = undefined;
  firstBit = 0;
  readonly kind: K;
  readonly bits: number;
  readonly title: string;
  readonly computed: boolean;
  private readonly said: readonly FieldOptions[];
  private declared: Children<C>;

  constructor(
    kind: K,
    bits: number,
    title: string,
    said: readonly FieldOptions[],
    children: Children<C>,
    worked: boolean,
  ) {
    this.kind = kind;
    this.bits = bits;
    this.title = title;
    this.computed = worked;
    this.said = said;
    this.declared = children;
  }

  get options(): FieldOptions {
    const [only = NOTHING_SAID] = this.said;
    return this.said.length > 1 ? Object.assign({}, ...this.said) : only;
  }

  get children(): C {
    if (typeof this.declared === 'function') this.declared = this.declared();
    return this.declared;
  }
}

const spec = <C extends FieldSpecs, K extends FieldKind>(
  kind: K,
  bits: number,
  title: string,
  options: readonly FieldOptions[],
  children: Children<C>,
  computed = false,
): DeclaredField<C, K> => new DeclaredField(kind, bits, title, options, children, computed);

/** The same declaration under a name, with the children it then has. */
export function renamed(field: FieldSpec, name: string, children: () => FieldSpecs): FieldSpec {
  return placedAs(field, field.firstBit, [field.options, { name }], children);
}

function placedAs<C extends FieldSpecs, K extends FieldKind>(
  field: FieldSpec<C, K>,
  firstBit: number,
  options: readonly FieldOptions[] = [field.options],
  children: Children<C> = () => field.children,
): DeclaredField<C, K> {
  const copy = spec(field.kind, field.bits, field.title, options, children, field.computed);
  copy.insteadOf = field.insteadOf;
  copy.takesOver = field.takesOver;
  copy.firstBit = firstBit;
  return copy;
}

/** A field without children, as declared. */
export type Leaf<K extends FieldKind> = FieldSpec<NoChildren, K>;

const leaf = <K extends FieldKind>(
  kind: K,
  bits: number,
  title: string,
  options: readonly FieldOptions[],
  computed = false,
): Leaf<K> => spec(kind, bits, title, options, NO_CHILDREN, computed);

/** Unsigned integer of 1–32 bits, most significant bit first. */
export const uint = (bits: number, title: string, ...options: FieldOptions[]): Leaf<'uint'> =>
  leaf('uint', bits, title, options);
/** One bit, shown as a boolean. */
export const flag = (title: string, ...options: FieldOptions[]): Leaf<'bool'> => leaf('bool', 1, title, options);
/** Boolean that is true when any of its bits is set. */
export const flags = (bits: number, title: string, ...options: FieldOptions[]): Leaf<'bool'> =>
  leaf('bool', bits, title, options);
/** Integer of 1–32 bits that is made of smaller fields; the children's widths add up to `bits`. */
export const bits = <C extends FieldSpecs>(
  width: number,
  title: string,
  children: C,
  ...options: FieldOptions[]
): FieldSpec<C, 'uint'> => spec('uint', width, title, options, children);
/** 64-bit unsigned integer; a string in JSON, for it may pass 2^53. */
export const uint64 = (title: string, ...options: FieldOptions[]): Leaf<'uint64'> => leaf('uint64', 64, title, options);
/** IPv4 address. */
export const ipv4Address = (title: string, ...options: FieldOptions[]): Leaf<'ipv4'> =>
  leaf('ipv4', 32, title, options);
/** IPv6 address. */
export const ipv6Address = (title: string, ...options: FieldOptions[]): Leaf<'ipv6'> =>
  leaf('ipv6', 128, title, options);
/** 48-bit MAC address. */
export const macAddress = (title: string, ...options: FieldOptions[]): Leaf<'ether'> =>
  leaf('ether', 48, title, options);
/** Unsigned integer of a width known only at run time: a variable-length integer, decimal digits. The dissector emits its value. */
export const number = (title: string, ...options: FieldOptions[]): Leaf<'number'> => leaf('number', 0, title, options);
/** Octets; without a count their number is known only at run time. */
export const bytes = (title: string, count = 0, ...options: FieldOptions[]): Leaf<'bytes'> =>
  leaf('bytes', count * 8, title, options);
/** Characters (UTF-8; what does not decode is shown escaped). */
export const text = (title: string, ...options: FieldOptions[]): Leaf<'text'> => leaf('text', 0, title, options);
/** Value that is worked out and has no octets. `number` may be fractional. */
export const computed = <K extends 'bool' | 'number' | 'text' | 'ipv4' | 'ipv6' | 'ether'>(
  kind: K,
  title: string,
  ...options: FieldOptions[]
): Leaf<K> => leaf(kind, 0, title, options, true);
/** What occurs any number of times in a layer: an array of objects in JSON, each with (some of) `children`. */
export const list = <C extends FieldSpecs>(
  title: string,
  children: Children<C>,
  ...options: FieldOptions[]
): FieldSpec<C, 'list'> => spec('list', 0, title, options, children);
/** Field that stands in the place of the field `key` when `takesOver` holds for the number found there. */
export const instead = <C extends FieldSpecs, K extends FieldKind>(
  key: string,
  field: FieldSpec<C, K>,
  takesOver: TakesOver,
): FieldSpec<C, K> => {
  const copy = placedAs(field, field.firstBit);
  copy.insteadOf = key;
  copy.takesOver = takesOver;
  return copy;
};

/**
 * Fields side by side in the same octets, for `variable` and for lists, where each field else begins with bit 0 of the octet it is emitted at.
 * All of them are emitted at the octet that holds bit 0. Unlike the parts of `bits` they have no field around them.
 */
export function packed<S extends FieldSpecs>(specs: S, firstBit = 0): S {
  const placed: Record<string, FieldSpec> = {};
  let bit = firstBit;
  for (const [key, declared] of Object.entries(specs)) {
    placed[key] = placedAs(declared, bit);
    bit += declared.bits;
  }
  return placed as S;
}

/** Reads a field's number from `view`; `at` is the first octet of the structure the field was laid out in. */
export type FieldReader = (view: DataView, at: number) => number;

/**
 * A field with its place. All instances have the same keys in the same order, so that every `field.get` call site
 * sees one hidden class.
 */
export interface Field<Children = Readonly<Record<string, unknown>>, Kind extends FieldKind = FieldKind> {
  /** Name in filters and documentation: `ip.src`. */
  readonly name: string;
  /** Name in JSON, within its parent: `src`. */
  readonly key: string;
  readonly title: string;
  readonly kind: Kind;
  /** First bit, counted from the start of the structure. */
  readonly bitOffset: number;
  /** Width in bits; 0 when known only at run time. */
  readonly bitWidth: number;
  /** First octet, counted from the start of the structure. */
  readonly octetOffset: number;
  /** Octets that hold the field, partly filled ones included. */
  readonly octetWidth: number;
  /** The value as a number (scaled); NaN for fields wider than 32 bits or of no fixed width. */
  readonly get: FieldReader;
  readonly scale: number;
  readonly format: NumberFormat;
  readonly unit: string;
  readonly values: ValueNames | undefined;
  readonly littleEndian: boolean;
  readonly computed: boolean;
  /** The children by key. */
  readonly of: Children;
  /** The children in wire order. */
  readonly children: readonly Field[];
  /** The field that takes this one's place when it accepts the raw number, if one was declared. */
  readonly alternative: Field | undefined;
  readonly takesOver: TakesOver | undefined;
}

/** The laid-out fields of a set of declarations. */
export type Fields<S extends FieldSpecs> = {
  readonly [K in keyof S]: S[K] extends FieldSpec<infer C, infer L> ? Field<Fields<C>, L> : never;
};
