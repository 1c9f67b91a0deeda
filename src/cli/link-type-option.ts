/** The `--link-type` option: what packets begin with, by name or number. */
import { InvalidArgumentError } from 'commander';
import { LinkType, linkTypes } from '../capture/link-types.ts';

/** Names of the LINKTYPE_ registry that differ from libpcap's, or stand for several numbers there. */
const ALIASES: ReadonlyMap<string, number> = new Map([
  ['ETHERNET', LinkType.EN10MB],
  ['RAW', LinkType.RAW],
]);

const LARGEST = 0xffff;

/** Reads `EN10MB`, `ethernet`, `DLT_RAW`, `LINKTYPE_LINUX_SLL` or `113`; throws commander's InvalidArgumentError. */
export function parseLinkType(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= LARGEST) return Number(text);
  const wanted = text.toUpperCase().replace(/^(?:DLT|LINKTYPE)_/, '');
  const known = ALIASES.get(wanted) ?? [...linkTypes()].find(([, { name }]) => name === wanted)?.[0];
  if (known === undefined) throw new InvalidArgumentError('it is a number or a name such as EN10MB, RAW, LINUX_SLL.');
  return known;
}
