/** Field declarations under Wireshark's dotted names: the keys of JSON follow from them. */
import { type FieldSpec, type FieldSpecs, renamed } from '../dissect/field.ts';

/** A dotted name as a key: `qry.name` becomes `qry_name`. */
export type FlatKey<K extends string> = K extends `${infer Head}.${infer Rest}` ? `${Head}_${FlatKey<Rest>}` : K;

/** Declarations by flat key. */
export type FlatSpecs<S extends FieldSpecs> = { readonly [K in keyof S & string as FlatKey<K>]: FlatSpec<S[K]> };

type FlatSpec<F extends FieldSpec> = F extends FieldSpec<infer C, infer L> ? FieldSpec<FlatSpecs<C>, L> : never;

/** The key a dotted name has in JSON. */
export function flatKey(name: string): string {
  return name.replaceAll('.', '_');
}

/**
 * Names every field `prefix.` and its dotted key, wherever it stands: Wireshark's names know nothing of the lists that fields are gathered in.
 * Parts of a group take the group's name as prefix, children of a list the list's own prefix; a name given in the declaration stays.
 */
export function flatNames<S extends FieldSpecs>(prefix: string, specs: S): FlatSpecs<S> {
  const named: Record<string, FieldSpec> = {};
  for (const [key, spec] of Object.entries(specs)) named[flatKey(key)] = nameSpec(prefix, key, spec);
  return named as FlatSpecs<S>;
}

function nameSpec(prefix: string, key: string, spec: FieldSpec): FieldSpec {
  const name = spec.options.name ?? `${prefix}.${key}`;
  return renamed(spec, name, () => flatNames(spec.kind === 'list' ? prefix : name, spec.children));
}
