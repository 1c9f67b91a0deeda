/** Tables that few runs need. */

/** What `make` makes, made when it is first asked for: at start all tables of options take 5 ms, of which a run shows a few. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
