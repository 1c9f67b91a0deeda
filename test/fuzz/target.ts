/** What the fuzz loop runs. */

/** A promise that an input broke. `message` names the promise without anything that differs from input to input, for finds are told apart by it. */
class Broken extends Error {
  override readonly name = 'Broken';
}

/** Fails with the message unless the condition holds. */
export function promise(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Broken(message);
}

/** One entry into the code, with inputs to begin with. */
export interface FuzzTarget {
  /** Octets an input may have. */
  readonly longest: number;
  /** Octets that mutations put in. */
  readonly words: readonly Uint8Array[];
  /** Inputs to begin with, none empty. */
  seeds(): readonly Uint8Array[];
  /** Runs the code on the input and sees that its promises hold. Throws where they do not, whatever it throws. */
  run(input: Uint8Array): void | Promise<void>;
  /** The part of it that has a bound on its time. */
  readonly timed?: { run(input: Uint8Array): void; millisOf(input: Uint8Array): number };
  /** The input as a file that the command reads, with its extension. */
  fixture(input: Uint8Array): { readonly octets: Uint8Array; readonly extension: string };
}

/** What a terminal could take for a command: anything that `safeText` is to have escaped, line ends apart. */
const COMMANDING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
/** Texts that only a fault puts into output, unless the input has them. */
const SLIPS = ['NaN', 'undefined', '[object '];

/** Sees that text can be shown: nothing in it commands a terminal, and no value is missing. `input` is where such texts may come from. */
export function checkText(what: string, text: string, input: Uint8Array): void {
  promise(!COMMANDING.test(text), `${what} has a control character`);
  for (const slip of SLIPS) {
    if (text.includes(slip)) promise(Buffer.from(input).includes(slip), `${what} says ${slip}`);
  }
}
