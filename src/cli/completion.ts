/** Completion scripts for shells, made from the commands and options. Only names of fields are asked for when they are needed. */
import type { CommandFacts, OptionFacts } from './command-tree.ts';
import { PROGRAM } from './messages.ts';

/** Shells that scripts are made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** What scripts are made from. */
export interface CompletionFacts {
  /** The first is the default. */
  readonly commands: readonly CommandFacts[];
  readonly protocols: readonly string[];
}

/** The script that a shell is to read. */
export function completionScript(shell: Shell, facts: CompletionFacts): string {
  return { bash, zsh, fish }[shell](facts);
}

const words = (option: OptionFacts): string[] => [option.short, option.long].filter((word) => word !== undefined);

const names = (commands: readonly CommandFacts[]): string[] => commands.map(({ name }) => name);

/** Takes the names out of what `fields` prints. */
const FIELD_NAMES = `${PROGRAM} fields "$1" 2>/dev/null | cut -d' ' -f1`;

/** Where nothing is offered, bash completes names of files. Bash 3.2, which macOS has, knows no mapfile and no compopt. */
function bash({ commands, protocols }: CompletionFacts): string {
  const [first] = commands;
  const argumentCases = commands.flatMap(({ name, options }) =>
    options.flatMap((option) => {
      const offered = bashWords(option);
      const pattern = words(option).map((word) => `${name}:${word}`);
      return offered === undefined ? [] : [`    ${pattern.join(' | ')}) ${offered} ;;`];
    }),
  );
  const optionCases = commands.map(
    ({ name, options, operands }) =>
      `    ${name}) options='${[...options.flatMap(words), '-h', '--help'].join(' ')}' operands='${operands.join(' ')}' ;;`,
  );
  return `# Completion of ${PROGRAM} for bash: source <(${PROGRAM} completion bash)
_${PROGRAM}_fields() { ${FIELD_NAMES}; }
_${PROGRAM}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=${first?.name} prefix='' offered='' options operands
  local commands='${names(commands).join(' ')}'
  [[ $COMP_CWORD -gt 1 && " $commands " == *" \${COMP_WORDS[1]} "* ]] && command=\${COMP_WORDS[1]}
  case $command in
${optionCases.join('\n')}
  esac
  [[ $COMP_CWORD -eq 1 ]] && operands=$commands
  case $command:$before in
${argumentCases.join('\n')}
    *) if [[ $current == -* ]]; then offered=$options; else offered=$operands; fi ;;
  esac
  COMPREPLY=($(compgen -P "$prefix" -W "$offered" -- "\${current#"$prefix"}"))
}
complete -o default -F _${PROGRAM} ${PROGRAM}
`;

  /** The statement that says what is offered for an option's argument; undefined where that is a file or cannot be said. */
  function bashWords({ argument, choices }: OptionFacts): string | undefined {
    switch (argument?.kind) {
      case 'choice':
        return `offered='${choices.join(' ')}'`;
      case 'field':
        return `offered=$(_${PROGRAM}_fields "$current")`;
      case 'protocols':
        return `prefix=\${current%"\${current##*,}"} offered='${protocols.join(' ')}'`;
      default:
        return undefined;
    }
  }
}

function zsh({ commands, protocols }: CompletionFacts): string {
  const [first] = commands;
  const described = commands.map(
    ({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`,
  );
  const cases = commands.map(({ name, options, operands, takesFiles }) => {
    const operand = operands.length > 0 ? [`'1: :(${operands.join(' ')})'`] : takesFiles ? [`'*:capture:_files'`] : [];
    const lines = [...options.map(zshOption), `'(-h --help)'{-h,--help}'[show this help]'`, ...operand];
    return `    ${name})\n      _arguments -s -S ${lines.join(' \\\n        ')} ;;`;
  });
  return `#compdef ${PROGRAM}
# Completion of ${PROGRAM} for zsh: ${PROGRAM} completion zsh > ~/.zfunc/_${PROGRAM}, with ~/.zfunc in fpath
_${PROGRAM}_fields() {
  local -a found
  found=(\${(f)"$(${FIELD_NAMES.replace('$1', '$PREFIX')})"})
  compadd -a found
}
_${PROGRAM}_protocols() { _values -s , protocol ${protocols.join(' ')} }
_${PROGRAM}() {
  local command=${first?.name}
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    _describe command commands
    _files
    return
  fi
  if [[ -n \${commands[(r)$words[2]:*]} ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _${PROGRAM} ]]; then _${PROGRAM} "$@"; else compdef _${PROGRAM} ${PROGRAM}; fi
`;
}

/** One specification of `_arguments`; an option with an argument may be given again. */
function zshOption(option: OptionFacts): string {
  const { short, long, argument } = option;
  const explanation = `[${option.description.replaceAll(/[[\]\\:]/g, '\\$&')}]`;
  const rest = argument === undefined ? explanation : `${explanation}:${argument.name}:${zshAction(option)}`;
  if (argument !== undefined)
    return short === undefined ? quoted(`*${long}${rest}`) : `'*'{${short},${long}}${quoted(rest)}`;
  return short === undefined ? quoted(`${long}${rest}`) : `'(${short} ${long})'{${short},${long}}${quoted(rest)}`;
}

function zshAction({ argument, choices }: OptionFacts): string {
  switch (argument?.kind) {
    case 'choice':
      return `(${choices.join(' ')})`;
    case 'file':
      return '_files';
    case 'field':
      return `_${PROGRAM}_fields`;
    case 'protocols':
      return `_${PROGRAM}_protocols`;
    default:
      return ' ';
  }
}

function fish({ commands, protocols }: CompletionFacts): string {
  const [first] = commands;
  const complete = `complete -c ${PROGRAM}`;
  const subcommands = commands.map(
    ({ name, description }) => `${complete} -n __${PROGRAM}_first -a ${name} -d ${quoted(description)}`,
  );
  const options = commands.flatMap(({ name, options: own, operands }) => [
    ...own.map((option) => `${complete} -n '__${PROGRAM}_is ${name}' ${fishOption(option, protocols)}`),
    ...(operands.length === 0 ? [] : [`${complete} -f -n '__${PROGRAM}_is ${name}' -a '${operands.join(' ')}'`]),
  ]);
  return `# Completion of ${PROGRAM} for fish: ${PROGRAM} completion fish > ~/.config/fish/completions/${PROGRAM}.fish
function __${PROGRAM}_first
    test (count (commandline -opc)) -eq 1
end
function __${PROGRAM}_is
    set -l words (commandline -opc)
    if contains -- "$words[2]" ${names(commands).join(' ')}
        test "$words[2]" = $argv[1]
    else
        test ${first?.name} = $argv[1]
    end
end
function __${PROGRAM}_fields
    ${PROGRAM} fields (commandline -ct) 2>/dev/null | string replace -r '\\s.*' ''
end
${complete} -s h -l help -d 'show this help'
${[...subcommands, ...options].join('\n')}
`;
}

function fishOption(option: OptionFacts, protocols: readonly string[]): string {
  const { short, long, argument, choices, description } = option;
  const flags = `${short === undefined ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const values: Readonly<Record<string, string>> = {
    choice: ` -x -a '${choices.join(' ')}'`,
    file: ' -r -F',
    field: ` -x -a '(__${PROGRAM}_fields)'`,
    protocols: ` -x -a '${protocols.join(' ')}'`,
    other: ' -x',
  };
  return `${flags}${argument === undefined ? '' : (values[argument.kind] ?? '')} -d ${quoted(description)}`;
}

/** In single quotes, which all three shells read. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
