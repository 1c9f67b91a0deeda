/** Fields of a layer at run-time positions. */
import type { Children, Field, FieldSpecs, Fields } from './field.ts';
import { type Layout, layOutLoose } from './layout.ts';

/** First segments of field names that a layer's JSON object uses itself. */
const RESERVED_KEYS: readonly string[] = [
  'layer',
  'range',
  'tunnel',
  'guessed',
  'quoted',
  'source',
  'frames',
  'issues',
  'payload',
  'padding',
];

/** Throws when a field of the protocol `name` has a key that every layer's JSON object uses itself. */
export function refuseReservedKeys(name: string, fields: Readonly<Record<string, unknown>>): void {
  for (const key of RESERVED_KEYS) {
    if (key in fields) throw new Error(`${name}.${key}: '${key}' is a reserved key of every layer`);
  }
}

/** The fields, laid out when they are first asked for: a run shows few of the thousands there are, and all of them at start took 40 ms. */
export class LooseFields<V extends FieldSpecs> {
  readonly #name: string;
  readonly #specs: Children<V>;
  #layout: Layout<V> | undefined;

  constructor(name: string, specs: Children<V>) {
    this.#name = name;
    this.#specs = specs;
  }

  private get layout(): Layout<V> {
    if (this.#layout === undefined) {
      const specs = typeof this.#specs === 'function' ? this.#specs() : this.#specs;
      refuseReservedKeys(this.#name, specs);
      this.#layout = layOutLoose(this.#name, specs);
    }
    return this.#layout;
  }

  get variable(): Fields<V> {
    return this.layout.fields;
  }

  get loose(): readonly Field[] {
    return this.layout.ordered;
  }
}
