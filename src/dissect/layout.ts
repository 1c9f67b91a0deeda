/** Gives declared fields their places, from which they are read. */
import {
  type Field,
  type FieldKind,
  type FieldReader,
  type FieldSpec,
  type FieldSpecs,
  type Fields,
  NO_CHILDREN,
} from './field.ts';

const noNumber: FieldReader = () => Number.NaN;

function readerOf(kind: FieldKind, bitOffset: number, bitWidth: number, scale: number, le: boolean): FieldReader {
  const first = bitOffset >> 3;
  const last = (bitOffset + bitWidth - 1) >> 3;
  const shift = ((last + 1) << 3) - bitOffset - bitWidth;
  const mask = bitWidth >= 32 ? 0xffffffff : 2 ** bitWidth - 1;
  if (bitWidth === 0 || bitWidth > 32 || (kind !== 'uint' && kind !== 'bool' && kind !== 'ipv4')) return noNumber;
  const whole = shift === 0 && (bitOffset & 7) === 0;
  switch (last - first) {
    case 0:
      if (whole && scale === 1) return (view, at) => view.getUint8(at + first);
      return (view, at) => ((view.getUint8(at + first) >> shift) & mask) * scale;
    case 1:
      if (whole && scale === 1) {
        return le ? (view, at) => view.getUint16(at + first, true) : (view, at) => view.getUint16(at + first);
      }
      return (view, at) => ((view.getUint16(at + first, le) >> shift) & mask) * scale;
    case 2:
      if (le) return (view, at) => (view.getUint16(at + first, true) | (view.getUint8(at + first + 2) << 16)) * scale;
      return (view, at) =>
        ((((view.getUint16(at + first) << 8) | view.getUint8(at + first + 2)) >> shift) & mask) * scale;
    case 3:
      if (whole && scale === 1) {
        return le ? (view, at) => view.getUint32(at + first, true) : (view, at) => view.getUint32(at + first);
      }
      return (view, at) => (((view.getUint32(at + first, le) >>> shift) & mask) >>> 0) * scale;
    default:
      throw new Error(`a field of ${bitWidth} bits at bit ${bitOffset} spans more than four octets`);
  }
}

/** Result of laying out declarations: the fields by key, those in wire order, and the octets the fixed ones fill. */
export interface Layout<S extends FieldSpecs> {
  readonly fields: Fields<S>;
  readonly ordered: readonly Field[];
  readonly octets: number;
}

/**
 * Gives each declared field its place: widths add up from `firstBit` on.
 * Throws when children don't fill their parent, or a fixed field follows one of unknown width.
 */
export function layOut<S extends FieldSpecs>(prefix: string, specs: S, firstBit = 0): Layout<S> {
  const fields: Record<string, Field> = {};
  const ordered: Field[] = [];
  let bit = firstBit;
  for (const [key, declared] of Object.entries(specs)) {
    const { insteadOf } = declared;
    const place = insteadOf === undefined ? undefined : fields[insteadOf];
    if (insteadOf !== undefined && place === undefined) throw new Error(`${prefix}.${key}: no field '${insteadOf}'`);
    const field = layOutField(`${prefix}.${key}`, key, declared, place ? place.bitOffset : bit);
    fields[key] = field;
    if (place) {
      if (place.bitWidth !== field.bitWidth) throw new Error(`${field.name}: not as wide as ${place.name}`);
      Object.assign(place, { alternative: field, takesOver: declared.takesOver });
    } else {
      ordered.push(field);
      bit += field.kind === 'list' ? 0 : field.bitWidth;
    }
  }
  return { fields: fields as Fields<S>, ordered, octets: bit >> 3 };
}

function layOutField(path: string, key: string, declared: FieldSpec, bitOffset: number): Field {
  const { kind, bits: bitWidth, options } = declared;
  const name = options.name ?? path;
  const isList = kind === 'list';
  const inner = layOutChildren(path, declared, isList ? 0 : bitOffset);
  const scale = options.scale ?? 1;
  return {
    name,
    key,
    title: declared.title,
    kind,
    bitOffset,
    bitWidth,
    octetOffset: bitOffset >> 3,
    octetWidth: bitWidth === 0 ? 0 : ((bitOffset + bitWidth + 7) >> 3) - (bitOffset >> 3),
    get: readerOf(kind, bitOffset, bitWidth, scale, options.littleEndian ?? false),
    scale,
    format: options.format ?? 'dec',
    unit: options.unit ?? '',
    values: options.values,
    littleEndian: options.littleEndian ?? false,
    computed: declared.computed,
    of: inner.fields,
    children: inner.ordered,
    alternative: undefined,
    takesOver: undefined,
  };
}

const NOTHING: Layout<FieldSpecs> = { fields: {}, ordered: [], octets: 0 };

function layOutChildren(path: string, declared: FieldSpec, bitOffset: number): Layout<FieldSpecs> {
  if (declared.children === NO_CHILDREN) return NOTHING;
  if (declared.kind === 'list') return layOutElement(path, declared.children);
  const inner = layOut(path, declared.children, bitOffset);
  const filled = inner.ordered.reduce((sum, child) => sum + child.bitWidth, 0);
  if (inner.ordered.length > 0 && filled !== declared.bits) {
    throw new Error(`${path}: its parts fill ${filled} of ${declared.bits} bits`);
  }
  return inner;
}

/** Fields of a list element stand where the dissector emits them, so each is laid out in a structure of its own. */
function layOutElement(path: string, specs: FieldSpecs): Layout<FieldSpecs> {
  const fields: Record<string, Field> = {};
  for (const [key, declared] of Object.entries(specs)) {
    fields[key] = layOutField(`${path}.${key}`, key, declared, declared.firstBit);
  }
  return { fields: fields as Fields<FieldSpecs>, ordered: Object.values(fields), octets: 0 };
}

/** Lays out fields whose place is known only at run time: each starts at the octet it is emitted at. */
export function layOutLoose<S extends FieldSpecs>(prefix: string, specs: S): Layout<S> {
  return layOutElement(prefix, specs) as Layout<S>;
}
