/** The commands and options as facts, taken from commander: what completion and the manual are made from. */
import type { Command, Option } from 'commander';

/** What an option's argument is, as far as it can be completed. */
export type ArgumentKind = 'choice' | 'file' | 'field' | 'protocols' | 'other';

export interface OptionFacts {
  /** `-V`; undefined where there is none. */
  readonly short: string | undefined;
  /** `--layers`. */
  readonly long: string;
  readonly description: string;
  /** Name and kind of its argument; undefined for a switch. */
  readonly argument: { readonly name: string; readonly kind: ArgumentKind } | undefined;
  readonly choices: readonly string[];
  /** What holds where it is not given, in words. */
  readonly fallback: string | undefined;
}

export interface CommandFacts {
  readonly name: string;
  readonly description: string;
  /** What stands behind the name: `[capture...] [options]`. */
  readonly usage: string;
  /** Choices of its operand; those of files are not listed. */
  readonly operands: readonly string[];
  readonly takesFiles: boolean;
  readonly options: readonly OptionFacts[];
}

/** Arguments by the names that options give them. */
const KINDS: Readonly<Record<string, ArgumentKind>> = {
  file: 'file',
  path: 'file',
  name: 'field',
  protocols: 'protocols',
};

/** All commands of a program, in its order. */
export function commandTree(program: Command): CommandFacts[] {
  return program.commands.map((command) => {
    const [operand] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      usage: [...command.registeredArguments.map(nameOfOperand), '[options]'].join(' '),
      operands: operand?.argChoices ?? [],
      takesFiles: operand?.variadic ?? false,
      options: command.options.filter(({ hidden }) => !hidden).map(optionFacts),
    };
  });
}

function nameOfOperand(operand: Command['registeredArguments'][number]): string {
  const name = operand.variadic ? `${operand.name()}...` : operand.name();
  return operand.required ? `<${name}>` : `[${name}]`;
}

function optionFacts(option: Option): OptionFacts {
  const { short, long = '', description, argChoices = [], defaultValue, defaultValueDescription } = option;
  const name = /<(.+)>/.exec(option.flags)?.[1];
  const kind = argChoices.length > 0 ? 'choice' : (KINDS[name ?? ''] ?? 'other');
  const fallback = defaultValueDescription ?? (defaultValue === undefined ? undefined : String(defaultValue));
  return {
    short,
    long,
    description,
    argument: name === undefined ? undefined : { name, kind },
    choices: argChoices,
    fallback,
  };
}
