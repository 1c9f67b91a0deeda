/** Names for addresses, where a call gives files to take them from. */
import { labelOf, type Names, NO_NAMES } from '../cluster/names.ts';
import { BARE_ADDRESSES, type NameAddress } from '../render/conversation.ts';
import { safeText } from '../render/safe-text.ts';
import type { Messages } from './messages.ts';

/** What a call says of names. */
export interface NamingOptions {
  readonly context: readonly string[] | undefined;
  readonly numeric: boolean | undefined;
}

/** The names of `--context`; nobody's where there are no files, or names are not wanted. Throws UsageError for a path that is not there. */
export async function namesFor({ context, numeric }: NamingOptions, messages: Messages): Promise<Names> {
  if (context === undefined || numeric) return NO_NAMES;
  return (await import('./context-files.ts')).namesIn(context, messages);
}

/** Names as lists show them, safe for a terminal. */
export function labels(names: Names): NameAddress {
  if (names === NO_NAMES) return BARE_ADDRESSES;
  return (address, port) => {
    const name = names.nameOf(address, port);
    return name === undefined ? '' : safeText(labelOf(name));
  };
}
