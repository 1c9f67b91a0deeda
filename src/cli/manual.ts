/** The manual page, man(7), made from the commands and options. */
import type { CommandFacts, OptionFacts } from './command-tree.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { PROGRAM } from './messages.ts';

/** What the page is made from. */
export interface ManualFacts {
  readonly version: string;
  /** The program in one sentence. */
  readonly description: string;
  /** The first is the default. */
  readonly commands: readonly CommandFacts[];
}

/** Variables of the environment that are read, with what each does. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  NO_COLOR: 'Where it is not empty, nothing is coloured unless --color always asks for it.',
  FORCE_COLOR: 'Where it is neither empty nor 0, colours are used for pipes and files too.',
  TERM: 'A terminal that is dumb gets no colours.',
  'LC_ALL, LC_CTYPE, LANG': 'The first that is not empty says whether the terminal shows UTF-8; else ASCII is used.',
  PATH: 'Where xz and bzip2 are looked for, to read captures compressed by them.',
};

const EXAMPLES: ReadonlyArray<readonly [command: string, what: string]> = [
  ['tcpdump -i eth1 -U -w - | netdissect -', 'Dissect packets as they are captured.'],
  ["netdissect node1.pcap -Y 'inner.tcp.port == 80' --layers", 'Show the layers of what pods said on port 80.'],
  ['netdissect node1.pcap node2.pcap -w both.pcapng', 'Merge two captures by time, each as an interface of its own.'],
  ['netdissect --from-hex paste.txt --json', 'Dissect pasted hex.'],
];

const SEE_ALSO = 'tcpdump(8), tshark(1), pcap-savefile(5), wireshark-filter(4)';

/** The page in roff. */
export function manualPage({ version, description, commands }: ManualFacts): string {
  const [first, ...others] = commands;
  const lines = [
    `.TH ${PROGRAM.toUpperCase()} 1 "" "${PROGRAM} ${version}" "User Commands"`,
    '.SH NAME',
    `${PROGRAM} \\- ${text(withoutStop(description.charAt(0).toLowerCase() + description.slice(1)))}`,
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name, usage }, index) => [
      ...(index === 0 ? [] : ['.br']),
      `.B ${PROGRAM}`,
      text(index === 0 ? `[${name}] ${usage}` : `${name} ${usage}`),
    ]),
    '.SH DESCRIPTION',
    text(description),
    '.PP',
    text(
      'A capture is a pcap or pcapng file, compressed or not, or - for standard input, which is read where no capture is',
    ),
    text(
      'named. Several captures are merged by time. Data goes to standard output, everything else to standard error.',
    ),
    ...(first === undefined ? [] : commandSection(first)),
    ...others.flatMap(commandSection),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_MEANINGS).flatMap(([code, meaning]) => ['.TP', `.B ${code}`, text(sentence(meaning))]),
    '.SH ENVIRONMENT',
    ...Object.entries(ENVIRONMENT).flatMap(([name, meaning]) => ['.TP', `.B ${text(name)}`, text(meaning)]),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([command, what]) => ['.TP', `.B ${text(command)}`, text(what)]),
    '.SH SEE ALSO',
    text(SEE_ALSO),
  ];
  return `${lines.join('\n')}\n`;
}

function commandSection({ name, usage, description, options }: CommandFacts): string[] {
  return [
    `.SH ${name.toUpperCase()}`,
    `.B ${PROGRAM} ${text(name)}`,
    text(usage),
    '.PP',
    text(sentence(description)),
    ...options.flatMap(optionEntry),
  ];
}

function optionEntry({ short, long, argument, description, choices, fallback }: OptionFacts): string[] {
  const names = [short, long].filter((name) => name !== undefined).map((name) => `\\fB${text(name)}\\fR`);
  const value = argument === undefined ? '' : ` \\fI${text(argument.name)}\\fR`;
  const facts = [
    ...(choices.length === 0 ? [] : [`one of ${choices.join(', ')}`]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
  ];
  return ['.TP', `${names.join(', ')}${value}`, text([description, ...facts].map(sentence).join(' '))];
}

/** As a sentence; a description that begins with what is typed keeps its first letter. */
function sentence(words: string): string {
  const isProse = /^[a-z]+(?:[ ,]|$)/.test(words);
  return `${isProse ? words.charAt(0).toUpperCase() + words.slice(1) : words}${/[.!?]$/.test(words) ? '' : '.'}`;
}

function withoutStop(words: string): string {
  return words.replace(/\.$/, '');
}

/** Text as roff shows it: backslashes and hyphens as they are, and no request at the beginning of a line. */
function text(words: string): string {
  const escaped = words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('’', '\\(cq').replaceAll('…', '...');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
