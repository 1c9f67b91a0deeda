/** Careful reading of values that came out of JSON or YAML. */

/** An object with unknown values. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under a key; an empty one where there is none. */
export function objectAt(value: Json, key: string): Json {
  const found = value[key];
  return isObject(found) ? found : {};
}

/** The objects of the array under a key. */
export function objectsAt(value: Json, key: string): Json[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The text under a key; undefined where there is none, or it is empty. */
export function textAt(value: Json, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The texts of the array under a key. */
export function textsAt(value: Json, key: string): string[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string' && one !== '') : [];
}

/** The number under a key, also where it was written as text. */
export function numberAt(value: Json, key: string): number | undefined {
  const found = value[key];
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
