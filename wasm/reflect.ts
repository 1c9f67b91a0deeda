/** Values of objects as they are at run time: typed arrays over the module's memory become columns, numbers scalars. */
import type { Column, ElementType, Known, Scalar, Value } from './values.ts';

type TypedArray = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

function elementsOf(value: unknown): ElementType | undefined {
  if (value instanceof Uint8Array) return 'u8';
  if (value instanceof Uint16Array) return 'u16';
  if (value instanceof Int32Array) return 'i32';
  if (value instanceof Uint32Array) return 'u32';
  if (value instanceof Float32Array) return 'f32';
  return value instanceof Float64Array ? 'f64' : undefined;
}

/** Gives the scalar of a name, such as `queue.count`. */
export type ScalarOf = (name: string) => Scalar;

/**
 * The value of an object.
 *
 * @param name its scalars' names begin with
 * @param like another such object: a column that begins elsewhere in it has its base and its length told at run time
 * @param others members that mean something else than they hold, such as methods
 */
export function reflect(
  name: string,
  object: object,
  like: object,
  scalarOf: ScalarOf,
  others: Readonly<Record<string, Value>> = {},
): Known {
  const members = new Map<string, Value>(Object.entries(others));
  const column = (key: string, elements: ElementType, array: TypedArray): Column => {
    const isSteady = array.byteOffset === (Reflect.get(like, key) as TypedArray).byteOffset;
    return {
      kind: 'column',
      elements,
      base: isSteady ? array.byteOffset : scalarOf(`${name}.${key}.base`),
      get length() {
        return isSteady ? array.length : scalarOf(`${name}.${key}.length`);
      },
    };
  };
  const read = (key: string): Value | undefined => {
    const value: unknown = Reflect.get(object, key);
    const elements = elementsOf(value);
    if (elements !== undefined) return column(key, elements, value as TypedArray);
    if (typeof value === 'number') return scalarOf(`${name}.${key}`);
    return typeof value === 'boolean' ? { kind: 'boolean', value } : undefined;
  };
  return {
    kind: 'object',
    member: (key) => {
      const found = members.get(key) ?? read(key);
      if (found !== undefined) members.set(key, found);
      return found;
    },
  };
}
