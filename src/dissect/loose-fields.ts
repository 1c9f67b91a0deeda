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

  get layout(): Layout<V> {
    if (this.#layout === undefined) {
      const specs = typeof this.#specs === 'function' ? this.#specs() : this.#specs;
      refuseReservedKeys(this.#name, specs);
      this.#layout = layOutLoose(this.#name, specs);
    }
    return this.#layout;
  }
}

/** Prototype of all protocols. */
class HasLooseFields<V extends FieldSpecs> {
  declare readonly looseFields: LooseFields<V>;

  get variable(): Fields<V> {
    return this.looseFields.layout.fields;
  }

  get loose(): readonly Field[] {
    return this.looseFields.layout.ordered;
  }
}

/**
 * Adds `variable` and `loose`, laid out when they are first asked for. By the prototype: with getters of its own, or put together by Object.assign, an
 * object of so many properties is a dictionary to V8, and to dissect and print a packet takes 10 % longer.
 */
export function withLooseFields<V extends FieldSpecs, P extends object>(
  protocol: P & { readonly looseFields: LooseFields<V> },
): P & HasLooseFields<V> {
  return Object.setPrototypeOf(protocol, HasLooseFields.prototype) as P & HasLooseFields<V>;
}
