/** Names of the commands, and what a mistyped one may have meant. */

/** Every command with what it gives. */
export const COMMANDS = {
  packets: 'list, dissect and convert packets (the default command)',
  flows: 'conversations: who talked to whom, through which tunnel, and how it went',
  follow: 'what both ends of one flow said, as text, hex or raw octets',
  cluster: 'nodes, pod networks, tunnels and services, as traffic shows and files say',
  stats: 'facts about a capture and its protocol hierarchy',
  fields: 'list every field: name, width, meaning and specification',
  schema: 'the JSON Schema of what --json prints',
  completion: 'a script that completes commands, options and fields in bash, zsh or fish',
} as const;

export type CommandName = keyof typeof COMMANDS;

/** What a call without the name of a command asks for. */
export const DEFAULT_COMMAND: CommandName = 'packets';

export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** Whether the word is a command. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** The command that the word nearly is; undefined where none is near. */
export function commandNearTo(word: string): string | undefined {
  return COMMAND_NAMES.find((name) => name === word || editDistance(word, name) <= (word.length > 4 ? 2 : 1));
}

/** Levenshtein distance of two short words. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution));
    }
    row = next;
  }
  return row[to.length]!;
}
